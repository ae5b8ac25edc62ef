"""Inclusion and consistency proofs: build them from any source of subtree hashes, check them against signed roots.

Promises: building follows RFC 6962 sections 2.1.1 and 2.1.2, checking follows RFC 9162 sections 2.1.3.2 and 2.1.4.2; both were
compared with independent implementations (docs/formats/log.md).
Does not: know where hashes come from, nor who signed a root. A proof is worth what the signature under the root is worth, and the
tree size is authenticated by that signature, not by the root hash.
Hostile input: any wrong hash, index, size or length raises ProofInvalid; work is bounded by the 64 levels of a tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from proofbook.errors import InputError, ProofInvalid
from proofbook.tlog.merkle import EMPTY_ROOT, HASH_BYTES, MAX_TREE_SIZE, node_hash

MAX_PROOF_HASHES: Final = 63
"""A tree of 2**63 leaves has 63 levels; the witness protocol states the same cap."""


class HashReader(Protocol):
    """Gives the hash of a perfect subtree: of the 2**level leaves that start at index * 2**level.

    Called only for subtrees that are complete in the tree the proof is for. May raise any error of the store behind it.
    """

    def read_hash(self, level: int, index: int) -> bytes:
        """32 bytes."""
        ...


def derive_root(reader: HashReader, size: int) -> bytes:
    """The root of the first `size` leaves. Raises InputError on an impossible size."""
    _check_size(size)
    return _span(reader, 0, size) if size else EMPTY_ROOT


def derive_inclusion(reader: HashReader, index: int, size: int) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of `size` leaves: sibling hashes from the leaf upward.

    Raises InputError when the tree has no such leaf.
    """
    _check_size(size)
    if not 0 <= index < size:
        raise InputError(f"there is no entry {index} in a tree of {size} entries")
    path = []
    low, high = 0, size
    while high - low > 1:
        split = _split(low, high)
        if index < split:
            path.append(_span(reader, split, high))
            high = split
        else:
            path.append(_span(reader, low, split))
            low = split
    return tuple(reversed(path))


def derive_consistency(reader: HashReader, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """The proof that the tree of `new_size` leaves only appends to the one of `old_size` leaves; empty for equal sizes.

    Raises InputError for an old size of zero (no proof exists, RFC 6962 section 2.1.2) or larger than the new size.
    """
    _check_size(new_size)
    if not 0 < old_size <= new_size:
        raise InputError(f"no consistency proof exists from size {old_size} to size {new_size}")
    path = []
    low, high = 0, new_size
    while old_size != high:
        split = _split(low, high)
        if old_size <= split:
            path.append(_span(reader, split, high))
            high = split
        else:
            path.append(_span(reader, low, split))
            low = split
    if low:
        path.append(_span(reader, low, high))
    return tuple(reversed(path))


def check_inclusion(leaf: bytes, proof: Sequence[bytes], *, index: int, size: int, root: bytes) -> None:
    """Returns when `proof` leads from the leaf hash at `index` to `root` of `size` leaves; else raises ProofInvalid."""
    _check_hashes((leaf, root, *proof))
    if not 0 <= index < size <= MAX_TREE_SIZE:
        raise ProofInvalid(f"there is no entry {index} in a tree of {size} entries")
    here, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid(f"the inclusion proof of entry {index} is too long for {size} entries")
        if here & 1 or here == last:
            reached = node_hash(sibling, reached)
            here, last = _skip_lone(here, last)
        else:
            reached = node_hash(reached, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise ProofInvalid(f"the inclusion proof of entry {index} is too short for {size} entries")
    if reached != root:
        raise ProofInvalid(f"the inclusion proof of entry {index} does not lead to the root of {size} entries")


def check_consistency(proof: Sequence[bytes], *, old_size: int, old_root: bytes, new_size: int, new_root: bytes) -> None:
    """Returns when the new tree only appends to the old one; else raises ProofInvalid.

    An old size of zero is refused: no proof exists from it, so nothing would be shown. The witness protocol's rule for that case
    (the proof must be empty) lives in `witness`.
    """
    _check_hashes((old_root, new_root, *proof))
    if not 0 < old_size <= new_size <= MAX_TREE_SIZE:
        raise ProofInvalid(f"no consistency proof exists from size {old_size} to size {new_size}")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise ProofInvalid(f"two roots of one size, {old_size}, differ or come with a proof")
        return
    # RFC 9162 leaves the old root out of the proof when it is itself a node of the new tree.
    nodes = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not nodes:
        raise ProofInvalid(f"the consistency proof from size {old_size} to size {new_size} is empty")
    _check_growth(nodes, old_size=old_size, old_root=old_root, new_size=new_size, new_root=new_root)


def _check_growth(nodes: list[bytes], *, old_size: int, old_root: bytes, new_size: int, new_root: bytes) -> None:
    """RFC 9162 section 2.1.4.2, steps 3 to 7."""
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    reached_old = reached_new = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            raise ProofInvalid(f"the consistency proof from size {old_size} to size {new_size} is too long")
        if here & 1 or here == last:
            reached_old = node_hash(sibling, reached_old)
            reached_new = node_hash(sibling, reached_new)
            here, last = _skip_lone(here, last)
        else:
            reached_new = node_hash(reached_new, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise ProofInvalid(f"the consistency proof from size {old_size} to size {new_size} is too short")
    if reached_old != old_root:
        raise ProofInvalid(f"the consistency proof does not lead to the old root of {old_size} entries")
    if reached_new != new_root:
        raise ProofInvalid(f"the consistency proof does not lead to the new root of {new_size} entries")


def _skip_lone(here: int, last: int) -> tuple[int, int]:
    """Climbs the levels on which the node is a lone right node and was promoted without a sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofInvalid("a hash of the proof does not have 32 bytes")


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_TREE_SIZE:
        raise InputError(f"{size} is not a tree size")


def _split(low: int, high: int) -> int:
    """RFC 6962: the left side takes the largest power of two smaller than the number of leaves."""
    return low + (1 << ((high - low - 1).bit_length() - 1))


def _span(reader: HashReader, low: int, high: int) -> bytes:
    """The hash of leaves low..high, where low is aligned as every split of RFC 6962 leaves it."""
    parts = []
    while low < high:
        level = (high - low).bit_length() - 1
        parts.append(reader.read_hash(level, low >> level))
        low += 1 << level
    reached = parts.pop()
    while parts:
        reached = node_hash(parts.pop(), reached)
    return reached
