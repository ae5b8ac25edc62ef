"""ART-09: the register of upstreams, held against what provenance names."""

from __future__ import annotations

from proofbook.artifacts.page import Standing
from support.artifact_pages import column, page_of, table
from support.facts_builder import FactsBuilder, digest
from support.kept_bodies import least

A = digest("a")


def test_an_empty_register_says_so() -> None:
    """No upstream recorded is hardly no upstream."""
    page = page_of("ART-09", FactsBuilder().build())
    assert table(page, "Register").empty == "No upstream is recorded."
    assert [each.text for each in page.marks] == ["0 upstreams"]


def test_a_source_of_served_weights_that_the_register_lacks_is_marked() -> None:
    """Listing the hub only is the typical failure; the quantiser is somebody else."""
    builder = FactsBuilder().add("vendor", "sample-publisher", **least("vendor"))
    fields = least("model.approval", artifact_digest=A, publisher="sample-publisher", quantizer="sample-stranger")
    builder.add("model.approval", "m1", **fields).served("desk", A, "2026-02-01", "2026-02-02")
    page = page_of("ART-09", builder.build())
    assert column(page, "From served", "Publisher")[0].standing is Standing.STATED
    assert column(page, "From served", "Converter")[0].standing is Standing.DIFFERS


def test_an_upstream_never_reviewed_says_so_and_a_review_is_shown() -> None:
    """Diligence at the start is not a review in the period."""
    builder = FactsBuilder().add("vendor", "v1", **least("vendor"))
    assert column(page_of("ART-09", builder.build()), "Register", "Last review")[0].text == "never recorded"
    builder.add("vendor.review", "r1", **least("vendor.review", vendor="v1"))
    facts = builder.build()
    assert column(page_of("ART-09", facts), "Register", "Last review")[0].text.startswith("2026-03-28")
    assert len(table(page_of("ART-09", facts, "v1"), "Reviews").rows) == 1


def test_blanks_of_a_draft_are_counted_on_its_page() -> None:
    """A template is not a record until it is filled in."""
    builder = FactsBuilder().add("vendor", "v1", **least("vendor", exit="[[what leaving would take]]"))
    page = page_of("ART-09", builder.build(), "v1")
    assert ("1 blank open", Standing.BLANK) in [(each.text, each.standing) for each in page.marks]
