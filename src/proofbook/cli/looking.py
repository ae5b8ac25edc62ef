"""`proofbook discover` and `proofbook collect`: look at this machine, record what was seen and that it was looked at."""

from __future__ import annotations

from pathlib import Path

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_json, print_lines, print_table, progress_bar, say
from proofbook.records.provenance import DiscoveryRun
from proofbook.wiring.home import open_home
from proofbook.wiring.looking import Scan, collect_models, look_around
from proofbook.wiring.recording import open_door


@click.command()
@click.pass_obj
def discover(shared: Shared) -> None:
    """Engines, processes, devices and model stores of this machine, against the inventory. Recorded."""
    home = open_home(shared.home)
    with open_door(home) as door:
        run = look_around(home, door.recorder)
    if shared.json:
        print_json(run.to_body())
    else:
        _print_discovery(run)


@click.group()
def collect() -> None:
    """Collectors: what is true around the models. Each run is recorded, also when it found nothing."""


@collect.command("model_store")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--full", is_flag=True, help="Hash every byte again, also where nothing seems to have moved since the last full hash."
)
@click.pass_obj
def model_store(shared: Shared, paths: tuple[Path, ...], full: bool) -> None:
    """Model files: hash them and record where they came from, as far as that can be known.

    PATHS are files or folders; without them the stores of the settings and the well-known ones of this user are scanned.
    """
    home = open_home(shared.home)
    with open_door(home) as door, progress_bar("hashing") as bar:
        scan = collect_models(
            home,
            door.recorder,
            tuple(path.absolute() for path in paths),
            full=full,
            progress=lambda _, done, of: bar.update(done, of),
        )
    _print_scan(shared, scan)


def _print_scan(shared: Shared, scan: Scan) -> None:
    seen = [item.document.to_body() for run in scan.runs for item in run.observations]
    skipped = [{"code": item.code, "detail": item.detail, "path": item.path} for run in scan.runs for item in run.skipped]
    if shared.json:
        print_json({"found": scan.found, "recorded": scan.recorded, "artifacts": seen, "skipped": skipped})
        return
    columns = ("artifact", "name", "format", "size", "verification", "rung", "findings", "unknowns")
    rows = [
        (
            each["artifact"][7:19],
            each["name"],
            each["format"],
            each["bytes_total"],
            each["verification"],
            each["rung"],
            ", ".join(sorted({found["code"] for found in each["findings"]})) or "-",
            len(each["unknowns"]),
        )
        for each in seen
    ]
    if rows:
        print_table(columns, rows)
    print_lines(f"skipped: {each['code']}: {each['detail']}" for each in skipped)
    say(
        f"{scan.found} artifacts in {len(scan.runs)} stores; {scan.recorded} new or changed and recorded; {scan.skipped} skipped."
    )
    if not scan.runs:
        say("No model store was found. Name files or folders, or set models.paths.")


def _print_discovery(run: DiscoveryRun) -> None:
    for title, rows in (
        ("Engines", run.engines),
        ("Processes", run.processes),
        ("Devices", run.devices),
        ("Model stores", run.stores),
    ):
        print_lines([title])
        if rows:
            columns = tuple(dict.fromkeys(key for row in rows for key in row))
            print_table(columns, [[row.get(key, "") for key in columns] for row in rows])
        else:
            print_lines(["  none seen"])
    print_lines(["Differences from the inventory"])
    print_lines([f"  {each.code}: {each.detail}" for each in run.differences] or ["  none among what was looked at"])
    print_lines(["Not looked at", *(f"  {each}" for each in run.not_looked_at)])
