"""What the grid leaves to be said: one finding for each occurrence that is missed, late, unknown or due soon."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.facts import Facts
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.owing import owing_findings
from support.facts_builder import PERSON, FactsBuilder

DESK = {"system": "sample-desk"}
REVIEW = {"reviewer": PERSON, "outcome": "no_change"} | DESK


def found(facts: Facts, control: str) -> list[Finding]:
    """Findings of a control."""
    return [each for each in owing_findings(derive_grid(facts)) if each.control == control]


def test_missed_occurrence_is_an_exception_that_says_how_it_is_mended_or_disclosed() -> None:
    """Owner, name, record that counts: a person can act on it without reading anything else."""
    (first, *_) = found(FactsBuilder().system("sample-desk").build(), "LC-02")
    assert (first.check, first.kind, first.id) == ("occurrence_missed", "occurrence", "LC-02/sample-desk/2026-Q1")
    assert (first.consequence, first.owner, first.scope) == (Consequence.EXCEPTION, PERSON, "sample-desk")
    assert "proofbook record template inventory.review" in first.fix
    assert "proofbook record template control.exception" in first.fix
    assert first.criteria == ("CC2.1", "CC1.3")


def test_late_event_is_named_by_its_record() -> None:
    """What is done late is done; nothing mends the date."""
    stated = {"subject_id": "sample-person-2", "subject_kind": "person", "role": "use", "approved_by": PERSON} | DESK
    builder = FactsBuilder().system("sample-desk")
    builder.add(
        "access.grant",
        "g-1",
        happened="2026-03-02",
        approved_at="2026-03-04T12:00:00.000000Z",
        recorded="2026-03-04 13:00",
        **stated,
    )
    (finding,) = found(builder.build(), "LC-04")
    assert (finding.check, finding.kind, finding.id) == ("occurrence_late", "access.grant", "g-1")
    assert finding.consequence is Consequence.LATE
    assert finding.fix.startswith("cannot be undone")


def test_what_nobody_could_see_is_not_shown() -> None:
    """Unknown is no exception, and no further record fills a gap of the recorder once there is evidence."""
    stated = {
        "test": "unauthenticated_refused",
        "performed_by": PERSON,
        "expected": "no",
        "observed": "no",
        "outcome": "as_expected",
    }
    builder = (
        FactsBuilder("2026-03-01", "2026-04-30", systems=("sample-desk",)).system("sample-desk").gap("2026-03-02", "2026-03-03")
    )
    builder.add("boundary.test", "bt-1", happened="2026-03-20", **stated)
    first, second = found(builder.build(), "LC-07")
    assert [first.check, second.check] == ["occurrence_unknown"] * 2
    assert first.consequence is Consequence.NOT_SHOWN
    assert first.fix.startswith("cannot be undone")
    assert "proofbook record template boundary.test" in second.fix


@pytest.mark.parametrize(("as_of", "soon"), [("2026-03-31", True), ("2026-03-30", False)])
def test_due_within_two_weeks_is_said_in_time(as_of: str, *, soon: bool) -> None:
    """Due on 14 April: a reminder while something can still be done, and not before."""
    builder = FactsBuilder().system("sample-desk")
    findings = [each for each in found(builder.build(as_of), "LC-02") if each.id.endswith("2026-Q1")]
    assert [(each.check, each.consequence) for each in findings] == [("occurrence_due", Consequence.COMING)] * soon


def test_done_leaves_nothing_to_say() -> None:
    """The list is of what is wanting."""
    builder = (
        FactsBuilder("2026-01-01", "2026-03-31")
        .system("sample-desk")
        .add("inventory.review", "ir-1", happened="2026-03-20", **REVIEW)
    )
    assert found(builder.build(), "LC-02") == []


def test_days_of_a_daily_duty_are_gathered_by_column_and_state() -> None:
    """Thirty lines for one broken job would hide everything else; a single day is named by itself."""
    builder = FactsBuilder("2026-03-01", "2026-04-30")
    for month, last in ((3, 31), (4, 30)):
        for day in range(3 if month == 3 else 2, last + 1):
            builder.add(
                "backup.run", f"bk-{month}-{day}", happened=f"2026-{month:02}-{day:02}", job="nightly", outcome="complete"
            )
    march, april = [each for each in found(builder.build(), "LC-28") if "#daily" in each.id]
    assert march.id == "LC-28#daily/2026-03"
    assert "2 of 31 occurrences missed (2026-03-01 to 2026-03-02)" in march.what
    assert april.id == "LC-28#daily/2026-04-01"


def test_duty_without_a_rule_of_evidence_asks_for_a_performance() -> None:
    """A control of one's own rests on performances that name it."""
    duty = {"cadence": "quarterly", "per": "organisation", "grace_days": 0}
    stated: dict[str, Any] = {"status": "active", "effective_on": "2025-12-01", "criteria": ["CC6.1"], "duties": [duty]}
    (first, *_) = found(FactsBuilder().add("control", "sample-own", **stated).build(), "sample-own")
    assert "proofbook record template control.performance" in first.fix
    assert first.what.startswith("Sample sample-own, 2026-Q1: missed")
