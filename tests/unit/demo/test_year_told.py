"""The list of planted faults in the document is the one the generator plants."""

from __future__ import annotations

from proofbook.demo.year.generate import list_planted
from proofbook.demo.year.kit import KIT_YEAR
from tracked import ROOT

PLACE = ROOT / "docs" / "audit" / "report-test-kit.md"
FIRST, LAST = "| What was planted | Found by | About |", "\n\n"


def told() -> str:
    """The table, as it must be in the document."""
    listed = sorted(list_planted(KIT_YEAR), key=lambda each: (each.control, each.check, each.kind, each.id))
    rows = [f"| {each.says} | {each.control} `{each.check}` | `{each.kind}/{each.id}` |" for each in listed]
    return "\n".join((FIRST, "|---|---|---|", *rows))


def test_document_lists_what_is_planted() -> None:
    """An auditor holds the reports against this page: a row too many or too few would be taken for a fault of the reports."""
    text = PLACE.read_text("utf-8")
    assert text[text.index(FIRST) :].partition(LAST)[0].rstrip("\n") == told(), f"the table must be:\n{told()}"


def test_document_names_the_year() -> None:
    """Its period and zone are those of the kit."""
    assert f"{KIT_YEAR.first} to {KIT_YEAR.last}, {KIT_YEAR.zone}" in PLACE.read_text("utf-8")
