"""Opening the projection's database and running its questions.

Promises: every question is a file in `queries/`, named for what it asks; no SQL is put together from pieces. Settings are read
back, one statement a call (SQLite's driver runs the rest of a script only while rows are being read). The file holds nothing that
the book does not, so commits do not wait for the disk: after a power cut the projection stands where it last did.
Hostile input: values reach SQL only as bound parameters. A damaged file raises StoreUnavailable; deleting it is the repair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

import apsw

from proofbook.errors import StoreUnavailable

Row: TypeAlias = tuple[Any, ...]
Bindings: TypeAlias = "Mapping[str, str | int | bytes | None]"

_BUSY_MILLISECONDS: Final = 30_000
_WRITING: Final = (
    ("PRAGMA journal_mode=WAL", "journal_mode", "wal"),
    ("PRAGMA synchronous=NORMAL", "synchronous", 1),
    ("PRAGMA cache_size=-8192", "cache_size", -8192),
    ("PRAGMA trusted_schema=OFF", "trusted_schema", 0),
)
_ROOMY: Final = "PRAGMA cache_size=-65536"
_READING: Final = (("PRAGMA query_only=ON", "query_only", 1), ("PRAGMA trusted_schema=OFF", "trusted_schema", 0))


def open_writing(path: Path) -> apsw.Connection:
    """A connection that may write; creates the file. Raises StoreUnavailable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        _set(connection, path, _WRITING)
        path.chmod(0o600)
    except (apsw.Error, OSError) as error:
        raise unavailable(path, error) from error
    return connection


def open_reading(path: Path) -> apsw.Connection:
    """A connection that cannot write. Raises StoreUnavailable when there is no projection yet."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        _set(connection, path, _READING)
    except apsw.Error as error:
        raise unavailable(path, error) from error
    return connection


class Reader:
    """Asks questions. Used by one thread; `rows` streams."""

    __slots__ = ("_connection", "_path")

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def rows(self, name: str, bindings: Bindings | None = None) -> Iterator[Row]:
        """The rows that answer a question. Raises StoreUnavailable."""
        try:
            yield from self._connection.execute(question(name), dict(bindings or {}))
        except apsw.Error as error:
            raise unavailable(self._path, error) from error

    def row(self, name: str, bindings: Bindings | None = None) -> Row | None:
        """The first row, or None."""
        found = list(self.rows(name, bindings))
        return found[0] if found else None

    def write(self, name: str, rows: Iterable[Row]) -> None:
        """Run one statement for each of `rows`."""
        try:
            for _ in self._connection.executemany(question(name), rows):
                raise RuntimeError(f"{name} gave a row")
        except apsw.Error as error:
            raise unavailable(self._path, error) from error


def make_schema(connection: apsw.Connection) -> None:
    """Create all tables, empty."""
    for name in ("schema.sql", "tallies.sql", "documents.sql"):
        script = files("proofbook.readmodel").joinpath(name).read_text(encoding="utf-8")
        for _ in connection.execute(script):
            raise RuntimeError(f"{name} gave a row")


@contextmanager
def transaction(connection: apsw.Connection, path: Path) -> Iterator[None]:
    """BEGIN IMMEDIATE, then COMMIT; any failure rolls back. SQLite's errors leave as StoreUnavailable."""
    try:
        connection.execute("BEGIN IMMEDIATE").fetchall()
        yield
        connection.execute("COMMIT").fetchall()
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK").fetchall()
        if isinstance(error, apsw.Error):
            raise unavailable(path, error) from error
        raise


@contextmanager
def roomy(connection: apsw.Connection, path: Path) -> Iterator[None]:
    """A large cache for as long as much is written, given back afterwards: questions are answered as well with a small one."""
    try:
        connection.execute(_ROOMY).fetchall()
        yield
    except apsw.Error as error:
        raise unavailable(path, error) from error
    finally:
        for statement in (_WRITING[2][0], "PRAGMA shrink_memory"):
            connection.execute(statement).fetchall()


@cache
def question(name: str) -> str:
    """The text of `queries/<name>.sql`."""
    return files("proofbook.readmodel").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def unavailable(path: Path, error: Exception) -> StoreUnavailable:
    """What an operator can do about it."""
    return StoreUnavailable(f"{path}: {error}", hint="the projection can be deleted at any time; it is rebuilt from the book")


def _set(connection: apsw.Connection, path: Path, settings: Iterable[tuple[str, str, str | int]]) -> None:
    connection.set_busy_timeout(_BUSY_MILLISECONDS)
    for statement, name, expected in settings:
        connection.execute(statement).fetchall()
        found = connection.pragma(name)
        if found != expected:
            raise StoreUnavailable(f"{path}: PRAGMA {name} is {found!r}, needed {expected!r}")
