"""Control exceptions: those on record with where they stand, and findings nobody has recorded as one yet.

Promises: an exception is listed whatever its state, with its age and the response of management or the lack of one. A finding
counts as recorded only when an exception of the same control names it: the record, its entry, or the occurrence. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import Grid
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion


@dataclass(frozen=True, slots=True)
class ExceptionCase:
    """One exception on record. `age_days`: from when it was found until it was corrected, or until now."""

    record: DocumentVersion
    responses: tuple[DocumentVersion, ...]
    age_days: int
    actions_open: int
    actions_overdue: int

    @property
    def status(self) -> str:
        """As recorded: open, corrected or closed."""
        return str(self.record.body["status"])


@dataclass(frozen=True, slots=True)
class Exceptions:
    """`unrecorded`: findings that are instances of a control not operating as described, and that no exception names."""

    cases: tuple[ExceptionCase, ...]
    unrecorded: tuple[Finding, ...]


def derive_exceptions(grid: Grid, findings: Iterable[Finding]) -> Exceptions:
    """Exceptions in scope, open ones first, then by when they were found."""
    facts = grid.facts
    answers: defaultdict[str, list[DocumentVersion]] = defaultdict(list)
    for response in facts.scoped("management.response"):
        answers[response.body["exception"]].append(response)
    cases = [_case(facts, each, tuple(answers[each.id])) for each in facts.scoped("control.exception")]
    cases.sort(key=lambda case: (case.status != "open", case.record.body["found_at"], case.record.id))
    named = _named(grid, cases)
    unrecorded = (each for each in findings if each.consequence <= Consequence.EXCEPTION and not _is_named(each, named))
    return Exceptions(tuple(cases), tuple(unrecorded))


def _case(facts: Facts, record: DocumentVersion, responses: tuple[DocumentVersion, ...]) -> ExceptionCase:
    body = record.body
    until = body.get("corrected_at")
    age = (parse_instant(until) if until else facts.as_of) - parse_instant(body["found_at"])
    open_actions = [action for action in body["actions"] if action["done_at"] is None]
    today = facts.as_of.date().isoformat()
    overdue = sum(1 for action in open_actions if action["due"] < today)
    return ExceptionCase(record, responses, max(age.days, 0), len(open_actions), overdue)


def _named(grid: Grid, cases: Iterable[ExceptionCase]) -> Mapping[str, set[str]]:
    """By control: everything its exceptions name."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for case in cases:
        standing = grid.standing(case.record.body["control"])
        control = standing.control.id if standing is not None else case.record.body["control"]
        named[control] |= set(case.record.body.get("instances") or ())
    return named


def _is_named(finding: Finding, named: Mapping[str, set[str]]) -> bool:
    own = {finding.id, f"{finding.kind}/{finding.id}", *finding.entries}
    return not own.isdisjoint(named.get(finding.control, ()))
