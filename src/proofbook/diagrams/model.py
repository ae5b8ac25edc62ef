"""What a data-flow diagram is made of, and the rules it must keep before anything is laid out or drawn.

Promises: a checked diagram has unique ids, known ends for every flow, boundaries that nest without a circle, and a size the
layout engine can bear. It does not judge whether the diagram matches what is running.
Hostile input: ids are held to a plain alphabet; labels may hold anything up to a length, and are cleaned where they are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from proofbook.errors import LimitExceeded, MalformedRecord

NodeKind = Literal["entity", "process", "store"]

MAX_NODES: Final = 200
MAX_FLOWS: Final = 600
MAX_BOUNDARIES: Final = 60
MAX_DEPTH: Final = 6
MAX_TEXT: Final = 20_000
"""Characters of one label, note, classification or title; what is drawn is cut far earlier, and says so."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Node:
    """A party outside (`entity`), something that works on content (`process`), or a place that keeps it (`store`)."""

    id: str
    kind: NodeKind
    label: str
    note: str | None
    boundary: str | None
    """The innermost trust boundary it lies in; None is outside all of them."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A trust boundary: within it the same people and rules hold."""

    id: str
    label: str
    inside: str | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Content that goes from one node to another, or a path that is closed on purpose."""

    id: str
    source: str
    target: str
    label: str
    classification: str
    crosses: bool
    """Whether the record states that it crosses a trust boundary. `describe` sets this beside what the diagram shows."""
    excluded_by: str | None
    """The manifest rule that forbids this flow: it is drawn crossed out. None: the flow is real."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """One picture. The order of the tuples means nothing: everything is drawn and listed by id."""

    title: str
    nodes: tuple[Node, ...]
    boundaries: tuple[Boundary, ...]
    flows: tuple[Flow, ...]


def check_diagram(diagram: Diagram) -> None:
    """Raises MalformedRecord naming the id that is wrong, or LimitExceeded when there is too much for one picture."""
    _check_size(diagram)
    _check_ids(diagram)
    _check_texts(diagram)
    boundaries = {each.id: each for each in diagram.boundaries}
    nodes = {each.id for each in diagram.nodes}
    for boundary in diagram.boundaries:
        _check_nesting(boundary, boundaries)
    for node in diagram.nodes:
        if node.kind not in get_args(NodeKind):
            raise MalformedRecord(f"node {node.id}: is of no known kind", hint="kind is entity, process or store")
        if node.boundary is not None and node.boundary not in boundaries:
            raise MalformedRecord(
                f"node {node.id}: lies in a trust boundary that the diagram does not have", hint=_listed(boundaries)
            )
    turning: dict[str, str] = {}
    for flow in diagram.flows:
        for end, name in (("source", flow.source), ("target", flow.target)):
            if name not in nodes:
                raise MalformedRecord(f"flow {flow.id}: its {end} is not a node of the diagram", hint=_listed(nodes))
        if flow.source == flow.target and (other := turning.setdefault(flow.source, flow.id)) != flow.id:
            raise MalformedRecord(
                f"flow {flow.id}: {flow.source} has a flow to itself already, {other}", hint="state both in one flow"
            )


def enclosing(boundary: str | None, boundaries: Mapping[str, Boundary]) -> tuple[str, ...]:
    """The ids of the boundaries around a place, innermost first. Only for a checked diagram."""
    around: list[str] = []
    while boundary is not None:
        around.append(boundary)
        boundary = boundaries[boundary].inside
    return tuple(around)


def natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key under which F-2 comes before F-10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return (*((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts), (2, 0, name))


def _check_size(diagram: Diagram) -> None:
    for what, count, most in (
        ("nodes", len(diagram.nodes), MAX_NODES),
        ("flows", len(diagram.flows), MAX_FLOWS),
        ("trust boundaries", len(diagram.boundaries), MAX_BOUNDARIES),
    ):
        if count > most:
            raise LimitExceeded(
                f"the diagram has {count} {what}, one picture holds {most}", hint="draw one diagram for each system or level"
            )
    if not diagram.nodes:
        raise MalformedRecord("the diagram has no node", hint="a diagram needs at least one entity, process or store")


def _check_ids(diagram: Diagram) -> None:
    seen: set[str] = set()
    for what, name in _named(diagram):
        if _ID.fullmatch(name) is None:
            raise MalformedRecord(
                f"{what} {name[:40]!a}: is no usable id", hint="letters, digits, dot, dash and underscore; at most 80"
            )
        if name in seen:
            raise MalformedRecord(f"{what} {name}: the id is used twice in the diagram")
        seen.add(name)


def _named(diagram: Diagram) -> Iterator[tuple[str, str]]:
    yield from (("node", each.id) for each in diagram.nodes)
    yield from (("trust boundary", each.id) for each in diagram.boundaries)
    yield from (("flow", each.id) for each in diagram.flows)


def _check_texts(diagram: Diagram) -> None:
    texts: list[tuple[str, str | None]] = [("the title", diagram.title)]
    for node in diagram.nodes:
        texts += [(f"node {node.id}: its label", node.label), (f"node {node.id}: its note", node.note)]
    texts += [(f"trust boundary {each.id}: its label", each.label) for each in diagram.boundaries]
    for flow in diagram.flows:
        texts += [
            (f"flow {flow.id}: its label", flow.label),
            (f"flow {flow.id}: its classification", flow.classification),
            (f"flow {flow.id}: the rule that excludes it", flow.excluded_by),
        ]
    for what, text in texts:
        if text is not None and len(text) > MAX_TEXT:
            raise LimitExceeded(f"{what} has {len(text)} characters, at most {MAX_TEXT} are taken")


def _check_nesting(boundary: Boundary, boundaries: Mapping[str, Boundary]) -> None:
    met = [boundary.id]
    outer = boundary.inside
    while outer is not None:
        if outer not in boundaries:
            raise MalformedRecord(
                f"trust boundary {met[-1]}: lies inside one that the diagram does not have", hint=_listed(boundaries)
            )
        if outer in met:
            raise MalformedRecord(f"trust boundary {boundary.id}: lies inside itself, by way of {' in '.join(met)}"[:400])
        met.append(outer)
        outer = boundaries[outer].inside
    if len(met) > MAX_DEPTH:
        raise LimitExceeded(f"trust boundary {boundary.id}: is nested {len(met)} deep, at most {MAX_DEPTH} are drawn")


def _listed(names: Mapping[str, object] | set[str]) -> str:
    known = sorted(names, key=natural_order)
    return "known: " + (", ".join(known[:12]) + (", …" if len(known) > 12 else "") if known else "none")
