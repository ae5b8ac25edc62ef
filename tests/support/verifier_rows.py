"""Rows of one table as the verifier derives them, from entries in memory: the second opinion for tests of the exporter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proofbook.verify.entries import BundleFacts, gather_table
from proofbook.verify.relations import Relations
from proofbook.verify.tables import Placed, TableSpec, derive_row


@dataclass(frozen=True)
class Gathered:
    """Cells of the rows in order, and ids of second joined entries."""

    cells: list[list[Any]]
    second: list[str]


def gather(spec: TableSpec, entries: Sequence[dict[str, Any]]) -> Gathered:
    """Both passes of the verifier over a list of entries."""
    placed = [Placed(value, index, b"\0") for index, value in enumerate(entries)]
    facts, relations = BundleFacts(0), Relations([spec])
    for each in placed:
        gather_table(facts, 0, spec, each)
    relations.add(facts.traces)
    relations.finish()
    pairs = relations.pairs(0)
    cells = [derive_row(spec, placed[base], placed[joined] if joined >= 0 else None) for base, joined in pairs]
    return Gathered(cells, [placed[index].value["id"] for index in relations.second(0)])
