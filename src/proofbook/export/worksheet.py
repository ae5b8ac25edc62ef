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
    "PRAGMA cache_size=-65536",
)
_TABLES: Final = (
    "CREATE TABLE joined (relation TEXT, key BLOB, cells BLOB, PRIMARY KEY (relation, key)) WITHOUT ROWID",
    "CREATE TABLE seen (relation TEXT, key BLOB, PRIMARY KEY (relation, key)) WITHOUT ROWID",
)


class Worksheet:
    """Used by one thread, for one export."""

    def __init__(self, path: Path) -> None:
        """Creates the file. Raises StoreUnavailable."""
        self._path = path
        self._second: dict[tuple[str, bytes], list[str]] = {}
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

    def join(self, relation: str, key: bytes, entry: str, cells: bytes) -> None:
        """Remembers the cells of the first entry of a key; a second one by its id only."""
        if not self._insert("INSERT OR IGNORE INTO joined (relation, key, cells) VALUES (?, ?, ?)", (relation, key, cells)):
            self._second.setdefault((relation, key), []).append(entry)

    def joined(self, relation: str, key: bytes) -> list[Any] | None:
        """The cells of the first entry of a key, or None."""
        row = self._run("SELECT cells FROM joined WHERE relation = ? AND key = ?", (relation, key))
        return None if row is None else list(json.loads(row[0]))

    def second(self, relation: str, key: bytes) -> tuple[str, ...]:
        """Ids of further entries of a key."""
        return tuple(self._second.get((relation, key), ())) if self._second else ()

    def is_new(self, relation: str, key: bytes) -> bool:
        """Whether a key had not been seen; it has been now."""
        return self._insert("INSERT OR IGNORE INTO seen (relation, key) VALUES (?, ?)", (relation, key))

    def _insert(self, statement: str, bindings: tuple[str | bytes, ...]) -> bool:
        self._run(statement, bindings)
        return self._connection.changes() == 1

    def _run(self, statement: str, bindings: tuple[str | bytes, ...]) -> tuple[Any, ...] | None:
        try:
            return self._connection.execute(statement, bindings).fetchone()
        except apsw.Error as error:
            raise StoreUnavailable(f"{self._path}: {error}", hint="the export needs space beside the room it writes") from error
