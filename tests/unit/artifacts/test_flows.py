"""ART-03: the diagram and its rows, and what is deliberately in and out of an index."""

from __future__ import annotations

from typing import Any

from proofbook.artifacts.page import Drawing, Standing, Words
from support.artifact_pages import column, page_of, table
from support.facts_builder import FactsBuilder

ELEMENTS = (
    {"id": "E-1", "label": "Support staff"},
    {"id": "P-1", "label": "Gateway", "boundary": "TB-1"},
    {"id": "D-1", "label": "Conversation log", "boundary": "TB-1", "classification": "confidential"},
)
FLOWS = (
    {"id": "F-1", "source": "E-1", "target": "P-1", "data": "prompts", "classification": "internal", "crosses": ["TB-1"]},
    {"id": "F-2", "source": "P-1", "target": "D-1", "data": "exchanges", "classification": "internal", "encryption": "same_host"},
)


def flow_facts(**fields: Any) -> FactsBuilder:
    """One data-flow record of the desk."""
    given = {
        "system": "desk", "as_of": "2026-02-01", "author": "sample-person-1", "elements": [*ELEMENTS], "flows": [*FLOWS],
        "boundaries": [{"id": "TB-1", "label": "Company network"}],
    }  # fmt: skip
    return FactsBuilder().system("desk").add("data_flow", "desk-l1", recorded="2026-02-01", **(given | fields))


def test_the_diagram_is_drawn_for_screen_and_paper_and_said_in_words() -> None:
    """The same picture everywhere, and what it shows for those who do not see it."""
    drawing = page_of("ART-03", flow_facts().build()).blocks[0]
    assert isinstance(drawing, Drawing)
    assert "Gateway" in drawing.screen
    assert "var(--" not in drawing.paper
    assert "3 elements in 1 trust boundary, 2 flows, 1 of them across a boundary" in drawing.alt


def test_a_crossing_without_protection_is_marked() -> None:
    """The flow an auditor will ask about first."""
    cells = column(page_of("ART-03", flow_facts().build()), "Flows", "Encryption")
    assert [(each.text, each.standing) for each in cells] == [("unknown", Standing.DIFFERS), ("same host", Standing.STATED)]


def test_a_record_that_contradicts_itself_still_has_its_page() -> None:
    """One bad row must not take the other pages along, nor pass for a diagram."""
    odd = [*FLOWS, {"id": "F-3", "source": "P-1", "target": "P-9", "data": "x", "classification": "internal"}]
    page = page_of("ART-03", flow_facts(flows=odd).build())
    words = page.blocks[0]
    assert isinstance(words, Words)
    assert words.standing is Standing.DIFFERS
    assert "F-3" in words.paragraphs[0]
    assert [each.text for each in column(page, "Flows", "Flow")] == ["F-1", "F-2", "F-3"]


def test_a_shut_flow_names_the_rule_that_shuts_it() -> None:
    """A deliberate exclusion is drawn as one."""
    shut = [
        *FLOWS,
        {"id": "F-3", "source": "P-1", "target": "E-1", "data": "x", "classification": "public", "excluded_by": "deny"},
    ]
    page = page_of("ART-03", flow_facts(flows=shut).build())
    assert column(page, "Flows", "Flow")[2].text == "F-3 shut by deny"


def test_a_diagram_nobody_approved_says_so() -> None:
    """A drawing is a draft until somebody stands for it."""
    marks = [each.text for each in page_of("ART-03", flow_facts().build()).marks]
    assert "not approved" in marks
    assert "not approved" not in [each.text for each in page_of("ART-03", flow_facts(approver="p").build()).marks]


def test_parts_keep_the_order_of_their_model() -> None:
    """A book keeps keys by the alphabet; people read the id first."""
    assert table(page_of("ART-03", flow_facts().build()), "Elements").columns[:2] == ("Id", "Label")


def test_an_index_shows_documents_outside_its_manifest() -> None:
    """Zero, some and not compared are three answers."""
    builder = FactsBuilder().add(
        "index.manifest", "scope", happened="2026-01-02", index="handbook", included=[{"id": "handbook"}], systems=["desk"]
    )
    for number, (outside, found) in enumerate(((0, 0), (3, None), (None, 1)), start=1):
        builder.add(
            "index.build", f"b{number}", happened=f"2026-03-0{number}", index="handbook", number=number, outside_manifest=outside,
            canaries_found=found,
        )  # fmt: skip
    page = page_of("ART-03", builder.build())
    outside_cells = column(page, "Builds", "Outside the manifest")
    assert [each.standing for each in outside_cells] == [Standing.STATED, Standing.DIFFERS, Standing.NOT_STATED]
    assert column(page, "Builds", "Canaries found")[2].standing is Standing.DIFFERS
    assert "No source is named as excluded" in table(page, "Deliberately out").empty


def test_what_was_counted_in_traffic_stands_beside_what_is_meant_to_flow() -> None:
    """A diagram that says no card data flows, and a count of card numbers, must be on one page."""
    built = flow_facts().found("desk", "payment_card", "request", 3, 7).found("other", "email", "request", 1, 1)
    page = page_of(
        "ART-03", built.examined("desk", 40).examined("desk", 2, request="unclassified", response="unclassified").build()
    )
    rows = [tuple(cell.text for cell in row) for row in table(page, "Sensitive data counted").rows]
    assert rows == [("payment card number", "3", "0"), ("e-mail address", "0", "0")]
    states = [(row[0].text, row[0].standing, row[1].text) for row in table(page, "How much of it was examined").rows]
    assert states == [("Examined whole", Standing.STATED, "40"), ("Never classified", Standing.UNKNOWN, "2")]


def test_nothing_examined_is_not_nothing_found() -> None:
    """A zero would be a statement about content that nobody looked at."""
    page = page_of("ART-03", flow_facts().examined("desk", 2, request="unclassified", response="unclassified").build())
    found = table(page, "Sensitive data counted")
    assert found.rows == ()
    assert "says nothing about what was in it" in found.empty
