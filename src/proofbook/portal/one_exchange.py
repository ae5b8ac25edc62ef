"""One exchange: what is recorded of it, its proof recomputed now, and files to check it elsewhere. Never its content.

Promises: content is only ever named by its commitment and length, and whether it is sealed or was shredded. Facts come from the
projection; what only the entry says comes from the entry's bytes, and where these cannot be read that is said.
Hostile input: an id of another form is no exchange; a damaged entry is shown as damaged, next to its failed proof.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofbook.errors import MalformedRecord, ProofbookError
from proofbook.fieldwork.proving import EntryProof, make_proof_file, prove
from proofbook.portal import wording
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page
from proofbook.primitives.ids import check_id
from proofbook.readmodel import artifacts, classes, contents, exchanges
from proofbook.readmodel.exchanges import Exchange
from proofbook.records.envelope import Entry, parse_entry


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of the exchange: `request`, `response` or `refused`. `entry` is None when its bytes cannot be read."""

    name: str
    index: int
    entry: Entry | None
    trouble: str | None
    proof: EntryProof

    def said(self, *path: str) -> Any:
        """A value of the body; None where the entry does not say it or cannot be read."""
        value: Any = None if self.entry is None else self.entry.body
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    @property
    def commitments(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Slot and commitment of each sealed content."""
        slots = self.said("content")
        return (
            tuple((name, each) for name, each in sorted(slots.items()) if isinstance(each, Mapping))
            if isinstance(slots, Mapping)
            else ()
        )


@dataclass(frozen=True, slots=True)
class Sealing:
    """What became of the content of the conversation."""

    shredded: contents.ContentEvent | None
    held: contents.ContentEvent | None


def show_exchange(desk: Desk, exchange_id: str) -> Answer:
    """`/exchanges/{id}`, or None when there is none."""
    found = _find(desk, exchange_id)
    if found is None:
        return None
    parts = [_part(desk, name, index, entry) for name, index, entry in _entries(found)]
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
            "sealing": _sealing(desk, found),
            "classified": None if found.refused else classes.of_exchange(desk.reader, found.exchange),
            "parameters": _parsed(found.parameters, dict),
            "finish": _parsed(found.finish, list),
            "methods": wording.METHODS,
            "flags": [wording.FLAGS.get(str(each), str(each)) for each in _parsed(found.flags, list)],
        },
    )


def save_proof(desk: Desk, exchange_id: str, part: str) -> Answer:
    """`/exchanges/{id}/{part}.tlog-proof`, or None when there is no such part or no checkpoint covers it yet."""
    index = _index(desk, exchange_id, part)
    proof = None if index is None else make_proof_file(desk.book, index)
    return None if proof is None else Attachment(f"{exchange_id}.{part}.tlog-proof", "text/plain; charset=utf-8", proof)


def save_entry(desk: Desk, exchange_id: str, part: str) -> Answer:
    """`/exchanges/{id}/{part}.entry.json`: the exact bytes that are hashed. They hold no content."""
    index = _index(desk, exchange_id, part)
    return None if index is None else Attachment(f"{exchange_id}.{part}.entry.json", "application/json", desk.book.entry(index))


def _find(desk: Desk, exchange_id: str) -> Exchange | None:
    try:
        return exchanges.one(desk.reader, check_id(exchange_id, "x"))
    except MalformedRecord:
        return None


def _entries(found: Exchange) -> list[tuple[str, int, str]]:
    made = [("refused" if found.refused else "request", found.index, found.entry)]
    if found.response_index is not None and found.response_entry is not None:
        made.append(("response", found.response_index, found.response_entry))
    return made


def _index(desk: Desk, exchange_id: str, part: str) -> int | None:
    found = _find(desk, exchange_id)
    return None if found is None else next((index for name, index, _ in _entries(found) if name == part), None)


def _part(desk: Desk, name: str, index: int, entry_id: str) -> Part:
    proof = prove(desk.book, index, entry_id=entry_id, origin=desk.sources.origin, vkey=desk.sources.vkey)
    try:
        return Part(name, index, parse_entry(desk.book.entry(index)), None, proof)
    except ProofbookError as error:
        return Part(name, index, None, error.message, proof)


def _sealing(desk: Desk, found: Exchange) -> Sealing:
    events = () if found.conversation is None else contents.of_conversation(desk.reader, found.conversation)
    shredded = next((each for each in reversed(events) if each.kind == "content.erased" and each.index > found.index), None)
    holds = [each for each in events if each.kind in {"content.held", "content.released"}]
    return Sealing(shredded, holds[-1] if holds and holds[-1].kind == "content.held" else None)


def _parsed(text: str | None, kind: type) -> Any:
    """JSON text of the projection; empty for text that is not what it should be."""
    try:
        value = json.loads(text or "null")
    except ValueError:
        return kind()
    return value if isinstance(value, kind) else kind()
