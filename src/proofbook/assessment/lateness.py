"""Records written long after what they tell of, and records with blanks that a draft left open.

Promises: a record is late by the version that first said when the thing happened, so a correction of something else does not make
it late, and one of the date does. Late is shown, not judged. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from proofbook.assessment.facts import LATE_AFTER, Facts, happened_at
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import Grid
from proofbook.assessment.selftests.tally import matter_of
from proofbook.assessment.selftests.wording import moment
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.kept import KEPT
from proofbook.records.record import find_blanks

RECORDED_LATE = "recorded_late"
BLANK_OPEN = "blank_open"
BACKDATED = "control_backdated"


def recorded_late(grid: Grid) -> Iterator[Finding]:
    """Events of the period whose record came more than a week later."""
    facts, controls = grid.facts, control_by_kind(grid)
    for kind in KEPT:
        for version in facts.in_period(kind):
            happened = happened_at(version)
            first = next(each for each in facts.history(kind, version.id) if happened_at(each) == happened)
            delay = parse_instant(first.recorded) - parse_instant(happened)
            if delay > LATE_AFTER:
                recorded = moment(first.recorded)
                what = f"{kind} {version.id}: happened {moment(happened)}, recorded {recorded}, {delay.days} days later"
                fix = "cannot be undone: both dates stay visible; say in the record's notes why it came late"
                yield _finding(facts, RECORDED_LATE, controls.get(kind, ""), version, what, fix, Consequence.LATE)


def blanks_open(grid: Grid) -> Iterator[Finding]:
    """Newest versions in which the blanks of a template are open."""
    facts, controls = grid.facts, control_by_kind(grid)
    for kind in KEPT:
        for version in facts.scoped(kind):
            blanks = find_blanks(version.body)
            if blanks:
                more = f" and {len(blanks) - 3} more" if len(blanks) > 3 else ""
                what = f"{kind} {version.id}: {len(blanks)} open: {', '.join(blanks[:3])}{more}"
                fix = f"fill them in: proofbook record get {kind} {version.id}, then proofbook record apply FILE"
                yield _finding(facts, BLANK_OPEN, controls.get(kind, ""), version, what, fix, Consequence.COMING)


def controls_backdated(grid: Grid) -> Iterator[Finding]:
    """Versions of own controls that change what is owed and were recorded long after the day they are said to hold from."""
    for standing in grid.controls:
        for version in standing.versions:
            record = grid.facts.current("control", standing.control.id)
            if version.backdated and record is not None and version.recorded is not None:
                what = (
                    f"control {record.id}: version {version.version} is said to hold from {version.first} and was recorded "
                    f"{moment(version.recorded)}; what was owed in between changed afterwards"
                )
                fix = "disclose it as a change of design, or record a version that holds from the day it was decided"
                yield _finding(grid.facts, BACKDATED, record.id, record, what, fix, Consequence.LATE)


def control_by_kind(grid: Grid) -> Mapping[str, str]:
    """For each kind of record the first control in scope that rests on it."""
    found: dict[str, str] = {}
    for standing in grid.controls:
        for promise in standing.control.newest.promises:
            for rule in promise.evidence:
                found.setdefault(rule.kind, standing.control.id)
    return found


def _finding(
    facts: Facts, check: str, control: str, version: DocumentVersion, what: str, fix: str, consequence: Consequence
) -> Finding:  # fmt: skip
    matter = matter_of(facts, version)
    return Finding(check, control, version.kind, version.id, what, fix, consequence, matter.scope, matter.owner, matter.entries)
