"""Looking at sealed content on purpose: the form that asks why, and the page that shows it redacted.

Promises: nothing is opened before the purpose is stated and the look is recorded in the visitor's name; sensitive data is
replaced by markers; the page is the answer to the form and stands at no address of its own, so that every look is one entry.
Hostile input: content is text and nothing else; what cannot be seen in it is shown as escapes.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from proofbook.errors import MalformedRecord, RefusedError
from proofbook.portal.acts import Order
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.primitives.ids import check_id
from proofbook.readmodel import exchanges
from proofbook.readmodel.exchanges import Exchange

SLOTS: Final = (("response", "What was answered"), ("request", "What was asked"))


class Look(Order):
    """What somebody wants to see, and why."""

    slot: Literal["request", "response"] = Field(description="which side of the exchange")
    purpose: str = Field(min_length=8, max_length=500, description="why you look, in words; recorded before anything is shown")


def show_asking(desk: Desk, query: Query, id: str) -> Answer:  # noqa: A002 - the part of the path
    """`/exchanges/{id}/content`: the form; None when there is no such exchange, or it holds no content."""
    del query
    return _asking(desk, id, Given({}), {}, 200)


def reveal(desk: Desk, given: Given, id: str) -> Answer:  # noqa: A002 - the part of the path
    """The content that a form asks for, redacted, after the look was recorded.

    Raises RefusedError where nothing can be opened, and what `Revealing.reveal` names.
    """
    try:
        look = given.read(Look)
    except FormMistakes as mistakes:
        return _asking(desk, id, given, mistakes.by_field, 422)
    found = _find(desk, id)
    if found is None:
        return None
    if desk.sources.revealing is None:
        raise RefusedError("sealed content cannot be opened here", hint="look with `proofbook content show`")
    shown = desk.sources.revealing.reveal(found.exchange, look.slot, purpose=look.purpose, actor=desk.known.actor)
    lines = [] if shown is None else shown.text.splitlines()
    values = {"it": found, "slot": look.slot, "slots": dict(SLOTS), "purpose": look.purpose, "shown": shown, "lines": lines}
    return Page("revealed.html", values)


def _asking(desk: Desk, exchange_id: str, given: Given, mistakes: dict[str, str], status: int) -> Answer:
    found = _find(desk, exchange_id)
    if found is None:
        return None
    values = {"it": found, "slots": SLOTS, "slot": given.one("slot") or "response", "purpose": given.one("purpose")}
    return Page("reveal.html", {**values, "mistakes": mistakes}, status)


def _find(desk: Desk, exchange_id: str) -> Exchange | None:
    try:
        found = exchanges.one(desk.reader, check_id(exchange_id, "x"))
    except MalformedRecord:
        return None
    return None if found is None or found.refused else found
