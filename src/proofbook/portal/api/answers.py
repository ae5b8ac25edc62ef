"""What is said after something was done: the sentence of the page, the entries that were written, what the act tells."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import Field

from proofbook.journal.receipt import Receipt
from proofbook.portal.api.resource import Shape

V = TypeVar("V", bound=Shape)


class WrittenEntry(Shape):
    """An entry that the act wrote; durable by now."""

    entry: str = Field(description="its id")
    index: int = Field(description="its place in the book")
    source: str = Field(description="which source numbered it")
    seq: int = Field(description="its number there")
    recorded: str = Field(description="when it was recorded, UTC")
    leaf_hash: str = Field(description="RFC 6962 leaf hash, hex")


class Outcome(Shape, Generic[V]):
    """What came of an act."""

    said: str = Field(description="what the page says of it")
    subject: str = Field(description="what it was about")
    entries: tuple[WrittenEntry, ...] = Field(description="entries it wrote; none where nothing was to be recorded")
    values: V = Field(description="what the act tells")


class Nothing(Shape):
    """An act that tells nothing more."""


def written(receipts: tuple[Receipt, ...]) -> tuple[WrittenEntry, ...]:
    """Receipts as they are told."""
    return tuple(
        WrittenEntry(
            entry=each.entry_id,
            index=each.index,
            source=each.source,
            seq=each.seq,
            recorded=each.recorded,
            leaf_hash=each.leaf_hash.hex(),
        )
        for each in receipts
    )
