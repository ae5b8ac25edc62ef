"""`proofbook answer`: the translation of questions, from what is on record."""

from __future__ import annotations

from support.dated_home import ENGAGEMENT, DatedHome

ENGAGED = ("--engagement", ENGAGEMENT)


def test_every_card_is_listed_with_what_it_lacks(written: DatedHome) -> None:
    """Thirty-two questions; somebody has to see at once which are not ready."""
    listed = written.run("answer", *ENGAGED, "--json").json
    assert [each["card"] for each in listed] == list(range(1, 33))
    assert not listed[1]["missing"] or "our own words" not in listed[1]["missing"][0]
    shown = written.run("answer", *ENGAGED).out
    assert "Can we have the AI vendor's SOC 2 report?" in shown


def test_a_card_puts_the_organisations_own_words_first(written: DatedHome) -> None:
    """Shipped words are a template; what the organisation says itself is what it stands for."""
    told = written.run("answer", "2", *ENGAGED, "--json").json
    assert told["own_words"]["text"] == "Sample words of our own."
    assert [each["hosting"] for each in told["here"]] == ["own_building"]
    shown = written.run("answer", "2", *ENGAGED).out
    assert shown.index("Sample words of our own.") < shown.index("How it is here")


def test_a_card_names_evidence_by_record_entry_and_day(written: DatedHome) -> None:
    """An answer without a record behind it is a claim."""
    told = written.run("answer", "2", *ENGAGED, "--json").json
    records = [record for line in told["evidence"] for record in line["records"]]
    named = {each["record"]: each for each in records}
    assert named["ai_system/sample-desk"]["entry"].startswith("e_")
    assert len(named["ai_system/sample-desk"]["day"]) == len("2026-01-01")


def test_a_card_names_what_is_missing(written: DatedHome) -> None:
    """The worst answer is one that looks whole."""
    told = written.run("answer", "7", *ENGAGED, "--json").json
    assert told["own_words"] is None
    assert any("own words" in each for each in told["missing"])
    assert any(line["availability"] == "missing" for line in told["evidence"])
    assert "Missing" in written.run("answer", "7", *ENGAGED).out


def test_a_question_gathers_its_cards(written: DatedHome) -> None:
    """The six questions are how an auditor begins; the cards are how a customer asks."""
    told = written.run("answer", "Q4", *ENGAGED, "--json").json
    assert {each["category"] for each in told["cards"]} == {"Q4"}
    assert any(line["to"] == "control" for line in told["evidence"])
    assert "What happens when the AI does something wrong" in written.run("answer", "q4", *ENGAGED).out


def test_a_draft_is_no_evidence(written: DatedHome) -> None:
    """A policy with blanks answers nothing yet; it is named as what it is."""
    told = written.run("answer", "Q4", *ENGAGED, "--json").json
    (line,) = [each for each in told["evidence"] if each["id"] == "ART-10"]
    assert (line["availability"], line["count"]) == ("missing", 0)
    assert "1 in draft, not counted" in line["said"]
