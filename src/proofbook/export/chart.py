"""The strip chart of a period: rows a day, and the intervals in which nobody recorded; plain numbers for a page to draw.

Promises: the same totals give the same numbers; long periods are drawn in bins of some days, said in words. Nothing is
smoothed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from proofbook.export.coverage import Uncovered
from proofbook.export.totals import Totals
from proofbook.primitives.instants import Period, parse_instant

WIDTH: Final = 960
HEIGHT: Final = 96
_MAX_BARS: Final = 186
"""Half a year of days; longer periods are put together."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Bars as (x, width, height, title) and bands as (x, width, title), in units of WIDTH by HEIGHT."""

    days_per_bar: int
    highest: int
    bars: tuple[tuple[int, int, int, str], ...]
    bands: tuple[tuple[int, int, str], ...]

    def document(self) -> dict[str, Any]:
        """As values for a template."""
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "days_per_bar": self.days_per_bar,
            "highest": self.highest,
            "bars": [{"x": x, "w": w, "h": h, "y": HEIGHT - h, "title": title} for x, w, h, title in self.bars],
            "bands": [{"x": x, "w": w, "title": title} for x, w, title in self.bands],
        }


def derive_strip(totals: Totals, uncovered: Iterable[Uncovered], period: Period) -> Strip:
    """The chart of one table over its period."""
    days = totals.calendar.days
    per_bar = -(-len(days) // _MAX_BARS)
    groups = [days[start : start + per_bar] for start in range(0, len(days), per_bar)]
    counts = [sum(totals.days[day] for day in group) for group in groups]
    highest = max(counts, default=0)
    bars = []
    for number, (group, count) in enumerate(zip(groups, counts, strict=True)):
        left, right = WIDTH * number // len(groups), WIDTH * (number + 1) // len(groups)
        space = 1 if right - left > 3 else 0
        height = max(2, count * (HEIGHT - 8) // highest) if count else 0
        name = group[0].isoformat() if len(group) == 1 else f"{group[0].isoformat()} to {group[-1].isoformat()}"
        bars.append((left, right - left - space, height, f"{name}: {count}"))
    bands = tuple(_band(each, period) for each in uncovered)
    return Strip(per_bar, highest, tuple(bars), bands)


def _band(each: Uncovered, period: Period) -> tuple[int, int, str]:
    left, right = _place(parse_instant(each.since), period), _place(parse_instant(each.until), period)
    return left, max(2, right - left), each.sentence()


def _place(moment: datetime, period: Period) -> int:
    share = (moment - period.start) / (period.end - period.start)
    return min(WIDTH, max(0, int(share * WIDTH)))
