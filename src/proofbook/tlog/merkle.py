"""The RFC 6962 SHA-256 tree: hashing, the incremental state of a growing log, and whole-tree roots.

Promises: a `CompactRange` holds one hash for each set bit of its size and gives the same root as hashing every leaf again.
Does not: keep leaves, check signatures, read or write anything. `CompactRange` is the one mutable thing in this room; copy it
before a transaction and keep the copy only when the transaction held.
Hostile input: stored state of the wrong shape raises MalformedBundle; a wrong hash inside it shows only as a wrong root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final, Self

from proofbook.errors import LimitExceeded, MalformedBundle

HASH_BYTES: Final = 32
"""SHA-256."""

MAX_TREE_SIZE: Final = 2**63 - 1
"""Go's verifiers and the witness protocol keep sizes in a signed 64-bit integer."""

EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of a tree without leaves, RFC 6962 section 2.1."""

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_SIZE_BYTES: Final = 8


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return sha256(_LEAF + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The leaf hash of each entry, in order; the fast way for whole segments."""
    prefix, digest = _LEAF, sha256
    return [digest(prefix + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return sha256(_NODE + left + right).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, level by level; a lone right node is promoted, never duplicated.

    Over an aligned run of 2**k node hashes of one level it gives the hash of the subtree that spans them.
    """
    row = list(hashes)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        lone = row[-1:] if len(row) & 1 else []
        row = _parents(row) + lone
    return row[0]


def _parents(row: Sequence[bytes]) -> list[bytes]:
    """One level up; a last node without a sibling is left out."""
    prefix, digest, each = _NODE, sha256, iter(row)
    return [digest(prefix + left + right).digest() for left, right in zip(each, each, strict=False)]


class CompactRange:
    """The state a growing log must remember: the root of each perfect subtree, one for each set bit of the size.

    20 hashes at a million leaves. Not safe for use from several threads at once.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._peaks: list[bytes | None] = []
        """By level; None where the size has a zero bit. Never ends in None."""
        self._size = 0

    @property
    def size(self) -> int:
        """Number of leaves appended."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash (32 bytes)."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds leaf hashes in order; all or nothing. Raises LimitExceeded past MAX_TREE_SIZE."""
        row = list(leaves)
        if set(map(len, row)) - {HASH_BYTES}:
            raise MalformedBundle("a leaf hash does not have 32 bytes")
        if len(row) > MAX_TREE_SIZE - self._size:
            raise LimitExceeded(f"a tree holds at most {MAX_TREE_SIZE} leaves")
        self._size += len(row)
        level = 0
        while row:
            if level == len(self._peaks):
                self._peaks.append(None)
            peak = self._peaks[level]
            if peak is not None:
                row.insert(0, peak)
            self._peaks[level] = row.pop() if len(row) & 1 else None
            row = _parents(row)
            level += 1

    def root(self) -> bytes:
        """The root of the tree of `size` leaves."""
        return _fold(peak for peak in self._peaks if peak is not None)

    def copy(self) -> CompactRange:
        """An independent range with the same state."""
        twin = CompactRange()
        twin._peaks = list(self._peaks)
        twin._size = self._size
        return twin

    def to_bytes(self) -> bytes:
        """8-byte big-endian size, then the subtree roots from the largest (leftmost) to the smallest."""
        peaks = [peak for peak in reversed(self._peaks) if peak is not None]
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(peaks)

    @classmethod
    def from_bytes(cls, state: bytes) -> Self:
        """The inverse of `to_bytes`. Raises MalformedBundle when the length does not fit the size it states."""
        size = int.from_bytes(state[:_SIZE_BYTES], "big")
        expected = _SIZE_BYTES + HASH_BYTES * size.bit_count()
        if len(state) != expected or size > MAX_TREE_SIZE:
            raise MalformedBundle(f"tree state of {len(state)} bytes does not fit a size of {size}")
        made = cls()
        made._size = size
        edges = range(expected, _SIZE_BYTES - 1, -HASH_BYTES)
        peaks = (state[low:high] for high, low in pairwise(edges))
        made._peaks = [next(peaks) if size >> level & 1 else None for level in range(size.bit_length())]
        return made


def _fold(smallest_first: Iterable[bytes]) -> bytes:
    """Joins adjacent perfect subtrees from the right, as the RFC 6962 split does."""
    root: bytes | None = None
    for peak in smallest_first:
        root = peak if root is None else node_hash(peak, root)
    return EMPTY_ROOT if root is None else root
