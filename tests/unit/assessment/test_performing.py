"""Which records count as having performed a duty, and what keeps one from counting."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.duties import derive_duties
from proofbook.assessment.facts import Facts
from proofbook.obligations.duty import Performance
from support.facts_builder import PERSON, FactsBuilder, at, digest

DESK = {"system": "sample-desk"}
RESULT = {"metric": "accuracy", "value": "0.93", "n": 100, "threshold": "at least 0.90", "outcome": "met"}
REVIEW = DESK | {"reviewer": PERSON, "list_as_of": at("2026-03-01"), "list_source": "sample"}


def builder() -> FactsBuilder:
    """One system of two."""
    return FactsBuilder().system("sample-desk").system("sample-other")


def on_file(facts: Facts, key: str) -> list[Performance]:
    """What is on file for a duty."""
    return [each for each in derive_duties(facts).performances if each.control == key]


def review(row: dict[str, Any]) -> Performance:
    """An access review with one row, as evidence."""
    rows = [{"subject_id": "sample-person-2", "role": "use"} | row]
    (found,) = on_file(builder().add("access.review", "ar-1", happened="2026-03-20", rows=rows, **REVIEW).build(), "LC-06")
    return found


def test_record_named_by_an_evidence_rule_counts_for_its_system() -> None:
    """A review of one system says nothing about another."""
    facts = builder().add("inventory.review", "ir-1", happened="2026-03-20", reviewer=PERSON, outcome="no_change", **DESK).build()
    (found,) = on_file(facts, "LC-02")
    assert (found.scope, found.occurred, found.complete, found.note) == ("sample-desk", at("2026-03-20"), True, "")


def test_outcome_that_is_not_complete_is_on_file_and_does_not_count() -> None:
    """Begun, with corrections open: it is shown with what is missing, and the quarter stays open."""
    facts = builder().add("inventory.review", "ir-1", happened="2026-03-20", reviewer=PERSON, outcome="changes_open", **DESK)
    (found,) = on_file(facts.build(), "LC-02")
    assert (found.complete, found.note) == (False, "outcome is changes_open")


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"decision": "keep"}, ""),
        ({"decision": "undecided"}, "1 rows undecided"),
        ({"decision": "remove"}, "1 changes or removals not seen to have taken effect"),
        ({"decision": "remove", "actioned_at": at("2026-03-19")}, "1 changes or removals not seen to have taken effect"),
        ({"decision": "change", "actioned_at": at("2026-03-19"), "verified": "requeried"}, ""),
    ],
    ids=["kept", "undecided", "removal not made", "removal not seen", "change seen"],
)
def test_access_review_counts_once_every_row_is_settled(row: dict[str, Any], note: str) -> None:
    """A review whose removals nobody carried out did not review anything."""
    found = review(row)
    assert (found.note, found.complete) == (note, not note)


def test_open_blanks_keep_any_record_from_counting() -> None:
    """Template text is not a performance, whatever its dates say."""
    facts = (
        builder().add("inventory.review", "ir-1", happened="2026-03-20", reviewer="[[who]]", outcome="no_change", **DESK).build()
    )
    (found,) = on_file(facts, "LC-02")
    assert (found.complete, found.note) == (False, "blanks of a draft are open: reviewer")


def test_only_records_that_meet_the_condition_speak_of_the_control() -> None:
    """A test of the outbound wall says nothing about authentication."""
    common = {"performed_by": PERSON, "expected": "refused", "observed": "refused", "outcome": "as_expected"}
    filled = builder().add("boundary.test", "bt-1", happened="2026-03-20", test="egress_denied", **common).build()
    assert on_file(filled, "LC-07") == []
    assert {each.scope for each in on_file(filled, "LC-09#continuous")} == {"sample-desk", "sample-other"}


def test_performance_counts_for_the_control_it_names() -> None:
    """Controls whose record is kept elsewhere: a performance names the control, or the one it was made from."""
    stated = {"performed_by": PERSON, "outcome": "complete"}
    own = builder().add("control", "sample-inventory", status="active", effective_on="2025-12-02", based_on="LC-02")
    for number, control in enumerate(("LC-02", "sample-inventory", "LC-03")):
        own.add("control.performance", f"cp-{number}", happened="2026-03-20", control=control, **DESK, **stated)
    assert len(on_file(own.build(), "sample-inventory")) == 2


def test_performance_without_a_system_counts_for_all() -> None:
    """One meeting may have dealt with every system."""
    facts = builder().add("control.performance", "cp-1", happened="2026-03-20", control="LC-02", performed_by=PERSON,
                          outcome="complete").build()  # fmt: skip
    assert {each.scope for each in on_file(facts, "LC-02")} == {"sample-desk", "sample-other"}


def test_record_without_its_moment_is_not_on_file() -> None:
    """A policy nobody approved has no day of approval to count on."""
    stated: dict[str, Any] = {
        "type": "policy",
        "version": "1",
        "status": "draft",
        "sections": [{"heading": "Scope", "text": "Sample."}],
    }
    assert on_file(builder().add("policy", "p-1", recorded="2026-03-20", **stated).build(), "LC-29") == []


def test_correction_does_not_make_a_record_late() -> None:
    """A typo corrected in May does not make March's review one that was recorded in May; a moved date does."""
    stated = {"reviewer": PERSON, "outcome": "no_change"} | DESK
    moved = builder().add("inventory.review", "ir-1", happened="2026-03-20", recorded="2026-03-21", **stated)
    moved.add("inventory.review", "ir-1", happened="2026-03-20", recorded="2026-05-02", notes="sample", **stated)
    assert on_file(moved.build(), "LC-02")[0].recorded == at("2026-03-21")
    moved.add("inventory.review", "ir-1", happened="2026-03-22", recorded="2026-05-03", **stated)
    assert on_file(moved.build(), "LC-02")[0].recorded == at("2026-05-03")


def test_record_counts_from_the_day_it_was_complete() -> None:
    """Filed in March with corrections open, closed in May: it is evidence since May."""
    stated = {"reviewer": PERSON} | DESK
    late = builder().add(
        "inventory.review", "ir-1", happened="2026-03-20", recorded="2026-03-21", outcome="changes_open", **stated
    )
    late.add("inventory.review", "ir-1", happened="2026-03-20", recorded="2026-05-02", outcome="changed", **stated)
    assert on_file(late.build(), "LC-02")[0].recorded == at("2026-05-02")


def run(*, traffic: bool, model: str | None, approved: str | None = None) -> Performance:
    """An evaluation run on `model`, while artifact b serves (or only something is approved)."""
    made = builder()
    if traffic:
        made.served("sample-desk", digest("b"), "2026-01-05", "2026-12-20")
    if approved:
        made.add("model.approval", "ma-1", happened="2025-12-10", artifact_digest=approved, systems=["sample-desk"], decided_by=PERSON,
                 decision="approved", verification="unverified")  # fmt: skip
    stated: dict[str, Any] = {"suite": "s", "suite_version": "1", "standard": "es", "operator": PERSON, "results": [RESULT]}
    made.add("evaluation.run", "run-1", happened="2026-03-20", started_at=at("2026-03-19"), model=model, **DESK, **stated)
    (found,) = on_file(made.build(), "LC-17")
    return found


@pytest.mark.parametrize(
    ("traffic", "model", "approved", "note"),
    [
        (True, digest("b"), None, ""),
        (True, digest("a"), None, "was run on sha256:aaaaaaaaaaaa, while sha256:bbbbbbbbbbbb served"),
        (True, None, None, "which artifact answered is not stated"),
        (False, digest("a"), digest("a"), ""),
        (False, digest("a"), digest("b"), "was run on sha256:aaaaaaaaaaaa, while sha256:bbbbbbbbbbbb had served or was approved"),
        (False, digest("a"), None, "nothing shows that sha256:aaaaaaaaaaaa served or was approved for sample-desk then"),
    ],
    ids=["what served", "something else", "nothing stated", "what is approved", "other than approved", "nothing known"],
)
def test_evaluation_counts_only_for_what_served(*, traffic: bool, model: str | None, approved: str | None, note: str) -> None:
    """A suite that was run on other bytes says nothing about what people were answered by."""
    assert run(traffic=traffic, model=model, approved=approved).note == note
