"""Reading a book: implements `BookReading` over a read-only connection.

Sees only committed entries. Streams; never holds the book. A missing entry or tile raises `EntryDamaged` naming it, because
indices below the size never go away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from proofbook.book.cosignatures import attach_cosignatures
from proofbook.book.interface import KeyPeriod, StoredCheckpoint
from proofbook.book.sqlite import NOT_A_BOOK, open_reading, reading
from proofbook.book.tiles import read_hash_reader
from proofbook.errors import EntryDamaged, InputError, IntegrityError
from proofbook.tlog.proof import derive_consistency, derive_inclusion, derive_root

_PLAIN = "SELECT size, root, note, signed_at, NULL FROM checkpoint"
_COSIGNED = (
    "SELECT size, root, note, signed_at, (SELECT group_concat(line, '') FROM ("
    "SELECT line FROM cosigned.cosignature WHERE origin = (SELECT origin FROM identity) AND size = checkpoint.size ORDER BY key"
    ")) FROM checkpoint"
)


class BookReader:
    """One book, read-only. Used by one thread; close it, or use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        """Open. Raises ConfigurationError when there is no book, IntegrityError when the file is something else."""
        self._path = path
        self._connection = open_reading(path)
        tables = {row[0] for row in self.rows("SELECT name FROM sqlite_schema")}
        row = next(self.rows("SELECT origin FROM identity"), None) if {"identity", "head", "entry"} <= tables else None
        if row is None:
            self.close()
            raise IntegrityError(f"{path}: is not a book", hint=NOT_A_BOOK, place=str(path))
        self._origin = str(row[0])
        try:
            self._cosigned = attach_cosignatures(self._connection, path)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @property
    def origin(self) -> str:
        """The log's origin."""
        return self._origin

    def size(self) -> int:
        """Number of entries committed."""
        row = self.row("SELECT size FROM head WHERE one = 1")
        if row is None:
            raise EntryDamaged("the book has no head", place="head")
        return int(row[0])

    def entry(self, index: int) -> bytes:
        """The bytes of one entry. Raises InputError when the index is beyond the book."""
        row = self.row("SELECT bytes FROM entry WHERE idx = ?", (index,))
        if row is None:
            size = self.size()
            if 0 <= index < size:
                raise EntryDamaged(f"entry {index} is missing", place=f"entry {index}")
            raise InputError(f"there is no entry {index}; the book holds {size}")
        return bytes(row[0])

    def entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Index and bytes of entries in [start, stop). Raises EntryDamaged at a hole."""
        expected = start
        bounds = (start, stop)
        for index, data in self.rows("SELECT idx, bytes FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", bounds):
            if index != expected:
                raise EntryDamaged(f"entry {expected} is missing", place=f"entry {expected}")
            expected += 1
            yield index, data
        if expected < min(stop, self.size()):
            raise EntryDamaged(f"entry {expected} is missing", place=f"entry {expected}")

    def leaf_hashes(self, start: int, stop: int) -> Iterator[bytes]:
        """Stored leaf hashes in [start, stop)."""
        for row in self.rows("SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", (start, stop)):
            yield row[0]

    def root(self, size: int) -> bytes:
        """Root of the tree of the first `size` entries."""
        self._check_size(size)
        with reading(self._path):
            return derive_root(read_hash_reader(self._connection, size), size)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Inclusion proof of an entry in the tree of that size."""
        self._check_size(size)
        with reading(self._path):
            return derive_inclusion(read_hash_reader(self._connection, size), index, size)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Consistency proof between two sizes."""
        self._check_size(new)
        with reading(self._path):
            return derive_consistency(read_hash_reader(self._connection, new), old, new)

    def latest_checkpoint(self) -> StoredCheckpoint | None:
        """The newest signed checkpoint."""
        return next(self._checkpoints("ORDER BY size DESC LIMIT 1"), None)

    def latest_cosigned(self) -> StoredCheckpoint | None:
        """The newest checkpoint with a cosignature."""
        return self._cosigned_where("SELECT max(size) FROM cosigned.cosignature WHERE origin = ?", (self._origin,))

    def cosigned_since(self, instant: str) -> StoredCheckpoint | None:
        """The first checkpoint signed at or after an instant that has a cosignature."""
        first = self.checkpoint_since(instant)
        if first is None:
            return None
        newer = "SELECT min(size) FROM cosigned.cosignature WHERE origin = ? AND size >= ?"
        return self._cosigned_where(newer, (self._origin, first.size))

    def checkpoint_since(self, instant: str) -> StoredCheckpoint | None:
        """The first checkpoint signed at or after an instant."""
        return next(self._checkpoints("WHERE signed_at >= ? ORDER BY signed_at, size LIMIT 1", (instant,)), None)

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        """Every stored checkpoint, smallest first."""
        return self._checkpoints("ORDER BY size")

    def keys(self) -> tuple[KeyPeriod, ...]:
        """The log's key history, oldest first."""
        rows = [(int(row[0]), str(row[1])) for row in self.rows("SELECT from_size, vkey FROM log_key ORDER BY from_size")]
        ends: list[int | None] = [*(first for first, _ in rows[1:]), None]
        return tuple(KeyPeriod(vkey, first, end) for (first, vkey), end in zip(rows, ends, strict=False))

    def kinds(self) -> dict[str, tuple[int, int]]:
        """For each kind: index of its newest entry, and how many there are."""
        return {row[0]: (row[1], row[2]) for row in self.rows("SELECT name, idx, count FROM kind ORDER BY name")}

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """The book's size; until the end of the block every answer is of that moment, whatever is appended meanwhile."""
        with reading(self._path):
            self._connection.execute("BEGIN").fetchall()
        try:
            yield self.size()
        finally:
            with reading(self._path):
                self._connection.execute("ROLLBACK").fetchall()

    def rows(self, statement: str, bindings: tuple[object, ...] = ()) -> Iterator[Any]:
        """Raw rows of a SELECT, for inspection. SQLite's errors leave as ours."""
        with reading(self._path):
            yield from self._connection.execute(statement, bindings)

    def row(self, statement: str, bindings: tuple[object, ...] = ()) -> Any:
        """The first raw row, or None."""
        return next(self.rows(statement, bindings), None)

    def _cosigned_where(self, size: str, bindings: tuple[object, ...]) -> StoredCheckpoint | None:
        found = self.row(size, bindings)[0] if self._cosigned else None
        return next(self._checkpoints("WHERE size = ?", (found,)), None)

    def _checkpoints(self, which: str, bindings: tuple[object, ...] = ()) -> Iterator[StoredCheckpoint]:
        """Checkpoints with the cosignature lines that were obtained for them."""
        for size, root, note, signed_at, lines in self.rows(f"{_COSIGNED if self._cosigned else _PLAIN} {which}", bindings):
            yield StoredCheckpoint(size, root, note + (lines or "").encode(), signed_at)

    def _check_size(self, size: int) -> None:
        held = self.size()
        if not 0 <= size <= held:
            raise InputError(f"there is no tree of size {size}; the book holds {held}")
