"""The tree against the recursive definition and the published vectors of the empty tree and the empty leaf."""

from __future__ import annotations

from hashlib import sha256

import pytest

from proofbook.verify.merkle import Frontier, leaf_hash, tile_path, tiles_of
from support.sample_ledger import tree_root


def test_empty_tree_and_empty_leaf_are_the_published_hashes() -> None:
    """RFC 6962 section 2.1.1."""
    assert Frontier().root() == sha256(b"").digest()
    assert leaf_hash(b"").hex().startswith("6e340b9c")


def test_every_size_has_the_root_of_the_recursive_definition() -> None:
    """The incremental way must not differ at any size, powers of two and their neighbours above all."""
    leaves = [leaf_hash(str(number).encode()) for number in range(300)]
    frontier = Frontier()
    for size, leaf in enumerate(leaves, 1):
        frontier.append(leaf)
        if size < 20 or size in (31, 32, 33, 127, 128, 129, 255, 256, 257, 300):
            assert frontier.root() == tree_root(leaves[:size]), size


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (5, 17, "tile/0/005.p/17"),
        (1234067, 256, "tile/0/x001/x234/067"),
        (1000, 1, "tile/0/x001/000.p/1"),
    ],
)
def test_tile_paths_are_those_of_the_specification(index: int, width: int, path: str) -> None:
    """The example of the specification among them."""
    assert tile_path("0", index, width) == path


@pytest.mark.parametrize(("size", "tiles"), [(0, []), (1, [(0, 1)]), (256, [(0, 256)]), (257, [(0, 256), (1, 1)])])
def test_tiles_of_a_size_are_the_full_ones_and_the_rest(size: int, tiles: list[tuple[int, int]]) -> None:
    """A zero-width tile does not exist."""
    assert tiles_of(size) == tiles
