"""What would an auditor not accept today, and what fixes it: one list, the gravest first.

Promises: gathers the grid, every self-test, records written late, open blanks, controls changed afterwards and populations of
nothing; what two of them say of one record stands once. Each finding names its record, its owner and the command that fixes it.
A list is not an opinion. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from proofbook.assessment.backdating import controls_backdated
from proofbook.assessment.exceptions import Exceptions, derive_exceptions
from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.finding import Check, Consequence, Finding, Outcome
from proofbook.assessment.grid import Grid
from proofbook.assessment.nil import NilCase, derive_nil, nil_findings
from proofbook.assessment.outcomes import OCCURRENCES, Progress, run_checks
from proofbook.assessment.owing import OCCURRENCE, owing_findings
from proofbook.assessment.selftests.table import EVERYWHERE
from proofbook.assessment.selftests.wording import write_new
from proofbook.primitives.verdict import Unknown


@dataclass(frozen=True, slots=True)
class Item:
    """One finding with the day of what it is about, where that is known (else empty)."""

    finding: Finding
    day: str


@dataclass(frozen=True, slots=True)
class Today:
    """The list, and all that it was made from."""

    items: tuple[Item, ...]
    grid: Grid
    outcomes: tuple[Outcome, ...]
    nil: tuple[NilCase, ...]
    exceptions: Exceptions

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in the list's order."""
        return tuple(item.finding for item in self.items)


def derive_today(grid: Grid, checks: Mapping[str, Check], progress: Progress | None = None) -> Today:
    """The list as of the moment the grid is of."""
    outcomes = run_checks(grid, checks, progress)
    tested = tuple(finding for outcome in outcomes for finding in outcome.findings)
    nil = derive_nil(grid)
    known = {(finding.kind, finding.id) for finding in tested}
    owing = (each for each in owing_findings(grid) if each.kind == OCCURRENCE or (each.kind, each.id) not in known)
    found = [*owing, *tested, *nil_findings(nil, grid.facts), *_everywhere(grid), *controls_backdated(grid)]
    found += _untold(grid, outcomes, found)
    days = _days(grid.facts)
    criteria = {name: standing.control.criteria for standing in grid.controls for name in standing.control.names}
    items = [Item(_with_criteria(criteria, each), _day(days, each)) for each in _each_once(found)]
    items.sort(key=lambda item: (item.finding.consequence, item.day or "9999", item.finding.control, item.finding.id))
    findings = tuple(item.finding for item in items)
    return Today(tuple(items), grid, outcomes, nil, derive_exceptions(grid, findings))


def _everywhere(grid: Grid) -> Iterator[Finding]:
    """What belongs to no single control stands under the first one in scope that rests on records of its kind."""
    controls: dict[str, str] = {}
    for standing in grid.controls:
        for promise in standing.control.newest.promises:
            for rule in promise.evidence:
                controls.setdefault(rule.kind, standing.control.id)
    for check in EVERYWHERE.values():
        yield from (replace(each, control=each.control or controls.get(each.kind, "")) for each in check(grid.facts))


def _untold(grid: Grid, outcomes: Iterable[Outcome], found: Iterable[Finding]) -> Iterator[Finding]:
    """Checks whose result is unknown and about whose control nothing else stands in the list."""
    spoken = {each.control for each in found if each.consequence <= Consequence.NOT_SHOWN}
    for outcome in outcomes:
        if isinstance(outcome.verdict, Unknown) and not outcome.findings and outcome.control not in spoken:
            if outcome.check == OCCURRENCES:
                continue
            standing = grid.standing(outcome.control)
            title = standing.control.newest.title if standing is not None else outcome.control
            owner = grid.owner_of(standing.control, "") if standing is not None else "unknown"
            what = f"{title}: {outcome.check.replace('_', ' ')}: {'; '.join(outcome.verdict.reasons)}"
            promises = standing.control.newest.promises if standing is not None else ()
            kinds = [rule.kind for each in promises for rule in each.evidence]
            fix = write_new(kinds[0] if kinds else "control.performance", "the evidence")
            yield Finding(outcome.check, outcome.control, "control", outcome.control, what, fix, Consequence.NOT_SHOWN, "", owner)


def _each_once(found: Iterable[Finding]) -> tuple[Finding, ...]:
    once: dict[tuple[str, str, str, str], Finding] = {}
    for each in found:
        once.setdefault((each.check, each.kind, each.id, each.scope), each)
    return tuple(once.values())


def _with_criteria(criteria: Mapping[str, tuple[str, ...]], finding: Finding) -> Finding:
    wanted = () if finding.criteria else criteria.get(finding.control, ())
    return replace(finding, criteria=wanted) if wanted else finding


def _days(facts: Facts) -> Mapping[str, str]:
    return {version.entry: happened_at(version)[:10] for versions in facts.histories.values() for version in versions}


def _day(days: Mapping[str, str], finding: Finding) -> str:
    """The day of the oldest entry it names; of an occurrence the interval in its name sorts well enough."""
    known = [days[entry] for entry in finding.entries if entry in days]
    if finding.kind == OCCURRENCE:
        return finding.id.rpartition("/")[2]
    return min(known, default="")
