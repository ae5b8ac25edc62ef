"""The paths of flows: rounded corners, the tip of an arrow, the place where an excluded flow is crossed out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from proofbook.diagrams.layout import Layout, PlacedFlow
from proofbook.diagrams.shapes import Box, Point

TIP: Final = 9
TIP_HALF: Final = 4
_BEND: Final = 6
_NEAR: Final = 12


def line_path(points: tuple[Point, ...]) -> str:
    """From end to just inside the tip, with rounded corners."""
    *_, before, end = points
    stop = _towards(end, before, min(TIP - 2, _length(end, before)))
    path = [f"M{points[0].x} {points[0].y}"]
    for index, corner in enumerate(points[1:-1], start=1):
        near, far = points[index - 1], points[index + 1] if index + 1 < len(points) - 1 else stop
        reach = min(_BEND, _length(corner, near) // 2, _length(corner, far) // 2)
        first, then = _towards(corner, near, reach), _towards(corner, far, reach)
        path.append(f"L{first.x} {first.y}Q{corner.x} {corner.y} {then.x} {then.y}")
    return "".join((*path, f"L{stop.x} {stop.y}"))


def tip_path(points: tuple[Point, ...]) -> str:
    """A triangle whose point touches the end."""
    before, end = points[-2], points[-1]
    back = _towards(end, before, TIP) if _length(end, before) >= TIP else _away(end, before)
    across, down = (0, TIP_HALF) if end.y == before.y else (TIP_HALF, 0)
    return f"M{end.x} {end.y}L{back.x - across} {back.y - down}L{back.x + across} {back.y + down}Z"


def crossed_out_at(placed: PlacedFlow, layout: Layout) -> Point:
    """The place on the line that has the most room around it, so that the cross is seen and hides nothing."""
    others = [*placed.points, *(point for each in layout.flows for point in each.crossings)]
    lines = [pair for each in layout.flows if each is not placed for pair in pairwise(each.points)]
    lines += [side for each in layout.boundaries for side in _sides(each.box)]
    boxes = [each.text_box for each in layout.flows] + [each.box for each in layout.nodes]
    boxes += [each.caption_place.box for each in layout.boundaries]

    def room(at: Point) -> int:
        nearest = min((max(box.left - at.x, at.x - box.right, box.top - at.y, at.y - box.bottom) for box in boxes), default=99)
        rings = min((_length(at, other) for other in others), default=99)
        beside = min((_distance(at, start, end) for start, end in lines), default=99)
        return min(nearest, rings, beside, 14)

    middle = placed.points[len(placed.points) // 2]
    return max(_along(placed.points), key=lambda at: (room(at), -_length(at, middle)))


def lies_before_its_line(placed: PlacedFlow) -> bool:
    """Whether a flow's text has its line on the right-hand side, and near."""
    box = placed.text_box
    for start, end in pairwise(placed.points):
        beside = start.x == end.x and max(start.y, end.y) >= box.top and min(start.y, end.y) <= box.bottom
        if beside and 0 <= start.x - box.right <= _NEAR:
            return True
    return False


def _sides(box: Box) -> Iterator[tuple[Point, Point]]:
    corners = (Point(box.left, box.top), Point(box.right, box.top), Point(box.right, box.bottom), Point(box.left, box.bottom))
    yield from pairwise((*corners, corners[0]))


def _along(points: tuple[Point, ...]) -> Iterator[Point]:
    for start, end in pairwise(points):
        length = _length(start, end)
        yield from (_towards(start, end, step) for step in range(min(8, length // 2), length, 6))
    yield points[len(points) // 2]


def _distance(at: Point, start: Point, end: Point) -> int:
    """To a horizontal or vertical line, by its longer part."""
    across = max(min(start.x, end.x) - at.x, at.x - max(start.x, end.x), 0)
    down = max(min(start.y, end.y) - at.y, at.y - max(start.y, end.y), 0)
    return max(across, down)


def _length(start: Point, end: Point) -> int:
    return abs(start.x - end.x) + abs(start.y - end.y)


def _towards(start: Point, end: Point, step: int) -> Point:
    """A point `step` pixels from the start, on a horizontal or vertical line to the end."""
    return Point(start.x + step * _sign(end.x - start.x), start.y + step * _sign(end.y - start.y))


def _away(end: Point, before: Point) -> Point:
    return Point(end.x + TIP * _sign(before.x - end.x), end.y + TIP * _sign(before.y - end.y))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
