"""The growing edge of the tree: the compact range and the tiles that are not yet full, in memory.

Pure bookkeeping over tlog: leaf hashes go in, full tiles come out. `mark` and `reset` let a failed transaction leave no trace.
What is here can always be re-derived from stored tiles and leaf hashes, and is compared with them when a book is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from proofbook.tlog.merkle import CompactRange
from proofbook.tlog.tile import TILE_WIDTH, format_tile, tile_root


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that has just become full: `hashes` as C2SP stores them, `root` its hash one level up."""

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class GrowthMark:
    """A moment to go back to."""

    range: CompactRange
    edges: tuple[tuple[bytes, ...], ...]
    full: tuple[int, ...]


class Growth:
    """The edge of one tree. Used by one thread."""

    def __init__(self, state: CompactRange, edges: Iterable[Iterable[bytes]], full: Iterable[int]) -> None:
        self._range = state
        self._edges = [list(edge) for edge in edges]
        self._full = list(full)

    @classmethod
    def empty(cls) -> Growth:
        """The edge of an empty tree."""
        return cls(CompactRange(), (), ())

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._range.size

    def root(self) -> bytes:
        """Root of the tree."""
        return self._range.root()

    def state(self) -> bytes:
        """The compact range as bytes, to be stored with the entries."""
        return self._range.to_bytes()

    def extend(self, leaves: list[bytes]) -> tuple[FullTile, ...]:
        """Append leaf hashes; the tiles that became full."""
        self._range.extend(leaves)
        return tuple(self._fill(0, leaves))

    def mark(self) -> GrowthMark:
        """Remember this moment."""
        return GrowthMark(self._range.copy(), tuple(tuple(edge) for edge in self._edges), tuple(self._full))

    def reset(self, mark: GrowthMark) -> None:
        """Go back to a moment."""
        self._range, self._edges, self._full = mark.range.copy(), [list(edge) for edge in mark.edges], list(mark.full)

    def _fill(self, level: int, hashes: Iterable[bytes]) -> Iterator[FullTile]:
        if level == len(self._edges):
            self._edges.append([])
            self._full.append(0)
        edge = self._edges[level]
        edge.extend(hashes)
        roots: list[bytes] = []
        for start in range(0, len(edge) - TILE_WIDTH + 1, TILE_WIDTH):
            content = format_tile(edge[start : start + TILE_WIDTH])
            roots.append(tile_root(content))
            yield FullTile(level, self._full[level], content, roots[-1])
            self._full[level] += 1
        del edge[: len(roots) * TILE_WIDTH]
        if roots:
            yield from self._fill(level + 1, roots)
