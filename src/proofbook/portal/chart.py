"""Exchanges over time as bars, with intervals of which nothing is known shown as such and never as zero.

Promises: pure; the same values give the same words and picture. A bar says what is recorded. Hatching lies over the exact
interval that is not covered, whatever bars touch it. Does not: interpolate, smooth, or leave out an empty group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from markupsafe import Markup

from proofbook.charts.timeline import Layer, Stretch, draw_timeline
from proofbook.portal import wording
from proofbook.portal.coverage import Span
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.activity import Activity, Grain

_SPACING: Final = 0.22
"""Part of a group's width that stays empty."""
_TICK: Final = 0.017
"""How high a covered group without exchanges is drawn, as a part of the whole."""


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
    """One group. `covered` is `covered`, `partly` or `not covered`."""

    start: str
    count: int
    covered: str

    @property
    def words(self) -> str:
        """What is known of the group: a number only where something recorded, or something is recorded."""
        if self.covered == "not covered":
            return f"{self.count:,} recorded, interval not covered" if self.count else "unknown"
        return f"{self.count:,}, partly not covered" if self.covered == "partly" else f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs. `top` is the count at the upper edge; `uncovered` is what nobody recorded."""

    scale: Scale
    window: Span
    bars: tuple[Bar, ...]
    uncovered: tuple[Span, ...]
    top: int
    total: int

    @property
    def since(self) -> str:
        """The first moment drawn."""
        return format_instant(self.window.start)


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
    bars = tuple(_bar(window.start + place * scale.step, count, uncovered, scale, now) for place, count in enumerate(totals))
    return Chart(scale, window, bars, tuple(uncovered), _round_up(max(totals, default=0)), sum(totals))


def draw_chart(chart: Chart) -> Markup:
    """The plot, for the page to write its scale beside."""
    gap, whole = _SPACING / 2, len(chart.bars)

    def group(place: int, bar: Bar, height: float) -> Stretch:
        told = f"{wording.clock(bar.start)} UTC: {bar.words}"
        return Stretch((place + gap) / whole, (place + 1 - gap) / whole, height, told)

    counted = [group(place, bar, bar.count) for place, bar in enumerate(chart.bars) if bar.count]
    empty = [(place, bar) for place, bar in enumerate(chart.bars) if not bar.count and bar.covered == "covered"]
    layers = (
        Layer("band", tuple(_band(each, chart) for each in chart.uncovered)),
        Layer("bar", tuple(counted)),
        Layer("zero", tuple(group(place, bar, chart.top * _TICK) for place, bar in empty)),
    )
    name = f"Exchanges by {chart.scale.word}; the table below has the same figures"
    return Markup(draw_timeline(name, layers, chart.top, "screen"))  # noqa: S704 - charts escape their texts


def _band(hole: Span, chart: Chart) -> Stretch:
    begin, length = chart.window.start, chart.window.end - chart.window.start
    first, last = (wording.clock(format_instant(each)) for each in (hole.start, hole.end))
    told = f"{first} to {last} UTC: not covered, unknown"
    return Stretch((hole.start - begin) / length, (hole.end - begin) / length, chart.top, told)


def _bar(start: datetime, count: int, uncovered: Sequence[Span], scale: Scale, now: datetime) -> Bar:
    end = min(start + scale.step, now)
    missing = sum((max(min(each.end, end) - max(each.start, start), timedelta()) for each in uncovered), timedelta())
    covered = "covered" if not missing else "not covered" if missing >= end - start else "partly"
    return Bar(format_instant(start), count, covered)


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
