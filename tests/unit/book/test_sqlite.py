"""The database is opened as promised or not at all."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from proofbook.book.sqlite import check_sqlite, check_takes_writes, open_reading, open_writing, reading, store_error, transaction
from proofbook.errors import ConfigurationError, EntryDamaged, StoreUnavailable


def test_the_writing_connection_is_set_as_promised(tmp_path: Path) -> None:
    """Synchronous FULL above all: a signature must only cover what is on disk."""
    connection = open_writing(tmp_path / "book.sqlite")
    assert [connection.pragma(name) for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")] == [
        "wal",
        2,
        1,
        1,
    ]
    assert (tmp_path / "book.sqlite").stat().st_mode & 0o777 == 0o600
    connection.close()


def test_the_sqlite_in_use_is_new_enough() -> None:
    """Older ones can damage a WAL database."""
    check_sqlite()


def test_a_reading_connection_cannot_write(tmp_path: Path) -> None:
    """Only the writer writes."""
    open_writing(tmp_path / "book.sqlite").close()
    connection = open_reading(tmp_path / "book.sqlite")
    with pytest.raises(apsw.ReadOnlyError):
        connection.execute("CREATE TABLE t (x)")
    connection.close()


def test_a_missing_book_says_what_to_do(tmp_path: Path) -> None:
    """Reading never makes a book."""
    with pytest.raises(ConfigurationError, match=r"there is no book here.*init"):
        open_reading(tmp_path / "book.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    """Waiting does not repair it, so it is not `unavailable`."""
    path = tmp_path / "book.sqlite"
    path.write_bytes(b"this is no database at all" * 100)
    for opening in (open_reading, open_writing):
        with pytest.raises(EntryDamaged, match=r"the file is damaged|is not a book") as caught:
            opening(path)
        assert caught.value.place == str(path)


def test_a_folder_that_is_missing_is_unavailable(tmp_path: Path) -> None:
    """A disk that is not mounted may come back."""
    with pytest.raises(StoreUnavailable, match="check that the folder exists"):
        open_writing(tmp_path / "missing" / "book.sqlite")


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """Whatever failed, ours or SQLite's."""
    path = tmp_path / "book.sqlite"
    connection = open_writing(path)
    connection.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)")

    def fail(statement: str) -> None:
        with transaction(connection, path):
            connection.execute("INSERT INTO t VALUES (1)")
            connection.execute(statement)
            raise KeyError

    for statement, expected in (("INSERT INTO t VALUES (1)", StoreUnavailable), ("SELECT 1", KeyError)):
        with pytest.raises(expected):
            fail(statement)
        assert not connection.in_transaction
        assert connection.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
    connection.close()


def test_a_transaction_that_was_rolled_back_already_is_no_second_failure(tmp_path: Path) -> None:
    """SQLite rolls back by itself when the disk is full."""
    path = tmp_path / "book.sqlite"
    connection = open_writing(path)

    def fail() -> None:
        with transaction(connection, path):
            connection.execute("ROLLBACK")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    connection.close()


@pytest.mark.parametrize(
    ("error", "kind", "hint"),
    [
        (apsw.FullError("full"), StoreUnavailable, "free space"),
        (apsw.ReadOnlyError("ro"), StoreUnavailable, "read-only"),
        (apsw.BusyError("busy"), StoreUnavailable, None),
        (apsw.CorruptError("bad"), EntryDamaged, "fsck"),
        (apsw.NotADBError("bad"), EntryDamaged, ""),
    ],
)
def test_each_cause_says_what_to_do(error: apsw.Error, kind: type[Exception], hint: str | None) -> None:
    """Path first, then cause, then remedy."""
    made = store_error(Path("book.sqlite"), error)
    assert type(made) is kind
    assert str(made).startswith("book.sqlite: ")
    assert (made.hint is None) if hint is None else (made.hint is not None and hint in made.hint)


def test_errors_while_reading_leave_as_ours() -> None:
    """Nobody above knows SQLite."""
    with pytest.raises(EntryDamaged), reading(Path("book.sqlite")):
        raise apsw.CorruptError("bad")


def test_a_disk_that_works_takes_writes_and_a_missing_file_is_no_verdict_on_it(tmp_path: Path) -> None:
    """The probe after each commit must not refuse traffic on a sound disk, whatever attributes it keeps."""
    path = tmp_path / "book.sqlite"
    path.touch()
    for _ in range(2):
        check_takes_writes(path)
    check_takes_writes(tmp_path / "none.sqlite")
    assert path.read_bytes() == b""
