"""The page of released content. It is the answer to a form and stands at no address of its own, so that each look is an entry."""

from __future__ import annotations

from proofbook.portal.auditing.content_act import look_at
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Desk, Page


def look(desk: Desk, given: Given, sample: str) -> Answer:
    """`/room/samples/{sample}/content`: one slot of one item. Raises as `look_at`."""
    found = look_at(desk, sample, given.one("item"), given.one("slot"))
    if found is None:
        return None
    lines = [] if found.shown is None else found.shown.text.splitlines()
    values = {
        "sample": found.sample,
        "item": found.item,
        "slot": found.slot,
        "shown": found.shown,
        "lines": lines,
        "whole": found.whole,
        "scope": enter(desk).scope,
    }
    return Page("auditing/content.html", values)
