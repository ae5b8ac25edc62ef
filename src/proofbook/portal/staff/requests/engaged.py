"""The engagement a staff page is about, and the staff's side of fieldwork."""

from __future__ import annotations

from typing import Final

from proofbook.fieldwork.acting import Act, Side
from proofbook.portal.surroundings import Desk, Query
from proofbook.primitives.instants import format_instant

SOURCE: Final = "portal:staff"


def choose_engagement(desk: Desk, query: Query) -> tuple[str | None, tuple[str, ...]]:
    """The engagement that is named, else the first one; None when there is none or no such one. And all that are known."""
    known = desk.sources.engagements.known(desk.reader, desk.now)
    named = query.get("engagement", "").strip()
    if named:
        return (named if named in known else None), known
    return (known[0] if known else None), known


def act_of(desk: Desk) -> Act:
    """What the visitor does, on the company's side."""
    return Act(desk.known.actor, Side.STAFF, format_instant(desk.now), SOURCE)
