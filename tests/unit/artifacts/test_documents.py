"""Pages as PDF: declared PDF/A-3a and PDF/UA-1, tagged, numbered, and with every word as text, whoever wrote it."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdf
import pytest

from proofbook.artifacts.page import Cell, Page, Table
from proofbook.artifacts.rendering import PAPER_ROWS, render_html, render_pdf
from proofbook.artifacts.typesetting import is_available
from proofbook.assessment.facts import Facts
from support.artifact_pages import hostile_facts, page_of
from support.facts_builder import FactsBuilder, at, digest
from support.kept_bodies import least

pytestmark = [pytest.mark.real, pytest.mark.skipif(not is_available(), reason="typst is not installed")]


def document(page: Page, facts: Facts) -> Any:
    """The PDF, opened."""
    return pypdf.PdfReader(BytesIO(render_pdf(page, facts.as_of)))


def text_of(reader: Any) -> str:
    """All of its text, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in reader.pages))


@pytest.fixture(scope="module")
def facts() -> Facts:
    """A system with a diagram, an evaluation and an exercise."""
    builder = FactsBuilder().system("desk").served("desk", digest("a"), "2026-01-12", "2026-11-01")
    result = {"metric": "accuracy", "family": "task_quality", "value": "0.91", "n": 9, "outcome": "met"}
    run = least("evaluation.run", system="desk", results=[result], started_at=at("2026-03-20"), ended_at=at("2026-03-21"))
    builder.add("evaluation.run", "r1", **run).add("incident.exercise", "x1", **least("incident.exercise", title="Tabletop"))
    elements = [{"id": "E-1", "label": "Staff"}, {"id": "P-1", "label": "Gateway"}]
    flows = [{"id": "F-1", "source": "E-1", "target": "P-1", "data": "prompts", "classification": "internal"}]
    return builder.add("data_flow", "f1", **least("data_flow", system="desk", elements=elements, flows=flows)).build()


def test_it_declares_what_it_keeps_to(facts: Facts) -> None:
    """Archives ask for PDF/A, readers' aids for PDF/UA; Typst checks both while it writes."""
    reader = document(page_of("ART-01", facts), facts)
    said = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part(>|=\")3", said)
    assert re.search(r"pdfaid:conformance(>|=\")A", said)
    assert re.search(r"pdfuaid:part(>|=\")1", said)


def test_it_has_a_title_a_language_and_tags(facts: Facts) -> None:
    """Without them a screen reader reads a heap of letters."""
    root = document(page_of("ART-01", facts), facts).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document(page_of("ART-01", facts), facts).metadata.title == "ART-01 Sample desk"


def test_every_sheet_names_the_evidence_and_its_number(facts: Facts) -> None:
    """A sheet that fell out of a binder must find its way back."""
    page = page_of("ART-01", facts)
    reader = document(page, facts)
    assert len(reader.pages) > 1
    for number, sheet in enumerate(reader.pages, start=1):
        text = re.sub(r"\s+", " ", sheet.extract_text())
        assert page.head.evidence_id in text
        assert f"page {number} of {len(reader.pages)}" in text


@pytest.mark.parametrize(("artifact", "words"), [("ART-03", "Data flows of desk"), ("ART-05", "accuracy")])
def test_pictures_have_words_for_those_who_do_not_see_them(facts: Facts, artifact: str, words: str) -> None:
    """PDF/UA asks for it, and so does an auditor who searches."""
    reader = document(page_of(artifact, facts), facts)
    told = [str(each["/Alt"]) for each in (one.get_object() for one in _objects(reader)) if _has_alt(each)]
    assert any(words in each for each in told)


def _objects(reader: Any) -> list[Any]:
    return [pypdf.generic.IndirectObject(number, 0, reader) for number in sorted(reader.xref_objStm | reader.xref.get(0, {}))]


def _has_alt(value: Any) -> bool:
    return isinstance(value, dict) and "/Alt" in value


def test_an_exercise_says_so_on_paper(facts: Facts) -> None:
    """In the title a viewer shows, and on the sheet."""
    reader = document(page_of("ART-07", facts, "exercise-x1"), facts)
    assert reader.metadata.title == "ART-07 EXERCISE: Tabletop"
    assert text_of(reader).count("EXERCISE") >= 2


@pytest.fixture(scope="module")
def hostile() -> list[str]:
    """The sheets of an access matrix in which every name is hostile."""
    facts = hostile_facts()
    return [each.extract_text() for each in document(page_of("ART-02", facts), facts).pages]


def test_hostile_words_are_only_words(hostile: list[str]) -> None:
    """Typst is a language, too: nothing of a record is ever its source."""
    text = re.sub(r"\s+", "", "".join(hostile))
    for words in ("<script>alert(1)</script>", '#panic("x")', "$x^2$", "@label", "*b*", "⟦fillmein⟧"):
        assert words in text, words
    for point in ("U+202E", "U+0007", "U+200B", "U+1F480"):
        assert f"⟨{point}⟩" in text


def test_a_word_of_ten_kilobytes_stays_on_the_paper(hostile: list[str]) -> None:
    """Cut into lines, not run off the sheet where nobody sees it."""
    lines = [line for sheet in hostile for line in sheet.splitlines()]
    assert sum(line.count("w") for line in lines) >= 10_000
    assert max(map(len, re.findall("w+", "\n".join(lines)))) < 120


def test_the_same_facts_give_the_same_bytes_and_another_moment_others(facts: Facts) -> None:
    """A date in the file is that of the facts, not of the run."""
    page = page_of("ART-01", facts)
    assert render_pdf(page, facts.as_of) == render_pdf(page, facts.as_of)
    assert document(page, facts).metadata.creation_date.date() == facts.as_of.date()


def test_a_tall_diagram_stands_upright_before_a_wide_table() -> None:
    """Laid sideways it would be too small to read."""
    elements = [{"id": f"P-{each}", "label": f"Step {each}"} for each in range(6)]
    given = {
        "data": "confidential",
        "classification": "confidential",
        "protocol": "confidential",
        "authentication": "confidential",
    }
    more = {"logged_in": "confidential", "retention": "confidential", "personal_data": "yes", "encryption": "same_host"}
    flows = [{"id": f"F-{each}", "source": f"P-{each}", "target": f"P-{each + 1}"} | given | more for each in range(5)]
    facts = FactsBuilder().add("data_flow", "f1", **least("data_flow", system="desk", elements=elements, flows=flows)).build()
    reader = document(page_of("ART-03", facts), facts)
    boxes = [each.mediabox for each in reader.pages]
    assert boxes[0].height > boxes[0].width
    assert boxes[1].width > boxes[1].height


def test_a_long_table_is_cut_on_paper_and_says_so(facts: Facts) -> None:
    """A document of everything takes memory with every caller; what is not on paper must not look like it is not there."""
    page = page_of("ART-06", facts)
    for count in (PAPER_ROWS, PAPER_ROWS + 1):
        rows = tuple((Cell(f"caller-{number:04}"),) for number in range(count))
        long = replace(page, blocks=(Table("Sample callers", ("Caller",), rows, "none"),))
        text = text_of(document(long, facts))
        assert f"caller-{PAPER_ROWS - 1:04}" in text
        assert (f"caller-{PAPER_ROWS:04}" in text) is False
        assert ("The first 300 of 301 rows; all of them are in the HTML form of this page." in text) is (count > PAPER_ROWS)
        assert render_html(long).count(b"caller-") == count
