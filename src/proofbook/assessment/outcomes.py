"""Runs every self-test that stands behind the controls in scope, and keeps the result in a form that can be recorded.

Promises: a check that a control names and nobody built is Unknown, never left out; the grid is a check of its own
(`occurrences`). Met, Unmet and Unknown speak of evidence; none of them is a conclusion about a control. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Check, Finding, Outcome
from proofbook.assessment.grid import ControlStanding, Grid
from proofbook.obligations.duty import State
from proofbook.primitives.canonical import JsonValue, canonical_bytes
from proofbook.primitives.digest import digest_raw, sha256_digest
from proofbook.primitives.instants import format_instant
from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.records.control import SelfTest

OCCURRENCES: Final = "occurrences"
"""Name of the check that the grid is."""
Progress = Callable[[str, int, int], None]


def run_checks(grid: Grid, checks: Mapping[str, Check], progress: Progress | None = None) -> tuple[Outcome, ...]:
    """Every check of every control in scope, then the calendar, by control. `checks`: by name; `progress`: (what, done, of)."""
    facts = grid.facts
    wanted = [(standing.control, check) for standing in grid.controls for check in standing.control.checks]
    made: list[Outcome] = []
    for number, (control, name) in enumerate(wanted, 1):
        check = checks.get(name)
        made.append(_not_built(name, control.id) if check is None else check(facts, control.id))
        if progress is not None:
            progress(f"{control.id} {name}", number, len(wanted))
    return (*made, *(_calendar(standing) for standing in grid.controls if standing.owed))


def _not_built(check: str, control: str) -> Outcome:
    return Outcome(check, control, Unknown((f"this program has no check {check}",)))


def _calendar(standing: ControlStanding) -> Outcome:
    counts = {state: number for state, number in standing.counts.items() if number}
    said = (", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items()),)
    verdict: Verdict = Met(said)
    if standing.state in {State.MISSED, State.LATE} or counts.get(State.LATE):
        verdict = Unmet(said)
    elif standing.state is State.UNKNOWN or not counts.get(State.DONE):
        verdict = Unknown(said)
    return Outcome(OCCURRENCES, standing.control.id, verdict, examined=sum(counts.values()))


def word_of(verdict: Verdict) -> str:
    """`met`, `unmet` or `unknown`."""
    match verdict:
        case Met():
            return "met"
        case Unmet():
            return "unmet"
        case Unknown():
            return "unknown"


def finding_body(finding: Finding) -> dict[str, JsonValue]:
    """A finding as JSON, in the order a reader wants it."""
    return {
        "check": finding.check,
        "control": finding.control,
        "criteria": list(finding.criteria),
        "kind": finding.kind,
        "id": finding.id,
        "scope": finding.scope,
        "what": finding.what,
        "consequence": finding.consequence.name.lower(),
        "owner": finding.owner,
        "fix": finding.fix,
        "entries": list(finding.entries),
    }


def self_test_body(facts: Facts, outcomes: Sequence[Outcome], findings: Sequence[Finding]) -> dict[str, Any]:
    """The body of a `self_test` entry: results by CONTROL/check, and the hash of the canonical list of findings."""
    results = {f"{each.control}/{each.check}": word_of(each.verdict) for each in outcomes}
    counts = Counter(results.values())
    listed = canonical_bytes([finding_body(each) for each in findings])
    period = facts.scope.period
    return SelfTest.model_validate(
        {
            "title": f"Self-test of {facts.scope.engagement}",
            "entity": facts.scope.entity,
            "engagement": facts.scope.engagement,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "run_at": format_instant(facts.as_of),
            "book_size": facts.book_size,
            "met": counts["met"],
            "unmet": counts["unmet"],
            "unknown": counts["unknown"],
            "outcomes": results,
            "findings_sha256": digest_raw(sha256_digest(listed)).hex(),
            "findings": len(findings),
        }
    ).to_body()
