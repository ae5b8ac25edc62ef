"""The key below a picture: the forms that occur in it, drawn as they are drawn, each with its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from proofbook.diagrams.forms import FlowForm, arrow, flow_form, gate, node_shape, strike, zone_shape
from proofbook.diagrams.layout import Layout, canvas
from proofbook.diagrams.lettering import width
from proofbook.diagrams.palette import PRINT
from proofbook.diagrams.pen import Pen
from proofbook.diagrams.shapes import MARGIN, NOTE_SIZE, Box, Point

SAMPLE_WIDTH: Final = 34
ROW: Final = 26
_GAP: Final = 18
_FLOWS: Final[tuple[FlowForm, ...]] = ("line", "cross", "shut")
_NAMES: Final = {
    "entity": "party outside",
    "process": "process",
    "store": "data store",
    "zone": "trust boundary",
    "line": "flow",
    "cross": "flow across a trust boundary, ringed there",
    "shut": "excluded on purpose, by rule",
}


@dataclass(frozen=True, slots=True)
class Legend:
    """The drawn key and how much height it takes."""

    svg: str
    height: int


def whole_box(layout: Layout) -> Box:
    """The picture with its margin and its key: what the SVG measures."""
    frame = canvas(layout)
    return Box(frame.left, frame.top, frame.width, frame.height + legend_of(layout, Pen(PRINT, fixed=True)).height)


def legend_of(layout: Layout, pen: Pen) -> Legend:
    """The key, in as many rows as the width asks for."""
    frame = canvas(layout)
    at, wide = Point(frame.left, frame.bottom), frame.width
    left, top = at.x + MARGIN, at.y + 10
    drawn = [pen.path(f"M{at.x + MARGIN} {at.y + 2}H{at.x + wide - MARGIN}", "rail", stroke="edge", thick=0.5)]
    x = left
    for kind in _kinds(layout):
        takes = SAMPLE_WIDTH + 8 + ceil(width(_NAMES[kind], NOTE_SIZE))
        if x > left and x + takes > at.x + wide - MARGIN:
            x, top = left, top + ROW
        drawn.extend(_sample(kind, Box(x, top + 2, SAMPLE_WIDTH, ROW - 8), pen))
        drawn.append(pen.text(Point(x + SAMPLE_WIDTH + 8, top + 15), _NAMES[kind], NOTE_SIZE, "quiet"))
        x += takes + _GAP
    return Legend("".join(drawn), top + ROW - at.y)


def _kinds(layout: Layout) -> Iterator[str]:
    kinds = {each.node.kind for each in layout.nodes}
    forms = {flow_form(each) for each in layout.flows}
    yield from (each for each in ("entity", "process", "store") if each in kinds)
    if layout.boundaries:
        yield "zone"
    yield from (each for each in _FLOWS if each in forms)


def _sample(kind: str, box: Box, pen: Pen) -> Iterator[str]:
    middle = box.top + box.height // 2
    if kind == "zone":
        yield zone_shape(box, 5, pen)
    for form in _FLOWS:
        if form == kind:
            yield from arrow(form, (Point(box.left, middle), Point(box.right, middle)), pen)
    if kind == "cross":
        yield gate(Point(box.left + 12, middle), pen)
    elif kind == "shut":
        yield strike(Point(box.left + 12, middle), pen)
    elif kind in {"entity", "process", "store"}:
        yield from node_shape(kind, box, pen)
