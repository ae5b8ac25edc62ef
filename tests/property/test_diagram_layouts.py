"""Whatever the records say, the picture holds together: nothing overlaps, everything is where it belongs, lines end at nodes."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.diagrams.drawing import Theme, draw
from proofbook.diagrams.layout import Layout, PlacedFlow, canvas, lay_out
from proofbook.diagrams.lettering import width, wrap
from proofbook.diagrams.model import Boundary, Diagram, Flow, Node, NodeKind, enclosing
from proofbook.diagrams.shapes import Box, Point

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text("abc <>&\"'é漢字🙂\u202e\u0301\n-", max_size=300),
    st.sampled_from(["", "x" * 10_000, "word " * 2_000]),
)
KINDS: tuple[NodeKind, ...] = ("entity", "process", "store")


@st.composite
def diagrams(draw_from: st.DrawFn) -> Diagram:
    """Any valid diagram of up to ten nodes."""
    count = draw_from(st.integers(0, 4))
    boundaries = tuple(
        Boundary(f"TB-{index}", draw_from(TEXTS), draw_from(st.sampled_from([None, *(f"TB-{outer}" for outer in range(index))])))
        for index in range(count)
    )
    inside = st.sampled_from([None, *(each.id for each in boundaries)])
    nodes = tuple(
        Node(f"N-{index}", draw_from(st.sampled_from(KINDS)), draw_from(TEXTS), draw_from(st.none() | TEXTS), draw_from(inside))
        for index in range(draw_from(st.integers(1, 10)))
    )
    ends = st.sampled_from([each.id for each in nodes])
    flows = tuple(
        Flow(
            f"F-{index}",
            draw_from(ends),
            draw_from(ends),
            draw_from(TEXTS),
            draw_from(TEXTS),
            crosses=draw_from(st.booleans()),
            excluded_by=draw_from(st.none() | TEXTS),
        )
        for index in range(draw_from(st.integers(0, 14)))
    )
    turning = {each.source: each for each in flows if each.source == each.target}  # one for each node at most
    kept = tuple(each for each in flows if each.source != each.target or turning[each.source] is each)
    return Diagram(draw_from(TEXTS), nodes, boundaries, kept)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(diagrams(), st.sampled_from(("page", "alone", "print")))
def test_any_valid_diagram_lays_out_and_draws(diagram: Diagram, theme: Theme) -> None:
    """The promises of `layout` and `drawing`, on the same picture."""
    layout = lay_out(diagram)
    _check_places(diagram, layout)
    for flow in layout.flows:
        _check_line(flow, layout)
    root = ET.fromstring(draw(diagram, layout, theme=theme))  # noqa: S314 - our own output
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {
        "svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "tspan"
    }  # fmt: skip
    shuffled = Diagram(diagram.title, diagram.nodes[::-1], diagram.boundaries[::-1], diagram.flows[::-1])
    assert draw(shuffled, lay_out(shuffled), theme=theme) == draw(diagram, layout, theme=theme)


def _check_places(diagram: Diagram, layout: Layout) -> None:
    frames = {each.boundary.id: each.box for each in layout.boundaries}
    texts = [each.text_box for each in layout.flows]
    boxes = [each.box for each in layout.nodes]
    whole = canvas(layout)
    assert all(whole.holds(each) for each in (*frames.values(), *boxes, *texts))
    assert all(each.box.holds(each.caption_place.box) for each in layout.boundaries)
    assert not any(one.overlaps(other) for one, other in combinations((*boxes, *texts), 2))
    around = {each.id: each for each in diagram.boundaries}
    for node in layout.nodes:
        within = enclosing(node.node.boundary, around)
        assert all(frame.holds(node.box) if name in within else not frame.overlaps(node.box) for name, frame in frames.items())
    for one, other in permutations(frames, 2):
        if other in enclosing(one, around):
            assert frames[other].holds(frames[one])
        elif one not in enclosing(other, around):
            assert not frames[one].overlaps(frames[other])


def _check_line(placed: PlacedFlow, layout: Layout) -> None:
    boxes = {each.node.id: each.box for each in layout.nodes}
    whole = canvas(layout)
    assert len(placed.points) >= 2
    for start, end in pairwise(placed.points):
        assert (start.x == end.x) != (start.y == end.y)
    for point in placed.points:
        assert whole.holds(Box(point.x, point.y, 0, 0))
    for start, end in pairwise(placed.points):
        stretch = Box(min(start.x, end.x), min(start.y, end.y), abs(start.x - end.x), abs(start.y - end.y))
        assert not any(_runs_through(stretch, box) for box in boxes.values())
        assert not any(_runs_through(stretch, each.text_box) for each in layout.flows)
        assert not any(_runs_through(stretch, each.caption_place.box) for each in layout.boundaries if each.caption_place.clear)
    assert _on_edge(placed.points[0], boxes[placed.flow.source])
    assert _on_edge(placed.points[-1], boxes[placed.flow.target])


def _runs_through(stretch: Box, box: Box) -> bool:
    across = stretch.left < box.right and stretch.right > box.left
    return across and stretch.top < box.bottom and stretch.bottom > box.top


def _on_edge(point: Point, box: Box) -> bool:
    within = box.left <= point.x <= box.right and box.top <= point.y <= box.bottom
    return within and (point.x in {box.left, box.right} or point.y in {box.top, box.bottom})


@given(TEXTS, st.integers(60, 200), st.integers(1, 5))
def test_lines_are_never_wider_than_their_room(text: str, room: int, most: int) -> None:
    """Any text, any room: what does not fit is cut, never spilled."""
    lines = wrap(text, 12, room, most)
    assert len(lines) <= most
    assert all(line and width(line, 12) <= room for line in lines)
