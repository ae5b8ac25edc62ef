"""`proofbook uploads`: a room's files ready to be uploaded one by one to a platform."""

from __future__ import annotations

from pathlib import Path

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines
from proofbook.export.uploading import INDEX, LIMIT, make_uploads


@click.command(short_help="Make a room's files ready to upload one by one to Vanta, Drata or the like.")
@click.argument("room", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the files and their index.")
@click.option(
    "--limit-bytes", type=click.IntRange(min=1024), default=LIMIT, show_default=True, help="Largest file the platform takes."
)
@click.pass_obj
def uploads(shared: Shared, room: Path, out: Path, limit_bytes: int) -> None:
    """Copy the PDFs, tables and workbooks of an evidence room under names that say what they are.

    A table larger than the limit becomes parts: each has the header row, no row is cut, and uploads-index.csv has the rows and
    digests of every part and of the whole. A document that is larger is named there and left out.
    """
    made = make_uploads(room, out.absolute(), limit_bytes)
    facts = {"folder": str(out), "files": made.files, "index": INDEX}
    if shared.json:
        print_json(facts | {"parted": list(made.parted), "left_out": list(made.left_out)})
        return
    print_facts(list(facts.items()))
    print_lines(f"  in parts: {each}" for each in made.parted)
    print_lines(f"  left out, too large: {each}" for each in made.left_out)
