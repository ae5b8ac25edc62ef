"""The grid narrowed, and the evidence that a square leads to."""

from __future__ import annotations

import re

import pytest

from support.sample_portal import Visitor


def rows(text: str) -> int:
    """How many duties the grid shows."""
    return len(re.findall(r'<tr><th scope="row">', text))


@pytest.mark.parametrize("wish", ["state=missed", "owner=sample-person-1", "artifact=ART-02"])
def test_grid_narrows_and_says_how_much_is_hidden(year: Visitor, wish: str) -> None:
    """A grid that hid rows without a word would look better than the year was."""
    whole, reply = year.ask("/coverage"), year.ask(f"/coverage?{wish}")
    hidden = re.search(r"(\d+) rows? (?:is|are) hidden", reply.words)
    assert hidden is not None
    assert 0 < rows(reply.text) < rows(whole.text)
    assert rows(reply.text) + int(hidden[1]) == rows(whole.text)


def test_row_that_is_shown_for_a_state_has_it(year: Visitor) -> None:
    """Every row, not most."""
    text = year.ask("/coverage?state=unknown&by=quarter").text
    shown = re.findall(r'<tr><th scope="row">.*?</tr>', text, re.DOTALL)
    assert shown
    # a square shows what most needs a look: a missed occurrence may stand before an unknown one
    assert all('class="unknown"' in each or 'class="missed"' in each for each in shown)


def test_state_that_is_none_is_refused(year: Visitor) -> None:
    """An empty grid would look like a quiet year."""
    assert year.ask("/coverage?state=fine").status == 400


def test_squares_differ_by_shape_letter_and_word(year: Visitor) -> None:
    """Three ways, none of them colour."""
    text = year.ask("/coverage").text
    found = set(re.findall(r'<span class="mark (\w+)" aria-hidden="true">(.)', text))
    assert {("done", "D"), ("missed", "M"), ("late", "L"), ("unknown", "U")} <= found


def test_evidence_stands_with_when_it_happened_when_it_was_recorded_and_by_whom(year: Visitor) -> None:
    """A review written down weeks later is another thing than one written down that day."""
    reply = year.ask("/coverage/LC-06?engagement=sample-year")
    assert 'href="/records/access.review/sample-help-desk-access-2024-q4"' in reply.text
    told = reply.words.partition("sample-help-desk-access-2024-q4")[2][:300]
    assert re.search(r"happened 2024-12-24 \d\d:\d\d CET", told)
    assert re.search(r"recorded 2025-01-17 \d\d:\d\d CET long after , by sample-person-1", told)


def test_occurrence_has_a_name_that_findings_lead_to(year: Visitor) -> None:
    """From the list to the very line."""
    due = year.ask("/due").text
    found = {each.replace("&amp;", "&") for each in re.findall(r'href="(/coverage/[^"]+#o-[^"]+)"', due)}
    assert found
    for link in found:
        page, _, name = link.partition("#")
        if re.search(r"\d{4}-\d\d$", name) and f'id="{name}"' not in year.ask(page).text:
            continue  # a month of a daily duty: many occurrences, one finding
        assert f'id="{name}"' in year.ask(page).text, link


def test_missed_occurrence_leads_to_the_form_that_records_it(morning: Visitor) -> None:
    """It may have been done and not been written down."""
    text = morning.ask("/coverage/LC-06?engagement=sample-year").text
    assert "/records/new/access.review?control=LC-06&amp;system=sample-ticket-triage&amp;interval=2024-Q4" in text
