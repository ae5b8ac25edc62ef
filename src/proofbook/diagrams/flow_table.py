"""The table beside a picture: every flow in words, with what its record states set beside what the picture shows.

Promises: one row for each flow, in the order of ids, texts whole (cleaned of what cannot be seen); a statement about crossings
that the boundaries contradict is named, never corrected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofbook.diagrams.lettering import visible
from proofbook.diagrams.model import Boundary, Diagram, Flow, Node, check_diagram, enclosing, natural_order


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One flow. `leaves` and `enters` are ids of trust boundaries, innermost first and outermost first: the order of the way."""

    id: str
    source: str
    source_label: str
    target: str
    target_label: str
    label: str
    classification: str
    states_crossing: bool
    leaves: tuple[str, ...]
    enters: tuple[str, ...]
    excluded_by: str | None
    disagreement: str | None
    """In words, when the record's statement and the boundaries differ; None when they agree."""


def describe(diagram: Diagram) -> list[FlowRow]:
    """The rows of the flow table. Raises what `check_diagram` raises."""
    check_diagram(diagram)
    nodes = {each.id: each for each in diagram.nodes}
    boundaries = {each.id: each for each in diagram.boundaries}
    return [_row(each, nodes, boundaries) for each in sorted(diagram.flows, key=lambda each: natural_order(each.id))]


def _row(flow: Flow, nodes: Mapping[str, Node], boundaries: Mapping[str, Boundary]) -> FlowRow:
    source, target = nodes[flow.source], nodes[flow.target]
    out_of, into = enclosing(source.boundary, boundaries), enclosing(target.boundary, boundaries)
    leaves = tuple(each for each in out_of if each not in into)
    enters = tuple(reversed([each for each in into if each not in out_of]))
    return FlowRow(
        id=flow.id,
        source=source.id,
        source_label=visible(source.label),
        target=target.id,
        target_label=visible(target.label),
        label=visible(flow.label),
        classification=visible(flow.classification),
        states_crossing=flow.crosses,
        leaves=leaves,
        enters=enters,
        excluded_by=None if flow.excluded_by is None else visible(flow.excluded_by),
        disagreement=_disagreement(crossed=(*leaves, *enters), stated=flow.crosses),
    )


def _disagreement(*, crossed: tuple[str, ...], stated: bool) -> str | None:
    if stated and not crossed:
        return "its record states a crossing; both ends lie in the same trust boundary"
    if crossed and not stated:
        return f"its record states no crossing; the way crosses {', '.join(crossed)}"
    return None
