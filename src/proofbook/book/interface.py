"""What may be read of a book, as a promise.

A `BookReading` sees only entries that are synced to disk; its answers for indices below a size never change. It is read-only,
cheap to open, and used by one thread at a time. Nothing here writes: the only way in is the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed checkpoint as it was published: `note` is the whole signed note, cosignature lines included."""

    size: int
    root: bytes
    note: bytes
    signed_at: str


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A log key and the tree sizes it signs for: sizes in (`from_size`, `to_size`]; `to_size` None while in force."""

    vkey: str
    from_size: int
    to_size: int | None


class BookReading(Protocol):
    """Read access to one book."""

    @property
    def origin(self) -> str:
        """The log's origin, C2SP form."""

    def size(self) -> int:
        """Number of entries committed."""

    def entry(self, index: int) -> bytes:
        """The bytes of one entry. Raises InputError when there is none."""

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Index and bytes of entries in [start, stop), in order, without holding them all."""

    def leaf_hashes(self, start: int, stop: int) -> Iterator[bytes]:
        """Stored leaf hashes in [start, stop)."""

    def root(self, size: int) -> bytes:
        """Root of the tree of the first `size` entries."""

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Inclusion proof of an entry in the tree of that size."""

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Consistency proof between two sizes."""

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest signed checkpoint, or None before the first."""

    def checkpoint_since(self, instant: str) -> StoredCheckpoint | None:
        """The first checkpoint signed at or after an instant, or None."""

    def latest_cosigned(self) -> StoredCheckpoint | None:
        """The newest checkpoint that carries a cosignature, or None. It was checked when it came."""

    def cosigned_since(self, instant: str) -> StoredCheckpoint | None:
        """The first checkpoint signed at or after an instant that carries a cosignature, or None."""

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Every stored checkpoint, smallest first."""

    def keys(self) -> tuple[KeyPeriod, ...]:
        """The log's key history, oldest first."""
