"""Opening the book's database: one connection that writes, any number that only read.

Promises: WAL journal, synchronous FULL (a signature must only ever cover synced entries, ledger.md R2), secure deletion, and a
SQLite new enough not to have the WAL-reset defect (R3). Every setting is read back, because a setting that silently did not
take is worse than none (R15). A damaged or missing file raises one of our errors, naming the path.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import apsw

from proofbook.errors import ConfigurationError, EntryDamaged, StoreUnavailable

MINIMUM_SQLITE = (3, 51, 3)
BUSY_MILLISECONDS = 10_000
NO_BOOK = "restore it from its backup, or name another home with --home; `proofbook init` makes a new one"
NOT_A_BOOK = "keep this file aside and restore the book from its backup"
_PROBE = "user.proofbook.probe"
_GIVEN_UP = frozenset({errno.EROFS, errno.EIO, errno.ENODEV, errno.ESHUTDOWN})
"""What a file system answers that has given up; any other error only says that it keeps no such attributes."""

_SETTINGS = (("journal_mode", "WAL", "wal"), ("synchronous", "FULL", 2), ("secure_delete", "ON", 1), ("foreign_keys", "ON", 1))


def open_writing(path: Path) -> apsw.Connection:
    """The one writing connection. Creates the file when it is missing.

    Raises:
        StoreUnavailable: cannot be opened or set up. EntryDamaged: it is no database. ConfigurationError: SQLite is too old.
    """
    check_sqlite()
    connection = _connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    try:
        with reading(path):
            for name, value, expected in _SETTINGS:
                connection.execute(f"PRAGMA {name}={value}").fetchall()
                found = connection.pragma(name)
                if found != expected:
                    raise StoreUnavailable(f"{path}: PRAGMA {name} is {found!r}, needed {expected!r}")
        path.chmod(0o600)
    except OSError as error:
        connection.close()
        raise StoreUnavailable(f"{path}: cannot be kept from others: {error.strerror}") from error
    except BaseException:
        connection.close()  # an open file would keep the disk busy for as long as somebody holds the error
        raise
    return connection


def open_reading(path: Path) -> apsw.Connection:
    """A read-only connection.

    Raises:
        ConfigurationError: there is no such file. StoreUnavailable: it cannot be read. EntryDamaged: it is no database.
    """
    check_sqlite()
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no book here", hint=NO_BOOK)
    connection = _connect(path, apsw.SQLITE_OPEN_READONLY)
    try:
        with reading(path):
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, flags: int) -> apsw.Connection:
    with reading(path):
        connection = apsw.Connection(str(path), flags=flags)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
    return connection


def execute_script(connection: apsw.Connection, script: str) -> None:
    """Run a schema script to its end."""
    for _ in connection.execute(script):
        pass


class transaction:  # noqa: N801 - a context manager, used as a word
    """BEGIN IMMEDIATE … COMMIT; any failure rolls back. SQLite's errors leave as `StoreUnavailable`.

    What was committed counts only if the disk still takes writes afterwards: on a file system that went read-only after an error
    the kernel answers a sync with success although nothing reached the disk.
    """

    __slots__ = ("_connection", "_path")

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def __enter__(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE").fetchall()
        except apsw.Error as error:
            _roll_back(self._connection)
            raise store_error(self._path, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            error = self._commit()
        if error is not None:
            _roll_back(self._connection)
        if isinstance(error, apsw.Error):
            raise store_error(self._path, error) from error
        if error is not None and kind is None:
            raise error

    def _commit(self) -> BaseException | None:
        try:
            self._connection.execute("COMMIT").fetchall()
            check_takes_writes(self._path)
        except BaseException as error:  # noqa: BLE001 - whatever it is, what was begun is taken back first
            return error
        return None


def check_takes_writes(path: Path) -> None:
    """Raises StoreUnavailable when the file system under `path` takes no more changes.

    A file system that has given up its journal lets a sync of what it dropped succeed for some milliseconds, before it says that
    it is read-only (seen with ext4 on Linux 6.18). Setting an attribute to the value it has starts a change without making one,
    and fails from the first moment on. Where there are no such attributes the mount's own word has to do.
    """
    if os.statvfs(path.parent).f_flag & os.ST_RDONLY or not _starts_changes(path):
        raise StoreUnavailable(f"{path}: the disk has become read-only", hint="look at the system log; repair and remount it")


def _starts_changes(path: Path) -> bool:
    try:
        os.setxattr(path, _PROBE, b"1")
    except OSError as error:
        return error.errno not in _GIVEN_UP
    return True


def check_sqlite() -> None:
    """Raises ConfigurationError when the SQLite in use has the WAL-reset defect."""
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < MINIMUM_SQLITE:
        raise ConfigurationError(f"SQLite {apsw.sqlite_lib_version()} can damage a WAL database; 3.51.3 or newer is needed")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """SQLite's errors leave as ours."""
    try:
        yield
    except apsw.Error as error:
        raise store_error(path, error) from error


def store_error(path: Path, error: apsw.Error) -> StoreUnavailable | EntryDamaged:
    """What an operator can do about a SQLite error: wait, or look at a damaged file."""
    if isinstance(error, apsw.NotADBError):
        return EntryDamaged(f"{path}: is not a book: {error}", hint=NOT_A_BOOK, place=str(path))
    if isinstance(error, apsw.CorruptError):
        return EntryDamaged(f"{path}: the file is damaged: {error}", hint="run `proofbook book fsck`", place=str(path))
    hints = {
        apsw.FullError: "free space on the disk; recording resumes by itself",
        apsw.ReadOnlyError: "the disk or file is read-only",
        apsw.CantOpenError: "check that the folder exists and is writable by this user",
    }
    hint = next((text for kind, text in hints.items() if isinstance(error, kind)), None)
    return StoreUnavailable(f"{path}: {error}", hint=hint)


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK").fetchall()
        except apsw.Error:  # SQLite has rolled back by itself
            return
