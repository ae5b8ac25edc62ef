"""Whether systems answered, day by day: a calendar from outages on record, gaps of the recorders and the traffic itself.

Promises: a day of which nothing is known is unknown and never counts as up; a gap of a recorder makes its days unknown, whatever
traffic says of the rest; an outage on record stands before both. Each day says in words what its letter means. Days are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from proofbook.obligations.duty import Blind
from proofbook.portal.assessing import Assessed
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.readmodel.availability import ends_by_day

LETTERS: Final = {
    "outage": ("O", "an outage is on record", "missed"),
    "planned": ("P", "planned downtime is on record", "not_applicable"),
    "unknown": ("U", "a recorder has a gap: not known", "unknown"),
    "errors": ("E", "answered, and the engine failed at times", "late"),
    "answered": ("A", "answered", "done"),
    "silent": ("·", "nothing was asked: not known", "not_due"),
    "coming": ("", "still to come", "none"),
}
"""What a day is -> letter, words, tone."""
_FAILED: Final = frozenset({"upstream_error", "upstream_timeout", "recorder_gap"})


@dataclass(frozen=True, slots=True)
class Day:
    """One square."""

    day: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """One system: months with their days, counts by state, probes and outages on record."""

    system: str
    title: str
    months: tuple[tuple[str, tuple[Day | None, ...]], ...]
    counts: Mapping[str, int]
    reports: tuple[Mapping[str, Any], ...]
    outages: tuple[tuple[str, Mapping[str, Any]], ...]


def show_availability(desk: Desk, query: Query) -> Answer:
    """`/availability`."""

    def make(found: Assessed) -> Page:
        return Page(
            "staff/availability.html", {"calendars": read_calendars(desk, found), "letters": LETTERS, "days": range(1, 32)}
        )

    return desk.assessments().show(desk, query, make)


def read_calendars(desk: Desk, found: Assessed) -> list[Calendar]:
    """One for each system in scope that is on the inventory."""
    return [_calendar(desk, found, system, title) for system, title in _systems(found)]


def _systems(found: Assessed) -> list[tuple[str, str]]:
    """Systems in scope that are on the inventory."""
    facts = found.facts
    return [
        (name, str(history[-1].body["title"]))
        for (kind, name), history in facts.histories.items()
        if kind == "ai_system" and facts.scope.includes(name)
    ]


def _calendar(desk: Desk, found: Assessed, system: str, title: str) -> Calendar:
    facts = found.facts
    first, last = facts.scope.period.first, facts.scope.period.last
    ends = ends_by_day(desk.reader, system, first.isoformat(), last.isoformat())
    outages = tuple((each.id, each.body) for each in _newest(found, "outage") if each.body["system"] == system)
    blinds = [each for each in found.months.duties.blinds if each.scope in {"", system}]
    today = facts.as_of.date()
    days = [_day(first + timedelta(days=place), today, ends, outages, blinds) for place in range((last - first).days + 1)]
    counts = {state: sum(each.state == state for each in days) for state in LETTERS}
    reports = tuple(each.body for each in _newest(found, "availability.report") if each.body["system"] == system)
    return Calendar(system, title, _months(days), counts, reports, outages)


def _newest(found: Assessed, kind: str) -> Iterable[Any]:
    return (history[-1] for (each, _), history in found.facts.histories.items() if each == kind)


def _day(
    day: date,
    today: date,
    ends: Mapping[str, Mapping[str, int]],
    outages: Sequence[tuple[str, Mapping[str, Any]]],
    blinds: Sequence[Blind],
) -> Day:
    name, after = day.isoformat(), (day + timedelta(days=1)).isoformat()
    if day > today:
        return Day(name, "coming", LETTERS["coming"][1])
    down = [body for _, body in outages if body["began_at"] < after and (body["ended_at"] is None or body["ended_at"] >= name)]
    if down:
        planned = all(body["planned"] for body in down)
        return Day(name, "planned" if planned else "outage", "; ".join(str(body["title"]) for body in down))
    if any(each.start < after and each.end > name for each in blinds):
        return Day(name, "unknown", LETTERS["unknown"][1])
    counted = ends.get(name, {})
    failed = sum(count for state, count in counted.items() if state in _FAILED)
    total = sum(counted.values())
    if total == 0:
        return Day(name, "silent", LETTERS["silent"][1])
    if failed:
        return Day(name, "errors", f"{failed} of {total} exchanges ended without an answer of the engine")
    return Day(name, "answered", f"{total} exchanges")


def _months(days: Sequence[Day]) -> tuple[tuple[str, tuple[Day | None, ...]], ...]:
    """Each month with a square for each of 31 days; None where there is no such day in the period."""
    found: dict[str, list[Day | None]] = {}
    for each in days:
        found.setdefault(each.day[:7], [None] * 31)[int(each.day[8:]) - 1] = each
    return tuple((month, tuple(squares)) for month, squares in found.items())
