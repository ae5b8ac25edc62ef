"""`proofbook content classes` and `classify`: which classes of sensitive data went to the AI, and looking again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import click

from proofbook.cli.main import Shared
from proofbook.cli.printing import print_facts, print_heading, print_json, print_lines, print_table, progress_bar
from proofbook.errors import InputError
from proofbook.primitives.instants import Period, format_instant, parse_period
from proofbook.readmodel import classes as figures
from proofbook.readmodel.classes import Coverage, Found, Missing
from proofbook.wiring.home import open_home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door

_DAY: Final = click.DateTime(("%Y-%m-%d",))
_FROM = click.option("--from", "first", type=_DAY, metavar="DAY", help="First day, UTC.")
_TO = click.option("--to", "last", type=_DAY, metavar="DAY", help="Last day, UTC, included.")
_SYSTEM = click.option("--system", metavar="ID", help="Only this system.")
_EVER: Final = ("0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z")


@click.command("classes")
@_FROM
@_TO
@_SYSTEM
@click.option("--explain", is_flag=True, help="What each class matches, how it is checked, and what it misses.")
@click.pass_obj
def show_classes(shared: Shared, first: datetime | None, last: datetime | None, system: str | None, explain: bool) -> None:
    """Count sensitive data in what was sent and answered, by system and class.

    A class that was looked for and is not listed was found zero times in what was examined. What was not examined is listed
    apart.
    """
    if explain:
        _explain(shared)
        return
    period = _period(first, last)
    since, until = _EVER if period is None else (format_instant(period.start), format_instant(period.end))
    with open_projection(open_home(shared.home)) as (book, projection):
        size, reader = book.size(), projection.reader
        found = figures.found(reader, since, until, size, system=system)
        covered = figures.coverage(reader, since, until, size, system=system)
        missing = figures.missing(reader, since, until, size, system=system)
    if shared.json:
        print_json(
            {
                "from": None if period is None else since,
                "until": None if period is None else until,
                "book_size": size,
                "found": [_plain(each, Found) for each in found],
                "examined": [_plain(each, Coverage) for each in covered],
                "not_examined": [_plain(each, Missing) for each in missing],
            }
        )
        return
    _print(found, covered, missing)


def _print(found: tuple[Found, ...], covered: tuple[Coverage, ...], missing: tuple[Missing, ...]) -> None:
    if not covered:
        print_lines(["No exchange occurred in that time."])
        return
    if found:
        rows = [(each.system, each.kind, each.side, each.exchanges, each.spans) for each in found]
        print_table(("SYSTEM", "CLASS", "IN", "EXCHANGES", "TIMES"), rows)
    else:
        print_lines(["Nothing was found in what was examined."])
    print_heading("What was examined")
    rows_of = [
        (each.system, each.request, each.response, each.exchanges, each.bytes, (each.rule_set or "none")[:19]) for each in covered
    ]
    print_table(("SYSTEM", "REQUESTS", "RESPONSES", "EXCHANGES", "BYTES OF TEXT", "RULES"), rows_of)
    looked_for = sorted({name for each in covered for name in each.looked_for})
    print_lines(
        [f"Looked for: {', '.join(looked_for) or 'nothing'}. See `proofbook content classes --explain` for what they miss."]
    )
    if missing:
        print_heading("Why something was not examined")
        print_table(("SYSTEM", "REASON", "EXCHANGES", "PARTS"), [(m.system, m.reason, m.exchanges, m.parts) for m in missing])


def _explain(shared: Shared) -> None:
    from proofbook.sensitive.classes import EXPLAINED
    from proofbook.sensitive.rule_set import libraries, rule_set

    if shared.json:
        words = {
            kind.value: {"name": each.name, "matches": each.matches, "check": each.check, "misses": each.misses}
            for kind, each in EXPLAINED.items()
        }
        print_json({"rule_set": rule_set(), "libraries": dict(libraries()), "classes": words})
        return
    print_facts([("rule set", rule_set()), *((f"with {name}", version) for name, version in libraries().items())])
    for kind, each in EXPLAINED.items():
        print_heading(f"{kind}: {each.name}")
        print_lines([f"  matches: {each.matches}", f"  held to: {each.check}", f"  misses:  {each.misses}"])


@click.command("classify")
@_FROM
@_TO
@_SYSTEM
@click.option("--newer-rules", is_flag=True, help="Look again at what was looked at by other rules.")
@click.pass_obj
def classify(shared: Shared, first: datetime | None, last: datetime | None, system: str | None, newer_rules: bool) -> None:
    """Classify sealed content that was not classified in passing.

    Each look is an entry that supersedes the earlier one.
    """
    from proofbook.wiring.classifying import Narrowing, classify_sealed

    period = _period(first, last)
    since, until = (None, None) if period is None else (format_instant(period.start), format_instant(period.end))
    home = open_home(shared.home)
    with open_door(home) as door, progress_bar("exchanges") as bar:
        done = classify_sealed(
            home, door.recorder, newer=newer_rules, narrowing=Narrowing(since, until, system), progress=bar.update
        )
    facts = {
        "classified": done.classified,
        "with something not examined": done.incomplete,
        "damaged": done.damaged,
        "rule set": done.rule_set,
    }
    if shared.json:
        print_json({name.replace(" ", "_"): value for name, value in facts.items()})
    else:
        print_facts(list(facts.items()))


def _period(first: datetime | None, last: datetime | None) -> Period | None:
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise InputError("--from and --to go together", hint="give both days, or neither for all time")
    return parse_period(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}", "UTC")


def _plain(value: Found | Coverage | Missing, kind: type) -> dict[str, Any]:
    return {name: getattr(value, name) for name in kind.__slots__}  # type: ignore[attr-defined]  # slotted values
