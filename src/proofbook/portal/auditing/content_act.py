"""Content of a drawn item that the company released: shown to the auditor of that sample, each look recorded first.

Promises: what was not released for this very item is refused; sensitive data is replaced unless the release says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from proofbook.errors import InputError, RefusedError
from proofbook.fieldwork.item import RELEASED, Slot, open_item
from proofbook.fieldwork.samples import Sample, SampleItem, find_sample
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.auditing.engaged import enter, pinned
from proofbook.portal.surroundings import Desk, Revealed

_ASK: Final = "ask for it with a comment on your request"


class ContentOrder(Order):
    """Released content to be looked at."""

    sample: str = Field(max_length=80, description="id of the sample")
    item: str = Field(min_length=1, max_length=400, description="the drawn item")
    slot: Literal["request", "response"] = Field(description="which side of the exchange")


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen. `shown` None: it was shredded; `whole`: sensitive data was not replaced."""

    sample: Sample
    item: SampleItem
    slot: Slot
    shown: Revealed | None
    whole: bool


def look_at(desk: Desk, sample: str, item: str, slot: str) -> Looked | None:
    """One slot of one item; None: no such item in this engagement. Raises RefusedError when it is not released."""
    room, found = enter(desk), find_sample(desk.reader, sample)
    drawn = None if found is None or found.engagement != room.id else found.item(item)
    if found is None or drawn is None:
        return None
    folder = open_item(desk.reader, desk.book, pinned(desk), found, drawn)
    there = next((each for each in folder.slots if each.name == slot), None)
    if there is None or there.state != RELEASED or folder.release is None:
        raise RefusedError("this content is not released", hint=_ASK)
    if desk.sources.revealing is None:
        raise RefusedError("sealed content cannot be opened here", hint=_ASK)
    whole = folder.release.view == "unredacted"
    purpose = f"item of sample {sample}, released because: {folder.release.because}"[:500]
    shown = desk.sources.revealing.reveal(there.exchange, there.name, purpose=purpose, actor=desk.known.actor, unredacted=whole)
    return Looked(found, drawn, there, shown, whole)


def see_content(desk: Desk, order: ContentOrder) -> Done:
    """The same for a program. Raises InputError when there is no such item, and as `look_at`."""
    found = look_at(desk, order.sample, order.item, order.slot)
    if found is None:
        raise InputError(f"item: {order.item[:80]!r} is not in a sample of this engagement")
    shown = found.shown
    values = {
        "text": None if shown is None else shown.text,
        "replaced": [] if shown is None else [{"kind": kind, "spans": count} for kind, count in shown.counts],
        "left_out": 0 if shown is None else shown.left_out,
        "shredded": shown is None,
    }
    return Done(f"/room/samples/{order.sample}", "The look is recorded.", order.sample, values=values)


SEE_CONTENT: Final = Act(
    "room.content.reveal", "See released content of a drawn item", Permission.AUDIT, ContentOrder, see_content
)
