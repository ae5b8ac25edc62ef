"""The controls that are assessed: own ones in place of illustrative ones, each version from its day on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from proofbook.assessment.control_set import HeldControl, criteria_in_scope, derive_controls
from proofbook.assessment.facts import Facts
from proofbook.controls.control import load_controls
from proofbook.obligations.cadence import Cadence
from support.facts_builder import FactsBuilder

MONTHLY = {"cadence": "monthly", "per": "organisation", "grace_days": 3}
QUARTERLY = {"cadence": "quarterly", "per": "system", "grace_days": 14}


def own(builder: FactsBuilder, id: str, effective: str, **fields: Any) -> FactsBuilder:  # noqa: A002 - what it is called
    """One version of an own control, recorded the day before it holds."""
    stated = {"recorded": effective, "status": "active", "effective_on": effective, "based_on": "LC-02", "who": "sample owners"}
    return builder.add("control", id, **(stated | fields))


def find(facts: Facts, id: str) -> HeldControl:  # noqa: A002 - what it is called
    """The control of that id."""
    return {each.id: each for each in derive_controls(facts)}[id]


def spans(control: HeldControl) -> list[tuple[str, str]]:
    """First and last day of each version."""
    return [(str(each.first), str(each.last)) for each in control.versions]


def test_without_own_controls_all_illustrative_ones_are_assessed() -> None:
    """Who has not written controls yet still has to see what would be asked for."""
    held = derive_controls(FactsBuilder().build())
    assert [each.id for each in held] == [each.id for each in load_controls().controls]
    assert not any(each.own for each in held)
    assert held[0].newest.dates() == "no dates stated"


def test_own_control_takes_the_place_of_the_one_it_was_made_from() -> None:
    """Both would make each missed quarter count twice."""
    held = derive_controls(own(FactsBuilder(), "sample-inventory", "2026-01-01").build())
    assert "LC-02" not in [each.id for each in held]
    mine = next(each for each in held if each.id == "sample-inventory")
    assert (mine.own, mine.based_on, mine.names) == (True, "LC-02", frozenset({"sample-inventory", "LC-02"}))
    assert mine.checks == ("owner_reviews_inventory",)
    assert [each.cadence for each in mine.newest.promises] == [Cadence.QUARTERLY]
    assert held.index(mine) == 1  # it stands where the illustrative one stood


def test_own_control_may_keep_the_id_of_an_illustrative_one() -> None:
    """`LC-02` written down as a record is the same control in own words."""
    held = [
        each for each in derive_controls(own(FactsBuilder(), "LC-02", "2026-01-01", based_on=None).build()) if each.id == "LC-02"
    ]
    assert [(each.own, each.based_on) for each in held] == [(True, "LC-02")]


def test_control_of_ones_own_needs_no_illustrative_one() -> None:
    """A company has controls nobody here thought of; they rest on performances that name them."""
    facts = own(FactsBuilder(), "sample-other", "2026-01-01", based_on=None, criteria=["CC6.1"], duties=[MONTHLY]).build()
    held = find(facts, "sample-other")
    assert (held.based_on, held.names, held.checks) == (None, frozenset({"sample-other"}), ())
    assert [rule.kind for rule in held.newest.promises[0].evidence] == ["control.performance"]


def test_own_duty_of_another_cadence_rests_on_the_same_records() -> None:
    """Monthly reviews in place of quarterly ones are still reviews."""
    (promise,) = find(
        own(FactsBuilder(), "sample-inventory", "2026-01-01", duties=[MONTHLY]).build(), "sample-inventory"
    ).newest.promises
    assert (promise.cadence, promise.per_system, promise.grace_days) == (Cadence.MONTHLY, False, 3)
    assert [rule.kind for rule in promise.evidence] == ["inventory.review", "control.performance"]


def test_changed_text_leaves_the_version_before_it_in_place() -> None:
    """An auditor tests the old text up to the change and the new one after it."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-01-01", duties=[QUARTERLY])
    held = find(
        own(builder, "sample-inventory", "2026-07-01", duties=[MONTHLY], design_change="monthly").build(), "sample-inventory"
    )
    assert spans(held) == [("2026-01-01", "2026-06-30"), ("2026-07-01", "None")]
    assert [each.dates() for each in held.versions] == ["from 2026-01-01 to 2026-06-30", "from 2026-07-01"]
    assert held.newest.design_change == "monthly"
    assert [each.version for each in held.versions] == [1, 2]


@pytest.mark.parametrize(
    ("duties", "recorded", "backdated"),
    [([MONTHLY], "2026-09-01", True), ([MONTHLY], "2026-07-03", False), ([QUARTERLY], "2026-09-01", False)],
    ids=["what is owed changed long after", "changed within a week", "only its words changed"],
)
def test_version_recorded_long_after_its_day_is_backdated(
    duties: list[dict[str, Any]], recorded: str, *, backdated: bool
) -> None:
    """What was owed in July must not be decided in September without anybody seeing it."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-01-01", duties=[QUARTERLY])
    facts = own(builder, "sample-inventory", "2026-07-01", duties=duties, recorded=recorded).build()
    assert find(facts, "sample-inventory").newest.backdated is backdated


def test_first_version_is_never_backdated() -> None:
    """A control that was written down late took nothing's place."""
    assert not find(
        own(FactsBuilder(), "sample-inventory", "2026-01-01", recorded="2026-09-01").build(), "sample-inventory"
    ).newest.backdated


def test_version_that_holds_from_an_earlier_day_takes_the_place_of_later_ones() -> None:
    """Of two versions for one day the one recorded last is what the company says."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-03-01")
    held = find(own(builder, "sample-inventory", "2026-02-01", recorded="2026-03-02").build(), "sample-inventory")
    assert spans(held) == [("2026-02-01", "None")]


def test_draft_holds_nothing() -> None:
    """Writing a draft must not switch off what is owed today."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-01-01")
    held = find(own(builder, "sample-inventory", "2026-07-01", status="draft").build(), "sample-inventory")
    assert spans(held) == [("2026-01-01", "None")]
    only = derive_controls(own(FactsBuilder(), "sample-inventory", "2026-01-01", status="draft").build())
    assert "LC-02" in [each.id for each in only]


@pytest.mark.parametrize(("ends", "last"), [(None, "2026-06-30"), ("2026-08-31", "2026-08-31")])
def test_retired_control_held_until_its_last_day(ends: str | None, last: str) -> None:
    """Retiring a control ends it; what was owed before stays owed."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-01-01")
    held = find(own(builder, "sample-inventory", "2026-07-01", status="retired", ends_on=ends).build(), "sample-inventory")
    assert spans(held) == [("2026-01-01", last)]


def test_version_with_an_end_ends() -> None:
    """A trial control for one quarter is not owed in the next; one that follows later leaves a hole that stays visible."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-01-01", ends_on="2026-03-31")
    held = find(own(builder, "sample-inventory", "2026-07-01").build(), "sample-inventory")
    assert spans(held) == [("2026-01-01", "2026-03-31"), ("2026-07-01", "None")]


def test_criteria_out_of_scope_bring_no_controls() -> None:
    """Availability controls of an audit of security alone would be gaps nobody asked about."""
    held = [each.id for each in derive_controls(FactsBuilder(categories=("security",)).build())]
    assert "LC-26" not in held
    assert "LC-02" in held
    assert "A1.1" not in criteria_in_scope(FactsBuilder(categories=("security", "unknown-category")).build().scope)


def test_engagement_may_name_its_controls() -> None:
    """By the id of the own control or of the one it stands for."""
    facts = own(FactsBuilder(), "sample-inventory", "2026-01-01").build()
    for named in ("LC-02", "sample-inventory"):
        scope = replace(facts.scope, controls=(named, "LC-20"))
        assert [each.id for each in derive_controls(replace(facts, scope=scope))] == ["sample-inventory", "LC-20"]


def test_criteria_of_all_versions_belong_to_the_control() -> None:
    """A criterion that an older version supported was in scope then."""
    builder = own(FactsBuilder(), "sample-inventory", "2026-01-01", criteria=["CC1.3"])
    held = find(own(builder, "sample-inventory", "2026-07-01", criteria=["CC2.1", "CC1.3"]).build(), "sample-inventory")
    assert held.criteria == ("CC1.3", "CC2.1")
    assert held.versions[0].first == date(2026, 1, 1)
