"""Columns of counts as SVG: one for each interval, its parts on top of each other.

Promises: pure; the same values give the same bytes. Parts differ by filling and not by colour alone: solid, hatched, framed. A
part that is there is never too thin to be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from xml.etree.ElementTree import Element

from proofbook.charts.dressing import Dress, Filling, Palette, dress, shown
from proofbook.charts.library import chart

_HEIGHT: Final = 200
_THINNEST: Final = 0.035
"""The least part of the highest column that is drawn."""


@dataclass(frozen=True, slots=True)
class Part:
    """What columns are made of: its word, and how it is filled."""

    word: str
    filling: Filling


@dataclass(frozen=True, slots=True)
class Column:
    """One interval: what it is called, and how many of each part, in the order of the parts."""

    name: str
    counts: tuple[int, ...]


def draw_columns(name: str, parts: Sequence[Part], columns: Sequence[Column], palette: Palette) -> str:
    """Columns from left to right; the first part stands at the bottom. `name` also makes the pattern's id."""
    return dress(_render(tuple(parts), tuple(columns)), Dress(name, tuple(each.filling for each in parts), palette))


@lru_cache(maxsize=16)
def _render(parts: tuple[Part, ...], columns: tuple[Column, ...]) -> Element:
    """What the library draws, kept for who looks again."""
    most = max((sum(each.counts) for each in columns), default=0)
    every = -(-len(columns) // 5) or 1
    names = [shown(each.name, 16) for each in columns]
    drawing = chart(
        "StackedBar",
        height=_HEIGHT,
        x_labels=[label if place % every == 0 else "" for place, label in enumerate(names)],
        value_formatter=_whole,
        order_min=0,
        legend_at_bottom=True,
        legend_at_bottom_columns=max(len(parts), 1),
    )
    for place, part in enumerate(parts):
        drawing.add(shown(part.word), [_part(column, place, part, most) for column in columns])
    tree: Element = drawing.render_tree()
    return tree


def _part(column: Column, place: int, part: Part, most: int) -> dict[str, Any]:
    count = column.counts[place]
    return {"value": max(count, most * _THINNEST) if count else 0, "tooltip": f"{column.name}: {count} {part.word}"}


def _whole(number: float) -> str:
    return f"{number:,.0f}"
