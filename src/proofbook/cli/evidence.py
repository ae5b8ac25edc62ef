"""`proofbook export`, `verify`: hand over evidence, and check what was handed over."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, progress_bar, say
from proofbook.errors import IntegrityError
from proofbook.verify.program import verify_room
from proofbook.wiring.exporting import export_engagement
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door

if TYPE_CHECKING:
    from proofbook.wiring.stamps import CheckedStamp

_ENGAGEMENT = click.option("--engagement", required=True, help="Id of an engagement in proofbook.toml.")
_SIZE = click.option(
    "--as-of-size",
    type=click.IntRange(min=1),
    help="State of the book at this signed size; default: the first one signed after the period, else the newest.",
)


@click.command(short_help="Write the evidence room of an engagement; it verifies offline.")
@_ENGAGEMENT
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="New folder for the evidence room, or new file for an archive."
)
@_SIZE
@click.option("--encrypt-to", "keys", multiple=True, metavar="AGE1…", help="Make one age archive for this public key instead.")
@click.option(
    "--recipients-file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The same for every age public key in a file, one a line.",
)
@click.option("--to", default="", help="Whom the archive is for, for the record.")
@click.pass_obj
def export(
    shared: Shared, engagement: str, out: Path, as_of_size: int | None, keys: tuple[str, ...], files: tuple[Path, ...], to: str
) -> None:
    """Write the evidence room of an engagement; it verifies offline without this program.

    With recipients, --out names a new file: the room as a tar archive encrypted with age, which only they can open. The book
    records its digest, their public keys, and who made it.
    """
    if keys or files:
        from proofbook.cli.delivering import hand_out

        hand_out(shared, engagement, out, as_of_size, keys=keys, files=files, to=to)
        return
    if to:
        raise click.UsageError("--to is for archives: add --encrypt-to or --recipients-file")
    home = open_home(shared.home)
    with open_door(home) as door, progress_bar("evidence room") as bar:
        room = export_engagement(
            home,
            door.recorder,
            engagement,
            out.absolute(),
            as_of_size=as_of_size,
            progress=lambda what, done, of: bar.update(done, of, what),
        )
    facts = {
        "room": str(room.path),
        "files": room.files,
        "manifest": room.manifest,
        "checkpoint": f"{room.checkpoint.size} entries, signed {room.checkpoint.signed_at}",
        "omissions": [f"{each.what}: {each.why}" for each in room.omissions],
        "populations": {each.population: {"rows": each.rows, "completeness": each.completeness} for each in room.populations},
    }
    if shared.json:
        print_json(facts)
        return
    print_facts([(name, value) for name, value in facts.items() if isinstance(value, str | int)])
    print_lines(["", "Populations"])
    for each in room.populations:
        print_lines([f"  {each.population}: {each.rows} rows, completeness {each.completeness.replace('_', ' ')}"])
        print_lines(f"    - {reason}" for reason in each.reasons)
    print_lines(["", "Not in this room", *(f"  - {each.what}: {each.why}" for each in room.omissions)])
    say("")
    say(f"Check it as an auditor would: python3 {room.path}/00_README_and_index/verify.py --key '{home.identity().vkey}'")


@click.command(short_help="Check an evidence room offline, step by step.")
@click.argument("room", type=click.Path(path_type=Path))
@click.option(
    "--key", "keys", multiple=True, metavar="VKEY", help="Verifier key you trust, obtained apart from the room. May be repeated."
)
@click.option(
    "--checkpoint", "checkpoints", multiple=True, type=click.Path(path_type=Path), help="Checkpoint you hold; must be extended."
)
@click.option(
    "--witness", "witnesses", multiple=True, metavar="VKEY", help="Witness whose cosignature is required. May be repeated."
)
@click.option("--quorum", type=click.IntRange(min=1), help="How many of the witnesses must have cosigned; default: all.")
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="PEM file of a time-stamping authority whose tokens are checked; its root first. May be repeated.",
)
@click.pass_obj
def verify(
    shared: Shared,
    room: Path,
    keys: tuple[str, ...],
    checkpoints: tuple[Path, ...],
    witnesses: tuple[str, ...],
    quorum: int | None,
    authorities: tuple[Path, ...],
) -> None:
    """Check an evidence room offline: numbered steps, what is shown, what is not, and every problem with its place."""
    report = verify_room(str(room), keys=keys, checkpoints=tuple(map(str, checkpoints)), witnesses=witnesses, quorum=quorum)
    stamps = _check_stamps(room, authorities) if authorities and not report.unusable else ()
    if shared.json:
        value = {"timestamps": [asdict(each) for each in stamps]} if authorities else {}
        click.echo(json.dumps(json.loads(report.to_json()) | value, sort_keys=True) if authorities else report.to_json().rstrip())
    else:
        print_lines(report.lines())
        print_lines(["", "TIME STAMPS, held against the certificates given"] if authorities else [])
        print_lines(f"  - {each.name}: {each.said}" for each in stamps)
        print_lines(["  - none is in the room"] if authorities and not stamps else [])
    sys.exit(report.exit_code or (IntegrityError.exit_code if any(not each.holds for each in stamps) else 0))


def _check_stamps(room: Path, authorities: tuple[Path, ...]) -> tuple[CheckedStamp, ...]:
    from proofbook.wiring.stamps import check_room_stamps

    return check_room_stamps(room, authorities)
