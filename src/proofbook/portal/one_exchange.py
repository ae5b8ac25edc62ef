"""One exchange: what is recorded of it, what stands behind it, its proof recomputed now, files to check it elsewhere.

Promises: content is never shown here, only named by its commitment and length, and whether it is sealed or was shredded. Facts
come from the projection; what only the entry says comes from the entry's bytes, and where these cannot be read that is said.
Hostile input: an id of another form is no exchange; a damaged entry is shown as damaged, next to its failed proof.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from proofbook.errors import MalformedRecord
from proofbook.fieldwork.parts import Pinned, entries_of, read_part, sealing_of
from proofbook.fieldwork.proving import make_proof_file
from proofbook.people.roles import Permission
from proofbook.portal import wording
from proofbook.portal.lineage_page import of_exchange
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page
from proofbook.primitives.ids import check_id
from proofbook.readmodel import artifacts, classes, exchanges
from proofbook.readmodel.exchanges import Exchange
from proofbook.readmodel.walking import Filters


def show_exchange(desk: Desk, exchange_id: str) -> Answer:
    """`/exchanges/{id}`, or None when there is none."""
    found = find_exchange(desk, exchange_id)
    if found is None:
        return None
    pinned = Pinned(desk.sources.origin, desk.sources.vkey)
    parts = [read_part(desk.book, pinned, name, index, entry) for name, index, entry in entries_of(found)]
    artifact = None if found.artifact is None else artifacts.by_digest(desk.reader, found.artifact)
    return Page(
        "exchange.html",
        {
            "it": found,
            "state_words": wording.STATES.get(found.state, (found.state, "plain", "")),
            "parts": parts,
            "first": parts[0],
            "last": parts[-1] if len(parts) > 1 else None,
            "failing": [part for part in parts if part.proof.tone == "fails" or part.trouble],
            "artifact": artifact,
            "sealing": sealing_of(desk.reader, found),
            "classified": None if found.refused else classes.of_exchange(desk.reader, found.exchange),
            "parameters": _parsed(found.parameters, dict),
            "finish": _parsed(found.finish, list),
            "methods": wording.METHODS,
            "flags": [wording.FLAGS.get(str(each), str(each)) for each in _parsed(found.flags, list)],
            "course": derive_course(found),
            "beside": find_beside(desk, found),
            "may_look": desk.sources.revealing is not None and desk.known.may(Permission.READ_CONTENT),
            **of_exchange(desk, found),
        },
    )


@dataclass(frozen=True, slots=True)
class Course:
    """How an exchange went in time, in parts of its whole length: until the first byte, and until the last."""

    waiting: float
    speaking: float
    first: str
    whole: str


def derive_course(exchange: Exchange) -> Course | None:
    """From forwarding to the last byte; None when one of these is not stated or the clock went back."""
    start, first, last = (wording.moment(each) for each in (exchange.forwarded_at, exchange.first_byte_at, exchange.last_byte_at))
    if start is None or first is None or last is None or not start <= first <= last or start == last:
        return None
    whole, waiting = (last - start).total_seconds(), (first - start).total_seconds()
    return Course(
        round(960 * waiting / whole, 1),
        round(960 * (whole - waiting) / whole, 1),
        wording.fine_duration(waiting),
        wording.fine_duration(whole),
    )


def find_beside(desk: Desk, exchange: Exchange) -> dict[str, Exchange | None]:
    """What was said before and after in the same conversation."""
    if exchange.conversation is None:
        return {"before": None, "after": None}
    same = Filters(conversation=exchange.conversation)
    before = exchanges.search(desk.reader, same, before=exchange.index, limit=1).rows
    after = exchanges.search(desk.reader, same, after=exchange.index, limit=1).rows
    return {"before": next(iter(before), None), "after": next(iter(after), None)}


def save_proof(desk: Desk, exchange_id: str, part: str) -> Answer:
    """`/exchanges/{id}/{part}.tlog-proof`, or None when there is no such part or no checkpoint covers it yet."""
    index = _index(desk, exchange_id, part)
    proof = None if index is None else make_proof_file(desk.book, index)
    return None if proof is None else Attachment(f"{exchange_id}.{part}.tlog-proof", "text/plain; charset=utf-8", proof)


def save_entry(desk: Desk, exchange_id: str, part: str) -> Answer:
    """`/exchanges/{id}/{part}.entry.json`: the exact bytes that are hashed. They hold no content."""
    index = _index(desk, exchange_id, part)
    return None if index is None else Attachment(f"{exchange_id}.{part}.entry.json", "application/json", desk.book.entry(index))


def find_exchange(desk: Desk, exchange_id: str) -> Exchange | None:
    """An exchange; None when there is none, or the id is none."""
    try:
        return exchanges.one(desk.reader, check_id(exchange_id, "x"))
    except MalformedRecord:
        return None


def _index(desk: Desk, exchange_id: str, part: str) -> int | None:
    found = find_exchange(desk, exchange_id)
    return None if found is None else next((index for name, index, _ in entries_of(found) if name == part), None)


def _parsed(text: str | None, kind: type) -> Any:
    """JSON text of the projection; empty for text that is not what it should be."""
    try:
        value = json.loads(text or "null")
    except ValueError:
        return kind()
    return value if isinstance(value, kind) else kind()
