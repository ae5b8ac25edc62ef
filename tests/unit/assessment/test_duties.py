"""What is owed, by whom, from which day: lives of systems, duties per system and organisation, keys, waivers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from proofbook.assessment.duties import Life, derive_duties, system_lives
from proofbook.assessment.facts import Facts
from proofbook.obligations.duty import Rule
from support.facts_builder import PERSON, FactsBuilder, at, digest

GRANT = {"system": "sample-desk", "subject_id": PERSON, "subject_kind": "person", "role": "use"}


def lives(facts: Facts) -> dict[str, Life]:
    """By system."""
    return {each.system: each for each in system_lives(facts)}


def rules(facts: Facts, key: str) -> list[Rule]:
    """Rules of a duty."""
    return [each for each in derive_duties(facts).rules if each.control == key]


@pytest.mark.parametrize(
    ("fields", "first", "last"),
    [
        ({"go_live": "2026-05-04"}, date(2026, 5, 4), None),
        ({"go_live": "2026-05-04", "retired_on": "2026-09-30"}, date(2026, 5, 4), date(2026, 9, 30)),
        ({"go_live": "2026-05-04", "retired_on": "2026-01-01"}, date(2026, 5, 4), date(2026, 5, 4)),
        ({"go_live": None, "recorded": "2026-02-03"}, date(2026, 2, 3), None),
    ],
    ids=["went live in the period", "retired in it", "retired before it went live", "in use since it was recorded"],
)
def test_system_owes_from_its_first_day_to_its_last(fields: dict[str, Any], first: date, last: date | None) -> None:
    """A system that went live in May owes nothing for January; one retired in September owes nothing for November."""
    assert lives(FactsBuilder().system("sample-desk", **fields).build())["sample-desk"] == Life(
        "sample-desk", PERSON, first, last
    )


def test_system_that_served_before_its_page_says_so_owes_from_its_first_exchange() -> None:
    """Traffic is a fact; a page that came later does not shorten the duty. The day is that of the engagement's zone."""
    builder = FactsBuilder(zone="America/New_York").system("sample-desk", go_live=None, recorded="2026-06-01")
    facts = builder.served("sample-desk", digest("a"), "2026-03-02 02:00", "2026-03-05").build()
    assert lives(facts)["sample-desk"].first == date(2026, 3, 1)


def test_system_retired_by_its_status_owes_until_that_day() -> None:
    """Not everybody fills in the last day."""
    builder = FactsBuilder().system("sample-desk").system("sample-desk", status="retired", recorded="2026-08-15")
    assert lives(builder.build())["sample-desk"].last == date(2026, 8, 15)


def test_proposed_system_owes_nothing() -> None:
    """A page may be written before there is anything to control."""
    assert lives(FactsBuilder().system("sample-plan", go_live=None, status="proposed").build()) == {}


def test_owner_of_a_system_is_the_business_owner_else_the_technical_one() -> None:
    """Somebody must be named, and unknown is a name too."""
    builder = FactsBuilder().system("sample-a", business_owner=None, technical_owner="sample-person-2")
    found = lives(builder.system("sample-b", business_owner=None).build())
    assert [found["sample-a"].owner, found["sample-b"].owner] == ["sample-person-2", "unknown"]


def test_system_named_by_the_engagement_owes_without_a_page() -> None:
    """An unregistered system must not be excused by the lack of the very page that was owed."""
    silent = lives(FactsBuilder(systems=("sample-shadow",)).build())["sample-shadow"]
    assert silent == Life("sample-shadow", "unknown", date(2026, 1, 1), None)
    busy = FactsBuilder(systems=("sample-shadow",)).served("sample-shadow", None, "2026-04-02", "2026-04-03").build()
    assert lives(busy)["sample-shadow"].first == date(2026, 4, 2)


def test_system_out_of_scope_owes_nothing() -> None:
    """Out of scope never shows as a gap."""
    builder = FactsBuilder(systems=("sample-desk",)).system("sample-desk").system("sample-other")
    assert set(lives(builder.build())) == {"sample-desk"}


def test_duty_per_system_is_one_for_each_and_one_of_the_organisation_is_one() -> None:
    """Two systems owe two reviews a quarter, and one reconciliation a month."""
    facts = FactsBuilder().system("sample-a").system("sample-b", go_live="2026-05-04").build()
    assert [(each.scope, each.starts) for each in rules(facts, "LC-02")] == [
        ("sample-a", date(2025, 6, 1)), ("sample-b", date(2026, 5, 4)),
    ]  # fmt: skip
    assert [each.scope for each in rules(facts, "LC-03")] == [""]


def test_duty_per_event_exists_for_what_belongs_to_no_system_too() -> None:
    """A grant for all systems is owed an approval like any other."""
    facts = FactsBuilder().system("sample-a").build()
    assert [each.scope for each in rules(facts, "LC-04")] == ["", "sample-a"]


def test_version_bounds_the_duty() -> None:
    """A control that holds from July owes nothing for the first half, and nothing after its last day."""
    stated = {"status": "active", "effective_on": "2026-07-01", "ends_on": "2026-09-30", "recorded": "2026-06-20"}
    (rule,) = rules(FactsBuilder().system("sample-a").add("control", "LC-02", **stated).build(), "LC-02")
    assert (rule.starts, rule.ends) == (date(2026, 7, 1), date(2026, 9, 30))


def test_version_that_ended_before_a_system_lived_owes_nothing_of_it() -> None:
    """Otherwise the duty would end before it starts."""
    stated = {"status": "active", "effective_on": "2026-01-01", "ends_on": "2026-03-31", "recorded": "2025-12-20"}
    assert rules(FactsBuilder().system("sample-a", go_live="2026-05-04").add("control", "LC-02", **stated).build(), "LC-02") == []


def test_control_with_several_duties_has_a_key_for_each() -> None:
    """A monthly sign-off must not fill a missing daily check."""
    duties = derive_duties(FactsBuilder().add("integrity.check", "ic-1", happened="2026-03-31", performed_by="sample", size=1,
                                              root="8" * 64, outcome="checks_out").build())  # fmt: skip
    assert {key for key, control in duties.keys.items() if control == "LC-21"} == {"LC-21#daily", "LC-21#monthly"}
    assert {each.control for each in duties.performances} == {"LC-20", "LC-21#daily"}


def test_event_duty_beside_one_of_the_calendar_needs_no_key_of_its_own() -> None:
    """Events answer by event, never by interval, so the two cannot be mixed up."""
    assert {key for key, control in derive_duties(FactsBuilder().build()).keys.items() if control == "LC-17"} == {"LC-17"}


def test_what_the_recorder_watches_is_observed() -> None:
    """A gap of the recorder hides the traffic's controls, not a meeting somebody held."""
    found = {each.control: each.observed for each in derive_duties(FactsBuilder().system("sample-a").build()).rules}
    assert (found["LC-07"], found["LC-02"], found["LC-11"]) == (True, False, False)


def test_event_calls_and_its_record_answers() -> None:
    """A grant that was approved before it began: one event, one answer, tied to each other."""
    builder = FactsBuilder().system("sample-desk")
    builder.add(
        "access.grant", "g-1", happened="2026-03-02", approved_by="sample-person-2", approved_at=at("2026-03-01"), **GRANT
    )
    duties = derive_duties(builder.build())
    (event,) = [each for each in duties.events if each.control == "LC-04"]
    (answer,) = [each for each in duties.performances if each.event == event.entry and each.control == "LC-04"]
    assert (event.scope, event.happened) == ("sample-desk", at("2026-03-02"))
    assert (answer.occurred, answer.complete) == (at("2026-03-01"), True)
    assert duties.calls["LC-04", event.entry].id == "g-1"


def test_waiver_may_name_the_record_of_an_event() -> None:
    """People know the grant, not the entry of the book."""
    builder = FactsBuilder().system("sample-desk").add("access.grant", "g-1", happened="2026-03-02", **GRANT)
    stated = {"system": "sample-desk", "requested_by": "sample-person-2", "approved_by": "sample-person-3"}
    builder.add("not_applicable", "na-1", happened="2026-03-03", control="LC-04", interval="g-1", reason="sample", **stated)
    builder.add("not_applicable", "na-2", happened="2026-03-03", control="LC-02", interval="2026-Q1", reason="sample", **stated)
    builder.add("not_applicable", "na-3", happened="2026-03-03", control="LC-21", interval="2026-03", reason="sample",
                requested_by="sample-person-2", approved_by="sample-person-3")  # fmt: skip
    duties = derive_duties(builder.build())
    (grant,) = (call.entry for call in duties.calls.values() if call.id == "g-1")
    assert [(each.control, each.scope, each.interval) for each in duties.waivers] == [
        ("LC-04", "sample-desk", grant), ("LC-02", "sample-desk", "2026-Q1"), ("LC-21#daily", "", "2026-03"),
        ("LC-21#monthly", "", "2026-03"),
    ]  # fmt: skip


def test_empty_book_owes_since_its_first_day() -> None:
    """Before there is a book there is nothing to look back to: as of now."""
    from dataclasses import replace

    facts = FactsBuilder().build("2026-05-01")
    assert derive_duties(facts).book_began == facts.book_began
    assert derive_duties(replace(facts, book_began=None)).book_began == at("2026-05-01")
