"""The tree of the book (RFC 6962 section 2.1) and where its tiles lie (C2SP tlog-tiles).

A root says: exactly these entries, in this order. Every root here is computed from all leaves, so no proof needs to be believed.
Pure arithmetic on hashes; hostile input can only lead to another root.
"""

from __future__ import annotations

from hashlib import sha256
from typing import List, Sequence, Tuple

TILE_WIDTH = 256
"""Hashes or entries in a full tile."""

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees of a growing tree: one hash for each set bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: List[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash at the right."""
        size = self.size
        while size & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over everything appended so far; of nothing, SHA-256 of nothing."""
        if not self._peaks:
            return sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def extends(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the larger tree begins with the smaller one (RFC 9162 section 2.1.4.2)."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    nodes = list(proof) if here else [old_root, *proof]  # the root of a full tree is itself a node of the larger one
    if not nodes:
        return False
    old, new = nodes[0], nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, node)
        here, last = here >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def tile_path(kind: str, index: int, width: int) -> str:
    """`tile/<kind>/<index>[.p/<width>]` with the index in groups of three digits; `kind` is "0" or "entries"."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{kind}/{'/'.join(reversed(groups))}{partial}"


def tiles_of(size: int) -> List[Tuple[int, int]]:
    """(index, width) of every level-0 tile, and of every entry bundle, of a tree of `size` entries."""
    full, rest = divmod(size, TILE_WIDTH)
    return [(index, TILE_WIDTH) for index in range(full)] + ([(full, rest)] if rest else [])
