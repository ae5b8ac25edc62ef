"""`proofbook rollforward`, `bridge`: what came after interim work, and what came after the period."""

from __future__ import annotations

from pathlib import Path

import click

from proofbook.cli.artifact import parse_moment
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, progress_bar, say
from proofbook.export.room import ExportedRoom
from proofbook.wiring.bridging import export_bridge
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.rolling import CutOff, export_roll_forward


@click.command(short_help="Write what is new or changed since an earlier cut-off.")
@click.option("--engagement", required=True, help="Id of an engagement, recorded or in proofbook.toml.")
@click.option(
    "--from", "since", metavar="MOMENT", help="Begin at the newest checkpoint signed by then. A day means its end, UTC."
)
@click.option(
    "--since-receipt", "receipt", metavar="RECEIPT", help="Begin at a receipt instead: the file, or its id from `receipt list`."
)
@click.option("--to", "until", metavar="MOMENT", help="End at the newest checkpoint signed by then; default: as `export` has it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the pack.")
@click.pass_obj
def rollforward(shared: Shared, engagement: str, since: str | None, receipt: str | None, until: str | None, out: Path) -> None:
    """Write what is new or changed in an engagement since an earlier cut-off; it verifies offline like an evidence room.

    Each population holds the rows that were added or changed since, by the report definitions in force, with counts that lead
    from the earlier list to the present one. Where a report version differs from the one on record for the earlier list, the
    pack says so. What changed in controls, owners, systems, models and engines stands beside it.
    """
    if (since is None) == (receipt is None):
        raise click.UsageError("name either --from or --since-receipt")
    cut_off = CutOff(None if since is None else parse_moment(since, "--from"), receipt)
    home = open_home(shared.home)
    with open_door(home) as door, progress_bar("roll-forward") as bar:
        made = export_roll_forward(
            home,
            door.recorder,
            engagement,
            out.absolute(),
            cut_off,
            until=None if until is None else parse_moment(until, "--to"),
            progress=lambda what, done, of: bar.update(done, of, what),
        )
    _tell(shared, made)
    if not shared.json:
        print_lines(["", "New or changed"])
        print_lines(f"  {each.population}: {each.rows} rows" for each in made.populations)
        _say_how(made, "roll-forward", home.identity().vkey)


@click.command(short_help="Draft the inputs of a bridge letter from what is on record since the period.")
@click.option("--engagement", required=True, help="Id of an engagement whose period is over, recorded or in proofbook.toml.")
@click.option("--to", "until", metavar="MOMENT", help="End at the newest checkpoint signed by then; default: the newest.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the pack.")
@click.pass_obj
def bridge(shared: Shared, engagement: str, until: str | None, out: Path) -> None:
    """Write what is on record since an engagement's period: subsequent events, and a draft of management's bridge letter.

    Every statement of the draft names its query, its count, and the list with its digest; the populations of the same days lie
    beside it, and the pack verifies offline like an evidence room. What no record says is a blank, above all whether a change is
    material: the letter is management's, for an officer to sign.
    """
    home = open_home(shared.home)
    with open_door(home) as door, progress_bar("bridge letter inputs") as bar:
        made = export_bridge(
            home,
            door.recorder,
            engagement,
            out.absolute(),
            until=None if until is None else parse_moment(until, "--to"),
            progress=lambda what, done, of: bar.update(done, of, what),
        )
    _tell(shared, made)
    if not shared.json:
        _say_how(made, "bridge-letter-draft", home.identity().vkey)


def _tell(shared: Shared, made: ExportedRoom) -> None:
    facts = {
        "pack": str(made.path),
        "files": made.files,
        "manifest": made.manifest,
        "checkpoint": f"{made.checkpoint.size} entries, signed {made.checkpoint.signed_at}",
        "populations": {each.population: {"rows": each.rows, "completeness": each.completeness} for each in made.populations},
        "omissions": [f"{each.what}: {each.why}" for each in made.omissions],
    }
    if shared.json:
        print_json(facts)
    else:
        print_facts([(name, value) for name, value in facts.items() if isinstance(value, str | int)])


def _say_how(made: ExportedRoom, page: str, vkey: str) -> None:
    say("")
    say(f"Begin with {made.path}/01_Scope_and_description/{page}.html")
    say(f"Check it as an auditor would: python3 {made.path}/00_README_and_index/verify.py --key '{vkey}'")
