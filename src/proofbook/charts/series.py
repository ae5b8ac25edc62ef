"""A value over time against its line, as SVG.

Promises: pure; the same values give the same bytes; every point has its words beside it in a table. Nothing is smoothed or joined
across a stretch without a measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from xml.etree.ElementTree import Element

from proofbook.charts.dressing import Dress, Kind, Palette, dress
from proofbook.charts.library import chart

_HEIGHT: Final = 170
_MARKS: Final[dict[bool | None, tuple[Kind, float]]] = {True: ("met", 4.5), False: ("not_met", 5.5), None: ("unsaid", 3)}
"""By whether it meets its line: what a point is drawn as, and its radius."""


@dataclass(frozen=True, slots=True)
class Point:
    """A measured value in thousandths, where on the period it lies (0 to 1), and whether it meets its line."""

    place: float
    value: int
    words: str
    meets: bool | None


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over the period; `line` is the threshold of the newest point, in thousandths."""

    name: str
    points: tuple[Point, ...]
    line: int | None


def draw_series(series: Series, first: str, last: str, palette: Palette) -> str:
    """A line of points with its threshold; discs meet it, open rings do not, small dots have none to meet."""
    tree, kinds = _render(series, first, last)
    name = f"{series.name}: {len(series.points)} measurements from {first} to {last}"
    return dress(tree, Dress(name, kinds, palette, ends=True, beneath=_more_above(series)))


@lru_cache(maxsize=32)
def _render(series: Series, first: str, last: str) -> tuple[Element, tuple[Kind, ...]]:
    """What the library draws, and what its series are; kept for the other palette, and for who looks again."""
    low, high = _bounds([each.value for each in series.points] + ([] if series.line is None else [series.line]))
    drawing = chart(
        "XY",
        height=_HEIGHT,
        x_labels=[{"value": 0, "label": first}, {"value": 1, "label": last}],
        value_formatter=_thousandths,
        xrange=(0, 1),
        range=(low, high),
        show_legend=False,
        print_labels=True,
    )
    kinds: list[Kind] = ["line"]
    drawing.add(None, [_value(each) for each in series.points], show_dots=False)
    if series.line is not None:
        kinds.append("threshold")
        end = {"value": (1, series.line), "label": f"threshold {_thousandths(series.line)}"}
        drawing.add(None, [(0, series.line), end], dots_size=0)
    for meets, (kind, size) in _MARKS.items():
        kinds.append(kind)
        drawing.add(None, [_value(each) for each in series.points if each.meets is meets], stroke=False, dots_size=size)
    return drawing.render_tree(), tuple(kinds)


def _value(point: Point) -> dict[str, Any]:
    return {"value": (min(1.0, max(0.0, point.place)), point.value), "tooltip": point.words}


def _more_above(series: Series) -> bool:
    """Most of what is drawn where the line's words stand lies above the line."""
    late = [each.value >= (series.line or 0) for each in series.points if each.place > 0.6]
    return sum(late) * 2 > len(late)


def _bounds(values: Sequence[int]) -> tuple[int, int]:
    """Bounds around the values, never a flat axis; shares keep to 0 and 1 and to steps of 0.05, so that little looks little."""
    low, high = min(values), max(values)
    if low >= 0 and high <= 1000:
        return max(0, (low - 1) // 50 * 50), min(1000, -(-(high + 1) // 50) * 50)
    room = max(1, (high - low) // 8)
    return (max(0, low - room) if low >= 0 else low - room), high + room


def _thousandths(value: float) -> str:
    text = f"{value / 1000:.3f}"
    return text.removesuffix("0")
