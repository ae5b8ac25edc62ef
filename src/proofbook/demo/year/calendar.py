"""The days of a generated year: its intervals, its moments, and choices that depend on nothing but seed and label.

Promises: the same seed, last day and zone give the same values in every process. The intervals are worked out here and not by
the room that says what was due, so that a fault there is not repeated here. Reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)
SETUP_DAYS: Final = 40
"""The book begins this long before the period, so that what must exist on its first day does."""

_SATURDAY: Final = 5
T = TypeVar("T")
_Begin: TypeAlias = Callable[[date], date]
_Name: TypeAlias = Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar interval, cut to the year: `id` names it in record ids."""

    id: str
    first: date
    last: date
    whole_first: date
    """Its first day before it was cut."""


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months up to `last`, both ends inclusive, in `zone`."""

    last: date
    seed: int
    zone: str

    @property
    def first(self) -> date:
        """First day: the day after `last`, a year earlier."""
        after = self.last + DAY
        if (after.month, after.day) == (2, 29):
            return date(after.year - 1, 3, 1)
        return after.replace(year=after.year - 1)

    @property
    def setup(self) -> date:
        """Day the book begins."""
        return self.first - SETUP_DAYS * DAY

    def at(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """A moment of local time, aware UTC."""
        return datetime.combine(day, time(hour, minute, second), ZoneInfo(self.zone)).astimezone(UTC)

    def day(self, number: int) -> date:
        """The day `number` days after the first; negative ones lie in the setup."""
        return self.first + number * DAY

    def workday(self, number: int) -> date:
        """As `day`, moved back to a Friday when it falls on a weekend."""
        day = self.day(number)
        return day - max(0, day.weekday() - _SATURDAY + 1) * DAY

    def days(self) -> Iterator[date]:
        """Every day of the period."""
        day = self.first
        while day <= self.last:
            yield day
            day += DAY

    def weeks(self) -> tuple[Span, ...]:
        """Weeks from Monday to Sunday that end in the period."""
        return self._spans(lambda day: day - day.weekday() * DAY, lambda day: "{}-w{:02}".format(*day.isocalendar()[:2]))

    def months(self) -> tuple[Span, ...]:
        """Months that end in the period."""
        return self._spans(lambda day: day.replace(day=1), lambda day: f"{day:%Y-%m}")

    def quarters(self) -> tuple[Span, ...]:
        """Calendar quarters that end in the period."""
        return self._spans(
            lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), lambda day: f"{day.year}-q{(day.month + 2) // 3}"
        )

    def before(self, span: Span, days: int) -> date:
        """A working day so many days before the end of a span, or its last day when there is none left in it."""
        day = self.workday((max(span.first, span.last - days * DAY) - self.first).days)
        return day if day >= span.first else span.last

    def by_year_end(self) -> date:
        """A working day between the first day and the end of the calendar year that ends in the period."""
        end = date(self.first.year, 12, 31)
        middle = self.first + (end - self.first) * 2 // 5
        return self.workday((middle - self.first).days) if (middle - self.first).days > 1 else middle

    def number(self, label: str, below: int) -> int:
        """A number from 0 to `below` - 1 that depends on seed and label only."""
        drawn = sha256(f"{self.seed}/{label}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") % below

    def choose(self, label: str, among: Sequence[T]) -> T:
        """One of several."""
        return among[self.number(label, len(among))]

    def _spans(self, begin: _Begin, name: _Name) -> tuple[Span, ...]:
        found: list[Span] = []
        day = self.first
        while day <= self.last:
            begins, end = begin(day), day
            while end + DAY <= self.last and begin(end + DAY) == begins:
                end += DAY
            if begin(end + DAY) != begins:
                found.append(Span(name(end), day, end, begins))
            day = end + DAY
        return tuple(found)
