"""What the assessment knows as of the room's checkpoint: facts, the coverage grid, self-tests; each worked out once.

Promises: everything is as of one checkpoint, so the same room gives the same values. What is not asked for is not worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from proofbook.assessment.facts import Facts, read_facts
from proofbook.assessment.finding import Outcome
from proofbook.assessment.grid import Grid, derive_grid
from proofbook.assessment.scope import Scope
from proofbook.assessment.selftests.table import CHECKS
from proofbook.export.observation import SourceTrace
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.sources import Source
from proofbook.records.kept import KEPT
from proofbook.records.record import find_references


@dataclass
class Assessed:
    """Used by one thread, for one export."""

    facts: Facts

    @cached_property
    def grid(self) -> Grid:
        """What was owed in the period and what became of it."""
        return derive_grid(self.facts)

    def outcome(self, check: str) -> Outcome:
        """Result of one self-test, under the first control that names it (or the one the organisation put in its place)."""
        known = self._outcomes.get(check)
        if known is None:
            control = next((each.control.id for each in self.grid.controls if check in each.control.checks), "")
            known = self._outcomes[check] = CHECKS[check](self.facts, control)
        return known

    @cached_property
    def _outcomes(self) -> dict[str, Outcome]:
        return {}

    @cached_property
    def dangling(self) -> Mapping[str, tuple[str, ...]]:
        """References of the newest versions of kept records that lead nowhere, in words, by kind."""
        known = {(kind, record) for kind, record in self.facts.histories}
        known |= {("model.artifact", each.artifact) for each in self.facts.artifacts}
        known |= {("entry", each.entry) for versions in self.facts.histories.values() for each in versions}
        found: dict[str, list[str]] = {}
        for (kind, record), versions in sorted(self.facts.histories.items()):
            for path, other, name in find_references(KEPT[kind].model_validate(versions[-1].body, by_alias=True, by_name=False)):
                if (other, name) not in known and other != "control":
                    found.setdefault(kind, []).append(f"{kind}/{record}: {path} names {other} {name}, which is not on record")
        return {kind: tuple(items) for kind, items in found.items()}


def read_assessed(reader: Reader, scope: Scope, size: int, signed_at: str, sources: Mapping[str, SourceTrace]) -> Assessed:
    """Reads the facts once, as the first `size` entries, signed then, tell them. Raises StoreUnavailable."""
    seen = [_source(each) for each in sources.values()]
    return Assessed(read_facts(reader, scope, parse_instant(signed_at), size, seen))


def _source(trace: SourceTrace) -> Source:
    return Source(
        trace.source, trace.assurance, trace.entries, trace.last_seq, -1, trace.first_recorded, trace.last_recorded, None
    )
