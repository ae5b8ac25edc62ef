"""The strip chart of a period: rows a day, and the intervals in which nobody recorded, the same for the page and the PDF.

Promises: the same totals give the same picture; long periods are drawn in bins of some days, said in words. Nothing is
smoothed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from proofbook.charts.dressing import Palette
from proofbook.charts.timeline import Layer, Stretch, draw_timeline
from proofbook.export.coverage import Uncovered
from proofbook.export.totals import Totals
from proofbook.primitives.instants import Period, parse_instant

_HEIGHT: Final = 96
_MAX_BARS: Final = 186
"""Half a year of days; longer periods are put together."""
_SPACE: Final = 0.15
"""Part of a bar's place that stays empty, while there are few enough bars to be told apart."""
_FEW: Final = 124
_THINNEST: Final = 0.02
_NARROWEST: Final = 0.0025
"""The least height of a bar and the least width of a band, as a part of the whole."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Bars and bands in parts of the period; `highest` is the greatest count of a bar."""

    name: str
    days_per_bar: int
    highest: int
    bars: tuple[Stretch, ...]
    bands: tuple[Stretch, ...]

    def draw(self, palette: Palette) -> str:
        """The picture, an SVG element."""
        layers = (Layer("band", self.bands), Layer("bar", self.bars))
        return draw_timeline(self.name, layers, max(self.highest, 1), palette, _HEIGHT)

    def document(self) -> dict[str, Any]:
        """As values for a template."""
        drawn = {"screen": self.draw("screen"), "paper": self.draw("paper")}
        return {"name": self.name, "days_per_bar": self.days_per_bar, "highest": self.highest, **drawn}


def derive_strip(title: str, totals: Totals, uncovered: Iterable[Uncovered], period: Period) -> Strip:
    """The chart of one table over its period; `title` is what the page calls the list."""
    days = totals.calendar.days
    per_bar = -(-len(days) // _MAX_BARS)
    groups = [days[start : start + per_bar] for start in range(0, len(days), per_bar)]
    counts = [sum(totals.days[day] for day in group) for group in groups]
    highest = max(counts, default=0)
    space = _SPACE if len(groups) <= _FEW else 0
    bars = []
    for number, (group, count) in enumerate(zip(groups, counts, strict=True)):
        if count:
            name = group[0].isoformat() if len(group) == 1 else f"{group[0].isoformat()} to {group[-1].isoformat()}"
            begin, end = number / len(groups), (number + 1 - space) / len(groups)
            bars.append(Stretch(begin, end, max(highest * _THINNEST, count), f"{name}: {count}"))
    bands = tuple(_band(each, period, max(highest, 1)) for each in uncovered)
    every = "day" if per_bar == 1 else f"{per_bar} days"
    gaps = f"{len(bands)} interval{'' if len(bands) == 1 else 's'} without a recorder"
    return Strip(f"{title}: rows per {every} over the period, highest {highest:,}; {gaps}", per_bar, highest, tuple(bars), bands)


def _band(each: Uncovered, period: Period, highest: int) -> Stretch:
    begin = min(_place(parse_instant(each.since), period), 1 - _NARROWEST)
    end = max(_place(parse_instant(each.until), period), begin + _NARROWEST)
    return Stretch(begin, end, highest, each.sentence())


def _place(moment: datetime, period: Period) -> float:
    return min(1.0, max(0.0, (moment - period.start) / (period.end - period.start)))
