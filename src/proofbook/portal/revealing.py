"""Looking at sealed content on purpose: the form that asks why, and the page that shows it redacted.

Promises: nothing is opened before the purpose is stated and the look is recorded in the visitor's name; sensitive data is
replaced by markers; the page is the answer to the form and stands at no address of its own, so that every look is one entry.
Hostile input: content is text and nothing else; what cannot be seen in it is shown as escapes.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from proofbook.errors import InputError, MalformedRecord, RefusedError
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.surroundings import Answer, Desk, Page, Query, Revealed
from proofbook.primitives.ids import check_id
from proofbook.readmodel import exchanges
from proofbook.readmodel.exchanges import Exchange

SLOTS: Final = (("response", "What was answered"), ("request", "What was asked"))


class Look(Order):
    """What somebody wants to see, and why."""

    slot: Literal["request", "response"] = Field(description="which side of the exchange")
    purpose: str = Field(min_length=8, max_length=500, description="why you look, in words; recorded before anything is shown")


class RevealOrder(Look):
    """The same, of an exchange that is named."""

    id: str = Field(max_length=80, description="id of the exchange")


def show_asking(desk: Desk, query: Query, id: str) -> Answer:  # noqa: A002 - the part of the path
    """`/exchanges/{id}/content`: the form; None when there is no such exchange, or it holds no content."""
    del query
    return _asking(desk, id, Given({}), {}, 200)


def look_at(desk: Desk, exchange: str, look: Look) -> Revealed | None:
    """The content of one side, redacted, after the look was recorded; None when it was shredded.

    Raises InputError when there is no such exchange, RefusedError where nothing can be opened, and what `Revealing.reveal` names.
    """
    found = _find(desk, exchange)
    if found is None:
        raise InputError(f"exchange {exchange[:40]!r}: there is none, or it holds no content")
    if desk.sources.revealing is None:
        raise RefusedError("sealed content cannot be opened here", hint="look with `proofbook content show`")
    return desk.sources.revealing.reveal(found.exchange, look.slot, purpose=look.purpose, actor=desk.known.actor)


def reveal(desk: Desk, given: Given, id: str) -> Answer:  # noqa: A002 - the part of the path
    """The content that a form asks for, redacted, after the look was recorded. Raises as `look_at`."""
    try:
        look = given.read(Look)
    except FormMistakes as mistakes:
        return _asking(desk, id, given, mistakes.by_field, 422)
    found = _find(desk, id)
    if found is None:
        return None
    shown = look_at(desk, id, look)
    lines = [] if shown is None else shown.text.splitlines()
    values = {"it": found, "slot": look.slot, "slots": dict(SLOTS), "purpose": look.purpose, "shown": shown, "lines": lines}
    return Page("revealed.html", values)


def show_content(desk: Desk, order: RevealOrder) -> Done:
    """The same for a program. Raises as `look_at`."""
    shown = look_at(desk, order.id, order)
    values = {
        "text": None if shown is None else shown.text,
        "replaced": [] if shown is None else [{"kind": kind, "spans": count} for kind, count in shown.counts],
        "left_out": 0 if shown is None else shown.left_out,
        "shredded": shown is None,
    }
    return Done(f"/exchanges/{order.id}/content", "The look is recorded.", order.id, values=values)


REVEAL: Final = Act(
    "content.reveal", "See sealed content, redacted, for a stated purpose", Permission.READ_CONTENT, RevealOrder, show_content
)


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
