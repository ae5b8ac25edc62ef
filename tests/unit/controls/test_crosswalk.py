"""The crosswalk: questions, weak areas, hosting shapes, and what each artifact supports elsewhere."""

from __future__ import annotations

import re

import pytest

from proofbook.controls.crosswalk import check_artifact, load_crosswalk
from proofbook.controls.hosting import Shape
from proofbook.errors import MalformedRecord

_ISO_AREAS = {"A.2": 3, "A.3": 2, "A.4": 5, "A.5": 4, "A.6": 9, "A.7": 5, "A.8": 4, "A.9": 3, "A.10": 3}


def _areas() -> dict[str, int]:
    counted: dict[str, int] = {}
    for control in load_crosswalk().iso_42001:
        area = ".".join(control.id.split(".")[:2])
        counted[area] = counted.get(area, 0) + 1
    return counted


def test_all_38_annex_a_controls_are_there_and_no_objective_is() -> None:
    """Objectives have ids of the same look (A.2.1, A.6.2.1) and are not controls."""
    ids = [control.id for control in load_crosswalk().iso_42001]
    assert len(ids) == 38
    assert _areas() == _ISO_AREAS
    objectives = {f"A.{area}.1" for area in range(2, 11)} | {"A.6.1.1", "A.6.2", "A.6.2.1"}
    assert not objectives & set(ids)


def test_every_annex_a_control_is_supported_by_the_artifacts_that_lead_for_it() -> None:
    """The relation stands in two lists; reading either gives the same answer."""
    crosswalk = load_crosswalk()
    supports = {entry.artifact: set(entry.iso_42001) for entry in crosswalk.supports}
    for control in crosswalk.iso_42001:
        assert all(control.id in supports[artifact] for artifact in control.artifacts), control.id
    known = {control.id for control in crosswalk.iso_42001}
    assert all(named <= known for named in supports.values())


def test_ids_of_other_frameworks_are_spelt_as_published() -> None:
    """An id that is off by a character leads nowhere."""
    actions = {action for entry in load_crosswalk().supports for action in entry.nist_ai_600_1}
    assert {"GV-1.6-001", "GV-6.2-005", "MG-2.4-004", "MS-4.2-004", "MP-3.4-005"} <= actions
    assert all(re.fullmatch(r"(GV|MP|MS|MG)-[1-6]\.[0-9]{1,2}-[0-9]{3}", action) for action in actions)
    subcategories = {each for entry in load_crosswalk().supports for each in entry.nist_ai_rmf}
    assert {"GOVERN 1.1", "GOVERN 1.5", "MEASURE 2.13", "MANAGE 1.2"} <= subcategories


def test_every_article_referred_to_is_explained() -> None:
    """A number alone does not say whom an article binds."""
    crosswalk = load_crosswalk()
    referred = {article.split("(")[0] for entry in crosswalk.supports for article in entry.eu_ai_act}
    assert referred == {entry.article for entry in crosswalk.eu_ai_act.articles}


def test_dates_of_the_act_are_data_in_order() -> None:
    """They have moved once; whoever shows them shows these."""
    dates = [entry.first for entry in load_crosswalk().eu_ai_act.dates]
    assert dates == sorted(dates)
    moved = {entry.first for entry in load_crosswalk().eu_ai_act.dates if entry.moved}
    assert moved == {"2027-12-02", "2028-08-02"}


def test_owasp_themes_carry_the_number_of_their_year() -> None:
    """The lists of 2025 and 2026 number the same themes differently; a number without a year is wrong half the time."""
    themes = load_crosswalk().owasp
    numbers = {f"LLM{number:02d}" for number in range(1, 11)}
    assert {theme.y2025 for theme in themes} == numbers
    assert {theme.y2026 for theme in themes} == numbers
    supply = next(theme for theme in themes if theme.y2025 == "LLM03")
    assert supply.y2026 == "LLM04"


def test_the_six_questions_can_be_tested_by_more_than_asking() -> None:
    """Asking alone is never enough."""
    questions = load_crosswalk().questions
    assert [entry.id for entry in questions] == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
    for entry in questions:
        tests = entry.tests
        assert tests.inspection, entry.id
        assert tests.reperformance or tests.observation, entry.id
    assert [entry.id for entry in load_crosswalk().weak_areas] == ["W1", "W2", "W3", "W4"]


def test_the_four_hosting_shapes_differ_in_their_subservice_treatment() -> None:
    """`We run it ourselves` has to be made precise for each system."""
    shapes = {entry.id: entry for entry in load_crosswalk().hosting_shapes}
    assert set(shapes) == set(Shape)
    assert [shapes[shape].subservice for shape in Shape] == [False, True, True, True]
    assert not shapes[Shape.OWN_BUILDING].criteria
    assert set(shapes[Shape.COLOCATION].criteria) == {"CC6.4", "A1.2"}
    assert all(bool(entry.criteria) == entry.subservice == bool(entry.relied_on_for) for entry in shapes.values())


def test_the_artifacts_are_ten_and_their_supporting_records() -> None:
    """Each says what it answers and how it fails."""
    ids = [entry.id for entry in load_crosswalk().artifacts]
    assert ids == [f"ART-{number:02d}" for number in range(1, 11)] + [f"SUP-{number}" for number in range(11, 21)]


@pytest.mark.parametrize("invented", ["ART-11", "SUP-21", "art-01", ""])
def test_an_artifact_that_does_not_exist_is_refused_by_name(invented: str) -> None:
    """The message must say which id was wrong."""
    with pytest.raises(MalformedRecord, match=r"artifact .* is not known") as caught:
        check_artifact(invented)
    assert repr(invented) in caught.value.message
    assert check_artifact("ART-05").title == "Evaluation results"
