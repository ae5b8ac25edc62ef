"""ART-10: policies as they read, and what was allowed, excepted, accepted and learnt under them."""

from __future__ import annotations

from typing import Any

from proofbook.artifacts.page import Standing, Words
from support.artifact_pages import column, markup_of, page_of, table
from support.facts_builder import FactsBuilder, at
from support.kept_bodies import least


def policy(builder: FactsBuilder, **fields: Any) -> FactsBuilder:
    """A policy of two sections."""
    sections = [{"heading": "Purpose", "text": "One.\n\nTwo."}, {"heading": "Who", "text": "The [[role]] decides."}]
    given = {"type": "policy", "version": "1", "status": "draft", "sections": sections}
    return builder.add("policy", "p1", **least("policy", **(given | fields)))


def test_a_policy_reads_as_it_was_written_with_its_blanks() -> None:
    """The document is the evidence; a blank in it is a hole in it."""
    page = page_of("ART-10", policy(FactsBuilder()).build(), "policy-p1")
    words = [each for each in page.blocks if isinstance(each, Words)]
    assert [(each.title, each.standing) for each in words] == [("Purpose", Standing.STATED), ("Who", Standing.BLANK)]
    assert words[0].paragraphs == ("One.", "Two.")
    assert "⟦role⟧" in markup_of(page).text


def test_a_draft_is_not_taken_for_an_approved_document() -> None:
    """Nothing is approved by default."""
    page = page_of("ART-10", policy(FactsBuilder()).build())
    assert column(page, "Documents", "Status")[0].standing is Standing.NOT_STATED
    assert column(page, "Documents", "Blanks open")[0].standing is Standing.BLANK
    assert page_of("ART-10", policy(FactsBuilder()).build(), "policy-p1").marks[0].text == "draft"


def test_a_review_that_is_overdue_is_marked_late() -> None:
    """An approved policy grows old."""
    page = page_of("ART-10", policy(FactsBuilder(), next_review="2026-06-30").build())
    assert column(page, "Documents", "Next review")[0].standing is Standing.LATE
    page = page_of("ART-10", policy(FactsBuilder(), next_review="2026-06-30").build(as_of="2026-05-01"))
    assert column(page, "Documents", "Next review")[0].standing is Standing.STATED


def test_a_waiver_used_after_its_end_or_approved_by_its_requester_is_marked() -> None:
    """An exception has an end and a second person."""
    fields = least(
        "waiver", requested_by="sample-person-2", approved_by="sample-person-2", expires_on="2026-03-01",
        used_at=at("2026-03-20"), closed_at=at("2026-03-21"),
    )  # fmt: skip
    page = page_of("ART-10", FactsBuilder().add("waiver", "w1", **fields).build())
    assert column(page, "Waivers", "Approved by")[0].standing is Standing.DIFFERS
    assert column(page, "Waivers", "Until")[0].standing is Standing.LATE


def test_a_framework_of_nothing_says_so_line_by_line() -> None:
    """Each list says in words that nothing is recorded in it."""
    page = page_of("ART-10", FactsBuilder().build())
    for title in ("Documents", "Approved tools", "Requests", "Waivers", "Who accepted", "Risks"):
        assert table(page, title).empty.startswith("No ")


def test_wrapped_lines_are_joined_and_list_items_stand_apart() -> None:
    """A policy kept in Git is wrapped at some column; a page must not break its sentences there."""
    text = "One sentence\nover two lines:\n\n- first **item**\n  goes on;\n- second.\n\nEnd."
    page = page_of("ART-10", policy(FactsBuilder(), sections=[{"heading": "Purpose", "text": text}]).build(), "policy-p1")
    [words] = [each for each in page.blocks if isinstance(each, Words)]
    assert words.paragraphs == ("One sentence over two lines:", "- first item goes on;", "- second.", "End.")
