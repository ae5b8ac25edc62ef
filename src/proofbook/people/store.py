"""The local store of secrets and sessions: one SQLite file, owner-only, every commit synced.

Promises: a transaction is all or nothing and waits its turn, in this process and among processes; a store of another format, a
damaged file or a full disk is `StoreUnavailable` with what to do, and then nobody signs in. A store that is not there is made
anew and empty: people need new links then, and nobody becomes somebody else, because rights stand in the book.
Does not: decide anything; `credentials`, `sessions` and `keeping` ask and write.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import apsw

from proofbook.errors import StoreUnavailable

FORMAT: Final = 2
"""2: files that are held. An older store is brought up to it; all that is new is a table."""
_BUSY_MILLISECONDS: Final = 10_000
_SETTINGS: Final = (
    ("PRAGMA journal_mode=WAL", "journal_mode", "wal"),
    ("PRAGMA synchronous=FULL", "synchronous", 2),
    ("PRAGMA secure_delete=ON", "secure_delete", 1),
    ("PRAGMA trusted_schema=OFF", "trusted_schema", 0),
)
_ASIDE: Final = "move the file aside; people then need new links: `proofbook user link ACCOUNT`"


class Store:
    """Safe to use from several threads; they take turns."""

    def __init__(self, path: Path) -> None:
        """Opens, creating folder and file when needed. Raises StoreUnavailable."""
        self.path: Final = path
        self._guard = threading.RLock()
        self._turn = threading.Lock()
        self._connection = self._open()

    def close(self) -> None:
        """Let go of the file."""
        with self._guard:
            self._connection.close()

    def rows(self, statement: str, bindings: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """What a question finds. Raises StoreUnavailable."""
        with self._guard, self._telling():
            return list(self._connection.execute(statement, bindings))

    def row(self, statement: str, bindings: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """The first of `rows`, or None."""
        found = self.rows(statement, bindings)
        return found[0] if found else None

    def write(self, *statements: tuple[str, tuple[Any, ...]]) -> int:
        """All of these, or none; gives how many rows they changed together. Raises StoreUnavailable."""
        with self.transaction():
            before = self._connection.total_changes()
            for statement, bindings in statements:
                self._connection.execute(statement, bindings).fetchall()
            return self._connection.total_changes() - before

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in the block, or nothing; blocks inside one another are one."""
        with self._guard, self._telling():
            if self._is_inside():
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE").fetchall()
            try:
                yield
                self._connection.execute("COMMIT").fetchall()
            except BaseException:
                if self._is_inside():
                    self._connection.execute("ROLLBACK").fetchall()
                raise

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One change of accounts at a time, in whatever process: rules that look at all accounts hold among them."""
        with self._turn:
            try:
                descriptor = os.open(self.path.with_name("people.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise StoreUnavailable(f"{self.path.parent}: cannot be written: {error.strerror}") from error
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)

    def _is_inside(self) -> bool:
        return bool(self._connection.in_transaction)

    def _open(self) -> apsw.Connection:
        with self._telling():
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # before there is anything in it
                self.path.chmod(0o600)
            except OSError as error:
                raise StoreUnavailable(f"{self.path}: cannot be opened: {error.strerror}") from error
            connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self, connection: apsw.Connection) -> None:
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
        _set(connection, self.path, _SETTINGS)
        found = connection.pragma("user_version")
        if not 0 <= found <= FORMAT:
            raise StoreUnavailable(f"{self.path}: has format {found}; this program knows {FORMAT}", hint=_ASIDE)
        if found < FORMAT:
            script = files("proofbook.people").joinpath("store.sql").read_text(encoding="utf-8")
            for _ in connection.execute(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version={FORMAT}; COMMIT"):
                raise RuntimeError("the schema gave a row")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise StoreUnavailable(f"{self.path}: {error}", hint=_ASIDE) from error


def _set(connection: apsw.Connection, path: Path, settings: Iterable[tuple[str, str, str | int]]) -> None:
    for statement, name, expected in settings:
        connection.execute(statement).fetchall()
        found = connection.pragma(name)
        if found != expected:
            raise StoreUnavailable(f"{path}: PRAGMA {name} is {found!r}, needed {expected!r}", hint=_ASIDE)
