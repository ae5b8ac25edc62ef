"""Questions asked of users of hosted models: the cards, and one card with its evidence, what is missing and its limits.

Promises: the organisation's own words stand first and apart from the shipped ones; what is missing is said. Hostile input: own
words and names are text; a number that is none of the cards' is not there.
"""

from __future__ import annotations

from proofbook.controls.crosswalk import load_crosswalk
from proofbook.portal.assessing import Assessed
from proofbook.portal.surroundings import Answer, Desk, Page, Query


def show_answers(desk: Desk, query: Query) -> Answer:
    """`/answers`."""

    def make(assessed: Assessed) -> Page:
        cards = assessed.cards
        groups = [(each, [card for card in cards if card.card.category == each.id]) for each in load_crosswalk().questions]
        return Page(
            "staff/answers.html", {"groups": groups, "own": sum(card.own is not None for card in cards), "of": len(cards)}
        )

    return desk.assessments().show(desk, query, make)


def show_answer(desk: Desk, query: Query, number: str) -> Answer:
    """`/answers/{number}`, or None for a number that is none of the cards'."""

    def make(assessed: Assessed) -> Page | None:
        found = next((each for each in assessed.cards if str(each.card.number) == number), None)
        if found is None:
            return None
        question = next(each for each in load_crosswalk().questions if each.id == found.card.category)
        return Page("staff/answer.html", {"it": found, "question": question})

    return desk.assessments().show(desk, query, make)
