"""Questions asked of users of hosted models: the six and their cards, one card with its evidence, and all of it as one document.

Promises: the organisation's own words stand first and apart from the shipped ones, with who approved them, if anybody did; what
is missing is said. Hostile input: own words and names are text; a number that is none of the cards' is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.assessment.answers import CardAnswer, OwnWords, QuestionAnswer, answer_question
from proofbook.controls.crosswalk import load_crosswalk
from proofbook.portal.assessing import Assessed
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.staff.links import record_link
from proofbook.portal.staff.records.signing_act import is_own
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion

_TONES: Final[Mapping[str, str]] = {"available": "done", "missing": "missed", "not owed": "not_due"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Own words as a record: its version, and what was signed of that very version, newest first."""

    version: DocumentVersion
    signatures: tuple[DocumentVersion, ...]

    @property
    def words(self) -> str:
        """Where it stands."""
        decisions = [each.body["decision"] for each in self.signatures if each.body["decision"] != "noted"]
        return str(decisions[0]).replace("_", " ") if decisions else "not approved by anybody"

    @property
    def approved(self) -> bool:
        """Whether the newest decision about this version approves it."""
        return self.words == "approved"


def find_standing(reader: Reader, own: OwnWords | None) -> Standing | None:
    """The record of own words; None when nobody wrote any."""
    version = None if own is None else Documents(reader).by_entry(own.entry)
    if version is None:
        return None
    signed = Documents(reader).sign_offs("answer", version.id)
    return Standing(version, tuple(each for each in reversed(signed) if each.body["of_entry"] == version.entry))


def show_answers(desk: Desk, query: Query) -> Answer:
    """`/answers`."""

    def make(assessed: Assessed) -> Page:
        cards = assessed.cards
        standings = {each.card.number: find_standing(desk.reader, each.own) for each in cards}
        values = {
            "groups": assessed.once("questions", _questions),
            "own": sum(card.own is not None for card in cards),
            "approved": sum(each is not None and each.approved for each in standings.values()),
            "of": len(cards),
            "standings": standings,
            "tones": _TONES,
            "to_record": _to_record,
        }
        return Page("staff/answers.html", values)

    return desk.assessments().show(desk, query, make)


def show_document(desk: Desk, query: Query) -> Answer:
    """`/answers/document`: everything, to be printed."""

    def make(assessed: Assessed) -> Page:
        standings = {each.card.number: find_standing(desk.reader, each.own) for each in assessed.cards}
        values = {
            "groups": assessed.once("questions", _questions),
            "standings": standings,
            "tones": _TONES,
            "to_record": _to_record,
        }
        return Page("staff/answers_document.html", values)

    return desk.assessments().show(desk, query, make)


def show_answer(desk: Desk, query: Query, number: str) -> Answer:
    """`/answers/{number}`, or None for a number that is none of the cards'."""
    return show_card(desk, query, number)


def show_card(desk: Desk, query: Query, number: str, given: Given | None = None, mistakes: FormMistakes | None = None) -> Answer:
    """A card, with what was typed into its form for signing when that could not be taken."""

    def make(assessed: Assessed) -> Page | None:
        found = find_card(assessed, number)
        if found is None:
            return None
        standing = find_standing(desk.reader, found.own)
        values = card_values(found, standing) | {
            "is_own": standing is not None and is_own(standing.version, desk.known),
            "typed": {} if given is None else {"statement": given.one("statement"), "decision": given.one("decision")},
            "mistakes": {} if mistakes is None else mistakes.by_field,
        }
        return Page("staff/answer.html", values, 200 if mistakes is None else 422)

    return desk.assessments().show(desk, query, make)


def find_card(assessed: Assessed, number: str) -> CardAnswer | None:
    """A card by its number as an address writes it."""
    return next((each for each in assessed.cards if str(each.card.number) == number), None)


def card_values(found: CardAnswer, standing: Standing | None) -> dict[str, Any]:
    """What the templates of one card show."""
    question = next(each for each in load_crosswalk().questions if each.id == found.card.category)
    return {"it": found, "question": question, "standing": standing, "tones": _TONES, "to_record": _to_record}


def _questions(assessed: Assessed) -> list[tuple[QuestionAnswer, list[CardAnswer]]]:
    """The six, each with its cards as they were assessed."""
    return [
        (answer_question(assessed.months, each.id), [card for card in assessed.cards if card.card.category == each.id])
        for each in load_crosswalk().questions
    ]


def _to_record(name: str) -> str:
    """The page of what an answer names as kind/id."""
    kind, _, own_id = name.partition("/")
    return f"/models/{own_id}" if kind == "model.artifact" and own_id.startswith("sha256:") else record_link(kind, own_id)
