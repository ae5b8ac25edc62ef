"""One fault in an otherwise sound year, and what a self-test has to say of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofbook.assessment.finding import Consequence, Outcome
from proofbook.assessment.selftests.table import CHECKS
from proofbook.primitives.verdict import Met, Unknown, Unmet
from support.facts_builder import FactsBuilder
from support.sound_records import sound_year

BREAKS, EXCEPTION, NOT_SHOWN, LATE, COMING = Consequence


@dataclass(frozen=True)
class Planted:
    """`fields` are set in the record `about` unless `change` says otherwise; `says` has to stand in the finding."""

    check: str
    about: tuple[str, str]
    consequence: Consequence
    says: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    change: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    drop: Collection[str | tuple[str, str]] = ()
    plant: Callable[[FactsBuilder], object] | None = None
    as_of: str = "2027-02-01"
    beside: int = 0
    """Findings about other records that the same fault brings."""

    def __str__(self) -> str:
        return f"{self.check}: {self.says[:50]}"


def outcome_of(planted: Planted) -> Outcome:
    """What the self-test says of the year with the fault."""
    change = {**planted.change, **({planted.about: planted.fields} if planted.fields else {})}
    facts = sound_year(change, planted.drop, planted.plant, as_of=planted.as_of)
    return CHECKS[planted.check](facts, "LC-99")


def check_planted(planted: Planted) -> None:
    """The fault is found, as one finding that says what and whose it is, and how it is fixed; and the verdict follows from it."""
    outcome = outcome_of(planted)
    found = [each for each in outcome.findings if (each.kind, each.id) == planted.about]
    assert len(found) == 1, outcome
    assert len(outcome.findings) == 1 + planted.beside, outcome.findings
    finding = found[0]
    assert planted.says in finding.what
    assert finding.what.startswith(f"{finding.kind} {finding.id}: ")
    assert finding.consequence is planted.consequence
    assert (finding.check, finding.control) == (planted.check, "LC-99")
    assert finding.fix
    expected = {NOT_SHOWN: Unknown, COMING: Met}.get(planted.consequence, Unmet)
    assert isinstance(outcome.verdict, expected), outcome.verdict
    assert finding.what in outcome.verdict.reasons


def check_unknown(check: str, reason: str, **year: Any) -> None:
    """Nothing can be told, and the reason says why."""
    outcome = CHECKS[check](sound_year(**year), "LC-99")
    assert isinstance(outcome.verdict, Unknown), outcome.verdict
    assert any(reason in each for each in outcome.verdict.reasons), outcome.verdict
