"""What an answer counts as evidence, and what it does not: the other half of the tests of answers."""

from __future__ import annotations

import pytest

from proofbook.assessment.answers import EvidenceLine, answer_card, answer_cards, answer_question, counted
from proofbook.assessment.facts import Facts
from proofbook.assessment.grid import derive_grid
from support.facts_builder import PERSON, FactsBuilder, at, digest
from support.sound_records import sound_year


def on_card(facts: Facts, number: int, name: str) -> EvidenceLine:
    """One piece of evidence of a card."""
    return next(each for each in answer_card(derive_grid(facts), number).evidence if each.id == name)


def on_question(facts: Facts, question: str, name: str) -> EvidenceLine:
    """One piece of evidence of a question."""
    return next(each for each in answer_question(derive_grid(facts), question).evidence if each.id == name)


def vendor_review(builder: FactsBuilder, name: str, day: str) -> FactsBuilder:
    """A review of a vendor."""
    return builder.add("vendor.review", name, happened=day, vendor="sample", reviewer=PERSON, outcome="keep", findings=[])


def egress_review(builder: FactsBuilder, name: str, segment: str) -> FactsBuilder:
    """A review of the outbound wall."""
    covers = {"covers_from": at("2026-01-01"), "covers_until": at("2026-03-20")}
    return builder.add(
        "egress.review", name, happened="2026-03-20", segment=segment, reviewer=PERSON, rules=1, without_owner=0, **covers
    )


def test_evidence_names_record_entry_and_day_of_the_newest() -> None:
    """An auditor can go from the answer to the entry; the rest is counted."""
    builder = FactsBuilder()
    for number in range(1, 6):
        vendor_review(builder, f"vr-{number}", f"2026-0{number}-02")
    found = on_card(builder.build(), 2, "vendor.review")
    assert (found.availability, found.count) == ("available", 5)
    assert [(name, day) for name, _, day in found.records] == [
        (f"vendor.review/vr-{number}", f"2026-0{number}-02") for number in (5, 4, 3)
    ]
    assert all(entry.startswith("e_") for _, entry, _ in found.records)


def test_evidence_of_another_period_does_not_count() -> None:
    """Last year's review is not this year's."""
    found = on_card(vendor_review(FactsBuilder(), "vr-1", "2025-12-02").build(), 2, "vendor.review")
    assert (found.availability, found.said) == ("missing", "nothing on record")


def test_control_is_shown_by_what_counted() -> None:
    """A review that was begun and never finished is on file, and it is not the evidence the control was to leave."""
    begun = egress_review(FactsBuilder("2026-01-01", "2026-03-31"), "eg-1", "[[which]]")
    found = on_question(begun.build(), "Q1", "LC-09")
    assert (found.availability, found.said, found.records) == ("missing", "1 missed", ())
    done = on_question(egress_review(begun, "eg-2", "sample-net").build(), "Q1", "LC-09")
    assert (done.availability, [name for name, _, _ in done.records]) == ("available", ["egress.review/eg-2"])


def test_control_of_which_nothing_was_due_is_not_owed() -> None:
    """Neither there nor missing."""
    found = on_question(FactsBuilder().build(), "Q3", "LC-14")
    assert (found.availability, found.said) == ("not owed", "nothing was due in the period")


def test_what_programs_record_is_evidence_too() -> None:
    """Exchanges, artifacts and scans are no kept records."""
    assert on_card(sound_year(), 16, "exchange.request").count == 11_003
    artifacts = on_card(sound_year(), 16, "model.artifact")
    assert (artifacts.count, artifacts.records[0][0]) == (2, "model.artifact/sample-model")
    scans = on_question(sound_year(), "Q1", "POP-01")
    assert any(name.startswith("discovery.run/") for name, _, _ in scans.records)


@pytest.mark.parametrize(("system", "count"), [("sample-desk", 4), ("sample-other", 0)])
def test_only_traffic_in_scope_counts(system: str, count: int) -> None:
    """No exchange on record is a missing piece, not a clean log."""
    builder = FactsBuilder(systems=("sample-desk",)).served(system, digest("a"), "2026-03-02", "2026-03-03", 4)
    found = on_card(builder.build(), 16, "exchange.request")
    assert (found.count, found.availability) == (count, "available" if count else "missing")


def test_retired_system_has_no_answer_of_its_own() -> None:
    """Where it ran is of no use to anybody who asks today."""
    builder = FactsBuilder().system("sample-a", hosting="iaas").system("sample-b", hosting="managed", status="retired")
    assert [each.systems for each in answer_card(derive_grid(builder.build()), 1).shapes] == [("sample-a",)]


def test_of_two_records_for_one_card_the_one_recorded_last_speaks() -> None:
    """Ids are free; the card is what counts."""
    builder = FactsBuilder().add("answer", "z", card=1, answer="Sample first.").add("answer", "a", card=1, answer="Sample last.")
    own = answer_card(derive_grid(builder.build()), 1).own
    assert own is not None
    assert own.text == "Sample last."


def test_question_names_what_it_misses() -> None:
    """As a card does: by id and title, with what was looked for."""
    missing = answer_question(derive_grid(FactsBuilder().build()), "Q1").missing
    assert "ART-03 Data flows and index scope: nothing on record" in missing


def test_cards_are_counted_by_whether_something_is_missing() -> None:
    """A count, and no share: thirty of 32 is not 94 per cent of an answer."""
    assert counted(answer_cards(derive_grid(FactsBuilder().build()))) == {"nothing missing": 0, "something missing": 32}
