"""A complete in-memory book: a list of entry bytes, real trees, real proofs, checkpoints signed by a real Ed25519 key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from proofbook.book.interface import KeyPeriod, StoredCheckpoint
from proofbook.errors import InputError
from proofbook.primitives.instants import format_instant
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Signer, NoteSignature, format_signature_line, sign_note
from proofbook.tlog.proof import derive_consistency, derive_inclusion, derive_root
from proofbook.tlog.vkey import format_vkey

SAMPLE_ORIGIN = "sample.example/proofbook/main"


def sample_signer(origin: str = SAMPLE_ORIGIN, seed: str = "sample log key") -> Ed25519Signer:
    """A log key that is the same in every run; for samples only."""
    return Ed25519Signer.from_seed(origin, sha256(seed.encode()).digest())


class MemoryBook:
    """Implements `BookReading` over `raw`, which may be another object's list that still grows (a `MemoryRecorder`'s)."""

    def __init__(
        self, raw: list[bytes] | None = None, *, signer: Ed25519Signer | None = None, origin: str = SAMPLE_ORIGIN
    ) -> None:
        self.raw = [] if raw is None else raw
        self.signer = signer or sample_signer(origin)
        self._origin = origin
        self._tree = MemoryTree()
        self._checkpoints: list[StoredCheckpoint] = []
        self._cosigned: set[int] = set()
        self._keys = [KeyPeriod(format_vkey(self.signer.key), 0, None)]

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self._origin

    def append(self, entries: Iterable[bytes]) -> None:
        """Adds entries as they are."""
        self.raw.extend(entries)

    def sign(self, signed_at: datetime) -> StoredCheckpoint:
        """Signs the present head, as the book's writer would."""
        size = self.size()
        text = format_checkpoint(Checkpoint(self._origin, size, self.root(size)))
        note = sign_note(text, [self.signer])
        made = StoredCheckpoint(size, self.root(size), note, format_instant(signed_at.astimezone(UTC)))
        if not self._checkpoints or self._checkpoints[-1].size < size:
            self._checkpoints.append(made)
        return made

    def rotate(self, signer: Ed25519Signer) -> None:
        """From the present size on, another key signs."""
        last = self._keys.pop()
        self._keys += [KeyPeriod(last.vkey, last.from_size, self.size()), KeyPeriod(format_vkey(signer.key), self.size(), None)]
        self.signer = signer

    def size(self) -> int:
        """Number of entries."""
        return len(self.raw)

    def entry(self, index: int) -> bytes:
        """The bytes of one entry."""
        if not 0 <= index < len(self.raw):
            raise InputError(f"there is no entry {index}; the book holds {len(self.raw)}")
        return self.raw[index]

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Index and bytes of entries in [start, stop)."""
        for index in range(start, min(stop, len(self.raw))):
            yield index, self.raw[index]

    def leaf_hashes(self, start: int, stop: int) -> Iterator[bytes]:
        """Leaf hashes in [start, stop), as they were when the entries were first hashed: what the book stored."""
        last = min(stop, len(self.raw))
        tree = self._grown(last)
        return (tree.read_hash(0, index) for index in range(start, last))

    def root(self, size: int) -> bytes:
        """Root of the first `size` entries."""
        return derive_root(self._grown(size), size)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Inclusion proof."""
        return derive_inclusion(self._grown(size), index, size)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Consistency proof."""
        return derive_consistency(self._grown(new), old, new)

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest signed checkpoint."""
        return self._checkpoints[-1] if self._checkpoints else None

    def checkpoint_since(self, instant: str) -> StoredCheckpoint | None:
        """The first one signed at or after an instant."""
        return next((each for each in self._checkpoints if each.signed_at >= instant), None)

    def cosign(self, size: int, line: NoteSignature) -> None:
        """A witness's line on the checkpoint of that size."""
        place = next(place for place, each in enumerate(self._checkpoints) if each.size == size)
        self._checkpoints[place] = replace(
            self._checkpoints[place], note=self._checkpoints[place].note + format_signature_line(line)
        )
        self._cosigned.add(size)

    def latest_cosigned(self) -> StoredCheckpoint | None:
        """The newest one with a cosignature."""
        return next((each for each in reversed(self._checkpoints) if each.size in self._cosigned), None)

    def cosigned_since(self, instant: str) -> StoredCheckpoint | None:
        """The first one signed at or after an instant that has a cosignature."""
        return next((each for each in self._checkpoints if each.signed_at >= instant and each.size in self._cosigned), None)

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Every one, smallest first."""
        return iter(self._checkpoints)

    def keys(self) -> tuple[KeyPeriod, ...]:
        """The key history, oldest first."""
        return tuple(self._keys)

    def _grown(self, size: int) -> MemoryTree:
        if not 0 <= size <= len(self.raw):
            raise InputError(f"there is no tree of size {size}; the book holds {len(self.raw)}")
        if self._tree.size < size:
            self._tree.extend(leaf_hash(data) for _, data in self.entries(self._tree.size, size))
        return self._tree
