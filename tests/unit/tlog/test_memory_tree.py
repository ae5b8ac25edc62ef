"""The tree in memory: complete subtrees and nothing else."""

from __future__ import annotations

import pytest

from proofbook.errors import InputError, MalformedBundle
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import leaf_hash, root_of

LEAVES = [leaf_hash(b"%d" % n) for n in range(9)]


def test_growing_in_steps_gives_the_same_subtrees() -> None:
    """Proofs must not depend on how entries were batched."""
    grown = MemoryTree(LEAVES[:3])
    grown.extend(LEAVES[3:4])
    grown.extend(LEAVES[4:])
    at_once = MemoryTree(LEAVES)
    assert grown.size == 9
    for level, index in ((0, 8), (1, 3), (2, 1), (3, 0)):
        assert root_of(LEAVES[index << level : (index + 1) << level]) == grown.read_hash(level, index)
        assert at_once.read_hash(level, index) == grown.read_hash(level, index)


@pytest.mark.parametrize(("level", "index"), [(0, 9), (1, 4), (3, 1), (4, 0), (-1, 0), (0, -1)])
def test_an_incomplete_subtree_has_no_hash(level: int, index: int) -> None:
    """A hash of a subtree that still grows would prove what is later untrue."""
    with pytest.raises(InputError, match="not complete"):
        MemoryTree(LEAVES).read_hash(level, index)


def test_a_leaf_of_the_wrong_length_is_refused() -> None:
    """Nothing is added then."""
    tree = MemoryTree()
    with pytest.raises(MalformedBundle, match="32 bytes"):
        tree.extend([LEAVES[0], b"short"])
    assert tree.size == 0
