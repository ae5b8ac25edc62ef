"""`proofbook due` and `proofbook exceptions`: what was owed, what became of it, and what an auditor would not accept today."""

from __future__ import annotations

import click

from proofbook.assessment.outcomes import finding_body
from proofbook.assessment.today import Item, Today
from proofbook.cli.artifact import parse_moment
from proofbook.cli.due_grid import grid_document, grid_lines
from proofbook.cli.main import Shared
from proofbook.cli.printing import print_heading, print_json, print_lines, progress_bar, say
from proofbook.cli.zoned import tell_in_zone
from proofbook.errors import InputError
from proofbook.primitives.instants import format_instant
from proofbook.wiring.assessing import assess_grid, assess_today, record_self_test
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door

_ENGAGEMENT = click.option("--engagement", required=True, help="Id of an engagement: a record, or one of proofbook.toml.")
_AS_OF = click.option(
    "--as-of", "as_of", metavar="MOMENT", help="As the book stood then; default: now. A day means its end, UTC."
)
_SHOWN = 12
_COLOURS = {1: "red", 2: "red", 3: "yellow", 4: "yellow", 5: None}
_HEADINGS = {
    1: "Breaks the trail: the record as a whole cannot be relied on",
    2: "Exceptions: instances of a control that did not operate as described",
    3: "Not shown: it may have operated, the evidence is missing or unknown",
    4: "Late: done late, or recorded late",
    5: "Coming: nothing is wrong yet",
}


@click.command(short_help="What an auditor would not accept today, and what mends it; --grid: the whole period.")
@_ENGAGEMENT
@_AS_OF
@click.option("--grid", "as_grid", is_flag=True, help="Every control against the intervals of the period.")
@click.option(
    "--by",
    "width",
    type=click.Choice(["month", "quarter"]),
    default="month",
    show_default=True,
    help="Width of the grid's intervals.",
)
@click.option("--all", "everything", is_flag=True, help=f"Every finding; otherwise {_SHOWN} of each sort.")
@click.option("--record", "recorded", is_flag=True, help="Record that the self-tests were run, and what each said.")
@click.pass_obj
def due(shared: Shared, engagement: str, as_of: str | None, as_grid: bool, width: str, everything: bool, recorded: bool) -> None:
    """What was due in an engagement's period, what became of it, and what an auditor would not accept today.

    The list begins with what has the gravest consequence; each item names the record, who owns it and the command that mends it.
    It is management's own check and concludes nothing about a control.
    """
    if recorded and (as_of is not None or as_grid):
        raise InputError(
            "--record goes with neither --as-of nor --grid", hint="self-tests are recorded as of the moment they are run"
        )
    moment = None if as_of is None else parse_moment(as_of)
    home = open_home(shared.home)
    if as_grid:
        grid = assess_grid(home, engagement, as_of=moment, width="quarter" if width == "quarter" else "month")
        if shared.json:
            print_json(grid_document(grid))
        else:
            print_lines(grid_lines(grid))
        return
    with progress_bar("self-tests") as bar:
        today = assess_today(home, engagement, as_of=moment, progress=lambda what, done, of: bar.update(done, of, what))
    if recorded:
        with open_door(home) as door:
            receipt = record_self_test(door.recorder, today)
        say(f"recorded: entry {receipt.entry_id}")
    if shared.json:
        print_json(_document(today))
        return
    _print(today, most=None if everything else _SHOWN)


@click.command(short_help="Control exceptions on record, and findings that nobody has recorded as one.")
@_ENGAGEMENT
@_AS_OF
@click.pass_obj
def exceptions(shared: Shared, engagement: str, as_of: str | None) -> None:
    """Control exceptions on record with where they stand, then findings that no exception names yet."""
    moment = None if as_of is None else parse_moment(as_of)
    home = open_home(shared.home)
    with progress_bar("self-tests") as bar:
        today = assess_today(home, engagement, as_of=moment, progress=lambda what, done, of: bar.update(done, of, what))
    if shared.json:
        print_json(_exceptions_document(today))
        return
    print_lines(_exception_lines(today))


def _head(today: Today) -> list[str]:
    scope, grid = today.grid.facts.scope, today.grid
    as_of = tell_in_zone(format_instant(grid.facts.as_of), scope.period.zone)
    counts = ", ".join(f"{number:,} {state.replace('_', ' ')}" for state, number in grid.counts.items() if number)
    return [
        f"{scope.engagement}: {scope.entity}",
        f"{scope.period.first} to {scope.period.last}, both days included; as of {as_of}, all times of {scope.period.zone}",
        f"occurrences: {counts or 'nothing was due'}",
    ]


def _moment(today: Today) -> str:
    return format_instant(today.grid.facts.as_of)


def _print(today: Today, most: int | None) -> None:
    """The list: headings stand out on a terminal, and say in words what their colour says."""
    print_lines(_head(today))
    zone = today.grid.facts.scope.period.zone
    for level, heading in _HEADINGS.items():
        items = [item for item in today.items if item.finding.consequence == level]
        if items:
            print_heading(f"{heading} ({len(items):,})", _COLOURS[level])
            print_lines(line for item in items[:most] for line in _item_lines(item, zone))
            if most is not None and len(items) > most:
                print_lines([f"  and {len(items) - most:,} more: --all"])
    if not today.items:
        print_lines(["", "Nothing is listed: these checks found nothing in this book as of then. That concludes nothing."])
    nil = [case for case in today.nil if not case.items]
    if nil:
        print_heading("Populations of nothing", None)
        print_lines(f"  {case.population} {case.title}: {case.words}" for case in nil)
    if today.items:
        print_lines(["", "Files are recorded with: proofbook record apply FILE"])
    print_lines(["", "Management's own check of its evidence; it concludes nothing about a control."])


def _item_lines(item: Item, zone: str) -> list[str]:
    found = item.finding
    scope = f", {found.scope}" if found.scope and found.scope != found.id else ""
    return [
        f"  - {tell_in_zone(found.what, zone)}",
        f"      {found.control}{scope}; {found.kind}/{found.id}; owner: {found.owner}",
        f"      fix: {found.fix}",
    ]


def _document(today: Today) -> dict[str, object]:
    scope = today.grid.facts.scope
    return {
        "engagement": scope.engagement,
        "entity": scope.entity,
        "first": scope.period.first.isoformat(),
        "last": scope.period.last.isoformat(),
        "zone": scope.period.zone,
        "as_of": format_instant(today.grid.facts.as_of),
        "book_size": today.grid.facts.book_size,
        "occurrences": {state.value: number for state, number in today.grid.counts.items()},
        "findings": [finding_body(item.finding) | {"day": item.day or None} for item in today.items],
        "nil": [
            {"population": each.population, "items": each.items, "words": each.words, "shortfalls": list(each.shortfalls)}
            for each in today.nil
        ],
    }


def _exception_lines(today: Today) -> list[str]:
    zone = today.grid.facts.scope.period.zone
    lines = [*_head(today)[:2], "", f"On record ({len(today.exceptions.cases):,})"]
    for case in today.exceptions.cases:
        body = case.record.body
        answered = "management has answered" if case.responses else "no response of management is recorded"
        overdue = f"; actions overdue: {case.actions_overdue}" if case.actions_overdue else ""
        lines += [
            f"  - {case.record.id}: {body['title']}",
            f"      {body['control']}; {case.status}, {case.age_days} days; found by {body['found_by']}; {answered}{overdue}",
        ]
    if not today.exceptions.cases:
        lines.append("  no exception is on record")
    lines += ["", f"Found, and named by no exception ({len(today.exceptions.unrecorded):,})"]
    for each in today.exceptions.unrecorded:
        lines += [f"  - {each.control}: {tell_in_zone(each.what, zone)}", f"      instance: {each.kind}/{each.id}"]
    if today.exceptions.unrecorded:
        lines += [
            "",
            "Record one, naming its control and instances: proofbook record template control.exception",
        ]
    return lines


def _exceptions_document(today: Today) -> dict[str, object]:
    return {
        "exceptions": [
            {
                "id": case.record.id,
                "entry": case.record.entry,
                "control": case.record.body["control"],
                "status": case.status,
                "age_days": case.age_days,
                "responses": [each.id for each in case.responses],
                "actions_open": case.actions_open,
                "actions_overdue": case.actions_overdue,
            }
            for case in today.exceptions.cases
        ],
        "unrecorded": [finding_body(each) for each in today.exceptions.unrecorded],
    }
