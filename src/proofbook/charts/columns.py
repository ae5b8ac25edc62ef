"""Columns of counts as SVG: one for each interval, its parts on top of each other; and rows of time with stretches nobody saw.

Promises: pure; the same values give the same bytes. Parts differ by filling and not by colour alone: solid, hatched, framed. A
part that is there is never too thin to be seen. Unknown is hatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from proofbook.charts.marks import COLOURS, WIDTH, Palette, box, hatching, head, line, text

Filling = Literal["solid", "hatched", "framed"]
_LEFT: Final = 34
_RIGHT: Final = 6
_TOP: Final = 12
_BOTTOM: Final = 50
_HEIGHT: Final = 190
_THINNEST: Final = 4


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


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of time: stretches from 0 to 1 of which nothing is known, each in words."""

    name: str
    holes: tuple[tuple[float, float, str], ...]


def draw_columns(name: str, parts: Sequence[Part], columns: Sequence[Column], palette: Palette) -> str:
    """Columns from left to right; the first part stands at the bottom. `name` also makes the pattern's id."""
    colour = COLOURS[palette]
    hatch = f"h-{''.join(each for each in name.lower() if each.isascii() and each.isalnum())[:20]}"
    fills = {"solid": colour["warn"], "hatched": f"url(#{hatch})", "framed": colour["ground"]}
    most = max((sum(each.counts) for each in columns), default=0)
    floor, room = _HEIGHT - _BOTTOM, _HEIGHT - _BOTTOM - _TOP
    out = [head(_HEIGHT, name, palette), hatching(hatch, colour["warn"])]
    out += [text(_LEFT - 8, _TOP + 5, str(most), colour["quiet"], "end"), text(_LEFT - 8, floor, "0", colour["quiet"], "end")]
    out.append(line(_LEFT, _TOP, WIDTH - _RIGHT, _TOP, colour["rule"]))
    for place, column in enumerate(columns):
        left = _LEFT + (WIDTH - _LEFT - _RIGHT) * place // len(columns)
        right = _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 1) // len(columns)
        level = floor
        for part, count in zip(parts, column.counts, strict=True):
            if count:
                height = max(_THINNEST, room * count // most)
                level -= height
                told = f"{column.name}: {count} {part.word}"
                out.append(box(left + 3, level, right - left - 6, height, fills[part.filling], told, colour["warn"]))
        if place % (1 + len(columns) // 8) == 0:
            out.append(text((left + right) // 2, floor + 18, column.name, colour["quiet"], "middle"))
    out.append(line(_LEFT, floor, WIDTH - _RIGHT, floor, colour["quiet"]))
    for place, part in enumerate(parts):
        at = _LEFT + 130 * place
        out.append(box(at, _HEIGHT - 15, 13, 12, fills[part.filling], edge=colour["warn"]))
        out.append(text(at + 20, _HEIGHT - 4, part.word, colour["quiet"], "start"))
    return "".join([*out, "</svg>"])


def draw_lanes(name: str, lanes: Sequence[Lane], first: str, last: str, palette: Palette) -> str:
    """Rows of time from `first` to `last`: filled where somebody recorded, hatched where nothing is known."""
    colour, step, left = COLOURS[palette], 30, 150
    width, height = WIDTH - left - _RIGHT, step * len(lanes) + 50
    out = [head(height, name, palette), hatching("h-lanes", colour["warn"])]
    for number, lane in enumerate(lanes):
        y = 4 + step * number
        out.append(text(left - 10, y + 15, lane.name if len(lane.name) <= 18 else f"{lane.name[:17]}…", colour["ink"], "end"))
        out.append(box(left, y, width, 20, colour["mark"], f"{lane.name}: recorded"))
        for start, end, told in lane.holes:
            at, wide = left + round(width * start), max(_THINNEST, round(width * (end - start)))
            out.append(box(at, y, wide, 20, colour["ground"]))
            out.append(box(at, y, wide, 20, "url(#h-lanes)", f"{lane.name}: {told}", colour["warn"]))
    below = step * len(lanes) + 14
    out += [text(left, below, first, colour["quiet"], "start"), text(WIDTH - _RIGHT, below, last, colour["quiet"], "end")]
    for place, (word, fill) in enumerate((("recorded", colour["mark"]), ("unknown", "url(#h-lanes)"))):
        at = left + 120 * place
        out.append(box(at, height - 15, 13, 12, fill, edge=colour["quiet"]))
        out.append(text(at + 20, height - 4, word, colour["quiet"], "start"))
    return "".join([*out, "</svg>"])
