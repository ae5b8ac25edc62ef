"""Tiles of a book, for any tree size it ever had: full ones as stored, partial ones from what lies beneath.

A tile is returned exactly as C2SP tlog-tiles lays it out. Reads only. A hole in the store raises `EntryDamaged` naming the tile.
"""

from __future__ import annotations

import apsw

from proofbook.errors import EntryDamaged
from proofbook.tlog.tile import TILE_WIDTH, TileHashReader


def read_tile(connection: apsw.Connection, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile. Raises EntryDamaged when some are missing."""
    if width == TILE_WIDTH:
        row = connection.execute("SELECT hashes FROM tile WHERE level = ? AND idx = ?", (level, index)).fetchone()
        if row is None:
            raise EntryDamaged(f"tile {level}/{index} is missing", place=f"tile {level}/{index}")
        return bytes(row[0])
    first = index * TILE_WIDTH
    if level == 0:
        rows = connection.execute("SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", (first, first + width))
    else:
        bounds = (level - 1, first, first + width)
        rows = connection.execute("SELECT root FROM tile WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx", bounds)
    hashes = b"".join(row[0] for row in rows)
    if len(hashes) != 32 * width:
        raise EntryDamaged(f"tile {level}/{index} lacks some of its first {width} hashes", place=f"tile {level}/{index}")
    return hashes


def read_hash_reader(connection: apsw.Connection, size: int) -> TileHashReader:
    """A reader of subtree hashes for the tree of that size; make one for each proof."""

    def fetch(level: int, index: int, width: int) -> bytes:
        return read_tile(connection, level, index, width)

    return TileHashReader(size, fetch)
