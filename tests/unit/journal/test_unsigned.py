"""A book that cannot be signed must not go on growing as if it could."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from proofbook.book.fence import FenceState, FileFence
from proofbook.errors import StoreUnavailable
from proofbook.journal.recorder import MAX_UNSIGNED_SECONDS, BookRecorder
from proofbook.journal.store import open_store
from proofbook.primitives.ids import CountingIds
from support.draft_builder import beat
from support.home_builder import BookPlace, make_book


class StuckFence(FileFence):
    """A fence on a disk of its own that is full for a while."""

    stuck = False

    def advance(self, expected: FenceState | None, new: FenceState) -> None:
        """Refuse while stuck."""
        if StuckFence.stuck:
            raise StoreUnavailable("fence.json: cannot be written: No space left on device")
        super().advance(expected, new)


class Watch:
    """A monotonic clock that can be moved ahead."""

    ahead = 0.0

    def __call__(self) -> float:
        """The time."""
        return time.monotonic() + self.ahead


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _opener(place: BookPlace) -> Callable[[], object]:
    fence = StuckFence(place.fence.path, place.signer.key.name)
    return lambda: open_store(place.path, signer=place.signer, fence=fence, vault_key=place.vault_key, entropy=os.urandom)


def test_a_stuck_fence_stops_recording_after_a_while_and_lets_it_go_on_when_freed(tmp_path: Path) -> None:
    """Entries that nobody can sign are not evidence: better no traffic than traffic that only looks recorded."""
    place, watch = make_book(tmp_path), Watch()
    recorder = BookRecorder(
        _opener(place),  # type: ignore[arg-type]  # a Store behind a fence of ours
        clock=place.clock,
        ids=CountingIds(),
        monotonic=watch,
        interval=0.02,
    )
    try:
        StuckFence.stuck = True
        recorder.record(beat())
        _eventually(lambda: recorder.status.state == "failing")
        recorder.record(beat())  # a short while is borne
        watch.ahead = MAX_UNSIGNED_SECONDS + 1
        with pytest.raises(StoreUnavailable, match=r"nothing could be signed for .*No space left"):
            recorder.record(beat())
        StuckFence.stuck = False
        _eventually(lambda: recorder.status.state == "writing")

        assert recorder.record(beat()).seq == 3
    finally:
        StuckFence.stuck = False
        recorder.close()
    assert place.inspect().damages == []
