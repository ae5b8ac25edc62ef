"""Suggested evidence: by what is named, by control, by criteria, each with its reason."""

from __future__ import annotations

from proofbook.fieldwork.requests import read_request
from proofbook.fieldwork.suggesting import Suggestion, suggest_evidence
from support.fieldwork_desk import FieldworkDesk
from support.kept_bodies import body


def suggested(desk: FieldworkDesk, **fields: object) -> dict[str, Suggestion]:
    """Suggestions for a request, by id, in order."""
    request = desk.request("R-1", **fields)
    return {each.id: each for each in suggest_evidence(desk.reader, read_request(desk.reader, request))}


def test_what_a_request_names_comes_first_with_its_newest_export(desk: FieldworkDesk) -> None:
    """POP-15 named in words, exported already: it can be given as it is."""
    desk.export()
    found = suggested(desk, description="Provide pop-15, also ART 2 and POP-99", control="LC-14")
    assert list(found)[:2] == ["POP-15", "ART-02"]
    assert found["POP-15"].why == ("the request names pop-15",)
    evidence = found["POP-15"].evidence
    assert evidence is not None
    assert evidence.sha256 is not None
    assert evidence.version is not None
    assert evidence.version.startswith("rpt.ai_interactions/")
    assert "POP-99" not in found
    assert found["POP-08"].why == ("control LC-14 is tested over it",)
    assert found["POP-08"].evidence is None


def test_an_own_control_leads_where_the_one_it_was_made_from_leads(desk: FieldworkDesk) -> None:
    """Organisations word controls themselves."""
    desk.kept("control", "chg-1", body("control", title="Own", based_on="LC-14", status="draft", effective_on="2026-01-01"))
    found = suggested(desk, control="chg-1")
    assert "control chg-1 (made from LC-14) is tested over it" in found["POP-08"].why


def test_criteria_lead_over_controls_and_are_capped(desk: FieldworkDesk) -> None:
    """Reasons name the control; the list stays short enough to read."""
    found = suggested(desk, criteria=["CC8.1"])
    assert found
    assert len(found) <= 12
    assert all(any("supports CC8.1" in why for why in each.why) for each in found.values())


def test_a_request_that_names_nothing_known_gets_nothing(desk: FieldworkDesk) -> None:
    """No suggestion is better than a guess."""
    assert suggested(desk, description="Org chart") == {}
