"""`proofbook discover` and `proofbook collect`: look at this machine, record what was seen and that it was looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from proofbook.cli.discovery_words import describe_run
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_json, print_lines, progress_bar, say
from proofbook.reconciliation.wording import NAMES
from proofbook.wiring.counting import collect_counters, find_targets
from proofbook.wiring.home import open_home
from proofbook.wiring.looking import Scan, collect_models, look_around
from proofbook.wiring.recording import open_door


@click.command(short_help="What runs on this machine, held against settings and records. Recorded.")
@click.pass_obj
def discover(shared: Shared) -> None:
    """Engines, processes, devices and model stores of this machine, against the inventory. Recorded.

    Asks the listening ports of this machine, on loopback, whether an engine answers there. The inventory is what the settings
    name and what `collect` recorded.
    """
    home = open_home(shared.home)
    with open_door(home) as door:
        run = look_around(home, door.recorder)
    if shared.json:
        print_json(run.to_body())
    else:
        print_lines(describe_run(run))


@click.group(invoke_without_command=True)
@click.pass_context
def collect(context: click.Context) -> None:
    """Collectors: what is true around the models. Each run is recorded, also when it found nothing.

    Without COMMAND all collectors run, on what the settings name and what is well known.
    """
    if context.invoked_subcommand is None:
        context.invoke(model_store, paths=(), full=False)
        if find_targets(open_home(context.obj.home)):
            context.invoke(engine_counters)


@collect.command("engine_counters", short_help="The engines' own counters: read each once and record it.")
@click.pass_obj
def engine_counters(shared: Shared) -> None:
    """The engines' own counters: read those of each upstream once and record them.

    While the gateway runs this is done on a schedule (reconciliation.scrape_seconds). `proofbook reconcile` compares them with
    the book.
    """
    home = open_home(shared.home)
    with open_door(home) as door:
        run = collect_counters(home, door.recorder)
    seen = [each.document.to_body() for each in run.observations]
    if shared.json:
        print_json({"engines": seen})
        return
    for each in seen:
        print_lines([f"{', '.join(each['upstreams'])}: {each['product']} {each['build']} at {each['address']}"])
        known = [(_counter_name(counter), f"{counter['value']:,}") for counter in each["counters"]]
        start = f"{each['process_start'] or 'unknown'} ({each['process_start_from']})"
        print_facts([*known, ("started", start)] if each["status"] == "read" else [("unknown", each["reason"])], indent="  ")
    if not seen:
        say("No upstream is configured: there are no counters to read.")


def _counter_name(counter: dict[str, Any]) -> str:
    model = "" if counter["model"] is None else f" of {counter['model']}"
    return NAMES[counter["measure"]] + model


@collect.command("model_store", short_help="Model files: hash them and record where they came from.")
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
    with open_door(home) as door, progress_bar("hashing", in_bytes=True) as bar:
        scan = collect_models(
            home,
            door.recorder,
            tuple(path.absolute() for path in paths),
            full=full,
            progress=lambda name, done, of: bar.update(done, of, name),
        )
    if shared.json:
        print_json(_as_json(scan))
    else:
        _print_scan(scan)


def _as_json(scan: Scan) -> dict[str, Any]:
    skipped = [{"code": item.code, "detail": item.detail, "path": item.path} for run in scan.runs for item in run.skipped]
    seen = [item.document.to_body() for run in scan.runs for item in run.observations]
    return {"stores": len(scan.runs), "found": scan.found, "recorded": scan.recorded, "artifacts": seen, "skipped": skipped}


def _print_scan(scan: Scan) -> None:
    found = _as_json(scan)
    for each in found["artifacts"]:
        print_lines([each["name"]])
        step = each["rung"].replace("_", ", ", 1)
        shown = [
            ("weights", each["artifact"]),
            ("format", f"{each['format']}, {each['bytes_total']:,} bytes in {_counted(each['files_total'], 'file')}"),
            ("place", each["location"]),
            ("licence", each["license_declared"]),
            ("tied to", f"{each['verification'].replace('_', ' ')} (rung {step})"),
            ("findings", [f"{item['code']}: {item['detail']}" for item in each["findings"]] or "none"),
            ("not known", f"{_counted(len(each['unknowns']), 'answer')} an auditor may ask for (--json lists them)"),
        ]
        print_facts(shown, indent="  ")
    print_lines(f"skipped: {each['code']}: {each['detail']}" for each in found["skipped"])
    stores = _counted(len(scan.runs), "place")
    counts = f"{scan.recorded} new or changed and recorded; {scan.skipped} skipped"
    print_lines([f"{_counted(scan.found, 'artifact')} in {stores}; {counts}"])
    if not scan.runs:
        say("No model store was found. Name files or folders, or set models.paths.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
