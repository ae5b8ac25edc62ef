"""`proofbook book witness`, `timestamp`, `policy`: what others outside say of this book."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofbook.anchoring.settings import quorum_of
from proofbook.anchoring.witnessing import format_seconds
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_json, print_table, say, write_result
from proofbook.errors import IntegrityError, UnavailableError
from proofbook.records.outside import WitnessOutcome
from proofbook.tlog.policy import format_policy
from proofbook.wiring.home import open_home


@click.command(short_help="Ask every witness to cosign the newest checkpoint now.")
@click.pass_obj
def witness(shared: Shared) -> None:
    """Ask every configured witness to cosign the newest checkpoint now; each outcome is recorded.

    Exit code 5 when a witness holds another history of this book, 6 when fewer cosigned than the quorum asks for.
    """
    from proofbook.wiring.anchoring import witness_now
    from proofbook.wiring.recording import open_door

    home = open_home(shared.home)
    with open_door(home) as door:
        answers = witness_now(home, door.recorder.record)
    rows = []
    for each in answers:
        asked = each.asked
        seconds = None if asked is None or asked.seconds is None else format_seconds(asked.seconds)
        outcome = WitnessOutcome.COSIGNED if asked is None else asked.outcome
        detail = "it had cosigned this checkpoint before" if asked is None else asked.detail
        rows.append((each.witness.name, outcome.value, each.size, seconds, detail))
    columns = ("witness", "outcome", "entries", "cosigned", "detail")
    if shared.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif rows:
        print_table(columns, rows)
    else:
        say("nothing is signed yet")
    cosigned = sum(row[1] == WitnessOutcome.COSIGNED.value for row in rows)
    if any(row[1] == WitnessOutcome.DIVERGED.value for row in rows):
        sys.exit(IntegrityError.exit_code)
    if cosigned < quorum_of(home.settings.witnessing.quorum, len(home.settings.witnesses)):
        sys.exit(UnavailableError.exit_code)


@click.command(short_help="Have the newest checkpoint time-stamped now.")
@click.option("--authority", help="Name of one of [[timestamps]]; all when left out.")
@click.pass_obj
def timestamp(shared: Shared, authority: str | None) -> None:
    """Have the newest checkpoint time-stamped now (RFC 3161). The token becomes an entry. Exit code 6 when one is missing."""
    from proofbook.wiring.anchoring import stamp_now
    from proofbook.wiring.recording import open_door

    home = open_home(shared.home)
    with open_door(home) as door:
        answers = stamp_now(home, door.recorder.record, authority)
    columns = ("authority", "entries", "time", "serial", "detail")
    rows = [
        (
            each.authority.name,
            each.size,
            *((None, None) if each.stamp is None else (each.stamp.time, each.stamp.serial)),
            each.detail,
        )
        for each in answers
    ]
    if shared.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif rows:
        print_table(columns, rows)
    else:
        say("nothing is signed yet")
    if not rows or any(each.stamp is None for each in answers):
        sys.exit(UnavailableError.exit_code)


@click.command(short_help="This book's keys, witnesses and quorum as a C2SP policy file.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here instead of printing it.")
@click.pass_obj
def policy(shared: Shared, out: Path | None) -> None:
    """This book's keys, witnesses and quorum as a C2SP policy file, for programs that check checkpoints.

    It says what this home's settings say. Whoever checks evidence must get the keys in another way, and may ask for more.
    """
    from proofbook.wiring.anchoring import read_policy

    text = format_policy(read_policy(open_home(shared.home)))
    if out is not None:
        write_result(out, text)
        say(f"policy written to {out}")
    if shared.json:
        print_json({"policy": text.decode()})
    elif out is None:
        for line in text.decode().splitlines():
            click.echo(line)
