"""A layout as SVG.

Promises: static (no script, no link, no reference to anything outside), well-formed, the same bytes for the same diagram and
theme; it carries a title and a description, and says what it says by shape, line or word, never by colour alone.
Themes: `page` for a page that includes `palette.style_sheet()`; `alone` for a file that carries its own style; `print` with fixed
colours and the face that comes with Typst (a letter that face does not have is an empty square; the table beside shows it).
Hostile input: every text is cleaned, cut and escaped; there is no markup in a picture but our own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from proofbook.diagrams.forms import arrow, flow_form, gate, node_shape, strike, zone_shape
from proofbook.diagrams.layout import Layout, PlacedBoundary, PlacedFlow, PlacedNode
from proofbook.diagrams.legend import Legend, legend_of, whole_box
from proofbook.diagrams.lettering import visible
from proofbook.diagrams.lines import crossed_out_at, lies_before_its_line
from proofbook.diagrams.model import Diagram
from proofbook.diagrams.palette import LIGHT, PRINT, style_sheet
from proofbook.diagrams.pen import Pen
from proofbook.diagrams.shapes import CAPTION_SIZE, FLOW_SIZE, ID_SIZE, LABEL_LINE, LABEL_SIZE, NOTE_SIZE, SMALL_LINE, Box, Point

Theme = Literal["page", "alone", "print"]

SCREEN_FACE: Final = "Arial, Helvetica, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans', sans-serif"
PRINT_FACE: Final = "'Libertinus Serif'"
_WHOLE_TEXT: Final = 2000


def draw(diagram: Diagram, layout: Layout, *, theme: Theme) -> str:
    """The picture. `layout` is `lay_out` of the same diagram."""
    pen = Pen(PRINT if theme == "print" else LIGHT, fixed=theme == "print")
    legend = legend_of(layout, pen)
    whole = whole_box(layout)
    body = "".join(_body(layout, legend, pen, whole))
    name = f"dfd-{hashlib.sha256((diagram.title + body).encode('utf-8', 'backslashreplace')).hexdigest()[:12]}"
    face = PRINT_FACE if theme == "print" else SCREEN_FACE
    style = f"<style>{style_sheet()}</style>" if theme == "alone" else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dfd" role="img" aria-labelledby="{name}-t" aria-describedby="{name}-d"'
        f' width="{whole.width}" height="{whole.height}" viewBox="{whole.left} {whole.top} {whole.width} {whole.height}"'
        f' font-family="{face}">\n'
        f'<title id="{name}-t">{pen.clean(visible(diagram.title, 300) or "Data-flow diagram")}</title>\n'
        f'<desc id="{name}-d">{pen.clean(_in_words(layout))}</desc>\n{style}{body}</svg>\n'
    )


def _in_words(layout: Layout) -> str:
    real = sum(1 for each in layout.flows if each.flow.excluded_by is None)
    counts = [
        _count(len(layout.nodes), "node", "nodes"),
        _count(len(layout.boundaries), "trust boundary", "trust boundaries"),
        _count(real, "flow", "flows"),
        _count(len(layout.flows) - real, "flow excluded on purpose", "flows excluded on purpose"),
    ]
    return f"Data-flow diagram: {', '.join(each for each in counts if each)}. The flow table lists every flow in words."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


def _body(layout: Layout, legend: Legend, pen: Pen, whole: Box) -> Iterator[str]:
    yield pen.rect(whole, "paper", fill="paper")
    for boundary in layout.boundaries:
        yield _zone(boundary, pen)
    for flow in layout.flows:
        yield from _flow(flow, layout, pen)
    for boundary in layout.boundaries:
        yield _caption(boundary, pen)
    for node in layout.nodes:
        yield from _node(node, pen)
    for flow in layout.flows:
        yield from _flow_text(flow, pen)
    yield legend.svg


def _zone(placed: PlacedBoundary, pen: Pen) -> str:
    title = pen.title(f"Trust boundary {placed.boundary.id}: {visible(placed.boundary.label, _WHOLE_TEXT)}")
    return f"<g>{title}{zone_shape(placed.box, 10, pen)}</g>\n"


def _caption(placed: PlacedBoundary, pen: Pen) -> str:
    place, box = placed.caption_place, placed.caption_place.box
    if place.turned:
        return pen.text(Point(box.left + CAPTION_SIZE, box.bottom), placed.caption, CAPTION_SIZE, "ink", bold=True, turned=True)
    under = (
        ""
        if place.clear
        else pen.rect(Box(box.left - 3, box.top, box.width + 6, box.height), "paper", fill="paper", opacity=0.85)
    )
    return under + pen.text(Point(box.left, box.top + CAPTION_SIZE), placed.caption, CAPTION_SIZE, "ink", bold=True)


def _flow(placed: PlacedFlow, layout: Layout, pen: Pen) -> Iterator[str]:
    flow = placed.flow
    kind = flow_form(placed)
    yield "<g>"
    yield pen.title(
        f"{flow.id}: {flow.source} to {flow.target}. {visible(flow.label, _WHOLE_TEXT)} ({visible(flow.classification, 200)})"
        + ("" if flow.excluded_by is None else f". Excluded by {visible(flow.excluded_by, 200)}")
    )
    yield from arrow(kind, placed.points, pen)
    yield from (gate(at, pen) for at in placed.crossings)
    if kind == "shut":
        yield strike(crossed_out_at(placed, layout), pen)
    yield "</g>\n"


def _flow_text(placed: PlacedFlow, pen: Pen) -> Iterator[str]:
    text, box = placed.text, placed.text_box
    colour = "ink" if placed.flow.excluded_by is None else "quiet"
    before = lies_before_its_line(placed)  # then the lines of text end at the line of the flow
    left, line = box.right - 2 if before else box.left + 2, box.top + FLOW_SIZE
    yield pen.head(Point(left, line), text.head, text.classification, FLOW_SIZE, end=before)
    for each in text.label:
        line += SMALL_LINE
        yield pen.text(Point(left, line), each, FLOW_SIZE, colour, end=before)
    for each in text.excluded:
        line += SMALL_LINE
        yield pen.text(Point(left, line), each, FLOW_SIZE, "shut", bold=True, end=before)


def _node(placed: PlacedNode, pen: Pen) -> Iterator[str]:
    box, node = placed.box, placed.node
    note = "" if node.note is None else f" ({visible(node.note, _WHOLE_TEXT)})"
    yield f"<g>{pen.title(f'{node.id}: {visible(node.label, _WHOLE_TEXT)}{note}')}"
    yield from node_shape(node.kind, box, pen)
    middle = box.left + box.width // 2 + (3 if node.kind == "store" else 0)
    lines = _lines(placed)
    line = box.top + 11
    for text, size, step, colour, bold in lines:
        line += step
        yield pen.text(Point(middle, line - 2), text, size, colour, bold=bold, middle=True)
    yield "</g>\n"


def _lines(placed: PlacedNode) -> Iterable[tuple[str, int, int, str, bool]]:
    yield placed.text.id, ID_SIZE, SMALL_LINE, "quiet", True
    for each in placed.text.label:
        yield each, LABEL_SIZE, LABEL_LINE, "ink", False
    for index, each in enumerate(placed.text.note):
        yield each, NOTE_SIZE, SMALL_LINE + (4 if index == 0 else 0), "quiet", False
