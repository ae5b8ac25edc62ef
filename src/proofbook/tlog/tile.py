"""C2SP tlog-tiles: which tiles a log of some size has, where they live, what is in them, and reading subtree hashes out of them.

Promises: one path for one tile and back; widths follow floor(size / 256**level) mod 256; a partial tile is never hashed upward.
Does not: read or serve anything; `TileHashReader` calls the `fetch` it was given. It does not authenticate tiles: a forged tile
gives a proof that does not check out, so always check what was built against a signed root.
Hostile input: a strange path or a tile of the wrong length raises MalformedBundle; memory is bounded by one proof's tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from proofbook.errors import InputError, MalformedBundle
from proofbook.tlog.merkle import HASH_BYTES, MAX_TREE_SIZE, root_of
from proofbook.tlog.proof import HashReader

TILE_HEIGHT: Final = 8
"""Tree levels in one tile, fixed by the specification (Go's checksum database lets it vary)."""

TILE_WIDTH: Final = 1 << TILE_HEIGHT
"""Hashes in a full tile: 256, that is 8,192 bytes."""

MAX_LEVEL: Final = 63
"""Largest tile level the specification's paths can name."""

CHECKPOINT_PATH: Final = "checkpoint"
"""Where the newest checkpoint lives, beside `tile/`."""

_PATH: Final = re.compile(
    r"tile/(?P<kind>entries|0|[1-9][0-9]?)/(?P<groups>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?\Z"
)
"""Seven groups of three digits hold every index below 2**63 / 256."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A hash tile: `width` consecutive subtree hashes of tree level 8 * `level`, starting at number 256 * `index`."""

    level: int
    index: int
    width: int = TILE_WIDTH


@dataclass(frozen=True, slots=True)
class Bundle:
    """An entry bundle: `width` consecutive entries, starting at number 256 * `index`."""

    index: int
    width: int = TILE_WIDTH


TileResource: TypeAlias = Tile | Bundle

FetchTile: TypeAlias = Callable[[int, int, int], bytes]
"""fetch(level, index, width) -> the bytes of that tile; raises the store's own error when it cannot."""


def format_path(resource: TileResource) -> str:
    """The path of a tile or bundle, relative to the log's prefix. Raises MalformedBundle for impossible coordinates."""
    _check_coordinates(resource)
    kind = "entries" if isinstance(resource, Bundle) else str(resource.level)
    groups = [f"{resource.index % 1000:03d}"]
    rest = resource.index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03d}")
        rest //= 1000
    suffix = "" if resource.width == TILE_WIDTH else f".p/{resource.width}"
    return f"tile/{kind}/{'/'.join(reversed(groups))}{suffix}"


def parse_path(path: str) -> TileResource:
    """The one tile or bundle that has this path; raises MalformedBundle for anything else."""
    found = _PATH.match(path)
    if found is None:
        raise MalformedBundle(
            f"{path[:80]!r} is not the path of a tile", hint="expected tile/<level or entries>/<index>[.p/<width>]"
        )
    index = int(found["groups"].replace("x", "").replace("/", ""))
    width = TILE_WIDTH if found["width"] is None else int(found["width"])
    resource = Bundle(index, width) if found["kind"] == "entries" else Tile(int(found["kind"]), index, width)
    if format_path(resource) != path:
        raise MalformedBundle(f"{path[:80]!r} is not the one spelling of that tile's path")
    return resource


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes tile `index` of tile level `level` has in a tree of `size` leaves: 256, a partial width, or 0."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - index * TILE_WIDTH))


def partial_width(level: int, size: int) -> int:
    """Width of the rightmost tile of a level if it is partial, else 0: floor(size / 256**level) mod 256."""
    return (size >> TILE_HEIGHT * level) % TILE_WIDTH


def derive_tiles(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The hash tiles of a tree of `size` leaves that a tree of `since` leaves does not have in the same width.

    From the leaves up, left to right. These are exactly the files to publish when a log grows from `since` to `size`.
    Raises InputError when the log would shrink.
    """
    _check_growth(since, size)
    level, old, new = 0, since, size
    while old != new:
        for index in range(old // TILE_WIDTH, (new + TILE_WIDTH - 1) // TILE_WIDTH):
            yield Tile(level, index, tile_width(level, index, size))
        level, old, new = level + 1, old >> TILE_HEIGHT, new >> TILE_HEIGHT


def derive_bundles(size: int, *, since: int = 0) -> Iterator[Bundle]:
    """The entry bundles of a log of `size` entries that a log of `since` entries does not have in the same width."""
    _check_growth(since, size)
    if size > since:
        for index in range(since // TILE_WIDTH, (size + TILE_WIDTH - 1) // TILE_WIDTH):
            yield Bundle(index, tile_width(0, index, size))


def format_tile(hashes: Sequence[bytes]) -> bytes:
    """1 to 256 hashes -> the bytes of a tile. Raises MalformedBundle on any other number or hash length."""
    if not 0 < len(hashes) <= TILE_WIDTH or any(len(each) != HASH_BYTES for each in hashes):
        raise MalformedBundle(f"a tile holds 1 to {TILE_WIDTH} hashes of {HASH_BYTES} bytes")
    return b"".join(hashes)


def derive_tile(reader: HashReader, tile: Tile) -> bytes:
    """The bytes of one tile, its hashes read from `reader`. Raises what the reader raises for a subtree it does not have."""
    _check_coordinates(tile)
    first = tile.index * TILE_WIDTH
    return format_tile([reader.read_hash(TILE_HEIGHT * tile.level, first + at) for at in range(tile.width)])


def parse_tile(tile: bytes, width: int) -> tuple[bytes, ...]:
    """The hashes of a tile that must have exactly `width` of them. Raises MalformedBundle otherwise."""
    if not 0 < width <= TILE_WIDTH or len(tile) != width * HASH_BYTES:
        raise MalformedBundle(f"a tile of width {width} cannot have {len(tile)} bytes")
    return tuple(tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES))


def tile_root(tile: bytes) -> bytes:
    """The hash a full tile contributes to the level above. Raises MalformedBundle for a partial tile."""
    return root_of(parse_tile(tile, TILE_WIDTH))


class TileHashReader:
    """A `proof.HashReader` over tiles of one tree size, fetched once each.

    Make one for each proof: it keeps what it fetched, and a tree of a million leaves needs three or four tiles for a proof.
    """

    __slots__ = ("_fetch", "_size", "_tiles")

    def __init__(self, size: int, fetch: FetchTile) -> None:
        self._size = size
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def read_hash(self, level: int, index: int) -> bytes:
        """The hash of the perfect subtree `index` at tree level `level`.

        Raises InputError when that subtree is not complete in this tree, MalformedBundle when the fetched tile has the wrong
        length, and whatever `fetch` raises.
        """
        if not (0 <= level <= MAX_LEVEL and 0 <= index < self._size >> level):
            raise InputError(f"subtree {index} at level {level} is not complete in a tree of {self._size} entries")
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, start = divmod(index << height, TILE_WIDTH)
        hashes = self._read_tile(tile_level, tile_index)
        return root_of(hashes[start : start + (1 << height)])

    def _read_tile(self, level: int, index: int) -> tuple[bytes, ...]:
        known = self._tiles.get((level, index))
        if known is None:
            width = tile_width(level, index, self._size)
            known = parse_tile(self._fetch(level, index, width), width)
            self._tiles[level, index] = known
        return known


def _check_growth(since: int, size: int) -> None:
    if not 0 <= since <= size <= MAX_TREE_SIZE:
        raise InputError(f"a log cannot grow from {since} to {size} entries")


def _check_coordinates(resource: TileResource) -> None:
    level = 0 if isinstance(resource, Bundle) else resource.level
    start = resource.index << TILE_HEIGHT * (level + 1)
    if not (0 <= level <= MAX_LEVEL and 0 <= start <= MAX_TREE_SIZE and 0 < resource.width <= TILE_WIDTH):
        raise MalformedBundle(f"no tile has level {level}, index {resource.index} and width {resource.width}")
