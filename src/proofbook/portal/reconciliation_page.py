"""The engines' own counters against the book: for each engine what both counted, day by day, as a plot and as a table.

Promises: the last thirty days; a day that cannot be told is hatched and said to be unknown, never drawn as nothing; the plot
shows what the table says. Engines whose counters cannot be read are named with the reason. Does not: record the comparison,
explain a difference away, or conclude anything. Pictures and words are pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from markupsafe import Markup

from proofbook.charts.timeline import Layer, Stretch, draw_timeline
from proofbook.portal.surroundings import Desk, Page, Query
from proofbook.portal.zones import zone_of
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.counters import reconcile
from proofbook.reconciliation.choosing import label_of
from proofbook.reconciliation.comparing import Comparison, Figure, Interval, Standing, deciding
from proofbook.reconciliation.published import Measure
from proofbook.reconciliation.wording import NAMES, book_words, describe_comparison, describe_interval

DAYS: Final = 30
_BAR: Final = 0.42
"""Part of a day's width that the book's bar takes; the engine's stands beside it."""
_GAP: Final = 0.06
TONES: Final = {Standing.AGREES: "plain", Standing.DIFFERS: "alarm", Standing.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class DayBars:
    """One day: what the book accounts for and what the engine counted."""

    day: str
    standing: Standing
    engine: int
    book: int

    @property
    def words(self) -> str:
        """The day for who points at it."""
        return f"{self.day}: engine {self.engine:,}, book {self.book:,}: {self.standing.value}"


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a template needs."""

    measure: str
    top: int
    middle: int
    days: tuple[DayBars, ...]
    drawn: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one stretch, in words."""

    interval: Interval
    measure: str
    engine: str
    book: str
    difference: str
    beside: bool
    first: bool


def show_reconciliation(desk: Desk, query: Query) -> Page:
    """`/reconciliation`."""
    zone = zone_of(desk, query)
    since = format_instant(desk.now - timedelta(days=DAYS))
    found = reconcile(desk.reader, since, format_instant(desk.now), desk.position, zone=zone)
    return Page(
        "reconciliation.html",
        {
            "engines": [
                (each, describe_comparison(each), derive_plot(each, zone), tuple(_rows(each.intervals)), _odd(each))
                for each in found
            ],
            "tones": TONES,
            "days": DAYS,
        },
    )


def derive_plot(comparison: Comparison, zone: str) -> Plot | None:
    """Days of a zone of the measure that decides; None when nothing was compared."""
    measure = _measure(comparison)
    if measure is None:
        return None
    day_in = label_of("day", zone)
    days = tuple(
        _day(day, tuple(found), measure) for day, found in groupby(comparison.intervals, key=lambda each: day_in(each.since))
    )
    top = max((max(each.engine, each.book) for each in days), default=0)
    top += top % 2 or (0 if top else 2)
    name = f"{comparison.address}: {NAMES[measure]} by day; the table below has the same figures"
    return Plot(NAMES[measure], top, top // 2, days, _draw(name, days, top))


def _draw(name: str, days: Sequence[DayBars], top: int) -> Markup:
    def bars(height: Callable[[DayBars], int], begin: float, width: float, only: Standing | None = None) -> tuple[Stretch, ...]:
        return tuple(
            Stretch((place + begin) / len(days), (place + begin + width) / len(days), height(each), each.words)
            for place, each in enumerate(days)
            if only in {None, each.standing}
        )

    layers = (
        Layer("band", bars(lambda _: top, 0, 1, Standing.UNKNOWN)),
        Layer("differing", bars(lambda _: top, 0, 1, Standing.DIFFERS)),
        Layer("bar", bars(lambda each: each.book, 0, _BAR)),
        Layer("other", bars(lambda each: each.engine, _BAR + _GAP, _BAR)),
    )
    return Markup(draw_timeline(name, layers, top, "screen"))  # noqa: S704 - charts escape their texts


def _measure(comparison: Comparison) -> Measure | None:
    for interval in reversed(comparison.intervals):
        for each in deciding(interval.figures):
            return each.measure
    return None


def _day(day: str, intervals: Sequence[Interval], measure: Measure) -> DayBars:
    """What the engine counted, what the book accounts for at least, and how the day stands: the gravest of its stretches."""
    engine = low = 0
    found: set[Standing] = set()
    for interval in intervals:
        found.add(interval.standing)
        for each in interval.figures:
            if each.measure is measure:
                engine, low = engine + each.engine, low + each.low
    standing = next(each for each in (Standing.DIFFERS, Standing.UNKNOWN, Standing.AGREES) if each in found)
    return DayBars(day, standing, engine, low)


def _rows(intervals: Iterable[Interval]) -> Iterator[Row]:
    """The newest stretch first."""
    for interval in reversed(tuple(intervals)):
        decide = deciding(interval.figures)
        for number, each in enumerate(interval.figures):
            words = NAMES[each.measure], _engine_words(each), book_words(each), _more(each)
            yield Row(interval, *words, beside=each not in decide, first=number == 0)
        if not interval.figures:
            yield Row(interval, "", "", "", "", beside=False, first=True)


def _engine_words(figure: Figure) -> str:
    return f"{'at least ' if figure.at_least else ''}{figure.engine:,}"


def _more(figure: Figure) -> str:
    return f"{figure.difference:+,}" if figure.difference else ""


def _odd(comparison: Comparison) -> tuple[tuple[Interval, str], ...]:
    """Stretches that do not agree, in words, the newest first."""
    return tuple(
        (each, describe_interval(each)) for each in reversed(comparison.intervals) if each.standing is not Standing.AGREES
    )
