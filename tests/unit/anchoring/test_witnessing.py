"""Rounds over witnesses: kept as they come, recorded when something changes, never a flood, never a wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from proofbook.anchoring.seen import Cosigning, read_cosignatures
from proofbook.anchoring.settings import WitnessSettings
from proofbook.anchoring.witnessing import WitnessRounds
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.reader import BookReader
from proofbook.book.receipts import choose_handed_out
from proofbook.openid.fetching import Send, make_send
from proofbook.primitives.instants import FixedClock
from proofbook.tlog.note import format_signature_line
from proofbook.tlog.vkey import format_vkey
from support.draft_builder import START, beat
from support.home_builder import BookPlace, make_book, recording
from support.memory_recorder import MemoryRecorder
from support.witness_at_work import COSIGNER, make_witness, serving

SEND = make_send(None, setting="test", seconds=20)


class Ticking:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """A signed book."""
    return make_book(tmp_path / "book")


@pytest.fixture
def store(place: BookPlace) -> Iterator[CosignatureStore]:
    """Its cosignatures."""
    with closing(CosignatureStore(place.path)) as found:
        yield found


def settings(url: str) -> WitnessSettings:
    """The sample witness."""
    return WitnessSettings("sample-auditor", format_vkey(COSIGNER.key), url)


def rounds(url: str, told: MemoryRecorder, clock: Ticking, send: Send = SEND) -> WitnessRounds:
    """Rounds that record into `told`."""
    return WitnessRounds([(settings(url), send)], record=told.record, clock=FixedClock(START), monotonic=clock, every=60.0)


def grow(place: BookPlace) -> None:
    """One more entry, signed."""
    with recording(place) as recorder:
        recorder.record(beat())


def outcomes(told: MemoryRecorder) -> list[str]:
    """What was recorded."""
    return [entry.body["outcome"] for entry in told.of_kind("log.witnessed")]


def test_a_cosignature_is_part_of_the_checkpoint_from_then_on(place: BookPlace, store: CosignatureStore, tmp_path: Path) -> None:
    """Rooms, proofs, receipts and pages read checkpoints; they need not know where the line came from."""
    told, watched = MemoryRecorder(FixedClock(START)), make_witness(tmp_path / "w", logs=(place.signer,))
    with serving(watched) as url, BookReader(place.path) as book:
        (done,) = rounds(url, told, Ticking()).run(book, store)
        assert done.asked is not None
        known = (settings(url),)
    assert outcomes(told) == ["cosigned"]
    with BookReader(place.path) as book:
        head, cosigned = book.latest_checkpoint(), book.latest_cosigned()
        assert head is not None
        assert head == cosigned == next(iter(book.checkpoints())) == book.cosigned_since("2000-01-01T00:00:00.000000Z")
        seen = read_cosignatures(head.note, book.origin, known)
        assert (seen.reached, seen.strangers, [each.cosigning for each in seen.witnesses]) == (True, 0, [Cosigning.COSIGNED])
    assert place.inspect().damages == []


def test_growth_is_cosigned_at_the_next_round_and_not_recorded_again(
    place: BookPlace, store: CosignatureStore, tmp_path: Path
) -> None:
    """An entry for each cosignature would make a book of cosignatures."""
    told, clock = MemoryRecorder(FixedClock(START)), Ticking()
    with serving(make_witness(tmp_path / "w", logs=(place.signer,))) as url:
        going = rounds(url, told, clock)
        for _ in range(3):
            with BookReader(place.path) as book:
                assert len(going.run(book, store)) == 1
                assert going.run(book, store) == ()  # not due yet
                head = book.latest_checkpoint()
                assert head is not None
                assert store.last_size(book.origin, format_vkey(COSIGNER.key)) == head.size
            grow(place)
            clock.now += 60
    assert outcomes(told) == ["cosigned"]


def test_a_silent_witness_is_a_fact_and_asked_ever_more_rarely(place: BookPlace, store: CosignatureStore, tmp_path: Path) -> None:
    """Recorded when it falls silent, once a day while it is, and when it is back."""
    told, clock, asked_at = MemoryRecorder(FixedClock(START)), Ticking(), []
    with BookReader(place.path) as book:
        going = rounds("http://127.0.0.1:1", told, clock)
        while clock.now < 1000 + 6 * 3600:
            if going.run(book, store):
                asked_at.append(clock.now)
            clock.now += 30
        assert outcomes(told) == ["no_answer"]
        waits = [later - earlier for earlier, later in pairwise(asked_at)]
        assert waits[:4] == [60, 120, 240, 480]
        assert max(waits) == 3600
        clock.now += 86_400
        going.run(book, store)
        assert outcomes(told) == ["no_answer", "no_answer"]
        attempts = [entry.body["attempts"] for entry in told.of_kind("log.witnessed")]
        assert attempts == [1, len(asked_at)]


def test_asking_at_once_asks_whatever_the_back_off_and_says_so(place: BookPlace, store: CosignatureStore) -> None:
    """Who runs the command wants to know now, and the book to know that it was asked."""
    told = MemoryRecorder(FixedClock(START))
    with BookReader(place.path) as book:
        going = rounds("http://127.0.0.1:1", told, Ticking())
        for _ in range(2):
            (done,) = going.run(book, store, at_once=True)
            assert done.asked is not None
    assert outcomes(told) == ["no_answer", "no_answer"]


def test_the_first_line_of_a_witness_stays(place: BookPlace, store: CosignatureStore) -> None:
    """What somebody already took away must not differ from what is kept."""
    with BookReader(place.path) as book:
        origin = book.origin
    store.keep(origin, 1, "key", "— a AAAA\n")
    store.keep(origin, 1, "key", "— a BBBB\n")
    with BookReader(place.path) as book:
        head = book.latest_checkpoint()
        assert head is not None
        assert head.note.endswith("— a AAAA\n".encode())


def test_lines_of_another_book_are_not_this_ones(place: BookPlace, store: CosignatureStore) -> None:
    """A book that was reopened keeps the file and has another origin."""
    store.keep("another.example/book", 1, "key", "— a AAAA\n")
    with BookReader(place.path) as book:
        head = book.latest_checkpoint()
        assert head is not None
        assert b"AAAA" not in head.note
        assert book.latest_cosigned() is None


def test_what_is_handed_out_is_cosigned_while_that_is_fresh(place: BookPlace, store: CosignatureStore) -> None:
    """A holder gains more from a witness than from the last minutes; but an entry must be covered."""
    store.keep(place.signer.key.name, 1, "key", "— a AAAA\n")
    grow(place)
    with BookReader(place.path) as book:
        newest, handed = book.latest_checkpoint(), choose_handed_out(book)
        assert newest is not None
        assert handed is not None
        assert (newest.size > 1, handed.size) == (True, 1)
        assert choose_handed_out(book, covering=1) == newest


def test_a_line_that_its_key_did_not_make_is_told_apart(place: BookPlace) -> None:
    """Absent is one thing, forged is another."""
    known = settings("http://witness.sample.example")
    with BookReader(place.path) as book:
        checkpoint = book.latest_checkpoint()
        assert checkpoint is not None
    line = COSIGNER.cosign(b"another.example/book\n1\n" + checkpoint.note.split(b"\n")[2] + b"\n", time_seconds=5)

    seen = read_cosignatures(checkpoint.note + format_signature_line(line), place.signer.key.name, (known,))
    assert ([each.cosigning for each in seen.witnesses], seen.reached) == ([Cosigning.INVALID], False)
    absent = read_cosignatures(checkpoint.note, place.signer.key.name, (known,), "any")
    assert ([each.cosigning for each in absent.witnesses], absent.reached) == ([Cosigning.ABSENT], False)
