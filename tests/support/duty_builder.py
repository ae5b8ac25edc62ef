"""Short ways to state duties and what is on file for them, for the tests of obligations. All names are samples."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Blind, Cell, Event, Performance, Rule, Waiver
from proofbook.obligations.events import assess_events
from proofbook.obligations.grid import assess
from proofbook.primitives.instants import Period, format_instant

CONTROL, SCOPE = "sample-control", "sample-desk"
LONG_AGO = "2001-01-01T00:00:00.000000Z"


def at(text: str, zone: str = "UTC") -> str:
    """`2026-03-31 23:59:59`, told in `zone`, as an instant. A day alone is noon."""
    local = datetime.fromisoformat(text if " " in text else f"{text} 12:00:00")
    return format_instant(local.replace(tzinfo=ZoneInfo(zone)))


def moment(text: str, zone: str = "UTC") -> datetime:
    """The same as a datetime."""
    return datetime.fromisoformat(at(text, zone)).astimezone(UTC)


def year(number: int, zone: str = "UTC") -> Period:
    """A calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31), zone)


def rule(
    cadence: Cadence = Cadence.QUARTERLY,
    zone: str = "UTC",
    *,
    starts: date = date(2020, 1, 1),
    ends: date | None = None,
    grace: int = 0,
    observed: bool = False,
    control: str = CONTROL,
    scope: str = SCOPE,
) -> Rule:
    """A duty that has existed for long."""
    return Rule(control, scope, cadence, zone, starts, ends, grace, observed)


def performed(
    occurred: str,
    *,
    zone: str = "UTC",
    recorded: str | None = None,
    entry: str | None = None,
    complete: bool = True,
    note: str = "",
    interval: str | None = None,
    event: str | None = None,
) -> Performance:
    """Performed at that local moment and recorded at once; the entry is called after it unless told otherwise."""
    when = at(occurred, zone)
    written = when if recorded is None else at(recorded, zone)
    return Performance(entry or f"e_{occurred}", CONTROL, SCOPE, when, written, complete, note, event, interval)


def waiver(
    interval: str,
    *,
    entry: str = "e_waiver",
    reason: str = "no traffic in that quarter",
    approver: str = "sample-person-1",
    requester: str = "sample-person-2",
) -> Waiver:
    """A waiver that counts, unless told otherwise."""
    return Waiver(entry, CONTROL, SCOPE, interval, reason, approver, requester)


def blind(start: str, end: str, why: str = "recorder stopped", scope: str = "") -> Blind:
    """A blind stretch, told in UTC."""
    return Blind(at(start), at(end), why, scope)


def grid(
    rules: Rule | Iterable[Rule],
    performances: Iterable[Performance] = (),
    *,
    waivers: Iterable[Waiver] = (),
    blinds: Iterable[Blind] = (),
    period: Period | None = None,
    as_of: str = "2030-01-01",
    began: str = LONG_AGO,
) -> tuple[Cell, ...]:
    """What `assess` says of 2026, looking back from long after."""
    stated = [rules] if isinstance(rules, Rule) else rules
    return assess(stated, performances, waivers, blinds, period or year(2026), moment(as_of), began)


def event_grid(
    rules: Rule | Iterable[Rule],
    events: Iterable[Event],
    performances: Iterable[Performance] = (),
    *,
    waivers: Iterable[Waiver] = (),
    blinds: Iterable[Blind] = (),
    period: Period | None = None,
    as_of: str = "2030-01-01",
    began: str = LONG_AGO,
) -> tuple[Cell, ...]:
    """What `assess_events` says of 2026, looking back from long after."""
    stated = [rules] if isinstance(rules, Rule) else rules
    return assess_events(stated, events, performances, waivers, blinds, period or year(2026), moment(as_of), began)


def states(cells: Iterable[Cell]) -> dict[str, str]:
    """State by interval."""
    return {cell.occurrence.interval: cell.state.value for cell in cells}
