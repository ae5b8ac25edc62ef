"""Control exceptions on record, and findings nobody has recorded as one."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.exceptions import Exceptions, derive_exceptions
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import derive_grid
from support.facts_builder import PERSON, FactsBuilder, at

MISSED = Finding("occurrence_missed", "LC-02", "occurrence", "LC-02/sample-desk/2026-Q1", "sample", "sample", Consequence.EXCEPTION,
                 entries=("e_sample",))  # fmt: skip


def exceptions(*records: dict[str, Any], finding: Finding = MISSED, responses: int = 0) -> Exceptions:
    """Exceptions of 15 March, seen from 1 June."""
    builder = FactsBuilder().system("sample-desk")
    for number, each in enumerate(records):
        stated = {"happened": "2026-03-15", "control": "LC-02", "found_by": "self", "facts": "sample"}
        builder.add("control.exception", f"cx-{number}", **(stated | each))
    for number in range(responses):
        builder.add("management.response", f"mr-{number}", happened="2026-03-20", exception="cx-0", fact="f", cause="c", correction="r",
                    prevention="p", responded_by=PERSON)  # fmt: skip
    return derive_exceptions(derive_grid(builder.build("2026-06-01")), (finding,))


@pytest.mark.parametrize("name", ["LC-02/sample-desk/2026-Q1", "occurrence/LC-02/sample-desk/2026-Q1", "e_sample"])
def test_finding_named_by_an_exception_of_its_control_is_recorded(name: str) -> None:
    """By what it is known by, with its kind, or by its entry."""
    assert exceptions({"instances": [name]}).unrecorded == ()


@pytest.mark.parametrize(
    "stated", [{}, {"instances": None}, {"instances": ["LC-02/sample-desk/2026-Q2"]},
               {"instances": ["LC-02/sample-desk/2026-Q1"], "control": "LC-03"}],
    ids=["names nothing", "not stated", "another instance", "another control"],
)  # fmt: skip
def test_exception_that_does_not_name_it_leaves_a_finding_unrecorded(stated: dict[str, Any]) -> None:
    """One exception for everything would disclose nothing."""
    assert exceptions(stated).unrecorded == (MISSED,)


def test_lesser_findings_need_no_exception() -> None:
    """Evidence that is missing or late is not yet an instance of a control that did not operate."""
    from dataclasses import replace

    assert exceptions(finding=replace(MISSED, consequence=Consequence.NOT_SHOWN)).unrecorded == ()


def test_own_control_is_known_by_the_one_it_stands_for() -> None:
    """An exception written against LC-02 counts for the own control in its place."""
    from dataclasses import replace

    builder = FactsBuilder().add("control", "sample-inventory", status="active", effective_on="2025-12-01", based_on="LC-02")
    builder.add(
        "control.exception",
        "cx-0",
        happened="2026-03-15",
        control="LC-02",
        found_by="self",
        facts="sample",
        instances=["e_sample"],
    )
    grid = derive_grid(builder.build())
    assert derive_exceptions(grid, (replace(MISSED, control="sample-inventory"),)).unrecorded == ()


def test_exception_of_a_control_out_of_scope_is_still_listed() -> None:
    """It is on record; leaving it out would hide it."""
    assert [each.record.id for each in exceptions({"control": "sample-unknown"}).cases] == ["cx-0"]


def test_open_ones_come_first_with_their_age() -> None:
    """An exception ages until it is corrected."""
    corrected = {"status": "corrected", "corrected_at": at("2026-03-25")}
    cases = exceptions(corrected, {"happened": "2026-03-16"}, {}).cases
    assert [(each.record.id, each.status, each.age_days) for each in cases] == [
        ("cx-2", "open", 78),
        ("cx-1", "open", 77),
        ("cx-0", "corrected", 10),
    ]
    assert exceptions(corrected | {"corrected_at": at("2026-03-01")}).cases[0].age_days == 0


def test_response_of_management_stands_with_its_exception() -> None:
    """Or the lack of one."""
    first, second = exceptions({}, {}, responses=2).cases
    assert [len(first.responses), len(second.responses)] == [2, 0]


def test_actions_are_counted_while_they_are_open() -> None:
    """Due today is not overdue; done is done."""
    action = {"what": "sample", "owner": PERSON}
    actions = [
        action | {"due": "2026-05-31"},
        action | {"due": "2026-06-01"},
        action | {"due": "2026-03-20", "done_at": at("2026-05-01")},
    ]
    (case,) = exceptions({"actions": actions}).cases
    assert (case.actions_open, case.actions_overdue) == (2, 1)
