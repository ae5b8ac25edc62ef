"""The book as it was at a checkpoint: what was recorded later is not there, however long the book has become.

Promises: every answer is that of the first `size` entries. A view; holds nothing. Raises what the book beneath raises.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofbook.book.interface import BookReading, KeyPeriod, StoredCheckpoint
from proofbook.errors import InputError


class BookAsOf:
    """A `BookReading` that ends at a checkpoint."""

    __slots__ = ("_book", "_checkpoint")

    def __init__(self, book: BookReading, checkpoint: StoredCheckpoint) -> None:
        self._book = book
        self._checkpoint = checkpoint

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self._book.origin

    def size(self) -> int:
        """Entries the checkpoint covers."""
        return self._checkpoint.size

    def entry(self, index: int) -> bytes:
        """The bytes of one entry. Raises InputError beyond the checkpoint."""
        if index >= self.size():
            raise InputError(f"entry {index} lies beyond the checkpoint of {self.size()} entries")
        return self._book.entry(index)

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Index and bytes of entries in [start, stop), up to the checkpoint."""
        return self._book.entries(start, min(stop, self.size()))

    def leaf_hashes(self, start: int, stop: int) -> Iterator[bytes]:
        """Stored leaf hashes in [start, stop), up to the checkpoint."""
        return self._book.leaf_hashes(start, min(stop, self.size()))

    def root(self, size: int) -> bytes:
        """Root of the tree of the first `size` entries."""
        return self._book.root(size)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Inclusion proof of an entry in the tree of that size."""
        return self._book.inclusion(index, size)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Consistency proof between two sizes."""
        return self._book.consistency(old, new)

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The checkpoint itself."""
        return self._checkpoint

    def checkpoint_since(self, instant: str) -> StoredCheckpoint | None:
        """The first checkpoint signed at or after an instant, up to this one."""
        return self._within(self._book.checkpoint_since(instant))

    def latest_cosigned(self) -> StoredCheckpoint | None:
        """The newest checkpoint up to this one that carries a cosignature; None when the newest of all lies beyond."""
        return self._within(self._book.latest_cosigned())

    def cosigned_since(self, instant: str) -> StoredCheckpoint | None:
        """The first cosigned checkpoint signed at or after an instant, up to this one."""
        return self._within(self._book.cosigned_since(instant))

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Every stored checkpoint up to this one, smallest first."""
        for each in self._book.checkpoints():
            if each.size > self.size():
                return
            yield each

    def keys(self) -> tuple[KeyPeriod, ...]:
        """The log's keys that had taken over by this checkpoint; the last one as if still in force."""
        known = [each for each in self._book.keys() if each.from_size < self.size()]  # noqa: SIM118 - a question, not a mapping's keys
        last = known[-1]
        return (*known[:-1], KeyPeriod(last.vkey, last.from_size, None))

    def _within(self, found: StoredCheckpoint | None) -> StoredCheckpoint | None:
        return found if found is not None and found.size <= self.size() else None
