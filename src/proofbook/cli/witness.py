"""`proofbook witness …`: make, run and look at a witness of other people's logs. It has a folder of its own and needs no book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, print_table, say
from proofbook.primitives.instants import format_instant
from proofbook.wiring.parts import end_with_parent


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    json: bool


@click.group(invoke_without_command=True, short_help="Cosign other people's logs, so that none can show two histories.")
@click.option(
    "--at",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PROOFBOOK_WITNESS",
    default=Path("proofbook-witness"),
    show_default=True,
    help="Folder of the witness: settings, key, state.",
)
@click.pass_context
def witness(context: click.Context, at: Path) -> None:
    """Run a witness until Ctrl-C: it cosigns a log's checkpoint only when it extends the last one it cosigned.

    It stands best on a machine of somebody who has no part in the book, such as the auditor. It speaks the C2SP witness protocol,
    sees sizes and hashes only, and never content. Its logs go to standard error.
    """
    shared: Shared = context.obj
    context.obj = _Place(at, shared.json)
    if context.invoked_subcommand is not None:
        return
    end_with_parent()
    from proofbook.wiring.logs import start_logging
    from proofbook.wiring.witness_folder import open_witness, run_witness

    start_logging()
    run_witness(open_witness(at), ready=lambda address: say(f"witness: listening on {address}"))


@witness.command()
@click.option("--name", required=True, help="Name for ever: a host you own and a path, such as witness.example.org/w1.")
@click.pass_obj
def init(place: _Place, name: str) -> None:
    """Make the folder and the key, and print the verifier key to hand out."""
    from proofbook.wiring.witness_folder import create_witness

    vkey = create_witness(place.path, name)
    if place.json:
        print_json({"folder": str(place.path), "verifier_key": vkey})
        return
    print_facts([("folder", str(place.path)), ("verifier key", vkey)])
    say("Next: `proofbook witness watch VKEY` with the key of the log, then `proofbook witness`.")


@witness.command()
@click.argument("vkey")
@click.option("--note", default="", help="Whose log it is, and how you got its key.")
@click.pass_obj
def watch(place: _Place, vkey: str, note: str) -> None:
    """Watch one more log. A running witness takes it up at its next start."""
    from proofbook.wiring.witness_folder import open_witness, watch_log

    origin = watch_log(open_witness(place.path), vkey, note)
    if place.json:
        print_json({"origin": origin, "vkey": vkey})
    else:
        print_lines([f"watched from the next start on: {origin}"])


@witness.command()
@click.pass_obj
def status(place: _Place) -> None:
    """The verifier key, and for each log what was cosigned last. Also while the witness runs."""
    from proofbook.wiring.witness_folder import open_witness, read_standings

    folder = open_witness(place.path)
    vkey, standings = read_standings(folder)
    rows = [
        (
            each.origin,
            each.size,
            None if each.root is None else each.root.hex(),
            None if each.seconds is None else format_instant(datetime.fromtimestamp(each.seconds, UTC)),
            each.forks,
        )
        for each in standings
    ]
    columns = ("log", "entries", "root", "cosigned", "forks seen")
    if place.json:
        keys = ("origin", "size", "root", "cosigned", "forks")
        print_json({"verifier_key": vkey, "logs": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    print_facts([("witness", folder.settings.name), ("verifier key", vkey)])
    print_lines([""])
    if rows:
        print_table(columns, [["nothing yet" if cell is None else cell for cell in row] for row in rows])
    else:
        say("no log is watched yet: `proofbook witness watch VKEY`")
    for each in standings:
        if each.forks:
            say(f"{each.origin}: signed two histories; both checkpoints are kept in {folder.state / 'forks'}")
