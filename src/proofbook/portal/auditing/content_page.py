"""Content of a drawn item that the company released: shown to the auditor of that sample, each look recorded first.

Promises: what was not released for this very item is refused; sensitive data is replaced unless the release says otherwise; the
page is the answer to a form and stands at no address of its own.
"""

from __future__ import annotations

from typing import Final

from proofbook.errors import RefusedError
from proofbook.fieldwork.item import RELEASED, open_item
from proofbook.fieldwork.samples import find_sample
from proofbook.portal.auditing.engaged import enter, pinned
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Desk, Page

_ASK: Final = "ask for it with a comment on your request"


def look(desk: Desk, given: Given, sample: str) -> Answer:
    """`/room/samples/{sample}/content`: one slot of one item. Raises RefusedError when it is not released."""
    room, item = enter(desk), given.one("item")
    found = find_sample(desk.reader, sample)
    drawn = None if found is None or found.engagement != room.id else found.item(item)
    if found is None or drawn is None:
        return None
    folder = open_item(desk.reader, desk.book, pinned(desk), found, drawn)
    slot = next((each for each in folder.slots if each.name == given.one("slot")), None)
    if slot is None or slot.state != RELEASED or folder.release is None:
        raise RefusedError("this content is not released", hint=_ASK)
    if desk.sources.revealing is None:
        raise RefusedError("sealed content cannot be opened here", hint=_ASK)
    whole = folder.release.view == "unredacted"
    purpose = f"item of sample {sample}, released because: {folder.release.because}"[:500]
    shown = desk.sources.revealing.reveal(slot.exchange, slot.name, purpose=purpose, actor=desk.known.actor, unredacted=whole)
    lines = [] if shown is None else shown.text.splitlines()
    values = {"sample": found, "item": drawn, "slot": slot, "shown": shown, "lines": lines, "whole": whole, "scope": room.scope}
    return Page("auditing/content.html", values)
