"""Self-tests that belong to no single control: written down late, blanks, exercises among incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proofbook.assessment.finding import Finding
from proofbook.assessment.selftests.table import EVERYWHERE
from support.facts_builder import FactsBuilder, at
from support.planted import COMING, EXCEPTION, LATE, NOT_SHOWN
from support.sound_documents import P2
from support.sound_records import RECORDS, sound_year

INCIDENT: dict[str, Any] = next(fields for kind, _, fields in RECORDS if kind == "incident.real")
EXERCISE: dict[str, Any] = next(fields for kind, _, fields in RECORDS if kind == "incident.exercise")


def found(check: str, plant: Callable[[FactsBuilder], object] | None = None, **year: Any) -> tuple[Finding, ...]:
    """What the self-test finds in the year."""
    return EVERYWHERE[check](sound_year(plant=plant, **year))


def one(check: str, plant: Callable[[FactsBuilder], object] | None = None, **year: Any) -> Finding:
    """The only finding."""
    (finding,) = found(check, plant, **year)
    assert (finding.check, finding.control) == (check, "")
    return finding


def test_an_event_written_down_months_later_is_late() -> None:
    """A late entry never looks on time."""
    finding = one("recorded_late", change={("access.review", "ar-q1"): {"recorded": "2026-09-01"}})
    assert (finding.kind, finding.id, finding.consequence) == ("access.review", "ar-q1", LATE)
    assert "completed_at 2026-04-03 12:00 UTC was recorded on 2026-09-01 12:00 UTC (version 1)" in finding.what


def test_an_approval_added_months_later_is_late_although_the_record_was_on_time() -> None:
    """Backdating through a correction is the way that is easiest to miss."""
    grant = next(fields for kind, name, fields in RECORDS if (kind, name) == ("access.grant", "g-5"))

    def correct(builder: FactsBuilder) -> None:
        builder.add("access.grant", "g-5", **(grant | {"approved_at": at("2026-02-01"), "recorded": "2026-12-01"}))

    finding = one("recorded_late", correct)
    assert "approved_at 2026-02-01 12:00 UTC was recorded on 2026-12-01 12:00 UTC (version 2)" in finding.what


def test_a_document_that_states_an_old_approval_is_late_in_its_first_version_too() -> None:
    """Approval dates of pages and policies are the ones that are backdated."""
    page = one("recorded_late", change={("ai_system", "sample-new"): {"recorded": "2026-06-01"}})
    assert "registered_at" in page.what
    assert "approved_at" in page.what


def test_what_happened_before_the_period_is_not_late_in_it() -> None:
    """Setting up a register of old grants is no fault of the period."""
    assert found("recorded_late", change={("access.grant", "g-6"): {"recorded": "2026-03-01"}}) == ()


def test_blanks_of_drafts_are_to_come_and_those_of_approved_texts_are_not_shown() -> None:
    """A draft may have blanks; what says it is approved may not."""
    text = {"sections": [{"heading": "Scope", "text": "[[who this is for]]"}]}
    draft = one("blank_open", change={("policy", "sample-policy"): text | {"status": "draft"}})
    approved = one("blank_open", change={("policy", "sample-policy"): text})
    assert (draft.consequence, approved.consequence) == (COMING, NOT_SHOWN)
    assert "1 blank open: sections[0].text" in draft.what
    assert found("blank_open", change={("policy", "sample-policy"): text | {"status": "withdrawn"}}) == ()


def test_an_incident_whose_words_speak_of_an_exercise_is_a_question() -> None:
    """An exercise may not be counted as an incident."""
    finding = one("exercise_as_incident", change={("incident.real", "in-1"): {"notes": "Tabletop with the support team"}})
    assert (finding.kind, finding.id, finding.consequence) == ("incident.real", "in-1", NOT_SHOWN)
    assert "“Tabletop”" in finding.what


def test_an_incident_that_tells_the_same_as_an_exercise_is_a_question() -> None:
    """Neither by its title nor by the words of one day may one thing stand in both registers."""
    title = "Prompt leaked through shared screen"

    def by_title(builder: FactsBuilder) -> None:
        builder.add("incident.exercise", "ex-2", **(EXERCISE | {"title": f"Exercise: {title}"}))
        builder.add("incident.real", "in-2", **(INCIDENT | {"title": title}))

    def by_words(builder: FactsBuilder) -> None:
        words = "The reranker returned passages from another tenant during the morning load"
        builder.add("incident.exercise", "ex-2", **(EXERCISE | {"scenario": words, "happened": "2026-08-01 15:00"}))
        builder.add("incident.near_miss", "nm-2", **(INCIDENT | {"description": f"{words}.", "happened": "2026-08-01"}))

    assert "same as exercise ex-2" in one("exercise_as_incident", by_title).what
    assert "same as exercise ex-2" in one("exercise_as_incident", by_words).what


def test_one_id_in_both_registers_is_found() -> None:
    """An id names one thing."""
    finding = one("exercise_as_incident", lambda builder: builder.add("incident.exercise", "in-1", **EXERCISE))
    assert (finding.consequence, finding.id) == (EXCEPTION, "in-1")


def test_an_alert_that_names_an_exercise_as_its_incident_is_found() -> None:
    """Something happened, and what stands for it is an exercise: an incident may not count as an exercise either."""
    alert = {("alert.triage", "al-2"): {"incident": "ex-1"}}
    finding = one("exercise_as_incident", change=alert)
    assert (finding.kind, finding.id, finding.consequence) == ("incident.exercise", "ex-1", EXCEPTION)
    assert "alert.triage al-2 names it" in finding.what


def test_findings_name_who_answers_for_the_system() -> None:
    """Somebody has to be asked."""
    finding = one("recorded_late", change={("change", "ch-1"): {"recorded": "2026-12-01"}})
    assert (finding.scope, finding.owner) == ("sample-desk", "sample-person-1")
    assert P2 not in finding.owner
