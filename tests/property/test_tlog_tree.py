"""Tree laws: one definition, several ways to compute it, and no proof of anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import ProofInvalid
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import EMPTY_ROOT, CompactRange, leaf_hash, leaf_hashes, node_hash, root_of
from proofbook.tlog.proof import check_consistency, check_inclusion, derive_consistency, derive_inclusion, derive_root
from proofbook.tlog.tile import Tile, TileHashReader, derive_tile, derive_tiles

ENTRIES = st.lists(st.binary(max_size=8), max_size=70)
MOST = 700
BIG_LEAVES = leaf_hashes(b"%d" % number for number in range(MOST))
BIG = MemoryTree(BIG_LEAVES)


def recursive_root(leaves: Sequence[bytes]) -> bytes:
    """The definition in RFC 6962 section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


@dataclass(frozen=True)
class Growth:
    """Two sizes of one tree, the smaller at least 1."""

    old: int
    new: int


GROWTHS = st.integers(1, MOST).flatmap(lambda new: st.builds(Growth, st.integers(1, new), st.just(new)))
FLIPS = st.tuples(st.integers(0, 10**6), st.integers(0, 255))


def flipped(hashes: Sequence[bytes], flip: tuple[int, int]) -> list[bytes]:
    """One bit of one hash changed."""
    where, bit = flip[0] % len(hashes), flip[1]
    changed = bytearray(hashes[where])
    changed[bit // 8] ^= 1 << bit % 8
    return [*hashes[:where], bytes(changed), *hashes[where + 1 :]]


@given(entries=ENTRIES, cuts=st.lists(st.integers(0, 70), max_size=5))
def test_every_way_to_the_root_agrees_with_the_definition(entries: list[bytes], cuts: list[int]) -> None:
    """Bulk, in batches of any size, through stored state, out of subtrees."""
    leaves = [leaf_hash(entry) for entry in entries]
    expected = recursive_root(leaves)
    state = CompactRange()
    edges = [0, *sorted(min(cut, len(leaves)) for cut in cuts), len(leaves)]
    for low, high in pairwise(edges):
        state.extend(leaves[low:high])
        state = CompactRange.from_bytes(state.to_bytes())
    assert [expected] * 3 == [root_of(leaves), state.root(), derive_root(MemoryTree(leaves), len(leaves))]


@given(size=st.integers(1, MOST), at=st.integers(0, MOST), flip=FLIPS)
def test_inclusion_holds_for_the_entry_and_for_nothing_else(size: int, at: int, flip: tuple[int, int]) -> None:
    """One changed bit, another index, a hash more or less: refused."""
    index = at % size
    proof, root = derive_inclusion(BIG, index, size), derive_root(BIG, size)
    check_inclusion(BIG_LEAVES[index], proof, index=index, size=size, root=root)
    wrong: list[tuple[bytes, Sequence[bytes], int, bytes]] = [
        (BIG_LEAVES[index], proof, index, flipped([root], flip)[0]),
        (flipped([BIG_LEAVES[index]], flip)[0], proof, index, root),
        (BIG_LEAVES[index], proof, (index + 1) % (size + 1), root),
        (BIG_LEAVES[index], (*proof, root), index, root),
    ]
    if proof:
        wrong += [(BIG_LEAVES[index], flipped(proof, flip), index, root), (BIG_LEAVES[index], proof[:-1], index, root)]
    for leaf, hashes, position, claimed in wrong:
        with pytest.raises(ProofInvalid):
            check_inclusion(leaf, hashes, index=position, size=size, root=claimed)


@given(growth=GROWTHS, flip=FLIPS)
def test_consistency_holds_for_the_growth_and_for_nothing_else(growth: Growth, flip: tuple[int, int]) -> None:
    """One changed bit in a hash or a root, a hash more or less: refused."""
    old, new = growth.old, growth.new
    proof = derive_consistency(BIG, old, new)
    old_root, new_root = derive_root(BIG, old), derive_root(BIG, new)
    check_consistency(proof, old_size=old, old_root=old_root, new_size=new, new_root=new_root)
    wrong: list[tuple[Sequence[bytes], bytes, bytes]] = [
        (proof, flipped([old_root], flip)[0], new_root),
        (proof, old_root, flipped([new_root], flip)[0]),
        ((*proof, new_root), old_root, new_root),
    ]
    if proof:
        wrong += [(flipped(proof, flip), old_root, new_root), (proof[:-1], old_root, new_root)]
    for hashes, claimed_old, claimed_new in wrong:
        with pytest.raises(ProofInvalid):
            check_consistency(hashes, old_size=old, old_root=claimed_old, new_size=new, new_root=claimed_new)


@given(growth=GROWTHS, at=st.integers(0, MOST))
def test_proofs_out_of_published_tiles_equal_those_out_of_memory(growth: Growth, at: int) -> None:
    """A reader with files alone proves the same; the files of two sizes together are all that is needed."""
    files: dict[Tile, bytes] = {}
    for low, high in ((0, growth.old), (growth.old, growth.new)):
        files |= {tile: derive_tile(BIG, tile) for tile in derive_tiles(high, since=low)}
    reader = TileHashReader(growth.new, lambda level, index, width: files[Tile(level, index, width)])
    index = at % growth.new
    assert derive_inclusion(BIG, index, growth.new) == derive_inclusion(reader, index, growth.new)
    assert derive_consistency(BIG, growth.old, growth.new) == derive_consistency(reader, growth.old, growth.new)
    older = TileHashReader(growth.old, lambda level, index, width: files[Tile(level, index, width)])
    assert derive_root(BIG, growth.old) == derive_root(older, growth.old)
