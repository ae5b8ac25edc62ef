"""A whole tree in memory: every complete subtree hash, for building proofs and tiles when the leaves fit.

Promises: the same hashes as any other `proof.HashReader` over the same leaves; 64 bytes a leaf.
Does not: persist, nor take leaves away. Not safe for use from several threads while it grows.
Hostile input: none reaches it; leaf hashes of a wrong length raise MalformedBundle.
"""

from __future__ import annotations

from collections.abc import Iterable

from proofbook.errors import InputError, MalformedBundle
from proofbook.tlog.merkle import HASH_BYTES, node_hash


class MemoryTree:
    """A `proof.HashReader` that grows."""

    __slots__ = ("_rows",)

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._rows: list[list[bytes]] = [[]]
        """By level: the hashes of the complete subtrees, in order."""
        self.extend(leaves)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._rows[0])

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds leaf hashes in order; all or nothing."""
        added = list(leaves)
        if any(len(leaf) != HASH_BYTES for leaf in added):
            raise MalformedBundle("a leaf hash does not have 32 bytes")
        self._rows[0] += added
        level = 0
        while len(self._rows[level]) > 1:
            below = self._rows[level]
            level += 1
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row += [node_hash(below[at], below[at + 1]) for at in range(2 * len(row), len(below) - 1, 2)]

    def read_hash(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. Raises InputError when this tree has no such one."""
        if not 0 <= level < len(self._rows) or not 0 <= index < len(self._rows[level]):
            raise InputError(f"subtree {index} at level {level} is not complete in a tree of {self.size} entries")
        return self._rows[level][index]
