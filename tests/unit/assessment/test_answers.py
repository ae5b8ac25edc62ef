"""Cards and questions, answered from facts: whose words, which shape, which evidence, what is missing."""

from __future__ import annotations

import pytest

from proofbook.assessment.answers import CardAnswer, EvidenceLine, answer_card, answer_cards, answer_question
from proofbook.assessment.grid import derive_grid
from proofbook.controls.card import load_cards
from proofbook.errors import InputError, MalformedRecord
from support.facts_builder import PERSON, FactsBuilder, digest


def answered(builder: FactsBuilder, number: int) -> CardAnswer:
    """One card."""
    return answer_card(derive_grid(builder.build()), number)


def line(found: CardAnswer, name: str) -> EvidenceLine:
    """The piece of evidence with that id."""
    (each,) = [each for each in found.evidence if each.id == name]
    return each


def hosted(*shapes: str) -> FactsBuilder:
    """A system of each shape."""
    builder = FactsBuilder()
    for shape in shapes:
        builder.system(f"sample-{shape.replace('_', '-')}", hosting=shape)
    return builder


def test_every_card_can_be_answered_from_an_empty_book() -> None:
    """On the first day nothing is on record, and each answer says so instead of breaking or being silent."""
    cards = answer_cards(derive_grid(FactsBuilder().build()))
    assert [each.card.number for each in cards] == list(range(1, 33))
    assert all(each.missing for each in cards)


def test_answer_differs_by_who_keeps_the_machines_running() -> None:
    """`We run it ourselves` has four shapes; one text for all of them would be wrong for three."""
    shapes = answered(hosted("own_building", "iaas"), 2).shapes
    texts = {each.shape: each.text for each in shapes}
    assert set(texts) == {"own_building", "iaas"}
    assert texts["own_building"] != texts["iaas"]
    assert [each.systems for each in shapes if each.shape == "iaas"] == [("sample-iaas",)]


def test_shape_nobody_stated_leaves_no_text_and_is_missing() -> None:
    """Choosing the most flattering shape by default would be a claim nobody made."""
    found = answered(hosted("unknown"), 2)
    assert [each.text for each in found.shapes] == [None]
    assert any("hosting of ai_system" in each for each in found.missing)


def test_own_words_are_the_newest_of_the_card() -> None:
    """An answer that was corrected is the corrected one."""
    builder = FactsBuilder().add("answer", "sample-2", recorded="2026-02-01", card=2, answer="Sample first words.")
    builder.add("answer", "sample-2", recorded="2026-03-01", card=2, answer="Sample later words.", owner=PERSON)
    own = answered(builder, 2).own
    assert own is not None
    assert (own.text, own.version, own.owner) == ("Sample later words.", 2, PERSON)
    assert answered(builder, 3).own is None


def test_open_blank_in_own_words_is_missing() -> None:
    """A template's sentence handed over as one's own is how such answers come to be false."""
    builder = FactsBuilder().add("answer", "sample-2", recorded="2026-02-01", card=2, answer="We use [[which hosts]].")
    assert "our own words have 1 blanks open" in answered(builder, 2).missing


def test_record_named_by_an_answer_is_followed() -> None:
    """A reference to a record that does not exist is a missing piece, not evidence."""
    evidence = ["policy/sample-policy", "policy/sample-gone"]
    builder = FactsBuilder().add("answer", "sample-2", recorded="2026-02-01", card=2, answer="Sample.", evidence=evidence)
    sections = [{"heading": "Use", "text": "Sample text."}]
    builder.add(
        "policy", "sample-policy", recorded="2026-02-01", type="policy", version="1", status="approved", sections=sections
    )
    found = answered(builder, 2)
    assert line(found, "policy/sample-policy").availability == "available"
    assert line(found, "policy/sample-gone").availability == "missing"


def test_drafts_are_counted_apart() -> None:
    """A draft shows that somebody began, not that anything holds."""
    sections = [{"heading": "Use", "text": "Sample text."}]
    builder = FactsBuilder()
    builder.add("policy", "sample-draft", recorded="2026-02-01", type="policy", version="1", status="draft", sections=sections)
    policy = line(answered(builder, 3), "policy")
    assert (policy.availability, policy.count) == ("missing", 0)
    assert policy.said == "nothing on record; 1 in draft, not counted"


def test_control_is_told_by_its_occurrences() -> None:
    """Evidence of a control is what happened, with the days; never a word about the control."""
    builder = FactsBuilder("2026-01-01", "2026-02-28").system("sample-desk")
    builder.add(
        "boundary.test", "sample-try", happened="2026-01-20", system="sample-desk", test="altered_weights_refused", expected="refused",
        observed="refused", outcome="as_expected", performed_by=PERSON,
    )  # fmt: skip
    control = line(answered(builder, 3), "LC-13")
    assert (control.availability, control.said) == ("available", "1 unknown, 1 done")
    assert [(name, day) for name, _, day in control.records] == [("boundary.test/sample-try", "2026-01-20")]


def test_control_out_of_scope_is_said_to_be_that() -> None:
    """Not owed is not missing: the categories of the engagement decide."""
    found = answer_question(derive_grid(FactsBuilder(categories=("security",)).build()), "Q2")
    states = {each.id: each.availability for each in found.evidence if each.to == "control"}
    assert states["LC-26"] == "not owed"


def test_population_takes_only_its_own_sort_of_record() -> None:
    """A changed prompt shows nothing about tuning the model."""
    change = {"system": "sample-desk", "description": "sample"}
    builder = FactsBuilder().system("sample-desk")
    builder.add("change", "sample-prompt", happened="2026-03-03", what="prompt", **change)
    assert line(answered(builder, 3), "POP-08").count == 0
    builder.add("change", "sample-model", happened="2026-03-04", what="model", **change)
    assert line(answered(builder, 3), "POP-08").count == 1


def test_traffic_counts_as_evidence_of_the_log() -> None:
    """Exchanges are not kept records, and are the best evidence there is."""
    builder = FactsBuilder().system("sample-desk").served("sample-desk", digest("a"), "2026-01-02", "2026-03-04", 41)
    assert line(answered(builder, 3), "exchange.request").count == 41


def test_question_gathers_the_cards_of_its_category() -> None:
    """Every card belongs to one of the six."""
    grid = derive_grid(FactsBuilder().build())
    gathered = [card.card.number for number in range(1, 7) for card in answer_question(grid, f"Q{number}").cards]
    assert sorted(gathered) == [card.number for card in load_cards().cards]


def test_unknown_cards_and_questions_are_refused() -> None:
    """With what there is."""
    grid = derive_grid(FactsBuilder().build())
    with pytest.raises(InputError, match="Q9"):
        answer_question(grid, "Q9")
    with pytest.raises(MalformedRecord):
        answer_card(grid, 33)
