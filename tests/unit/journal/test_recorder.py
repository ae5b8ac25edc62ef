"""The writer's thread: durable before answered, all or nothing, numbered without gaps, and never dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from proofbook.book.fence import FenceState
from proofbook.book.reader import BookReader
from proofbook.errors import (
    HaltError,
    HistoryDiverged,
    InputError,
    LimitExceeded,
    MalformedRecord,
    RefusedError,
    StoreUnavailable,
)
from proofbook.journal.preparation import Preparer
from proofbook.journal.receipt import Receipt, Submission
from proofbook.journal.recorder import BookRecorder
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.records.envelope import parse_entry
from proofbook.tlog.merkle import leaf_hash
from support.draft_builder import START, asked, beat, beats, erasing, holding, malformed
from support.home_builder import BookPlace, make_book, recording

NO_SIGNING = 3600.0


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """A book with its first entry."""
    return make_book(tmp_path)


def _eventually(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_receipt_says_where_the_entry_stands(place: BookPlace) -> None:
    """Index, number, time and leaf hash are those in the book."""
    with recording(place) as recorder:
        receipts = recorder.submit(beats(3)).result()
    assert [(each.index, each.source, each.seq) for each in receipts] == [(n, "gateway:sample", n) for n in (1, 2, 3)]
    with BookReader(place.path) as book:
        for each in receipts:
            data = book.entry(each.index)
            entry = parse_entry(data)
            assert (entry.id, entry.seq, entry.recorded) == (each.entry_id, each.seq, each.recorded)
            assert leaf_hash(data) == each.leaf_hash


def test_an_answer_comes_only_when_another_connection_sees_the_entry(place: BookPlace) -> None:
    """Acknowledged means on disk: the callback runs in the moment of the answer and already finds it."""
    found: list[bool] = []

    def look(future: Future[tuple[Receipt, ...]]) -> None:
        with BookReader(place.path) as book:
            found.append(all(parse_entry(book.entry(each.index)).id == each.entry_id for each in future.result()))

    with recording(place) as recorder:
        for number in range(20):
            recorder.submit(beats(number + 1)).add_done_callback(look)
    assert found == [True] * 20


def test_many_threads_are_numbered_without_gaps(place: BookPlace) -> None:
    """16 threads, 60 calls each, some of them malformed: every source counts 1, 2, 3."""
    failures: list[BaseException] = []

    def call(number: int) -> None:
        source = f"gateway:{number % 4}"
        for step in range(60):
            drafts = [beat(step, source), malformed(source)] if step % 7 == 3 else [beat(step, source)] * 2
            error = recorder.submit([Submission(draft) for draft in drafts]).exception(timeout=60)
            if isinstance(error, MalformedRecord) != (step % 7 == 3):
                failures.append(error or AssertionError("a malformed draft was taken"))

    with recording(place) as recorder:
        threads = [threading.Thread(target=call, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    seen = place.inspect()
    good = sum(1 for step in range(60) if step % 7 != 3)
    assert (seen.damages, seen.entries) == ([], 1 + 16 * good * 2)
    assert {seen.sources[f"gateway:{n}"] for n in range(4)} == {4 * good * 2}


def test_one_bad_draft_fails_its_call_and_no_other(place: BookPlace) -> None:
    """What it did to the vault is taken back too: the key it made does not exist."""
    with recording(place, interval=NO_SIGNING) as recorder:
        futures = [
            recorder.submit([asked("x_1", b"one", "c_1")]),
            recorder.submit([asked("x_2", b"two", "c_2"), Submission(malformed())]),
            recorder.submit([asked("x_3", b"three", "c_1")]),
            recorder.submit([asked("x_4", b"four", "c_2")]),
        ]
        wait(futures)
    assert isinstance(futures[1].exception(), MalformedRecord)
    assert [future.result()[0].seq for future in futures if future is not futures[1]] == [1, 2, 3]
    assert place.inspect().damages == []
    with place.vault() as vault:
        assert vault.blobs() == 3


def test_a_call_without_submissions_is_answered(place: BookPlace) -> None:
    """Nothing asked, nothing written."""
    with recording(place) as recorder:
        assert recorder.submit([]).result() == ()
    assert place.inspect().entries == 1


def test_an_entry_that_is_too_large_is_refused(place: BookPlace) -> None:
    """With nothing of it in the book."""
    settings: dict[str, JsonValue] = {f"key {number}": "x" * 500 for number in range(200)}
    body: dict[str, JsonValue] = {"digest": "sha256:" + "0" * 64, "program": "proofbook", "settings": settings}
    with recording(place) as recorder, pytest.raises(LimitExceeded, match="the cap is"):
        recorder.record(replace(beat(), kind="config.loaded", body=body))
    assert place.inspect().entries == 1


def test_a_slot_is_given_once(place: BookPlace) -> None:
    """Two contents of one name could not be told apart."""
    twice = replace(asked("x_1", b"one", "c_1"), contents=asked("x_1", b"one", "c_1").contents * 2)
    with recording(place) as recorder, pytest.raises(MalformedRecord, match="given twice"):
        recorder.submit([twice]).result()
    with place.vault() as vault:
        assert vault.blobs() == 0


def test_a_call_that_was_given_up_in_time_writes_nothing(place: BookPlace) -> None:
    """A client that went away cancels; the writer goes on for everybody else."""
    entered, leave = threading.Event(), threading.Event()

    def block(_: Preparer) -> None:
        entered.set()
        leave.wait(10)

    with recording(place) as recorder:
        blocker = threading.Thread(target=recorder.run_exclusively, args=(block,))
        blocker.start()
        entered.wait(10)
        given_up, kept = recorder.submit(beats(1)), recorder.submit(beats(1))
        assert given_up.cancel()
        leave.set()
        assert kept.result()[0].seq == 1
        assert not kept.cancel()
        blocker.join()
        assert recorder.record(beat()).seq == 2
    assert place.inspect().entries == 3


def test_a_clock_that_went_back_is_recorded(tmp_path: Path) -> None:
    """Order rests on the index from there on, and says so."""
    clock = FixedClock(START)
    place = make_book(tmp_path, clock=clock)
    with recording(place) as recorder:
        clock.advance(timedelta(seconds=-90))
        assert recorder.submit(beats(2)).result()[0].index == 2
        clock.advance(timedelta(seconds=1))
        recorder.record(beat())
    seen = place.inspect()
    assert (seen.damages, seen.entries) == ([], 5)
    with BookReader(place.path) as book:
        stepped = parse_entry(book.entry(1))
    before, after = format_instant(START), format_instant(START - timedelta(seconds=90))
    assert (stepped.kind, stepped.source, stepped.seq) == ("clock.stepped", "book", 2)
    assert stepped.body == {"before": before, "after": after, "milliseconds": 90_000}


def test_checkpoints_are_signed_while_entries_arrive_and_at_the_end(place: BookPlace) -> None:
    """Without any call from outside."""
    with recording(place, interval=0.02) as recorder:
        recorder.submit(beats(3)).result()
        with BookReader(place.path) as book:
            _eventually(lambda: [mark.size for mark in book.checkpoints()][-1] == 4)
    with recording(place, interval=NO_SIGNING) as recorder:
        recorder.submit(beats(3)).result()
    with BookReader(place.path) as book:
        assert [mark.size for mark in book.checkpoints()][-2:] == [4, 7]


def test_closing_commits_what_waits_and_refuses_what_comes(place: BookPlace) -> None:
    """Nothing that was taken is dropped."""
    recorder = place.recorder(interval=NO_SIGNING)
    futures = [recorder.submit(beats(2)) for _ in range(200)]
    recorder.close()
    recorder.close()
    assert sum(len(future.result()) for future in futures) == 400
    assert recorder.status.state == "closed"
    with pytest.raises(StoreUnavailable, match="closed"):
        recorder.record(beat())
    assert place.inspect().damages == []


def test_a_long_queue_is_committed_in_portions(place: BookPlace) -> None:
    """One transaction never holds more than a bounded number of entries."""
    with recording(place, interval=NO_SIGNING) as recorder:
        futures = [recorder.submit(beats(1500)) for _ in range(6)]
        assert sum(len(future.result()) for future in futures) == 9000
    assert place.inspect().damages == []


def test_a_disk_that_fails_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    """Calls fail meanwhile, the status says so, and recovery needs no call."""
    place = make_book(tmp_path)
    with recording(place, interval=0.02) as recorder:
        recorder.record(beat())
        moved = place.path.rename(place.folder / "away.sqlite")
        with pytest.raises(StoreUnavailable):
            recorder.run_exclusively(_raise_store_unavailable)
        assert recorder.status.state == "failing"
        moved.rename(place.path)
        _eventually(lambda: recorder.status.state == "writing")
        assert recorder.record(beat()).seq == 2
    assert place.inspect().damages == []


def _raise_store_unavailable(_: Preparer) -> None:
    raise StoreUnavailable("sample failure")


def test_a_diverged_history_halts_for_good(place: BookPlace) -> None:
    """Somebody else signed: nothing is written any more, by this recorder or another one."""
    with recording(place, interval=0.02) as recorder:
        state = place.fence.read()
        place.fence.advance(state, FenceState(50, b"\x05" * 32))
        recorder.submit(beats(1))
        _eventually(lambda: recorder.status.state == "halted")
        with pytest.raises(HaltError, match="recorder has halted"):
            recorder.record(beat())
        time.sleep(0.1)
        assert recorder.status.state == "halted"
    with pytest.raises(HistoryDiverged):
        place.recorder()


def test_calls_that_waited_when_it_halted_are_refused(place: BookPlace) -> None:
    """The queue is not worked off on a history that is in doubt."""

    def diverge(_: Preparer) -> None:
        futures.extend(recorder.submit(beats(1)) for _ in range(3))
        raise HistoryDiverged("sample")

    futures: list[Future[tuple[Receipt, ...]]] = []
    with recording(place) as recorder:
        with pytest.raises(HistoryDiverged):
            recorder.run_exclusively(diverge)
        assert [type(future.exception()) for future in futures] == [HaltError] * 3
    assert place.inspect().entries == 1


def test_an_exclusive_act_has_the_writer_to_itself(place: BookPlace) -> None:
    """What waits goes on afterwards; what it raises reaches the caller."""
    with recording(place) as recorder:
        assert recorder.run_exclusively(lambda preparer: preparer.store.book.size) == 1
        with pytest.raises(InputError, match="sample"):
            recorder.run_exclusively(_raise_input)
        with pytest.raises(StoreUnavailable, match="KeyError"):
            recorder.run_exclusively(_raise_foreign)
        assert recorder.record(beat()).index == 1


def _raise_input(_: Preparer) -> None:
    raise InputError("sample")


def _raise_foreign(_: Preparer) -> None:
    raise KeyError


def test_erasures_among_traffic_wait_for_what_came_before(place: BookPlace) -> None:
    """Content that is still being written is erased as well, not orphaned."""
    with recording(place, interval=NO_SIGNING) as recorder:
        futures = []
        for number in range(30):
            futures.append(recorder.submit([asked(f"x_{number}", b"one", f"c_{number}")]))
            futures.append(recorder.submit([erasing(f"c_{number}")]))
        held = recorder.submit([holding("c_held")])
        refused = recorder.submit([erasing("c_held")])
        wait([*futures, held])
        assert [future.exception() for future in futures] == [None] * 60
        assert isinstance(refused.exception(), RefusedError)
    assert place.inspect().damages == []
    with place.vault() as vault:
        assert vault.blobs() == 0


def test_a_reader_does_not_hold_up_the_writer_after_an_erasure(place: BookPlace) -> None:
    """Erased bytes leave the write-ahead log as soon as the reader is gone, and traffic does not wait for it."""
    with recording(place, interval=0.02) as recorder, BookReader(place.path) as book:
        recorder.submit([asked("x_1", b"one", "c_1")]).result()
        sealed = next(bytes(row[0]) for row in book.rows("SELECT sealed FROM content"))
        assert sealed in _raw(place)
        with book.snapshot():
            recorder.submit([erasing("c_1")]).result()
            began = time.monotonic()
            recorder.submit(beats(1)).result()
            assert time.monotonic() - began < 5
            assert sealed in _raw(place)
        _eventually(lambda: sealed not in _raw(place))


def _raw(place: BookPlace) -> bytes:
    return b"".join(path.read_bytes() for path in place.folder.glob("book.sqlite*"))


def test_a_store_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    """Not by the first call."""
    place = make_book(tmp_path)
    place.path.unlink()
    with pytest.raises(Exception, match="no book here"):
        BookRecorder(place.open, clock=place.clock, ids=_no_ids(), monotonic=time.monotonic)


class _no_ids:  # noqa: N801 - stands for a function
    def new(self, prefix: str) -> str:
        """Never called."""
        raise AssertionError(prefix)
