"""When the book, the projection or the machine does not play along: said in words, never a blank page."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import apsw
import pytest
import structlog

from proofbook.errors import ConfigurationError
from proofbook.portal.surroundings import CountedBook
from proofbook.serving.server import listen
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, make_sources, running, tamper, write_book


@pytest.fixture
def entries() -> SampleEntries:
    """A run with one exchange."""
    made = SampleEntries(NOW)
    made.started()
    made.exchange()
    return made


@pytest.fixture
def book(tmp_path: Path, entries: SampleEntries) -> Path:
    """Its book."""
    return write_book(tmp_path, entries.raw)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process that holds the file for itself."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
    connection.execute("BEGIN EXCLUSIVE").fetchall()
    try:
        yield
    finally:
        connection.execute("ROLLBACK").fetchall()
        connection.close()


def test_missing_book_is_said_with_what_helps(tmp_path: Path, book: Path) -> None:
    """Somebody moved the folder while the page ran."""
    with running(make_sources(book, tmp_path / "r.sqlite")) as visitor:
        for path in tmp_path.glob("book.sqlite*"):
            path.unlink()
        reply = visitor.ask("/")
        assert reply.status == 500
        assert "there is no book here" in reply.words
        assert "proofbook init" in reply.words


def test_damaged_projection_is_503_and_says_that_it_can_be_deleted(tmp_path: Path, book: Path) -> None:
    """It holds nothing that the book does not."""
    projection = tmp_path / "r.sqlite"
    projection.write_bytes(b"no database " * 1000)
    with running(make_sources(book, projection)) as visitor:
        reply = visitor.ask("/")
        assert reply.status == 503
        assert "Not available now" in reply.words
        assert "can be deleted at any time" in reply.words
        assert reply.headers["retry-after"] == "5"


def test_projection_that_cannot_be_made_is_503(tmp_path: Path, book: Path) -> None:
    """A file stands where its folder would be."""
    (tmp_path / "blocked").write_bytes(b"")
    with running(make_sources(book, tmp_path / "blocked" / "r.sqlite")) as visitor:
        assert visitor.ask("/").status == 503


def test_damaged_book_file_is_said_with_the_command_that_looks_closer(tmp_path: Path, book: Path) -> None:
    """SQLite's own words, and ours for what to do."""
    with running(make_sources(book, tmp_path / "r.sqlite")) as visitor:
        connection = apsw.Connection(str(book))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
        raw = bytearray(book.read_bytes())
        raw[4096:] = b"\xff" * (len(raw) - 4096)
        book.write_bytes(raw)
        time.sleep(1.1)
        reply = visitor.ask("/")
        assert reply.status == 500
        assert "the file is damaged" in reply.words
        assert "proofbook book fsck" in reply.words


def test_deleted_projection_is_made_again(tmp_path: Path, book: Path) -> None:
    """As the message promises."""
    projection = tmp_path / "r.sqlite"
    with running(make_sources(book, projection)) as visitor:
        assert visitor.ask("/exchanges").status == 200
        for path in tmp_path.glob("r.sqlite*"):
            path.unlink()
        time.sleep(1.1)
        assert visitor.ask("/exchanges").status == 200


def test_locked_projection_is_answered_within_the_patience(tmp_path: Path, book: Path) -> None:
    """SQLite would wait half a minute; a reader would think the page is broken."""
    projection = tmp_path / "r.sqlite"
    with running(make_sources(book, projection, patience=0.5)) as visitor:
        with locked(projection):
            started = time.monotonic()
            reply = visitor.ask("/")
            assert time.monotonic() - started < 20
            assert reply.status == 503
            assert "did not answer in time" in reply.words
        deadline = time.monotonic() + 60
        while visitor.ask("/").status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_entries_that_cannot_be_taken_in_are_said_on_every_page(tmp_path: Path, entries: SampleEntries) -> None:
    """What could be read is shown, as of the entry where it stops."""
    book = write_book(tmp_path, entries.raw)
    sources = make_sources(book, tmp_path / "r.sqlite")
    with running(sources) as visitor:
        assert visitor.ask("/exchanges").status == 200
    tamper(book, "UPDATE entry SET bytes = ? WHERE idx = 2", (b"{}",))
    (tmp_path / "r.sqlite").unlink()
    with running(sources) as visitor:
        reply = visitor.ask("/exchanges")
        assert "could not keep up with the book" in reply.words
        assert "entry 2 does not have the form of its kind" in reply.words


def test_new_entries_show_after_a_second(tmp_path: Path, entries: SampleEntries) -> None:
    """The page follows the book by itself."""
    short = write_book(tmp_path, entries.raw[:1])
    (tmp_path / "grown").mkdir()
    grown = write_book(tmp_path / "grown", entries.raw)
    now = [short]
    sources = make_sources(short, tmp_path / "r.sqlite")
    plain = make_sources(grown, tmp_path / "r.sqlite")

    def open_current() -> AbstractContextManager[CountedBook]:
        return (sources if now[0] == short else plain).open_book()

    with running(replace(sources, open_book=open_current)) as visitor:
        assert "No exchange is recorded yet" in visitor.ask("/exchanges").words
        now[0] = grown
        time.sleep(1.1)
        assert "complete" in visitor.ask("/exchanges").words


def test_many_readers_at_once_all_get_the_page(tmp_path: Path, book: Path) -> None:
    """Each request has a book and a projection of its own."""
    statuses: list[int] = []
    with running(make_sources(book, tmp_path / "r.sqlite")) as visitor:

        def read() -> None:
            statuses.append(visitor.ask("/").status)

        threads = [threading.Thread(target=read) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert statuses == [200] * 12


def test_broken_page_logs_its_place_and_nothing_of_the_request(
    tmp_path: Path, book: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An address may hold what somebody typed; a log must not."""
    sources = make_sources(book, tmp_path / "r.sqlite")
    broken = replace(sources, clock=_BrokenClock())
    log = io.StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=log), processors=[structlog.processors.JSONRenderer()])
    try:
        with running(broken) as visitor:
            reply = visitor.ask("/exchanges?system=confidential-words")
    finally:
        structlog.reset_defaults()
    assert reply.status == 500
    assert reply.headers["cache-control"] == "no-store"
    assert "This page could not be made" in reply.words
    assert "portal.page_failed" in log.getvalue()
    assert "confidential-words" not in log.getvalue() + caplog.text
    assert visitor.key not in log.getvalue()


def test_port_in_use_is_a_configuration_error() -> None:
    """With the setting that changes it."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(ConfigurationError, match="cannot be listened on") as caught:
        listen("127.0.0.1", taken.getsockname()[1], field="portal.port")
    assert "choose another portal.port" in str(caught.value)


class _BrokenClock:
    """A clock with a mistake in it."""

    def now(self) -> datetime:
        """Fails as our own code might."""
        raise ZeroDivisionError("confidential-words")
