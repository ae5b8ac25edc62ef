"""Questions asked of users of hosted models: the six and their cards, one card with its evidence, and all of it as one document.

Promises: the organisation's own words stand first and apart from the shipped ones, with who approved them, if anybody did; what
is missing is said. Hostile input: own words and names are text; a number that is none of the cards' is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.assessment.answers import QuestionAnswer, answer_question
from proofbook.controls.crosswalk import load_crosswalk
from proofbook.portal.assessing import Assessed
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.staff.answering.own_words import Stated, state_card, state_cards
from proofbook.portal.staff.links import subject_link
from proofbook.portal.staff.records.signing_act import is_own
from proofbook.portal.surroundings import Answer, Desk, Page, Query

_TONES: Final[Mapping[str, str]] = {"available": "done", "missing": "missed", "not owed": "not_due"}


def show_answers(desk: Desk, query: Query) -> Answer:
    """`/answers`."""
    return _all(desk, query, "staff/answers.html")


def show_document(desk: Desk, query: Query) -> Answer:
    """`/answers/document`: everything, to be printed."""
    return _all(desk, query, "staff/answers_document.html")


def _all(desk: Desk, query: Query, template: str) -> Answer:
    def make(assessed: Assessed) -> Page:
        stated = state_cards(desk, assessed)
        groups = [
            (question, [each for each in stated if each.card.card.category == question.question.id])
            for question in assessed.once("questions", _questions)
        ]
        values = {
            "groups": groups,
            "own": sum(each.standing is not None for each in stated),
            "approved": sum(each.standing is not None and each.standing.approved for each in stated),
            "of": len(stated),
            "tones": _TONES,
            "to_record": _to_record,
        }
        return Page(template, values)

    return desk.assessments().show(desk, query, make)


def show_answer(desk: Desk, query: Query, number: str) -> Answer:
    """`/answers/{number}`, or None for a number that is none of the cards'."""
    return show_card(desk, query, number)


def show_card(desk: Desk, query: Query, number: str, given: Given | None = None, mistakes: FormMistakes | None = None) -> Answer:
    """A card, with what was typed into its form for signing when that could not be taken."""

    def make(assessed: Assessed) -> Page | None:
        found = state_card(desk, assessed, number)
        if found is None:
            return None
        standing = found.standing
        values = card_values(found) | {
            "is_own": standing is not None and is_own(standing.version, desk.known),
            "typed": {} if given is None else {"statement": given.one("statement"), "decision": given.one("decision")},
            "mistakes": {} if mistakes is None else mistakes.by_field,
        }
        return Page("staff/answer.html", values, 200 if mistakes is None else 422)

    return desk.assessments().show(desk, query, make)


def card_values(found: Stated) -> dict[str, Any]:
    """What the templates of one card show."""
    question = next(each for each in load_crosswalk().questions if each.id == found.card.card.category)
    return {"it": found.card, "question": question, "standing": found.standing, "tones": _TONES, "to_record": _to_record}


def _questions(assessed: Assessed) -> tuple[QuestionAnswer, ...]:
    """The six."""
    return tuple(answer_question(assessed.months, each.id) for each in load_crosswalk().questions)


def _to_record(name: str) -> str | None:
    """The page of what an answer names as kind/id; model bytes that it names by their file stand in the list of models."""
    kind, _, own_id = name.partition("/")
    if kind == "model.artifact" and not own_id.startswith("sha256:"):
        return "/models"
    return subject_link(kind, own_id, "", "")
