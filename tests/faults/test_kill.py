"""kill -9 of a writer at random moments: nothing that was acknowledged is lost, and the book goes on."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.records.envelope import parse_entry
from support.draft_builder import beat
from support.fork_server import ForkServer, fork_server
from support.home_builder import BookPlace, make_book, recording

pytestmark = pytest.mark.crash
KILLS = 25


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    """Children without the wait for an interpreter."""
    with fork_server() as started:
        yield started


def _check_kept(place: BookPlace, acknowledged: Path) -> int:
    """Every acknowledged entry is where its receipt said; how many there were."""
    whole = [line.split() for line in acknowledged.read_text().splitlines(keepends=True) if line.endswith("\n")]
    with BookReader(place.path) as book:
        for index, source, seq, entry_id in whole:
            entry = parse_entry(book.entry(int(index)))
            assert (entry.source, entry.seq, entry.id) == (source, int(seq), entry_id)
    return len(whole)


def _check_goes_on(place: BookPlace) -> None:
    """The book opens, takes an entry, is signed to its end and re-derives."""
    with recording(place) as recorder:
        recorder.record(beat(0, "gateway:after"))
    with BookReader(place.path) as book:
        newest = book.latest_checkpoint()
        assert newest is not None
        assert newest.size == book.size()
    assert place.inspect().damages == []


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path, server: ForkServer, seed: int) -> None:
    """Two kills of one book each time: the second one hits a book that was just recovered."""
    moment = random.Random(seed)
    place, acknowledged = make_book(tmp_path / "book"), tmp_path / "acknowledged"
    kept = 0
    acknowledged.touch()
    for under_way in (True, False):  # the second kill may hit a writer that is only opening the book
        pid = server.start("write", folder=place.folder, acknowledged=acknowledged)
        deadline = time.monotonic() + 60
        while under_way and not acknowledged.stat().st_size:
            assert time.monotonic() < deadline, "nothing is acknowledged"
            time.sleep(0.001)
        time.sleep(0.005 + moment.random() * 0.15)
        os.kill(pid, signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL
        assert place.inspect().damages == [], "a book is whole as the kill left it"
        _check_goes_on(place)
        kept = _check_kept(place, acknowledged)
    assert kept > 0


@pytest.mark.parametrize("advances", [1, 2, 5])
def test_a_kill_between_fence_and_signature_is_no_fork(tmp_path: Path, server: ForkServer, advances: int) -> None:
    """The fence stands ahead of the newest signature: the next writer signs that very size, or a later one."""
    place, acknowledged = make_book(tmp_path / "book"), tmp_path / "acknowledged"
    server.start("write_until_fence", folder=place.folder, acknowledged=acknowledged, advances=advances)
    assert server.wait() == -signal.SIGKILL
    state = place.fence.read()
    with BookReader(place.path) as book:
        newest = book.latest_checkpoint()
    assert state is not None
    assert newest is not None
    assert state.size > newest.size
    _check_goes_on(place)
    _check_kept(place, acknowledged)
