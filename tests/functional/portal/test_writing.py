"""The portal writes, and another process must be the writer: both get their turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import InputError
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.people import PortalViewed
from proofbook.wiring.desk import HomeWriting, LingeringDoor, PassingRecorder
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.starting import Start, start_home
from support.sample_portal import ENTITY

SEEN = PortalViewed(session="s", account="sample", engagement=None, page="/book", subjects=[], status=200).to_body()
LOOK = Submission(
    Draft("portal.viewed", "sample", "2026-03-02T12:00:00.000000Z", Actor("sample", ActorKind.PERSON, "local_account"), "portal",
          Assurance.INLINE, SEEN)
)  # fmt: skip
HELD = 0.4


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new one."""
    start_home(tmp_path / "home", Start(entity=ENTITY, fence=tmp_path / "fence", proposals=(), portal_port=0))
    return open_home(tmp_path / "home")


@pytest.fixture
def door(home: Home) -> Iterator[LingeringDoor]:
    """Its door, not held for long."""
    with closing(LingeringDoor(home, held_seconds=HELD)) as made:
        yield made


def test_who_must_write_gets_a_turn_however_much_is_written_here(home: Home, door: LingeringDoor) -> None:
    """Looks of auditors are entries: a busy portal once held the door for as long as it was busy, and the gateway gave up."""
    writing, stop, written = HomeWriting(home, door), threading.Event(), [0] * 4

    def write(place: int) -> None:
        while not stop.is_set():
            writing.record([LOOK])
            written[place] += 1

    threads = [threading.Thread(target=write, args=(each,)) for each in range(len(written))]
    for each in threads:
        each.start()
    try:
        for _ in range(3):
            with open_door(home, must_write=True, patience=HELD * 6) as mine:
                assert mine.writer is not None
                mine.recorder.submit([LOOK]).result()
    finally:
        stop.set()
        for each in threads:
            each.join(30)
    with BookReader(home.book) as book:
        assert book.kinds()["portal.viewed"][1] == sum(written) + 3


def test_long_work_does_not_hold_the_door(home: Home, door: LingeringDoor) -> None:
    """A population of a year takes minutes; the gateway waits seconds."""
    recorder = PassingRecorder(door)
    recorder.submit([LOOK]).result()
    with open_door(home, must_write=True, patience=HELD * 6) as mine:
        assert mine.writer is not None
    assert recorder.record(LOOK.draft).seq == 2


def test_what_is_refused_is_told_to_whoever_asks(door: LingeringDoor) -> None:
    """As a recorder of any other kind would."""
    settled = PassingRecorder(door).submit([Submission(Draft("no.such", "x", LOOK.draft.occurred, LOOK.draft.actor, "portal",
                                                             Assurance.INLINE, {}))])  # fmt: skip
    with pytest.raises(InputError):
        settled.result()
