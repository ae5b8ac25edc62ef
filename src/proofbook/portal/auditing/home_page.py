"""The first page of the room: what is audited, for how long the room is open, and how far the requests are."""

from __future__ import annotations

from proofbook.fieldwork.request_listing import count_requests, requests_in
from proofbook.fieldwork.requests import State
from proofbook.fieldwork.samples import list_samples
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.primitives.instants import parse_instant


def show_room(desk: Desk, query: Query) -> Answer:
    """`/room`."""
    del query
    room, visitor = enter(desk), desk.known
    counts = count_requests(desk.reader, room.id)
    head = desk.book.latest_checkpoint()
    until = None if visitor.until is None else parse_instant(visitor.until)
    delivered = () if desk.sources.delivering is None else desk.sources.delivering.delivered(room.id)
    values = {
        "scope": room.scope,
        "days_left": None if until is None else max((until - desk.now).days, 0),
        "counts": counts,
        "requests": sum(counts.values()),
        "waiting": requests_in(desk.reader, room.id, State.SUBMITTED, State.IN_REVIEW, limit=10),
        "samples": list_samples(desk.reader, room.id)[:5],
        "deliveries": delivered[:5],
        "head": head,
    }
    return Page("auditing/room.html", values)
