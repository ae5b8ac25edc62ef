"""How often a control is owed, and the calendar intervals that follow from it.

Promises: the intervals of one cadence tile the calendar, without a gap or an overlap, whatever day one starts from. Intervals
are pairs of days; what moment a day begins at is a matter of the zone (midnights.py). Nothing here reads a clock. Does not
decide what is owed: that takes a duty's life as well (owed.py). Takes no text from outside except through `Cadence(text)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)


class Cadence(StrEnum):
    """How often a control is owed."""

    ANNUAL = "annual"
    SEMI_ANNUAL = "semi_annual"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    WEEKLY = "weekly"
    DAILY = "daily"
    PER_EVENT = "per_event"
    CONTINUOUS = "continuous"


LONGEST_DAYS = {
    Cadence.ANNUAL: 366,
    Cadence.SEMI_ANNUAL: 184,
    Cadence.QUARTERLY: 92,
    Cadence.MONTHLY: 31,
    Cadence.WEEKLY: 7,
    Cadence.DAILY: 1,
    Cadence.PER_EVENT: 31,
    Cadence.CONTINUOUS: 31,
}
"""Days of a cadence's longest interval."""

_MONTHS = {
    Cadence.ANNUAL: 12,
    Cadence.SEMI_ANNUAL: 6,
    Cadence.QUARTERLY: 3,
    Cadence.MONTHLY: 1,
    Cadence.PER_EVENT: 1,
    Cadence.CONTINUOUS: 1,
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole days, both inclusive. Ids: 2026, 2026-H1, 2026-Q1, 2026-03, 2026-W09 (ISO 8601 week), 2026-03-14."""

    id: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def interval_of(cadence: Cadence, day: date) -> Interval:
    """The interval of `cadence` that contains `day`. Duties per event and continuous ones are shown by month."""
    if cadence is Cadence.DAILY:
        return Interval(day.isoformat(), day, day)
    if cadence is Cadence.WEEKLY:
        year, week, weekday = day.isocalendar()
        monday = day - (weekday - 1) * DAY
        return Interval(f"{year:04d}-W{week:02d}", monday, monday + 6 * DAY)
    months = _MONTHS[cadence]
    turn = (day.month - 1) // months
    first = date(day.year, turn * months + 1, 1)
    after = date(day.year + 1, 1, 1) if first.month + months > 12 else date(day.year, first.month + months, 1)
    return Interval(_id(months, day.year, turn + 1), first, after - DAY)


def following(cadence: Cadence, interval: Interval) -> Interval:
    """The interval right after `interval`."""
    return interval_of(cadence, interval.last + DAY)


def intervals_ending(cadence: Cadence, first: date, last: date) -> Iterator[Interval]:
    """Every interval whose last day lies in `first` to `last`, both inclusive, oldest first."""
    interval = interval_of(cadence, first)
    while interval.last <= last:
        yield interval
        interval = following(cadence, interval)


def _id(months: int, year: int, turn: int) -> str:
    if months == 12:
        return f"{year:04d}"
    if months == 1:
        return f"{year:04d}-{turn:02d}"
    return f"{year:04d}-{'H' if months == 6 else 'Q'}{turn}"
