"""The organisation's own words for a card: written by one person, approved by another.

Promises: a version is written over the one its writer saw; nobody approves what they wrote; nothing with a blank is approved. Own
words are an `answer` record like any other, and its approval a sign-off. Hostile input: the rules of records in files hold here.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from proofbook.assessment.answers import CardAnswer
from proofbook.controls.card import check_card
from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.filing.mistakes import FilingMistakes, FilingRefused
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.assessing import Assessed
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.staff.answering.own_words import state_card
from proofbook.portal.staff.answering.reading import card_values, show_card
from proofbook.portal.staff.records.filing_act import FileOrder, file_record
from proofbook.portal.staff.records.signing_act import SignOrder, sign
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import Documents, DocumentVersion


class AnswerOrder(Order):
    """Own words to be written."""

    number: int = Field(ge=1, description="number of the card")
    answer: str = Field(min_length=1, max_length=20_000, description="our answer, in our words; [[...]] marks a blank")
    limits: str = Field(default="", max_length=10_000, description="what the evidence does not show")
    owner: str = Field(default="", max_length=200, description="who keeps it")
    evidence: str = Field(default="", max_length=10_000, description="further records it rests on, as kind/id, one a line")
    because: str = Field(default="", max_length=2_000, description="why this version was written")
    base: str = Field(default="", description="entry of the version it is written over; empty: there is none yet")


class ApprovalOrder(Order):
    """A decision about own words."""

    number: int = Field(ge=1, description="number of the card")
    entry: str = Field(description="the very version that was looked at: its entry id")
    decision: Literal["approved", "changes_requested"] = Field(description="what is decided")
    statement: str = Field(min_length=1, max_length=4_000, description="what is approved, or what is to change, in words")


def write_answer(desk: Desk, order: AnswerOrder) -> Done:
    """Write own words. Raises FormMistakes, RefusedError; nothing was written then."""
    card = check_card(order.number)
    newest = newest_answer(desk, order.number)
    before = {} if newest is None else dict(newest.body)
    record = {
        **before,
        "title": before.get("title") or f"Answer to card {card.number}: {card.question}"[:200],
        "because": order.because or None,
        "card": order.number,
        "answer": order.answer,
        "limits": order.limits or None,
        "owner": order.owner or None,
        "reviewed_at": format_instant(desk.now),
        "evidence": [each.strip() for each in order.evidence.splitlines() if each.strip()],
    }
    own_id = f"card-{order.number:02d}" if newest is None else newest.id
    try:
        done = file_record(desk, FileOrder(kind="answer", id=own_id, record=record, base=order.base or None))
    except (FilingMistakes, FilingRefused) as error:
        raise FormMistakes({_field(each.field): f"{each.what}; {each.fix}" for each in error.mistakes}) from error
    except FormMistakes as error:
        raise FormMistakes({_field(name): words for name, words in error.by_field.items()}) from error
    except ConflictError as error:
        raise FormMistakes({"": f"{error.message}; {error.hint}"}) from error
    return Done(f"/answers/{order.number}", done.said, done.subject, done.receipts, done.values)


def approve_answer(desk: Desk, order: ApprovalOrder) -> Done:
    """Sign own words, or ask for changes. Raises FormMistakes; nothing was recorded then."""
    newest = newest_answer(desk, order.number)
    if newest is None:
        raise FormMistakes({"": "nobody has written own words for this card; there is nothing to approve"})
    signature = SignOrder(
        kind="answer", id=newest.id, entry=order.entry, decision=order.decision, role="approver", statement=order.statement
    )
    try:
        done = sign(desk, signature)
    except (InputError, RefusedError, ConflictError) as error:
        raise FormMistakes({"": f"{error.message}" + (f"; {error.hint}" if error.hint else "")}) from error
    return Done(f"/answers/{order.number}", done.said, done.subject, done.receipts, done.values)


def newest_answer(desk: Desk, number: int) -> DocumentVersion | None:
    """The newest version of own words for a card."""
    found = [each for each in Documents(desk.reader).listed("answer") if each.body["card"] == number]
    return max(found, key=lambda each: each.index, default=None)


def show_writing(desk: Desk, query: Query, number: str) -> Answer:
    """`/answers/{number}/edit`, or None for a number that is none of the cards'."""
    return _writing(desk, query, number, None, None)


def write_again(desk: Desk, given: Given, mistakes: FormMistakes, number: str) -> Answer:
    """The form as it was sent, with what is wrong."""
    return _writing(desk, {}, number, given, mistakes)


def approve_again(desk: Desk, given: Given, mistakes: FormMistakes, number: str) -> Answer:
    """The card, with what is wrong with the decision."""
    return show_card(desk, {}, number, given, mistakes)


def _writing(desk: Desk, query: Query, number: str, given: Given | None, mistakes: FormMistakes | None) -> Answer:
    def make(assessed: Assessed) -> Page | None:
        found = state_card(desk, assessed, number)
        if found is None:
            return None
        newest = None if found.standing is None else found.standing.version
        typed = (
            _first_words(desk, found.card, newest)
            if given is None
            else {name: given.one(name) for name in AnswerOrder.model_fields}
        )
        values = {"typed": typed, "mistakes": {} if mistakes is None else mistakes.by_field, "changes": newest is not None}
        return Page("staff/answer_writing.html", card_values(found) | values, 200 if mistakes is None else 422)

    return desk.assessments().show(desk, query, make)


def _first_words(desk: Desk, found: CardAnswer, newest: DocumentVersion | None) -> dict[str, str]:
    """What the form shows first: the newest version, or the shipped text as a draft to be made one's own."""
    if newest is None:
        shipped = "\n\n".join(each.text for each in found.shapes if each.text)
        return {
            "answer": shipped,
            "limits": found.card.limit,
            "owner": desk.known.account,
            "evidence": "",
            "because": "",
            "base": "",
        }
    body = newest.body
    return {
        "answer": body["answer"],
        "limits": body["limits"] or "",
        "owner": body["owner"] or "",
        "evidence": "\n".join(body["evidence"]),
        "because": "",
        "base": newest.entry,
    }


def _field(name: str) -> str:
    """The field of the form that a field of the record came from."""
    return name.removeprefix("record.").partition("[")[0]


WRITE_ANSWER: Final = Act("answers.write", "Write own words for a card", Permission.PREPARE, AnswerOrder, write_answer)
APPROVE_ANSWER: Final = Act(
    "answers.approve", "Approve own words for a card, or ask for changes", Permission.REVIEW, ApprovalOrder, approve_answer
)
ANSWER_ACTS: Final = (WRITE_ANSWER, APPROVE_ANSWER)
