"""Every id that one data file names exists in the others, and no criterion that matters is left alone."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from proofbook.controls.card import load_cards
from proofbook.controls.control import load_controls
from proofbook.controls.criteria import Touch, load_criteria
from proofbook.controls.crosswalk import load_crosswalk
from proofbook.controls.population import load_populations
from proofbook.controls.schemas import FILES
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS

_IDS = {
    "criteria": (re.compile(r"(?:CC|PI|[ACP])[0-9]\.[0-9]"), {entry.id for entry in load_criteria().criteria}),
    "controls": (re.compile(r"LC-[0-9]+"), {entry.id for entry in load_controls().controls}),
    "populations": (re.compile(r"POP-[0-9]+"), {entry.id for entry in load_populations().populations}),
    "artifacts": (re.compile(r"(?:ART|SUP)-[0-9]+"), {entry.id for entry in load_crosswalk().artifacts}),
}


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("sort", sorted(_IDS))
def test_every_id_that_is_named_exists(name: str, sort: str) -> None:
    """Looked for in every text of the file, so that a field added later is held to it as well."""
    form, known = _IDS[sort]
    texts = _texts(json.loads(files("proofbook.controls").joinpath("data", name).read_bytes()))
    named = {text for text in texts if form.fullmatch(text)}
    assert named <= known, named - known


@pytest.mark.parametrize("sort", sorted(_IDS))
def test_ids_inside_sentences_exist_too(sort: str) -> None:
    """A sentence may name an id; it must not name one that is not there."""
    form, known = _IDS[sort]
    for name in FILES:
        for text in _texts(json.loads(files("proofbook.controls").joinpath("data", name).read_bytes())):
            found = set(re.findall(rf"(?<![\w.-])(?:{form.pattern})(?![\w-])", text))
            assert found <= known, (name, text)


def test_every_directly_touched_criterion_has_a_control() -> None:
    """Otherwise the grid would have a row that nothing could ever fill."""
    controlled = {criterion for control in load_controls().controls for criterion in control.criteria}
    direct = {entry.id for entry in load_criteria().criteria if entry.touch is Touch.DIRECT}
    assert direct <= controlled, direct - controlled


def test_every_control_is_reached_from_a_question_a_weak_area_or_a_card() -> None:
    """Or it stands for what holds the others up: registration, policy, training, risk, exceptions."""
    crosswalk = load_crosswalk()
    reached = {control for question in crosswalk.questions for control in question.controls}
    reached |= {control for area in crosswalk.weak_areas for control in area.controls}
    reached |= {pointer.id for card in load_cards().cards for pointer in card.evidence if pointer.to == "control"}
    assert {entry.id for entry in load_controls().controls} - reached == {"LC-02", "LC-29", "LC-30", "LC-31"}


def test_every_population_is_reached_from_a_control() -> None:
    """A population nobody tests is not one."""
    assert all(entry.controls for entry in load_populations().populations)


def test_pointers_lead_to_what_they_name() -> None:
    """Evidence that cannot be found is no evidence."""
    cards = load_cards()
    pointers = [pointer for card in cards.cards for pointer in card.evidence]
    pointers += [pointer for entry in cards.counter_questions for pointer in entry.evidence]
    pointers += [pointer for entry in cards.statements for pointer in entry.evidence]
    known = {
        "artifact": _IDS["artifacts"][1],
        "control": _IDS["controls"][1],
        "population": _IDS["populations"][1],
        "record": set(KEPT) | set(KINDS),
    }
    assert not [(pointer.to, pointer.id) for pointer in pointers if pointer.id not in known[pointer.to]]
    assert len(pointers) > 100


def test_questions_agree_with_their_controls() -> None:
    """A population of a question is one that a control of that question is tested over, or one its tests name."""
    controls = {entry.id: entry for entry in load_controls().controls}
    for question in load_crosswalk().questions:
        tested = {population for control in question.controls for population in controls[control].populations}
        assert set(question.populations) & tested, question.id
