"""Exchanges over time as bars, with intervals of which nothing is known shown as such and never as zero.

Promises: pure geometry and words; the template draws it. A bar says what is recorded. Hatching lies over the exact interval that
is not covered, whatever bars touch it. Does not: interpolate, smooth, or leave out an empty group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from proofbook.portal.coverage import Span
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.activity import Activity, Grain

WIDTH: Final = 960
HEIGHT: Final = 180
_TOP: Final = 6
_SPACING: Final = 0.22
"""Part of a group's width that stays empty."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How time is cut: groups of `step`, `groups` of them, read from the projection at `grain`."""

    word: str
    step: timedelta
    groups: int
    grain: Grain


FIVE_MINUTES: Final = Scale("five minutes", timedelta(minutes=5), 48, Grain.MINUTE)
QUARTERS: Final = Scale("quarter of an hour", timedelta(minutes=15), 48, Grain.MINUTE)
HOURS: Final = Scale("hour", timedelta(hours=1), 48, Grain.HOUR)
DAYS: Final = Scale("day", timedelta(days=1), 30, Grain.DAY)


@dataclass(frozen=True, slots=True)
class Bar:
    """One group. `covered` is `covered`, `partly` or `not covered`; `x`, `y`, `width` and `height` are drawing units."""

    start: str
    count: int
    covered: str
    x: float
    y: float
    width: float
    height: float

    @property
    def words(self) -> str:
        """What is known of the group: a number only where something recorded, or something is recorded."""
        if self.covered == "not covered":
            return f"{self.count:,} recorded, interval not covered" if self.count else "unknown"
        return f"{self.count:,}, partly not covered" if self.covered == "partly" else f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Band:
    """An interval of which nothing is known, in drawing units and in words."""

    x: float
    width: float
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs to draw. `top` is the count at the upper edge."""

    scale: Scale
    since: str
    until: str
    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    top: int
    total: int


def choose_scale(now: datetime, oldest: datetime | None) -> Scale:
    """The finest scale whose window still holds the oldest record."""
    history = timedelta() if oldest is None else now - oldest
    return next((each for each in (FIVE_MINUTES, QUARTERS, HOURS) if history <= each.step * (each.groups - 1)), DAYS)


def window_of(now: datetime, scale: Scale) -> Span:
    """The window that ends with the group in which `now` lies; its end lies in the future by less than a step."""
    since_midnight = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = now - since_midnight % scale.step + scale.step
    return Span(end - scale.step * scale.groups, end)


def derive_chart(counts: Iterable[Activity], uncovered: Sequence[Span], *, scale: Scale, window: Span, now: datetime) -> Chart:
    """Counts and uncovered intervals -> chart."""
    totals = [0] * scale.groups
    for each in counts:
        place = (_start_of(each.group) - window.start) // scale.step
        if 0 <= place < scale.groups:
            totals[place] += each.exchanges
    top = _round_up(max(totals, default=0))
    bars = tuple(_bar(place, count, top, uncovered, scale=scale, window=window, now=now) for place, count in enumerate(totals))
    per_second = WIDTH / (window.end - window.start).total_seconds()
    bands = tuple(
        Band(
            round((each.start - window.start).total_seconds() * per_second, 2),
            round((each.end - each.start).total_seconds() * per_second, 2),
            format_instant(each.start),
            format_instant(each.end),
        )
        for each in uncovered
    )
    return Chart(scale, format_instant(window.start), format_instant(window.end), bars, bands, top, sum(totals))


def _bar(place: int, count: int, top: int, uncovered: Sequence[Span], *, scale: Scale, window: Span, now: datetime) -> Bar:
    start = window.start + place * scale.step
    end = min(start + scale.step, now)
    missing = sum((max(min(each.end, end) - max(each.start, start), timedelta()) for each in uncovered), timedelta())
    covered = "covered" if not missing else "not covered" if missing >= end - start else "partly"
    unit = WIDTH / scale.groups
    height = (HEIGHT - _TOP) * count / top
    return Bar(
        format_instant(start),
        count,
        covered,
        round((place + _SPACING / 2) * unit, 2),
        round(HEIGHT - height, 2),
        round((1 - _SPACING) * unit, 2),
        round(height, 2),
    )


def _start_of(group: str) -> datetime:
    """The moment at which a group of the projection starts."""
    return datetime.fromisoformat(group + {10: "T00:00", 13: ":00", 16: ""}[len(group)] + "+00:00")


def _round_up(count: int) -> int:
    """The next number that reads well on an axis; at least 2, so that the middle is a whole number."""
    magnitude = 10 ** max(len(str(count)) - 1, 0)
    steps = (1, 2, 4, 6, 8, 10) if magnitude > 1 else (2, 4, 6, 8, 10)
    return max(2, next(each * magnitude for each in steps if each * magnitude >= count or each == 10)) if count else 2


def peak(chart: Chart) -> Bar | None:
    """The highest bar, or None when nothing is recorded."""
    best = max(chart.bars, key=lambda bar: bar.count)
    return best if best.count else None


def middle(chart: Chart) -> int:
    """The count half way up."""
    return ceil(chart.top / 2)
