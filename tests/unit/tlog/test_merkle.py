"""The tree: RFC 6962 hashing, the compact state of a growing log, whole roots."""

from __future__ import annotations

from hashlib import sha256

import pytest

from proofbook.errors import LimitExceeded, MalformedBundle
from proofbook.tlog.merkle import EMPTY_ROOT, MAX_TREE_SIZE, CompactRange, leaf_hash, leaf_hashes, node_hash, root_of

A, B, C = (leaf_hash(name) for name in (b"a", b"b", b"c"))


def test_leaf_and_node_prefixes_are_those_of_rfc_6962() -> None:
    """Without distinct prefixes a node could be passed off as an entry."""
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert node_hash(A, B) == sha256(b"\x01" + A + B).digest()


def test_bulk_leaf_hashes_equal_single_ones() -> None:
    """Whole segments are hashed the fast way; the result must not depend on the way."""
    assert leaf_hashes([b"a", b"b", b"c"]) == [A, B, C]


def test_root_of_nothing_is_the_hash_of_nothing() -> None:
    """A new book already has a root that anyone can compute."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == EMPTY_ROOT == CompactRange().root()


def test_lone_right_node_is_promoted_not_duplicated() -> None:
    """Duplicating it would give two different books the same root."""
    assert root_of([A, B, C]) == node_hash(node_hash(A, B), C)


def test_appending_one_by_one_gives_the_root_of_all() -> None:
    """The state kept beside the rows must say what hashing every row again says."""
    leaves = [leaf_hash(b"%d" % n) for n in range(70)]
    state = CompactRange()
    for count, leaf in enumerate(leaves, start=1):
        state.append(leaf)
        assert (count, root_of(leaves[:count])) == (state.size, state.root())


def test_copy_grows_without_the_original() -> None:
    """A transaction that is rolled back must leave the state as it was."""
    state = CompactRange()
    state.extend([A, B, C])
    twin = state.copy()
    twin.extend([A, B])
    assert (3, root_of([A, B, C])) == (state.size, state.root())
    assert root_of([A, B, C, A, B]) == twin.root()


@pytest.mark.parametrize("size", [0, 1, 2, 5, 6, 64, 100])
def test_stored_state_reads_back(size: int) -> None:
    """The state is stored in the transaction of the rows and read at every start."""
    state = CompactRange()
    state.extend([A] * size)
    again = CompactRange.from_bytes(state.to_bytes())
    again.append(B)
    state.append(B)
    assert (size + 1, state.root()) == (again.size, again.root())


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(7), id="shorter than a size"),
        pytest.param((1).to_bytes(8, "big"), id="hash missing"),
        pytest.param((2).to_bytes(8, "big") + A + B, id="hash too many"),
        pytest.param((2**63).to_bytes(8, "big") + A, id="size past the limit"),
    ],
)
def test_stored_state_of_the_wrong_shape_is_refused(damaged: bytes) -> None:
    """A damaged state must stop the writer, not give a root of something else."""
    with pytest.raises(MalformedBundle, match="does not fit a size"):
        CompactRange.from_bytes(damaged)


def test_leaf_of_the_wrong_length_is_refused_and_nothing_is_added() -> None:
    """Half a batch would leave the state between two sizes."""
    state = CompactRange()
    with pytest.raises(MalformedBundle, match="32 bytes"):
        state.extend([A, b"short"])
    assert state.size == 0


def test_a_tree_cannot_outgrow_what_other_verifiers_count() -> None:
    """Past 2**63 - 1 the same checkpoint would mean different things to different programs."""
    peaks = A * MAX_TREE_SIZE.bit_count()
    full = CompactRange.from_bytes(MAX_TREE_SIZE.to_bytes(8, "big") + peaks)
    with pytest.raises(LimitExceeded, match="at most"):
        full.append(A)
