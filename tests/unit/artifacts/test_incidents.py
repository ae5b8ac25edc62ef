"""ART-07: incidents, near misses and exercises, three things that are never counted as one another."""

from __future__ import annotations

from proofbook.artifacts.catalogue import derive_pages
from proofbook.artifacts.page import Standing
from proofbook.artifacts.rendering import render_html, render_json
from support.artifact_pages import column, page_of, read_sample_body, table, value
from support.facts_builder import FactsBuilder, at
from support.kept_bodies import least

EXERCISE = least("incident.exercise", title="Sample tabletop")


def three() -> FactsBuilder:
    """One of each sort."""
    builder = FactsBuilder()
    builder.add("incident.real", "i1", **least("incident.real", title="Sample leak", category="disclosure_output"))
    builder.add("incident.near_miss", "n1", **least("incident.near_miss", title="Sample near miss"))
    return builder.add("incident.exercise", "x1", **EXERCISE)


def test_an_exercise_says_so_in_title_marks_and_register() -> None:
    """Nobody may mistake it for something that happened, wherever they look."""
    facts = three().build()
    page = page_of("ART-07", facts, "exercise-x1")
    assert page.title == "EXERCISE: Sample tabletop"
    assert page.marks[0].text == "EXERCISE"
    assert b"<title>ART-07 EXERCISE: Sample tabletop</title>" in render_html(page)
    register = page_of("ART-07", facts, "register")
    assert [each.text for each in column(register, "EXERCISES", "Severity")] == ["EXERCISE"]
    assert len(table(register, "Incidents").rows) == len(table(register, "Near misses").rows) == 1
    assert [each.text for each in register.marks] == ["1 incident", "1 near miss", "1 exercise"]


def test_an_exercise_named_so_already_says_it_once() -> None:
    """Twice reads like a mistake."""
    page = page_of(
        "ART-07", FactsBuilder().add("incident.exercise", "x1", **EXERCISE | {"title": "EXERCISE: sample"}).build(), "exercise-x1"
    )
    assert page.title == "EXERCISE: sample"


def test_the_json_keeps_the_three_apart() -> None:
    """A program must not be able to mix them up either."""
    text = render_json(page_of("ART-07", three().build(), "register")).decode()
    for kind in ("incident.real", "incident.near_miss", "incident.exercise"):
        assert f'"{kind}": [' in text


def test_no_incident_points_to_the_certificate_and_a_certificate_is_shown() -> None:
    """Zero is a claim that somebody has to sign."""
    page = page_of("ART-07", FactsBuilder().build())
    assert "nil certificate" in table(page, "Incidents").empty
    assert "nobody has attested" in table(page, "Certificates").empty
    fields = least("nil_population", population="POP-18", secondary=["tickets", "chat"])
    builder = FactsBuilder().add("nil_population", "z1", **fields)
    page = page_of("ART-07", builder.build())
    assert column(page, "Certificates", "Other places searched")[0].text == "tickets; chat"


def test_an_open_incident_and_overdue_actions_are_marked_late() -> None:
    """A closed-looking list with an action past its day is the typical failure."""
    action = {"what": "add a case", "owner": "p", "due": "2026-04-01"}
    builder = FactsBuilder().add("incident.real", "i1", **least("incident.real", actions=[action]))
    facts = builder.build()
    assert column(page_of("ART-07", facts), "Incidents", "Actions")[0].standing is Standing.LATE
    page = page_of("ART-07", facts, "real-i1")
    assert ("open", Standing.LATE) in [(each.text, each.standing) for each in page.marks]
    closed = (
        FactsBuilder().add("incident.real", "i1", **least("incident.real", closed_at=at("2026-04-01"), closed_by="p")).build()
    )
    assert "open" not in [each.text for each in page_of("ART-07", closed, "real-i1").marks]
    assert value(page_of("ART-07", closed, "real-i1"), "Closed by").text == "p"


def test_only_records_of_the_period_have_pages() -> None:
    """The register is of the period; last year's incident is not in it."""
    builder = FactsBuilder("2027-01-01", "2027-12-31")
    builder.add("incident.real", "i1", **least("incident.real"))
    assert [each.name for each in derive_pages("ART-07", builder.build(), read_sample_body)] == ["register"]
