"""`proofbook artifact`: the pages of the ten artifacts, as HTML, PDF and JSON."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.artifacts.folder import INDEX
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, progress_bar, say
from proofbook.errors import InputError, MalformedRecord
from proofbook.primitives.instants import parse_instant
from proofbook.wiring.drawing import draw_artifacts
from proofbook.wiring.home import open_home

_DAY: Final = 10
_MOMENT: Final = "write 2026-10-31 (the end of that day, UTC), 2026-10-31T16:00:00Z or 2026-10-31T17:00:00+01:00"


@click.command(short_help="Write the pages of artifacts: HTML, PDF and JSON, with their evidence header.")
@click.argument("artifacts", metavar="[ART-01 … ART-10]", nargs=-1)
@click.option("--engagement", required=True, help="Id of an engagement: a record, or one of proofbook.toml.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the pages.")
@click.option("--as-of", "as_of", metavar="MOMENT", help="As the book stood then; default: now. A day means its end, UTC.")
@click.pass_obj
def artifact(shared: Shared, artifacts: tuple[str, ...], engagement: str, out: Path, as_of: str | None) -> None:
    """Write the pages of artifacts, all ten unless some are named.

    Each page states what it was drawn from, what stands as unknown or not stated, who signed it and how it changed. The folder
    begins with index.html; SHA256SUMS lists every file, run.json says who ran this and when.
    """
    moment = None if as_of is None else parse_moment(as_of)
    home = open_home(shared.home)
    with progress_bar("artifacts") as bar:
        written = draw_artifacts(
            home,
            [each.upper() for each in artifacts] or ARTIFACTS,
            engagement,
            out.absolute(),
            as_of=moment,
            progress=lambda what, done, of: bar.update(done, of, what),
        )
    if shared.json:
        pages = [{"artifact": each, "page": name} for each, name in written.pages]
        print_json({"folder": str(out), "pages": pages, "pdf": written.has_pdf, "sums_sha256": written.sums})
        return
    forms = "HTML, PDF, JSON" if written.has_pdf else "HTML, JSON; no PDF: Typst is not installed"
    print_facts([("folder", out), ("pages", len(written.pages)), ("forms", forms), ("SHA256SUMS", f"sha256:{written.sums}")])
    print_lines(f"  {each}  {name}" for each, name in written.pages)
    say(f"Begin with {out / INDEX}")


def parse_moment(text: str, option: str = "--as-of") -> datetime:
    """A day (its last instant, UTC), an instant, or ISO 8601 with an offset. Raises InputError."""
    try:
        return parse_instant(text)
    except MalformedRecord:
        pass
    try:
        if len(text) == _DAY:
            day = date.fromisoformat(text) + timedelta(days=1)
            return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{option} {text[:60]!r}: is not a moment", hint=_MOMENT) from error
    if moment.tzinfo is None:
        raise InputError(f"{option} {text[:60]!r}: says no time zone", hint=_MOMENT)
    return moment
