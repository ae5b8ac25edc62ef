"""Exchanges by day as bars above their list; each bar leads to its days.

Promises: pure geometry; counts are those that were kept by day (UTC), so that a bar costs nothing. A stretch too long for days is
drawn in weeks, then in stretches of four. An empty place says that nothing was recorded, not that nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from proofbook.readmodel.walking import DayCount

WIDTH: Final = 960
HEIGHT: Final = 96
MOST_BARS: Final = 92
_SPACING: Final = 0.18
_STEPS: Final = ((1, "day"), (7, "week"), (28, "four weeks"), (364, "52 weeks"))


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: its first and last day, its count, and where it stands, in drawing units."""

    first: str
    last: str
    count: int
    x: float
    y: float
    width: float
    height: float

    @property
    def days(self) -> str:
        """The days in words."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Everything a template draws. `step`: what one bar stands for; `total`: what all of them count."""

    columns: tuple[Column, ...]
    step: str
    first: str
    last: str
    top: int
    total: int


def derive_histogram(days: Sequence[DayCount], first: str | None, last: str | None) -> Histogram | None:
    """Bars from one day to another (None: the first or last that counts anything); None when there is nothing to draw."""
    if not days:
        return None
    begin, end = date.fromisoformat(first or days[0].day), date.fromisoformat(last or days[-1].day)
    if first is None and last is None:
        begin = max(begin, end - timedelta(days=MOST_BARS - 1))
    span = max((end - begin).days + 1, 1)
    step, word = next((each for each in _STEPS if span <= each[0] * MOST_BARS), _STEPS[-1])
    counts = [0] * -(-span // step)
    for each in days:
        place = (date.fromisoformat(each.day) - begin).days // step
        if 0 <= place < len(counts):
            counts[place] += each.exchanges
    top = max(*counts, 1) if len(counts) > 1 else max(counts[0], 1)
    unit = WIDTH / len(counts)
    columns = tuple(
        Column(
            (begin + timedelta(days=place * step)).isoformat(),
            min(begin + timedelta(days=place * step + step - 1), end).isoformat(),
            count,
            round((place + _SPACING / 2) * unit, 2),
            round(HEIGHT - HEIGHT * count / top, 2),
            round((1 - _SPACING) * unit, 2),
            round(HEIGHT * count / top, 2),
        )
        for place, count in enumerate(counts)
    )
    return Histogram(columns, word, begin.isoformat(), end.isoformat(), top, sum(counts))
