"""Where the name of a trust boundary goes: inside its frame, in a strip without nodes, where no line runs through it.

Strips are tried in turn: along the top, along the bottom, upwards along the left side, upwards along the right side. Only if
lines take all four does the name share its place with some, and `clear` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from proofbook.diagrams.lettering import width
from proofbook.diagrams.shapes import BOLD, CAPTION_SIZE, Box, Point

STRIP: Final = 26
"""What the frame keeps free of nodes on each side."""
_TALL: Final = CAPTION_SIZE + 4
_EDGE: Final = 5
_FROM_CORNER: Final = 10
_BESIDE_LINE: Final = 7


@dataclass(frozen=True, slots=True)
class CaptionPlace:
    """The rectangle the name takes; `turned` is written upwards; not `clear` has lines under it."""

    box: Box
    turned: bool
    clear: bool


def caption_place(caption: str, frame: Box, lines: Iterable[tuple[Point, ...]]) -> CaptionPlace:
    """The first free place for a name."""
    long = ceil(width(caption, CAPTION_SIZE * BOLD))
    segments = [pair for line in lines for pair in pairwise(line)]
    first, last = frame.left + _FROM_CORNER, frame.right - _FROM_CORNER - long
    for top in (frame.top + _EDGE + 2, frame.bottom - _EDGE - _TALL):
        taken = _taken(((_across(start, end), _down(start, end)) for start, end in segments), top, top + _TALL)
        if (left := _first_gap(taken, first, long)) <= last:
            return CaptionPlace(Box(left, top, long, _TALL), turned=False, clear=True)
    first_down, last_down = frame.top + _FROM_CORNER, frame.bottom - _FROM_CORNER - long
    for left in (frame.left + _EDGE, frame.right - _EDGE - _TALL):
        taken = _taken(((_down(start, end), _across(start, end)) for start, end in segments), left, left + _TALL)
        if (top := _first_gap(taken, first_down, long)) <= last_down:
            return CaptionPlace(Box(left, top, _TALL, long), turned=True, clear=True)
    return CaptionPlace(Box(first, frame.top + _EDGE + 2, long, _TALL), turned=False, clear=False)


def _taken(spans: Iterable[tuple[tuple[int, int], tuple[int, int]]], near: int, far: int) -> Iterator[tuple[int, int]]:
    """What lines take of a strip from `near` to `far`, as stretches along it."""
    for (low, high), (start, end) in spans:
        if start <= far and end >= near:
            yield low - _BESIDE_LINE, high + _BESIDE_LINE


def _first_gap(taken: Iterable[tuple[int, int]], at: int, long: int) -> int:
    for low, high in sorted(taken):
        if low < at + long and high > at:
            at = high
    return at


def _across(start: Point, end: Point) -> tuple[int, int]:
    return min(start.x, end.x), max(start.x, end.x)


def _down(start: Point, end: Point) -> tuple[int, int]:
    return min(start.y, end.y), max(start.y, end.y)
