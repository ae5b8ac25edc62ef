"""Where everything of a diagram goes, in whole pixels.

Promises: the same diagram gives the same layout, in whatever order its parts are listed, in every process; nodes lie inside their
trust boundary and overlap nothing; flows are horizontal and vertical lines that begin and end at the edge of their nodes. Nothing
is placed by hand. For a small diagram two directions are tried, and the one that can be shown larger is kept.
Hostile input: only sizes and positions reach the layout engine, never a text or an id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import floor
from typing import Any, Final

from proofbook.diagrams.captions import CaptionPlace, caption_place
from proofbook.diagrams.engine import SHARED, LayoutEngine
from proofbook.diagrams.graph import SMALL, Direction, Lettered, graph_of
from proofbook.diagrams.model import Boundary, Diagram, Flow, Node, check_diagram, enclosing
from proofbook.diagrams.shapes import MARGIN, Box, FlowText, NodeText, Point

PAGE_WIDTH: Final = 1120
PAGE_HEIGHT: Final = 1400
"""The room a page gives a picture before it has to be shown smaller."""
LEAST_WIDTH: Final = 330
"""The widest line of the key."""


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node, its place, and its text in lines."""

    node: Node
    box: Box
    text: NodeText


@dataclass(frozen=True, slots=True)
class PlacedBoundary:
    """A trust boundary, its place, how many are around it, and its name with the place of that."""

    boundary: Boundary
    box: Box
    depth: int
    caption: str
    caption_place: CaptionPlace


@dataclass(frozen=True, slots=True)
class PlacedFlow:
    """A flow's line from end to end, the text beside it, and where it crosses boundaries. An excluded flow crosses none."""

    flow: Flow
    points: tuple[Point, ...]
    text: FlowText
    text_box: Box
    crossings: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture. Boundaries are listed outermost first."""

    width: int
    height: int
    nodes: tuple[PlacedNode, ...]
    boundaries: tuple[PlacedBoundary, ...]
    flows: tuple[PlacedFlow, ...]


def lay_out(diagram: Diagram, *, engine: LayoutEngine = SHARED) -> Layout:
    """Finds the places. The last few layouts are kept, since pages show the same diagram again and again.

    Raises MalformedRecord and LimitExceeded as `check_diagram` does, LimitExceeded when the engine's bounds are reached, and
    UnavailableError when the engine is not installed.
    """
    check_diagram(diagram)
    return _lay_out(diagram, engine)


@lru_cache(maxsize=32)
def _lay_out(diagram: Diagram, engine: LayoutEngine) -> Layout:
    lettered = Lettered.of(diagram)
    directions: tuple[Direction, ...] = ("DOWN", "RIGHT") if len(diagram.nodes) + len(diagram.flows) <= SMALL else ("DOWN",)
    made = [_read(lettered, engine.place(graph_of(lettered, direction))) for direction in directions]
    return max(made, key=_shown_size)  # the first of equals


def _shown_size(layout: Layout) -> float:
    return min(1.0, PAGE_WIDTH / layout.width, PAGE_HEIGHT / layout.height)


def _read(lettered: Lettered, placed: Mapping[str, Any]) -> Layout:
    boxes = dict(_boxes(placed))
    edges = {each["id"]: each for each in placed.get("edges", ())}
    boundaries = {each.id: each for each in lettered.boundaries}
    frames = {each.id: boxes[f"b{index}"] for index, each in enumerate(lettered.boundaries)}
    around = {each.id: enclosing(each.boundary, boundaries) for each in lettered.nodes}
    flows = []
    for index, flow in enumerate(lettered.flows):
        edge = edges[f"f{index}"]
        points = tuple(_points(edge))
        crossed = set(around[flow.source]) ^ set(around[flow.target]) if flow.excluded_by is None else ()
        meets = {point for name in crossed for point in _meetings(points, frames[name])}
        flows.append(
            PlacedFlow(
                flow,
                points,
                lettered.flow_texts[index],
                _box(edge["labels"][0]),
                tuple(sorted(meets, key=lambda at: (at.x, at.y))),
            )
        )
    return Layout(
        width=max(_whole(placed["width"]), 1),
        height=max(_whole(placed["height"]), 1),
        nodes=tuple(
            PlacedNode(node, boxes[f"n{index}"], lettered.node_texts[index]) for index, node in enumerate(lettered.nodes)
        ),
        boundaries=_captioned(lettered, boundaries, frames, tuple(each.points for each in flows)),
        flows=tuple(flows),
    )


def _boxes(parent: Mapping[str, Any]) -> Iterator[tuple[str, Box]]:
    for child in parent.get("children", ()):
        yield child["id"], _box(child)
        yield from _boxes(child)


def _box(shape: Mapping[str, Any]) -> Box:
    left, top = _whole(shape["x"]), _whole(shape["y"])
    return Box(left, top, _whole(shape["x"] + shape["width"]) - left, _whole(shape["y"] + shape["height"]) - top)


def _whole(length: float) -> int:
    """The nearest pixel; halves go up, also halves that sums of fractions have made a little smaller."""
    return floor(length + 0.5 + 1e-6)


def _points(edge: Mapping[str, Any]) -> Iterator[Point]:
    """The corners of a line, without those at which it does not turn."""
    section = edge["sections"][0]
    every = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
    rounded = [Point(_whole(each["x"]), _whole(each["y"])) for each in every]
    for index, point in enumerate(rounded):
        if 0 < index < len(rounded) - 1:
            before, after = rounded[index - 1], rounded[index + 1]
            if before.x == point.x == after.x or before.y == point.y == after.y:
                continue
        yield point


def _meetings(points: tuple[Point, ...], frame: Box) -> Iterator[Point]:
    """Where a line goes through the edge of a box."""
    for start, end in pairwise(points):
        if start.y == end.y and frame.top < start.y < frame.bottom:
            low, high = sorted((start.x, end.x))
            yield from (Point(side, start.y) for side in (frame.left, frame.right) if low <= side <= high)
        elif start.x == end.x and frame.left < start.x < frame.right:
            low, high = sorted((start.y, end.y))
            yield from (Point(start.x, side) for side in (frame.top, frame.bottom) if low <= side <= high)


def _captioned(
    lettered: Lettered, boundaries: Mapping[str, Boundary], frames: Mapping[str, Box], lines: tuple[tuple[Point, ...], ...]
) -> tuple[PlacedBoundary, ...]:
    made = []
    for boundary, caption in zip(lettered.boundaries, lettered.captions, strict=True):
        depth = len(enclosing(boundary.inside, boundaries))
        frame = frames[boundary.id]
        made.append(PlacedBoundary(boundary, frame, depth, caption, caption_place(caption, frame, lines)))
    return tuple(sorted(made, key=lambda each: each.depth))


def canvas(layout: Layout) -> Box:
    """The picture with its margin, at least as wide as its key needs."""
    return Box(-MARGIN, -MARGIN, max(layout.width, LEAST_WIDTH) + 2 * MARGIN, layout.height + 2 * MARGIN)
