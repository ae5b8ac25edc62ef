"""A worksheet on disk for one export: joined cells and keys seen, so that memory does not grow with the period.

Promises: the first entry of a key is the one joined; later ones are kept apart under their ids. Nothing outlives the export:
the file lies beside the room while that is being written, and is deleted on close.
Hostile input: values are bound parameters; disk trouble raises StoreUnavailable.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import apsw

from proofbook.errors import StoreUnavailable

_SETTINGS: Final = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA cache_size=-8192",
)
_NEWEST_TABLE: Final = (
    "CREATE TABLE newest (relation TEXT, key BLOB, identity BLOB, entry TEXT, cells BLOB, place INTEGER,"
    " PRIMARY KEY (relation, key, identity)) WITHOUT ROWID"
)
_TABLES: Final = (
    "CREATE TABLE joined (relation TEXT, key BLOB, cells BLOB, PRIMARY KEY (relation, key)) WITHOUT ROWID",
    _NEWEST_TABLE,
    "CREATE TABLE seen (relation TEXT, key BLOB, PRIMARY KEY (relation, key)) WITHOUT ROWID",
)

_NEWEST: Final = "SELECT cells FROM newest WHERE relation = ? AND key = ? ORDER BY place DESC LIMIT 1"


class Worksheet:
    """Used by one thread, for one export."""

    def __init__(self, path: Path) -> None:
        """Creates the file. Raises StoreUnavailable."""
        self._path = path
        self._second: dict[tuple[str, bytes], list[str]] = {}
        self._newest: set[str] = set()
        self._place = 0
        try:
            self._connection = apsw.Connection(str(path))
            for statement in (*_SETTINGS, *_TABLES, "BEGIN"):
                self._connection.execute(statement).fetchall()
        except apsw.Error as error:
            raise StoreUnavailable(f"{path}: {error}", hint="the export needs space beside the room it writes") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def join(self, relation: str, key: bytes, entry: str, cells: bytes, identity: bytes | None = None) -> None:
        """Remembers the cells of an entry of a key.

        Without an `identity` the first entry of a key is the one joined and a second one is kept by its id only. With one (what a
        record is known by) the newest entry of a key is joined, and the newest of each other identity is kept beside it.
        """
        if identity is None:
            values = (relation, key, cells)
            if not self._insert("INSERT OR IGNORE INTO joined (relation, key, cells) VALUES (?, ?, ?)", values):
                self._second.setdefault((relation, key), []).append(entry)
            return
        self._newest.add(relation)
        self._place += 1
        self._run("INSERT OR REPLACE INTO newest VALUES (?, ?, ?, ?, ?, ?)", (relation, key, identity, entry, cells, self._place))

    def joined(self, relation: str, key: bytes) -> list[Any] | None:
        """The cells of the entry of a key that is joined, or None."""
        statement = _NEWEST if relation in self._newest else "SELECT cells FROM joined WHERE relation = ? AND key = ?"
        row = self._run(statement, (relation, key))
        return None if row is None else list(json.loads(row[0]))

    def second(self, relation: str, key: bytes) -> tuple[str, ...]:
        """Ids of further entries of a key."""
        if relation not in self._newest:
            return tuple(self._second.get((relation, key), ())) if self._second else ()
        rows = self._rows(
            "SELECT entry FROM newest WHERE relation = ? AND key = ? ORDER BY place DESC LIMIT -1 OFFSET 1", relation, key
        )
        return tuple(str(row[0]) for row in reversed(rows))

    def is_new(self, relation: str, key: bytes) -> bool:
        """Whether a key had not been seen; it has been now."""
        return self._insert("INSERT OR IGNORE INTO seen (relation, key) VALUES (?, ?)", (relation, key))

    def _insert(self, statement: str, bindings: tuple[str | bytes | int, ...]) -> bool:
        self._run(statement, bindings)
        return self._connection.changes() == 1

    def _run(self, statement: str, bindings: tuple[str | bytes | int, ...]) -> tuple[Any, ...] | None:
        try:
            return self._connection.execute(statement, bindings).fetchone()
        except apsw.Error as error:
            raise self._unavailable(error) from error

    def _rows(self, statement: str, *bindings: str | bytes) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, bindings).fetchall()
        except apsw.Error as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: apsw.Error) -> StoreUnavailable:
        return StoreUnavailable(f"{self._path}: {error}", hint="the export needs space beside the room it writes")
