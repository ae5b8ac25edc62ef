"""The forms of a picture: a party, a process, a store, a boundary and the three kinds of flow, in the picture as in its key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from proofbook.diagrams.layout import PlacedFlow
from proofbook.diagrams.lines import line_path, tip_path
from proofbook.diagrams.palette import TINT_OPACITY
from proofbook.diagrams.pen import Pen
from proofbook.diagrams.shapes import Box, Point

FlowForm = Literal["line", "cross", "shut"]

CORNER: Final = 12
_THICK: Final = {"line": 1.3, "cross": 2.0, "shut": 1.4}
_TIPS: Final = {"line": "tip", "cross": "cross-tip", "shut": "shut-tip"}


def flow_form(placed: PlacedFlow) -> FlowForm:
    """Crossed out, strong for a flow that crosses a boundary (as drawn, or as its record states), or plain."""
    if placed.flow.excluded_by is not None:
        return "shut"
    return "cross" if placed.crossings or placed.flow.crosses else "line"


def node_shape(kind: str, box: Box, pen: Pen) -> Iterator[str]:
    """A rectangle for a party outside, a rounded one for a process, parallel lines open to the right for a store."""
    if kind == "store":
        yield pen.rect(box, "store", fill="store")
        left, right, top, bottom = box.left, box.right, box.top, box.bottom
        rails = f"M{right} {top}H{left}V{bottom}H{right}M{left + 6} {top}V{bottom}"
        yield pen.path(rails, "rail", stroke="edge", thick=1.4)
    else:
        corner = min(CORNER, box.height // 2) if kind == "process" else 0
        yield pen.rect(box, kind, fill=kind, stroke="edge", thick=1.4, corner=corner)


def zone_shape(box: Box, corner: int, pen: Pen) -> str:
    """A dashed enclosure, a little tinted."""
    return pen.rect(box, "zone", fill="tint", opacity=TINT_OPACITY, stroke="zone", thick=1.4, dashes="7 5", corner=corner)


def arrow(form: FlowForm, points: tuple[Point, ...], pen: Pen) -> Iterator[str]:
    """A line with a tip: plain, thick, or dotted."""
    yield pen.path(line_path(points), form, stroke=form, thick=_THICK[form], dashes="2 3.5" if form == "shut" else None)
    yield pen.path(tip_path(points), _TIPS[form], fill=form)


def gate(at: Point, pen: Pen) -> str:
    """A ring where a flow meets a boundary."""
    return pen.circle(at, 3.6, "gate", fill="paper", stroke="cross", thick=1.6)


def strike(at: Point, pen: Pen) -> str:
    """A cross over a flow that is excluded on purpose."""
    return pen.cross(at, 6, "shut", stroke="shut", thick=2.4)
