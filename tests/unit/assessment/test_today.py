"""The list of what an auditor would not accept: order, each thing once, everything gathered."""

from __future__ import annotations

from typing import Any

from proofbook.assessment.finding import Consequence, Finding, Outcome
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.selftests.table import CHECKS
from proofbook.assessment.today import Today, derive_today
from proofbook.primitives.verdict import Met, Unknown, Unmet
from support.facts_builder import PERSON, FactsBuilder

DESK = {"system": "sample-desk"}
REVIEWED: dict[str, Any] = DESK | {"reviewer": PERSON, "outcome": "no_change"}


def listed(builder: FactsBuilder, as_of: str = "2027-02-01") -> Today:
    """The list of all checks."""
    return derive_today(derive_grid(builder.build(as_of)), CHECKS)


def of(today: Today, **wanted: str) -> list[Finding]:
    """Findings with these values."""
    return [each for each in today.findings if all(getattr(each, name) == value for name, value in wanted.items())]


def desk() -> FactsBuilder:
    """One system."""
    return FactsBuilder().system("sample-desk")


def test_gravest_comes_first_and_within_it_the_oldest() -> None:
    """Who reads only the first page reads what matters most."""
    today = listed(desk().gap("2026-05-05 10:00", "2026-05-05 11:00"))
    levels = [each.consequence for each in today.findings]
    assert levels == sorted(levels)
    assert levels[0] is Consequence.BREAKS_THE_TRAIL
    days = [item.day for item in today.items if item.finding.consequence is Consequence.EXCEPTION and item.day]
    assert days == sorted(days)


def test_each_finding_names_record_owner_fix_and_criteria() -> None:
    """What cannot be acted on is not a finding but a complaint."""
    for each in listed(desk()).findings:
        assert each.kind
        assert each.id
        assert each.owner
        assert each.fix
        assert each.what
        assert each.criteria or not each.control, each


def test_what_a_check_says_of_a_record_is_not_said_again_by_the_calendar() -> None:
    """One grant without approval is one exception, not two."""
    granted = DESK | {"subject_id": "sample-person-2", "subject_kind": "person", "role": "use"}
    today = listed(desk().add("access.grant", "sample-grant", happened="2026-05-04", **granted))
    checks = [each.check for each in of(today, kind="access.grant", id="sample-grant")]
    assert "grant_approved_first" in checks
    assert not [each for each in checks if each.startswith("occurrence_")]


def test_one_finding_under_two_controls_stands_once() -> None:
    """Two controls may rest on one check; the fault is one."""
    same = Finding("sample_check", "LC-01", "policy", "sample-policy", "sample", "sample", Consequence.EXCEPTION)

    def check(facts: object, control: str) -> Outcome:
        return Outcome("sample_check", control, Unmet(("sample",)), (same,))

    today = derive_today(derive_grid(desk().build()), dict.fromkeys(CHECKS, check))
    assert len(of(today, check="sample_check")) == 1


def test_late_entry_and_open_blank_are_listed_under_a_control() -> None:
    """They belong to no single check; they must still be somebody's."""
    builder = desk().add("inventory.review", "sample-late", happened="2026-03-03", recorded="2026-04-03", **REVIEWED)
    sections = [{"heading": "Use", "text": "[[who may use it]]"}]
    builder.add("policy", "sample-policy", recorded="2026-02-01", type="policy", version="1", status="draft", sections=sections)
    today = listed(builder)
    (late,) = of(today, check="recorded_late")
    (blank,) = of(today, check="blank_open")
    assert (late.id, late.control, late.consequence) == ("sample-late", "LC-02", Consequence.LATE)
    assert (blank.id, blank.control, blank.consequence) == ("sample-policy", "LC-29", Consequence.COMING)


def test_unknown_result_without_a_finding_is_not_passed_over() -> None:
    """A check that could not tell anything is a gap in the evidence, and silence about it would read as soundness."""

    def mute(facts: object, control: str) -> Outcome:
        return Outcome("mute", control, Unknown(("sample: nothing to look at",)))

    today = derive_today(derive_grid(desk().build()), dict.fromkeys(CHECKS, mute))
    (found,) = of(today, control="LC-04")
    assert (found.kind, found.id, found.consequence) == ("control", "LC-04", Consequence.NOT_SHOWN)
    assert "nothing to look at" in found.what


def test_check_nobody_built_is_unknown() -> None:
    """A name in the controls' file without code behind it must not look like a check that ran."""
    today = derive_today(derive_grid(desk().build()), {})
    verdicts = {each.check: each.verdict for each in today.outcomes}
    assert isinstance(verdicts["owner_reviews_inventory"], Unknown)
    assert not any(isinstance(verdict, Met) for verdict in verdicts.values())


def test_calendar_of_a_control_is_an_outcome_of_its_own() -> None:
    """Three of four quarters: the checks of each review may all be met, and the year is not."""
    builder = desk()
    for day in ("2026-03-20", "2026-06-20", "2026-12-20"):
        builder.add("inventory.review", f"sample-{day}", happened=day, **REVIEWED)
    (calendar,) = [each for each in listed(builder).outcomes if (each.control, each.check) == ("LC-02", "occurrences")]
    assert isinstance(calendar.verdict, Unmet)
    assert calendar.verdict.reasons == ("1 missed, 3 done",)


def test_nothing_coming_is_listed_long_before_it_is_due() -> None:
    """A list of the whole year's duties in January would be read by nobody; a fortnight ahead is of use."""
    early, near = listed(desk(), as_of="2026-02-10"), listed(desk(), as_of="2026-04-10")
    assert not of(early, check="occurrence_due", control="LC-02")
    (due,) = of(near, check="occurrence_due", control="LC-02")
    assert (due.id, due.consequence) == ("LC-02/sample-desk/2026-Q1", Consequence.COMING)


def test_a_control_changed_for_days_gone_by_is_listed() -> None:
    """Whoever may make a monthly duty quarterly for last spring can make any miss go away."""
    own: dict[str, Any] = {"based_on": "LC-02", "status": "active", "owner": "sample-owner"}
    duty = {"cadence": "monthly", "per": "system"}
    builder = desk().add("control", "own-02", recorded="2025-12-02", effective_on="2025-12-01", duties=[duty], **own)
    builder.add(
        "control", "own-02", recorded="2026-09-01", effective_on="2026-01-01", duties=[duty | {"cadence": "quarterly"}], **own
    )
    (found,) = of(listed(builder), check="control_backdated")
    assert (found.id, found.owner, found.consequence) == ("own-02", "sample-owner", Consequence.LATE)
    assert "2026-01-01" in found.what


def test_the_same_facts_give_the_same_list() -> None:
    """The hash of the findings is recorded; it must not depend on the run."""
    builder = desk().gap("2026-05-05 10:00", "2026-05-05 11:00")
    assert listed(builder).findings == listed(builder).findings
