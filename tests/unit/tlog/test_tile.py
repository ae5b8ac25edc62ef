"""Tiles: paths, widths, which exist, and hashes read back out of them."""

from __future__ import annotations

import pytest

from proofbook.errors import InputError, MalformedBundle
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import MAX_TREE_SIZE, leaf_hash, leaf_hashes, root_of
from proofbook.tlog.proof import check_inclusion, derive_inclusion
from proofbook.tlog.tile import (
    Bundle,
    Tile,
    TileHashReader,
    derive_bundles,
    derive_tile,
    derive_tiles,
    format_path,
    format_tile,
    parse_path,
    parse_tile,
    partial_width,
    tile_root,
    tile_width,
)

LEAF = leaf_hash(b"")


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 0, 1), "tile/1/000.p/1"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(3, 999, 255), "tile/3/999.p/255"),
        (Tile(63, 0), "tile/63/000"),
        (Bundle(1000, 8), "tile/entries/x001/000.p/8"),
        (Bundle(MAX_TREE_SIZE // 256), "tile/entries/x036/x028/x797/x018/x963/967"),
    ],
)
def test_each_tile_has_one_path(resource: Tile | Bundle, path: str) -> None:
    """The example of the specification among them."""
    assert path == format_path(resource)
    assert resource == parse_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/8/0/000",
        "tile/0/x000/000",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/Entries/000",
        "tile/0/../../etc",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/7/001",
        "tile/0/" + "x001/" * 9000 + "000",
    ],
)
def test_any_other_path_is_refused(path: str) -> None:
    """A reader that accepts two names for one file, or a name outside the log, can be led astray."""
    with pytest.raises(MalformedBundle):
        parse_path(path)


@pytest.mark.parametrize("tile", [Tile(-1, 0), Tile(64, 0), Tile(0, -1), Tile(0, 0, 0), Tile(0, 0, 257), Bundle(2**56)])
def test_impossible_coordinates_have_no_path(tile: Tile | Bundle) -> None:
    """A wrong number must not become a plausible file name."""
    with pytest.raises(MalformedBundle, match="no tile"):
        format_path(tile)


def test_widths_of_the_example_tree_of_70000() -> None:
    """The example in the specification: 273 full, then 112; one full, then 17; then 1."""
    assert [partial_width(level, 70_000) for level in range(4)] == [112, 17, 1, 0]
    assert [tile_width(0, index, 70_000) for index in (272, 273, 274)] == [256, 112, 0]
    tiles = list(derive_tiles(70_000))
    assert sum(tile.width == 256 and tile.level == 0 for tile in tiles) == 273
    assert [Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)] == tiles[273:]


def test_a_full_tile_alone_brings_a_partial_one_above() -> None:
    """Size 256 is a full tile and one hash at the level above."""
    assert [Tile(0, 0), Tile(1, 0, 1)] == list(derive_tiles(256))


@pytest.mark.parametrize(
    ("since", "size", "tiles", "bundles"),
    [
        (0, 0, [], []),
        (5, 5, [], []),
        (5, 6, [Tile(0, 0, 6)], [Bundle(0, 6)]),
        (255, 257, [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)], [Bundle(0), Bundle(1, 1)]),
        (256, 257, [Tile(0, 1, 1)], [Bundle(1, 1)]),
        (200, 300, [Tile(0, 0), Tile(0, 1, 44), Tile(1, 0, 1)], [Bundle(0), Bundle(1, 44)]),
    ],
)
def test_growth_publishes_exactly_what_changed(since: int, size: int, tiles: list[Tile], bundles: list[Bundle]) -> None:
    """Tiles are immutable: one written twice with other bytes, or not at all, breaks every reader."""
    assert tiles == list(derive_tiles(size, since=since))
    assert bundles == list(derive_bundles(size, since=since))


@pytest.mark.parametrize(("since", "size"), [(2, 1), (-1, 1), (0, MAX_TREE_SIZE + 1)])
def test_a_log_cannot_shrink(since: int, size: int) -> None:
    """Listing nothing for a smaller size would hide the mistake."""
    with pytest.raises(InputError, match="cannot grow"):
        list(derive_tiles(size, since=since))
    with pytest.raises(InputError, match="cannot grow"):
        list(derive_bundles(size, since=since))


def test_tile_bytes_read_back() -> None:
    """256 hashes, 8,192 bytes."""
    tile = format_tile([LEAF] * 256)
    assert len(tile) == 8192
    assert parse_tile(tile, 256) == (LEAF,) * 256
    assert root_of([LEAF] * 256) == tile_root(tile)


@pytest.mark.parametrize("hashes", [[], [LEAF] * 257, [b"short"]])
def test_a_tile_of_another_shape_is_not_made(hashes: list[bytes]) -> None:
    """A served tile is immutable, so it must be right the first time."""
    with pytest.raises(MalformedBundle, match="1 to 256"):
        format_tile(hashes)


@pytest.mark.parametrize(("tile", "width"), [(LEAF, 2), (LEAF * 2, 1), (b"", 0), (LEAF * 257, 257), (LEAF[:31], 1)])
def test_a_tile_of_the_wrong_length_is_refused(tile: bytes, width: int) -> None:
    """The width is known from the signed size; the file must agree."""
    with pytest.raises(MalformedBundle, match="cannot have"):
        parse_tile(tile, width)


def test_a_partial_tile_is_never_hashed_upward() -> None:
    """Its hash would be a node that the finished tree does not have."""
    with pytest.raises(MalformedBundle, match="width 256"):
        tile_root(LEAF * 255)


def test_subtree_hashes_come_out_of_tiles_fetched_once() -> None:
    """A proof over published files alone, with the tile and width that the size demands."""
    size = 70_000
    tree = MemoryTree(leaf_hashes(b"%d" % n for n in range(size)))
    fetched: list[tuple[int, int, int]] = []

    def fetch(level: int, index: int, width: int) -> bytes:
        fetched.append((level, index, width))
        return derive_tile(tree, Tile(level, index, width))

    reader = TileHashReader(size, fetch)
    for level, index in ((0, 69_999), (4, 4374), (8, 272), (9, 135), (16, 0)):
        assert tree.read_hash(level, index) == reader.read_hash(level, index)
    assert fetched == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    proof = derive_inclusion(reader, 69_990, size)
    check_inclusion(leaf_hash(b"69990"), proof, index=69_990, size=size, root=root_of(tree.read_hash(0, n) for n in range(size)))


@pytest.mark.parametrize(("level", "index"), [(0, 300), (8, 1), (9, 0), (-1, 0), (0, -1), (64, 0)])
def test_a_subtree_that_is_not_complete_is_not_read(level: int, index: int) -> None:
    """Before any tile is fetched."""
    with pytest.raises(InputError, match="not complete"):
        TileHashReader(300, lambda _level, _index, _width: b"").read_hash(level, index)


def test_a_fetched_tile_of_the_wrong_length_is_refused() -> None:
    """A store that serves another width is caught at the door."""
    with pytest.raises(MalformedBundle, match="width 44"):
        TileHashReader(300, lambda _level, _index, _width: LEAF).read_hash(0, 299)


def test_impossible_tiles_are_not_derived() -> None:
    """Coordinates are checked before any hash is read."""
    with pytest.raises(MalformedBundle, match="no tile"):
        derive_tile(MemoryTree(), Tile(0, 0, 0))
