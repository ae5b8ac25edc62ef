"""Bars over time at their exact places, and stretches of which nothing is known, as SVG without words for a page to frame.

Promises: pure; the same values give the same bytes. The picture is exactly the plot, from the first moment to the last and from
nothing to `top`, and may be stretched to any width: the page writes its scale beside it. Unknown is hatched over its exact
stretch, whatever bars touch it. Does not: group, sum or smooth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from xml.etree.ElementTree import Element

from proofbook.charts.dressing import Dress, Kind, Palette, dress
from proofbook.charts.library import chart

_WIDTH: Final = 960


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end` in parts of the whole (0 to 1), `height` high; `words` for who points at it."""

    start: float
    end: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Stretches of one sort; later layers lie above earlier ones."""

    kind: Kind
    stretches: tuple[Stretch, ...]


def draw_timeline(name: str, layers: Sequence[Layer], top: float, palette: Palette, height: int = 180) -> str:
    """Layers over one another between 0 and `top`."""
    kinds: tuple[Kind, ...] = ("bar", *(each.kind for each in layers))
    return dress(_render(tuple(layers), top, height), Dress(name, kinds, palette, bare=True))


@lru_cache(maxsize=2)
def _render(layers: tuple[Layer, ...], top: float, height: int) -> Element:
    """What the library draws, kept for the other palette; a flat first layer reaches from the first moment to the last."""
    drawing = chart(
        "Histogram",
        width=_WIDTH,
        height=height,
        range=(0, top),
        y_labels=[0, top / 2, top],
        x_labels=[0, 1],
        show_legend=False,
    )
    drawing.add(None, [(0, 0, 1)])
    for layer in layers:
        stretches = _joined(layer.stretches) if layer.kind == "band" else layer.stretches
        drawing.add(None, [_value(each, top) for each in stretches])
    tree: Element = drawing.render_tree()
    return tree


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Stretches between which no eye can see become one, so that a thousand of them are not a thousand boxes."""
    found: list[list[Stretch]] = []
    reached = 0.0
    for each in sorted(stretches, key=lambda stretch: (stretch.start, stretch.end)):
        if found and each.start - reached < 1 / _WIDTH:
            found[-1].append(each)
        else:
            found.append([each])
        reached = max(reached, each.end)
    return [_one(together) for together in found]


def _one(together: Sequence[Stretch]) -> Stretch:
    first, last = together[0], together[-1]
    if first is last:
        return first
    words = f"{len(together):,} stretches; the first: {first.words}; the last: {last.words}"
    return Stretch(first.start, max(each.end for each in together), max(each.height for each in together), words)


def _value(each: Stretch, top: float) -> dict[str, Any]:
    return {"value": (min(each.height, top), max(0.0, each.start), min(1.0, each.end)), "tooltip": each.words}
