"""From a diagram to the graph that the layout engine is given: sizes measured from the text, structure as numbers.

Promises: parts are taken in the natural order of their ids, so the order of records cannot move anything; names in the graph are
`n0`, `b0`, `f0`, never an id of a record; every size is bounded whatever the text is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, Literal

from proofbook.diagrams.captions import STRIP
from proofbook.diagrams.lettering import fit, visible, width, wrap
from proofbook.diagrams.model import Boundary, Diagram, Flow, Node, natural_order
from proofbook.diagrams.shapes import (
    BOLD,
    CAPTION_SIZE,
    FLOW_SIZE,
    ID_SIZE,
    LABEL_LINE,
    LABEL_SIZE,
    NOTE_SIZE,
    SMALL_LINE,
    FlowText,
    NodeText,
)

Direction = Literal["RIGHT", "DOWN"]

NODE_ROOM: Final = 136
NODE_LINES: Final = 4
NOTE_LINES: Final = 3
NODE_MIN: Final = 96
NODE_PADDING: Final = 14
FLOW_ROOM: Final = 118
FLOW_LINES: Final = 4
CAPTION_ROOM: Final = 300
SMALL: Final = 80
MIDDLING: Final = 180
"""Nodes and flows together."""

_OPTIONS: Final[Mapping[str, str]] = {
    "elk.algorithm": "layered",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.json.shapeCoords": "ROOT",
    "elk.json.edgeCoords": "ROOT",
    "elk.randomSeed": "1",
    "elk.padding": "[left=4,top=4,right=4,bottom=4]",
    "elk.spacing.nodeNode": "22",
    "elk.spacing.edgeNode": "14",
    "elk.spacing.edgeEdge": "12",
    "elk.spacing.edgeLabel": "5",
    "elk.layered.spacing.nodeNodeBetweenLayers": "24",
    "elk.layered.spacing.edgeNodeBetweenLayers": "14",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
    "elk.layered.edgeLabels.sideSelection": "ALWAYS_DOWN",
}
_INNER: Final[Mapping[str, str]] = {
    "elk.padding": f"[left={STRIP},top={STRIP + 8},right={STRIP},bottom={STRIP + 2}]",
    "elk.nodeSize.constraints": "MINIMUM_SIZE",
}


@dataclass(frozen=True, slots=True)
class Lettered:
    """A diagram in drawing order, with its text cut into lines."""

    nodes: tuple[Node, ...]
    boundaries: tuple[Boundary, ...]
    flows: tuple[Flow, ...]
    node_texts: tuple[NodeText, ...]
    captions: tuple[str, ...]
    flow_texts: tuple[FlowText, ...]

    @classmethod
    def of(cls, diagram: Diagram) -> Lettered:
        """Orders and letters a checked diagram."""
        nodes = tuple(sorted(diagram.nodes, key=lambda each: natural_order(each.id)))
        boundaries = tuple(sorted(diagram.boundaries, key=lambda each: natural_order(each.id)))
        flows = tuple(sorted(diagram.flows, key=lambda each: natural_order(each.id)))
        return cls(
            nodes,
            boundaries,
            flows,
            tuple(_node_text(each) for each in nodes),
            tuple(fit(f"{each.id}  {visible(each.label, 400)}", CAPTION_SIZE * BOLD, CAPTION_ROOM) for each in boundaries),
            tuple(_flow_text(each) for each in flows),
        )


def graph_of(lettered: Lettered, direction: Direction) -> dict[str, Any]:
    """ELK's JSON graph."""
    return {
        "id": "r",
        "layoutOptions": {**_OPTIONS, "elk.direction": direction, **_effort(lettered)},
        "children": list(_children(lettered, None)),
        "edges": list(_edges(lettered)),
    }


def _effort(lettered: Lettered) -> dict[str, str]:
    """How hard the engine tries: a small picture costs a second, and a large one must not cost minutes."""
    size = len(lettered.nodes) + len(lettered.flows)
    strategy = "NETWORK_SIMPLEX" if size <= MIDDLING else "BRANDES_KOEPF"
    tries = "16" if size <= SMALL else "4" if size <= MIDDLING else "1"
    return {"elk.layered.nodePlacement.strategy": strategy, "elk.layered.thoroughness": tries}


def _children(lettered: Lettered, inside: str | None) -> Iterator[dict[str, Any]]:
    for index, node in enumerate(lettered.nodes):
        if node.boundary == inside:
            wide, tall = _node_size(lettered.node_texts[index])
            yield {"id": f"n{index}", "width": wide, "height": tall}
    for index, boundary in enumerate(lettered.boundaries):
        if boundary.inside == inside:
            wide = ceil(width(lettered.captions[index], CAPTION_SIZE * BOLD)) + 24
            children = list(_children(lettered, boundary.id))
            options = {**_INNER, "elk.nodeSize.minimum": f"({wide},64)"}
            yield {"id": f"b{index}", "width": wide, "height": 64, "layoutOptions": options, "children": children}


def _edges(lettered: Lettered) -> Iterator[dict[str, Any]]:
    places = {each.id: f"n{index}" for index, each in enumerate(lettered.nodes)}
    kinds = {each.id: each.kind for each in lettered.nodes}
    for index, flow in enumerate(lettered.flows):
        wide, tall = flow_text_size(lettered.flow_texts[index])
        yield {
            "id": f"f{index}",
            "sources": [places[flow.source]],
            "targets": [places[flow.target]],
            "layoutOptions": {"elk.layered.priority.direction": _forward(flow, kinds[flow.source])},
            "labels": [{"id": f"l{index}", "text": " ", "width": wide, "height": tall}],
        }


def _forward(flow: Flow, source: str) -> str:
    """How much it matters that a flow runs with the reading direction: requests from outside first, closed paths last."""
    if flow.excluded_by is not None:
        return "0"
    return "10" if source == "entity" else "1"


def _node_text(node: Node) -> NodeText:
    return NodeText(
        fit(node.id, ID_SIZE * BOLD, NODE_ROOM),
        wrap(node.label, LABEL_SIZE, NODE_ROOM, NODE_LINES),
        wrap(node.note or "", NOTE_SIZE, NODE_ROOM, NOTE_LINES),
    )


def _node_size(text: NodeText) -> tuple[int, int]:
    widest = max(
        width(text.id, ID_SIZE * BOLD),
        *(width(each, LABEL_SIZE) for each in text.label),
        *(width(each, NOTE_SIZE) for each in text.note),
        NODE_MIN - 2 * NODE_PADDING,
    )
    tall = 12 + SMALL_LINE + LABEL_LINE * len(text.label) + (4 if text.note else 0) + SMALL_LINE * len(text.note) + 8
    return 2 * ceil((widest + 2 * NODE_PADDING) / 2), tall


def _flow_text(flow: Flow) -> FlowText:
    head = fit(flow.id, FLOW_SIZE * BOLD, FLOW_ROOM)
    beside = FLOW_ROOM - width(head, FLOW_SIZE * BOLD) - width(" · ", FLOW_SIZE)
    classification = visible(flow.classification, 200)
    if classification and width(classification, FLOW_SIZE) > beside:
        classification = fit(classification, FLOW_SIZE, beside) if beside > 40 else ""
    return FlowText(
        head,
        classification,
        wrap(flow.label, FLOW_SIZE, FLOW_ROOM, FLOW_LINES),
        () if flow.excluded_by is None else wrap(f"excluded by {visible(flow.excluded_by, 200)}", FLOW_SIZE, FLOW_ROOM, 2),
    )


def flow_text_size(text: FlowText) -> tuple[int, int]:
    """Width and height of the text beside a flow."""
    head = width(text.head, FLOW_SIZE * BOLD) + (width(f" · {text.classification}", FLOW_SIZE) if text.classification else 0)
    widest = max(head, *(width(each, FLOW_SIZE) for each in (*text.label, *text.excluded)), 24)
    return ceil(widest) + 4, SMALL_LINE * (1 + len(text.label) + len(text.excluded)) + 2
