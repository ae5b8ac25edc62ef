"""The entries one item is made of, each with its proof recomputed now, and what became of the content they commit to.

Promises: what the bytes say comes from the bytes; an entry that cannot be read is shown as damaged beside its failed proof, never
left out. Content is named by commitment and length only. Hostile input: a damaged book leads to values that say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofbook.book.interface import BookReading
from proofbook.errors import ProofbookError
from proofbook.fieldwork.proving import EntryProof, prove
from proofbook.readmodel import contents
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.contents import ContentEvent
from proofbook.readmodel.exchanges import Exchange
from proofbook.records.envelope import Entry, parse_entry


@dataclass(frozen=True, slots=True)
class Pinned:
    """The log this home belongs to, whatever a book says of itself."""

    origin: str
    vkey: str


@dataclass(frozen=True, slots=True)
class Part:
    """One entry, by its role (`request`, `response`, `refused`, `record`). `entry` is None when its bytes cannot be read."""

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
        if not isinstance(slots, Mapping):
            return ()
        return tuple((name, each) for name, each in sorted(slots.items()) if isinstance(each, Mapping))


@dataclass(frozen=True, slots=True)
class Sealing:
    """What became of the content of a conversation."""

    shredded: ContentEvent | None
    held: ContentEvent | None


def read_part(book: BookReading, pinned: Pinned, name: str, index: int, entry: str) -> Part:
    """The entry at `index`, which must be `entry`, with its proof."""
    proof = prove(book, index, entry_id=entry, origin=pinned.origin, vkey=pinned.vkey)
    try:
        return Part(name, index, parse_entry(book.entry(index)), None, proof)
    except ProofbookError as error:
        return Part(name, index, None, error.message, proof)


def entries_of(found: Exchange) -> tuple[tuple[str, int, str], ...]:
    """Role, position and id of the entries of an exchange."""
    first = ("refused" if found.refused else "request", found.index, found.entry)
    if found.response_index is None or found.response_entry is None:
        return (first,)
    return first, ("response", found.response_index, found.response_entry)


def sealing_of(reader: Reader, found: Exchange) -> Sealing:
    """What became of the content of an exchange's conversation."""
    events = () if found.conversation is None else contents.of_conversation(reader, found.conversation)
    shredded = next((each for each in reversed(events) if each.kind == "content.erased" and each.index > found.index), None)
    holds = [each for each in events if each.kind in {"content.held", "content.released"}]
    return Sealing(shredded, holds[-1] if holds and holds[-1].kind == "content.held" else None)
