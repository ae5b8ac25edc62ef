"""Rows of time as SVG: filled where somebody recorded, hatched where nothing is known.

Promises: pure; the same values give the same bytes. A stretch nobody saw is never too thin to be seen. The library has no such
shape whose work grows with the stretches alone (decision 16): boxes are placed here, named as it names its own, dressed alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from proofbook.charts.dressing import Dress, Palette, dress, shown
from proofbook.charts.library import WIDTH

_LEFT: Final = 190
_RIGHT: Final = 6
_STEP: Final = 30
_THICK: Final = 22
_NARROWEST: Final = 4
_LONGEST: Final = 16
"""Letters of a name that have room beside the rows, in a narrow window too."""

_BESIDE: Final = 26
"""Letters of both ends that have room beside each other; longer ones stand on two lines."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of time: stretches from 0 to 1 of which nothing is known, each in words."""

    name: str
    holes: tuple[tuple[float, float, str], ...]


def draw_lanes(name: str, lanes: Sequence[Lane], first: str, last: str, palette: Palette) -> str:
    """Rows of time from `first` to `last`."""
    width, floor = WIDTH - _LEFT - _RIGHT, _STEP * len(lanes)
    below = 18 if len(first) + len(last) > _BESIDE else 0
    root = Element("svg", {"viewBox": f"0 0 {WIDTH} {floor + below + 50}"})
    names, recorded, unknown, ends, key = (
        SubElement(root, "g", {"class": each}) for each in ("axis y", "series color-0", "series color-1", "axis x", "legends")
    )
    for number, lane in enumerate(lanes):
        top = 2 + _STEP * number
        _write(names, _LEFT - 10, top + 16, shown(lane.name, _LONGEST))
        _box(recorded, _LEFT, top, width, f"{lane.name}: recorded")
        for start, end, told in lane.holes:
            wide = max(_NARROWEST, round(width * (end - start)))
            _box(unknown, _LEFT + min(round(width * start), width - wide), top, wide, f"{lane.name}: {told}")
    _write(ends, _LEFT, floor + 16, first)
    _write(ends, WIDTH - _RIGHT, floor + below + 16, last)
    for place, word in enumerate(("recorded", "unknown")):
        left = _LEFT + 130 * place
        SubElement(key, "rect", _numbers(x=left, y=floor + below + 32, width=13, height=13) | {"class": f"color-{place}"})
        _write(key, left + 19, floor + below + 44, word)
    return dress(root, Dress(name, ("recorded", "hatched"), palette, ends=True))


def _box(series: Element, x: int, y: int, width: int, told: str) -> None:
    group = SubElement(series, "g", {"class": "bar"})
    SubElement(group, "title").text = told
    SubElement(group, "rect", _numbers(x=x, y=y, width=width, height=_THICK) | {"class": "rect"})


def _write(group: Element, x: int, y: int, words: str) -> None:
    SubElement(group, "text", _numbers(x=x, y=y)).text = words


def _numbers(**numbers: int) -> dict[str, str]:
    return {key: str(each) for key, each in numbers.items()}
