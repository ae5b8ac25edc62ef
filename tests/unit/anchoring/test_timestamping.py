"""Time stamps on a schedule: once a day whatever restarts, kept with what they are about, silence on record."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from proofbook.anchoring.settings import AuthoritySettings
from proofbook.anchoring.stamping import Trusted, check_stamp, read_trusted
from proofbook.anchoring.timestamping import Authority, TimestampRounds
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.reader import BookReader
from proofbook.openid.fetching import make_send
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.instants import FixedClock
from support.draft_builder import START
from support.home_builder import BookPlace, make_book
from support.memory_recorder import MemoryRecorder
from support.time_authority import TimeAuthority, answering

SEND = make_send(None, setting="test", seconds=20)


@dataclass(slots=True)
class Hours:
    """Both clocks, moved by hand."""

    moment: datetime = START
    told: MemoryRecorder = field(default_factory=lambda: MemoryRecorder(FixedClock(START)))

    def now(self) -> datetime:
        """Of the calendar."""
        return self.moment

    def monotonic(self) -> float:
        """Seconds."""
        return (self.moment - START).total_seconds() + 1000

    def go(self, hours: float) -> None:
        """Later."""
        self.moment += timedelta(hours=hours)


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """A signed book."""
    return make_book(tmp_path / "book")


@pytest.fixture
def store(place: BookPlace) -> Iterator[CosignatureStore]:
    """What is remembered beside it."""
    with closing(CosignatureStore(place.path)) as found:
        yield found


def rounds(url: str, trusted: Trusted, hours: Hours, *names: str) -> TimestampRounds:
    """Rounds over authorities at one address."""
    known = [Authority(AuthoritySettings(name, url, "unused.pem"), SEND, trusted) for name in names or ("clock",)]
    return TimestampRounds(known, record=hours.told.record, clock=hours, monotonic=hours.monotonic)


def test_a_token_is_on_record_with_what_it_is_about(place: BookPlace, store: CosignatureStore, authority: TimeAuthority) -> None:
    """From the entry alone it can be checked, by whoever has the authority's certificate."""
    hours, trusted = Hours(), read_trusted(authority.root)
    with answering(authority) as url, BookReader(place.path) as book:
        (done,) = rounds(url, trusted, hours).run(book, store)
        head = book.latest_checkpoint()
    assert done.stamp is not None
    assert head is not None
    (entry,) = hours.told.of_kind("log.timestamped")
    body = entry.body
    assert (body["note"].encode(), body["size"], body["root"]) == (head.note, head.size, head.root.hex())
    assert body["digest"] == sha256_digest(head.note)
    reply = base64.b64decode(body["token"])
    assert check_stamp(reply, head.note, trusted).time == body["time"]


def test_once_a_day_also_after_a_restart(place: BookPlace, store: CosignatureStore, authority: TimeAuthority) -> None:
    """A service that restarts each hour must not ask each hour."""
    hours, trusted = Hours(), read_trusted(authority.root)
    with answering(authority) as url, BookReader(place.path) as book:
        for _ in range(4):
            assert len(rounds(url, trusted, hours).run(book, store)) == (hours.moment == START)
            hours.go(6)
        assert len(rounds(url, trusted, hours).run(book, store)) == 1
        assert len(rounds(url, trusted, hours).run(book, store, at_once=True)) == 1
    assert len(hours.told.of_kind("log.timestamped")) == 3


def test_only_the_one_that_is_named_is_asked(place: BookPlace, store: CosignatureStore, authority: TimeAuthority) -> None:
    """By command, one of several."""
    hours = Hours()
    with answering(authority) as url, BookReader(place.path) as book:
        going = rounds(url, read_trusted(authority.root), hours, "first", "second")
        assert [each.authority.name for each in going.run(book, store, at_once=True, only="second")] == ["second"]


def test_silence_is_recorded_once_a_day_and_asked_ever_more_rarely(
    place: BookPlace, store: CosignatureStore, authority: TimeAuthority
) -> None:
    """Until it answers again; then a stamp is taken at once, not a day later."""
    hours, trusted = Hours(), read_trusted(authority.root)
    with BookReader(place.path) as book:
        going, tries = rounds("http://127.0.0.1:1", trusted, hours), 0
        for _ in range(25 * 60):
            tries += len(going.run(book, store))
            hours.go(1 / 60)
    assert len(hours.told.of_kind("log.timestamp_missed")) == 2
    assert 25 <= tries <= 35
    assert hours.told.of_kind("log.timestamped") == []


def test_a_token_that_does_not_check_out_is_not_kept(place: BookPlace, store: CosignatureStore, authority: TimeAuthority) -> None:
    """On record is that none came, and why."""
    hours = Hours()
    with answering(authority, body=b"<html>busy</html>") as url, BookReader(place.path) as book:
        (done,) = rounds(url, read_trusted(authority.root), hours).run(book, store)
    assert done.stamp is None
    (entry,) = hours.told.of_kind("log.timestamp_missed")
    assert "does not check out" in entry.body["detail"]
    assert hours.told.of_kind("log.timestamped") == []
