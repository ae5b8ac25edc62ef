"""A diagram that cannot be drawn is refused by the id that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from proofbook.diagrams.model import (
    MAX_DEPTH,
    MAX_FLOWS,
    MAX_NODES,
    MAX_TEXT,
    Boundary,
    Diagram,
    Flow,
    Node,
    check_diagram,
    natural_order,
)
from proofbook.errors import LimitExceeded, MalformedRecord
from support.sample_diagram import BOUNDARIES, DIAGRAM, FLOWS, NODES


def _flow(**changed: str) -> Diagram:
    return replace(DIAGRAM, flows=(replace(FLOWS[0], **changed), *FLOWS[1:]))  # type: ignore[arg-type]  # only texts are changed


def _node(**changed: str) -> Diagram:
    return replace(DIAGRAM, nodes=(replace(NODES[0], **changed), *NODES[1:]))  # type: ignore[arg-type]  # only texts are changed


WRONG: tuple[tuple[str, Callable[[], Diagram], str], ...] = (
    ("unknown source", lambda: _flow(source="P-99"), "flow F-01: its source"),
    ("unknown target", lambda: _flow(target="P-99"), "flow F-01: its target"),
    ("a boundary is no end", lambda: _flow(target="TB-1"), "flow F-01: its target"),
    ("two flows of one id", lambda: _flow(id="F-02"), "flow F-02: the id is used twice"),
    ("a flow named as a node", lambda: _flow(id="P-01"), "flow P-01: the id is used twice"),
    ("a node named as a boundary", lambda: _node(id="TB-1"), "boundary TB-1: the id is used twice"),
    ("no id", lambda: _flow(id=""), "flow '': is no usable id"),
    ("an id with markup", lambda: _flow(id="<script>"), "flow '<script>': is no usable id"),
    ("an id that turns direction", lambda: _node(id="E-\u202e1"), "node 'E-\\\\u202e1': is no usable id"),
    ("a node in an unknown boundary", lambda: _node(boundary="TB-9"), "node E-01: lies in a trust boundary"),
    ("a node of no kind", lambda: _node(kind="cloud"), "node E-01: is of no known kind"),
    ("no node", lambda: Diagram("t", (), (), ()), "the diagram has no node"),
)


@pytest.mark.parametrize(("make", "said"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_is_wrong_is_named_by_its_id(make: Callable[[], Diagram], said: str) -> None:
    """Whoever keeps the records must find the line without searching."""
    with pytest.raises(MalformedRecord, match=said):
        check_diagram(make())


def test_a_boundary_inside_itself_is_refused() -> None:
    """By any number of steps, and without going round for ever."""
    rings = (Boundary("TB-1", "a", "TB-2"), Boundary("TB-2", "b", "TB-3"), Boundary("TB-3", "c", "TB-1"))
    with pytest.raises(MalformedRecord, match="trust boundary TB-1: lies inside itself, by way of TB-1 in TB-2 in TB-3"):
        check_diagram(replace(DIAGRAM, boundaries=rings))


def test_a_boundary_inside_an_unknown_one_is_refused_with_the_known_ones() -> None:
    """The hint is the list to choose from."""
    with pytest.raises(MalformedRecord, match="trust boundary TB-2: lies inside one") as caught:
        check_diagram(replace(DIAGRAM, boundaries=(BOUNDARIES[0], replace(BOUNDARIES[1], inside="TB-8"), BOUNDARIES[2])))
    assert caught.value.hint == "known: TB-1, TB-2, TB-3"


def test_too_much_for_one_picture_is_refused_with_what_to_do() -> None:
    """Before anything is laid out: the engine's time is not the first line of defence."""
    many = tuple(Node(f"P-{index}", "process", "x", None, None) for index in range(MAX_NODES + 1))
    deep = tuple(Boundary(f"TB-{index}", "x", f"TB-{index - 1}" if index else None) for index in range(MAX_DEPTH + 1))
    flows = tuple(replace(FLOWS[0], id=f"F-{index}") for index in range(MAX_FLOWS + 1))
    for diagram in (
        Diagram("t", many, (), ()),
        Diagram("t", NODES[:1], deep, ()),
        replace(DIAGRAM, flows=flows),
        _flow(label="x" * (MAX_TEXT + 1)),
        _node(note="x" * (MAX_TEXT + 1)),
        replace(DIAGRAM, title="x" * (MAX_TEXT + 1)),
    ):
        with pytest.raises(LimitExceeded):
            check_diagram(diagram)


def test_ids_are_ordered_as_people_count() -> None:
    """F-2 before F-10, and a total order whatever the mixture."""
    names = ["F-10", "F-2", "F-02", "f", "10", "F", "F-2a", "F-2.1"]
    assert len({natural_order(each) for each in names}) == len(names)
    assert sorted(["F-10", "F-2", "F-1"], key=natural_order) == ["F-1", "F-2", "F-10"]


def test_a_node_has_at_most_one_flow_to_itself() -> None:
    """One is drawn as a loop; two loops cannot be told apart."""
    loop = Flow("F-1", "P-01", "P-01", "x", "internal", crosses=False, excluded_by=None)
    check_diagram(replace(DIAGRAM, flows=(loop,)))
    with pytest.raises(MalformedRecord, match="flow F-2: P-01 has a flow to itself already, F-1"):
        check_diagram(replace(DIAGRAM, flows=(loop, replace(loop, id="F-2"))))
