"""Proofs: built by RFC 6962, checked by RFC 9162; every refusal by name."""

from __future__ import annotations

import pytest

from proofbook.errors import InputError, ProofInvalid
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import EMPTY_ROOT, MAX_TREE_SIZE, leaf_hash, node_hash, root_of
from proofbook.tlog.proof import check_consistency, check_inclusion, derive_consistency, derive_inclusion, derive_root

LEAVES = [leaf_hash(b"%d" % n) for n in range(20)]
TREE = MemoryTree(LEAVES)
SIZES = range(1, 20)


@pytest.mark.parametrize("size", range(20))
def test_root_from_subtrees_equals_root_from_leaves(size: int) -> None:
    """A root can be recomputed out of published tiles without the entries."""
    assert root_of(LEAVES[:size]) == derive_root(TREE, size)


def test_inclusion_proof_lists_siblings_from_the_leaf_upward() -> None:
    """The order is part of the format others read."""
    pair = node_hash(LEAVES[0], LEAVES[1])
    assert (LEAVES[0], LEAVES[2]) == derive_inclusion(TREE, 1, 3)
    assert (pair,) == derive_inclusion(TREE, 2, 3)


def test_consistency_proof_leaves_the_old_root_out_when_it_is_a_node() -> None:
    """RFC 6962: the verifier already has that hash."""
    assert (LEAVES[2],) == derive_consistency(TREE, 2, 3)
    assert (LEAVES[2], LEAVES[3], node_hash(LEAVES[0], LEAVES[1])) == derive_consistency(TREE, 3, 4)


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_size_is_provable(size: int) -> None:
    """An auditor may pick any entry under any checkpoint."""
    root = root_of(LEAVES[:size])
    for index in range(size):
        check_inclusion(LEAVES[index], derive_inclusion(TREE, index, size), index=index, size=size, root=root)


@pytest.mark.parametrize("new_size", SIZES)
def test_every_growth_is_provable(new_size: int) -> None:
    """A checkpoint taken away last quarter must be provably extended by today's, whatever the two sizes."""
    new_root = root_of(LEAVES[:new_size])
    for old in range(1, new_size + 1):
        proof = derive_consistency(TREE, old, new_size)
        check_consistency(proof, old_size=old, old_root=root_of(LEAVES[:old]), new_size=new_size, new_root=new_root)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_is_built_for_an_entry_that_is_not_there(index: int, size: int) -> None:
    """Asking for it is a mistake of the one who asks, and must be answered as one."""
    with pytest.raises(InputError, match="no entry"):
        derive_inclusion(TREE, index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_no_proof_is_built_from_nothing_or_backwards(old: int, new: int) -> None:
    """RFC 6962 defines none; an empty list would look like one."""
    with pytest.raises(InputError, match="no consistency proof"):
        derive_consistency(TREE, old, new)


@pytest.mark.parametrize("size", [-1, MAX_TREE_SIZE + 1])
def test_impossible_tree_sizes_are_refused(size: int) -> None:
    """A negative size must not turn into an empty tree."""
    with pytest.raises(InputError, match="not a tree size"):
        derive_root(TREE, size)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"proof": ()}, "too short", id="nothing"),
        pytest.param({"proof": (LEAVES[0],) * 7}, "too long", id="one too many"),
        pytest.param({"proof": (LEAVES[0],) * 3}, "does not lead", id="other hashes"),
        pytest.param({"index": 5}, "does not lead", id="another index"),
        pytest.param({"index": 7}, "no entry", id="index past the end"),
        pytest.param({"index": -1}, "no entry", id="negative index"),
        pytest.param({"size": MAX_TREE_SIZE + 1}, "no entry", id="size past the limit"),
        pytest.param({"root": EMPTY_ROOT}, "does not lead", id="another root"),
        pytest.param({"leaf": LEAVES[5]}, "does not lead", id="another leaf"),
        pytest.param({"leaf": b"short"}, "32 bytes", id="short leaf"),
        pytest.param({"proof": (b"short",)}, "32 bytes", id="short hash"),
    ],
)
def test_an_inclusion_proof_of_something_else_is_refused(change: dict[str, object], message: str) -> None:
    """Each of these is a way to present an entry that was never written."""
    claim = {
        "leaf": LEAVES[4],
        "proof": derive_inclusion(TREE, 4, 7),
        "index": 4,
        "size": 7,
        "root": root_of(LEAVES[:7]),
    } | change
    leaf, proof = claim.pop("leaf"), claim.pop("proof")
    with pytest.raises(ProofInvalid, match=message):
        check_inclusion(leaf, proof, **claim)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"proof": ()}, "is empty", id="nothing"),
        pytest.param({"proof": (LEAVES[0],)}, "too short", id="only the first"),
        pytest.param({"proof": (LEAVES[0],) * 9}, "too long", id="too many"),
        pytest.param({"old_root": EMPTY_ROOT}, "old root", id="another old root"),
        pytest.param({"new_root": EMPTY_ROOT}, "new root", id="another new root"),
        pytest.param({"old_size": 0}, "no consistency proof", id="from nothing"),
        pytest.param({"old_size": 9}, "no consistency proof", id="backwards"),
        pytest.param({"new_size": MAX_TREE_SIZE + 1}, "no consistency proof", id="size past the limit"),
        pytest.param({"old_size": 7}, "differ or come with a proof", id="same size, other root, a proof"),
        pytest.param({"old_size": 7, "proof": ()}, "differ or come with a proof", id="same size, other root"),
        pytest.param({"proof": (b"short",)}, "32 bytes", id="short hash"),
    ],
)
def test_a_consistency_proof_of_something_else_is_refused(change: dict[str, object], message: str) -> None:
    """Each of these is a way to hide that history was rewritten."""
    claim = {
        "proof": derive_consistency(TREE, 3, 7),
        "old_size": 3,
        "old_root": root_of(LEAVES[:3]),
        "new_size": 7,
        "new_root": root_of(LEAVES[:7]),
    } | change
    proof = claim.pop("proof")
    with pytest.raises(ProofInvalid, match=message):
        check_consistency(proof, **claim)  # type: ignore[arg-type]


def test_a_proof_between_equal_roots_of_one_size_is_refused() -> None:
    """Nothing needs proving there; extra hashes would be unchecked bytes in a checked file."""
    root = root_of(LEAVES[:4])
    with pytest.raises(ProofInvalid, match="come with a proof"):
        check_consistency(LEAVES[:1], old_size=4, old_root=root, new_size=4, new_root=root)
