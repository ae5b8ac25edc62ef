"""The door in: whoever comes first writes, the others hand over, and nobody fails because somebody else ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import StoreUnavailable
from proofbook.journal.handover import WriterLock
from proofbook.wiring.home import Home
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.recording import open_door
from support.draft_builder import beat, beats
from support.home_builder import make_home

TESTS = Path(__file__).parents[2]
COMMAND = """
import sys, time
from pathlib import Path
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from support.draft_builder import beats
with open_door(open_home(Path(sys.argv[1]))) as door:
    for _ in range(int(sys.argv[3])):
        door.recorder.submit(beats(2, sys.argv[2])).result()
        time.sleep(float(sys.argv[4]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a book."""
    return make_home(tmp_path)


def _command(home: Home, source: str, calls: int, pause: float) -> subprocess.Popen[str]:
    arguments = [str(home.path), source, str(calls), str(pause)]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_new_book_opens_with_its_own_name_and_key(home: Home) -> None:
    """The first entry pins both; the book is signed and checks out."""
    report = inspect_home(home, content=True)
    assert (report.entries, report.checkpoints, report.damages) == (1, 1, ())


def test_the_first_one_writes_and_the_second_hands_over(home: Home) -> None:
    """In one process as between two."""
    with open_door(home) as first, open_door(home) as second:
        assert first.writer is first.recorder
        assert second.writer is None
        assert [door.recorder.record(beat()).seq for door in (first, second, first)] == [1, 2, 3]
        assert second.recorder.submit(beats(2)).result()[1].seq == 5


def test_a_second_one_goes_on_writing_when_the_first_leaves(home: Home) -> None:
    """Two commands at once: the shorter one must not fail the longer one."""
    first = open_door(home)
    door = first.__enter__()
    with open_door(home) as second:
        assert door.recorder.record(beat()).seq == 1
        assert second.recorder.record(beat()).seq == 2
        first.__exit__(None, None, None)
        assert second.recorder.record(beat()).seq == 3
        with open_door(home) as third:
            assert third.writer is None
            assert third.recorder.record(beat()).seq == 4
    assert inspect_home(home, content=False).damages == ()


def test_leaving_in_the_middle_of_calls_loses_none(home: Home) -> None:
    """Writers come and go while others call; every call succeeds exactly once."""
    stop, answered = threading.Event(), [0, 0]

    def come_and_go() -> None:
        while not stop.is_set():
            with open_door(home):
                time.sleep(0.02)

    def call(number: int) -> None:
        with open_door(home) as door:
            for _ in range(60):
                door.recorder.submit(beats(2, f"gateway:{number}")).result()
                answered[number] += 2
                time.sleep(0.003)

    others = [threading.Thread(target=come_and_go) for _ in range(2)]
    callers = [threading.Thread(target=call, args=(number,)) for number in range(2)]
    for thread in others + callers:
        thread.start()
    for thread in callers:
        thread.join(60)
    stop.set()
    for thread in others:
        thread.join(30)
    report = inspect_home(home, content=False)
    assert answered == [120, 120]
    assert (report.damages, report.sources) == ((), {"book": 1, "gateway:0": 120, "gateway:1": 120})


@pytest.mark.crash
def test_several_commands_at_once_all_succeed(home: Home) -> None:
    """Whichever of them happens to write, start first or end last."""
    commands = [_command(home, f"gateway:{number}", 5 + 10 * number, 0.005) for number in range(4)]
    errors = [command.communicate(timeout=60)[1] for command in commands]
    assert [command.returncode for command in commands] == [0] * 4, errors
    report = inspect_home(home, content=False)
    assert report.damages == ()
    assert [report.sources[f"gateway:{number}"] for number in range(4)] == [10, 30, 50, 70]


def test_what_must_write_itself_does_not_hand_over(home: Home) -> None:
    """A key rotation needs the writer's place; it says who has it."""
    with (
        open_door(home),
        pytest.raises(StoreUnavailable, match="another process writes this book"),
        open_door(home, must_write=True, patience=0.2),
    ):
        pass


def test_a_lock_without_a_listener_is_waited_for_and_then_named(home: Home) -> None:
    """A writer that starts is neither there nor gone for a moment; one that hangs is named in the end."""
    lock = WriterLock(home.run)
    assert lock.take()
    with pytest.raises(StoreUnavailable, match="does not answer"), open_door(home, patience=0.3):
        pass
    threading.Timer(0.1, lock.release).start()
    with open_door(home) as door:
        assert door.writer is not None


def test_a_book_that_must_not_be_written_frees_the_place_again(home: Home) -> None:
    """The next attempt must meet the same error, not a stuck lock."""
    fence = home.fence(home.identity().origin)
    fence.path.unlink()
    for _ in range(2):
        with pytest.raises(Exception, match="fence of a signed book is missing"), open_door(home):
            pass


def test_a_failure_inside_the_block_still_signs(home: Home) -> None:
    """What was recorded before it stays recorded and is covered."""

    def fail() -> None:
        with open_door(home) as door:
            door.recorder.record(beat())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with BookReader(home.book) as book:
        newest = book.latest_checkpoint()
    assert newest is not None
    assert newest.size == 2
