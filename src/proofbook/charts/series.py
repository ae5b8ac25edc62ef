"""A value over time against its line, as SVG.

Promises: pure; the same values give the same bytes; every point has its words beside it in a table. Nothing is smoothed or joined
across a stretch without a measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from proofbook.charts.marks import COLOURS, WIDTH, Palette, cross, head, line, shown, text

_LEFT: Final = 46
_RIGHT: Final = 12


@dataclass(frozen=True, slots=True)
class Point:
    """A measured value in thousandths, where on the period it lies (0 to 1), and whether it meets its line."""

    place: float
    value: int
    words: str
    meets: bool | None


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over the period. `low` and `high` bound the axis, in thousandths; `line` is the threshold of the newest point."""

    name: str
    points: tuple[Point, ...]
    line: int | None


def draw_series(series: Series, first: str, last: str, palette: Palette) -> str:
    """A line of points with its threshold; points that do not meet it are drawn as crosses, others as discs."""
    colour, height, top, bottom = COLOURS[palette], 150, 14, 28
    values = [each.value for each in series.points] + ([] if series.line is None else [series.line])
    low, high = _bounds(values)

    def y(value: int) -> int:
        return round(top + (height - top - bottom) * (high - value) / (high - low))

    def x(place: float) -> int:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, place)))

    out = [head(height, f"{series.name}: {len(series.points)} measurements from {first} to {last}", palette)]
    for value in (low, high):
        out.append(line(_LEFT, y(value), WIDTH - _RIGHT, y(value), colour["rule"]))
        out.append(text(_LEFT - 8, y(value) + 5, _thousandths(value), colour["quiet"], "end"))
    if series.line is not None:
        out.append(line(_LEFT, y(series.line), WIDTH - _RIGHT, y(series.line), colour["warn"], dash="5 4"))
        out.append(text(WIDTH - _RIGHT, y(series.line) - 5, f"threshold {_thousandths(series.line)}", colour["warn"], "end"))
    places = [(x(each.place), y(each.value), each) for each in series.points]
    out += [line(a[0], a[1], b[0], b[1], colour["mark"]) for a, b in pairwise(places)]
    for left, up, each in places:
        mark = (
            cross(left, up, colour["warn"])
            if each.meets is False
            else f'<circle cx="{left}" cy="{up}" r="4" fill="{colour["mark"]}"/>'
        )
        out.append(f"<g><title>{shown(each.words)}</title>{mark}</g>")
    out.append(text(_LEFT, height - 8, first, colour["quiet"], "start"))
    out.append(text(WIDTH - _RIGHT, height - 8, last, colour["quiet"], "end"))
    return "".join([*out, "</svg>"])


def _bounds(values: Sequence[int]) -> tuple[int, int]:
    """Round bounds around the values, never a flat axis; shares keep to 0 and 1."""
    low, high = min(values), max(values)
    step = 50 if high <= 1000 else max(1, (high - low) // 4)
    low, high = (low - 1) // step * step, -(-(high + 1) // step) * step
    return (max(0, low), min(1000, high)) if min(values) >= 0 and max(values) <= 1000 else (low, high)


def _thousandths(value: int) -> str:
    return f"{value / 1000:.2f}" if value % 10 == 0 else f"{value / 1000:.3f}"
