"""`proofbook rollforward`: what is new or changed since an earlier cut-off, to be tested after interim work."""

from __future__ import annotations

from pathlib import Path

import click

from proofbook.cli.artifact import parse_moment
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, progress_bar, say
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
        return
    print_facts([(name, value) for name, value in facts.items() if isinstance(value, str | int)])
    print_lines(["", "New or changed"])
    print_lines(f"  {each.population}: {each.rows} rows" for each in made.populations)
    say("")
    say(f"Begin with {made.path}/01_Scope_and_description/roll-forward.html")
    say(f"Check it as an auditor would: python3 {made.path}/00_README_and_index/verify.py --key '{home.identity().vkey}'")
