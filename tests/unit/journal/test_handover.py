"""One writer, any number of processes: what was received whole is answered, what was not is surely not recorded."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import pytest

from proofbook.errors import MalformedRecord, StoreUnavailable
from proofbook.journal import wire
from proofbook.journal.handover import SOCKET_NAME, NotHandedOver, RemoteRecorder, WriterLock, WriterSocket, may_hand_over
from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.records.envelope import Draft
from support.draft_builder import asked, beat, beats, erasing, malformed
from support.home_builder import BookPlace, make_book, recording

TESTS = Path(__file__).parents[2]
PEER = """
import sys
from pathlib import Path
from proofbook.journal.handover import RemoteRecorder
from support.draft_builder import beats
recorder = RemoteRecorder(Path(sys.argv[1]))
for _ in range(int(sys.argv[3])):
    for receipt in recorder.submit(beats(3, sys.argv[2])).result():
        print(receipt.index, receipt.seq)
recorder.close()
"""


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """A book with its first entry."""
    return make_book(tmp_path / "book")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of lock and socket."""
    WriterLock(tmp_path / "run").release()
    return tmp_path / "run"


@pytest.fixture
def served(place: BookPlace, run: Path) -> Iterator[BookPlace]:
    """The book, with a writer that listens."""
    with recording(place) as recorder:
        ear = WriterSocket(run, recorder)
        yield place
        ear.close()


class _Slow:
    """A recorder whose answers wait until they are let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """Answers later."""
        future: Future[tuple[Receipt, ...]] = Future()
        self.asked.set()

        def answer() -> None:
            self.go.wait(30)
            future.set_result(())

        threading.Thread(target=answer).start()
        return future

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """Not used."""
        raise AssertionError


def test_the_lock_is_held_once(tmp_path: Path) -> None:
    """By a process, until it lets go or ends."""
    first, second = WriterLock(tmp_path / "run"), WriterLock(tmp_path / "run")
    assert first.take()
    assert not second.take()
    first.release()
    first.release()
    assert second.take()
    with pytest.raises(RuntimeError, match="released"):
        first.take()
    second.release()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A read-only disk, for one."""
    (tmp_path / "run").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"book\.lock: cannot be opened"):
        WriterLock(tmp_path / "run")
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / SOCKET_NAME).mkdir()
    with pytest.raises(StoreUnavailable, match="cannot be listened on"):
        WriterSocket(tmp_path / "real", _Slow())


def test_a_call_handed_over_is_recorded_like_any_other(served: BookPlace, run: Path) -> None:
    """Content, effects, errors: the same answers as from the writer itself."""
    remote = RemoteRecorder(run)
    assert remote.record(beat()).index == 1
    assert remote.submit([asked("x_1", b"sample", "c_1"), Submission(beat())]).result()[1].seq == 3
    with pytest.raises(MalformedRecord, match=r"source\.heartbeat: field"):
        remote.record(malformed())
    assert remote.submit([erasing("c_1")]).result()[0].index == 4
    remote.close()
    assert served.inspect().damages == []


def test_many_calls_are_under_way_at_once_and_each_gets_its_own_answer(served: BookPlace, run: Path) -> None:
    """A gateway that waited for each record before it handed over the next would serve one request a sync."""
    remote = RemoteRecorder(run)
    futures = [remote.submit(beats(1 + number % 3)) for number in range(400)]
    wrong = remote.submit([Submission(malformed())])
    last = remote.submit(beats(1))
    found = [[receipt.index for receipt in future.result(30)] for future in futures]
    assert [index for each in found for index in each] == list(range(1, 1 + sum(map(len, found))))
    assert [len(each) for each in found] == [1 + number % 3 for number in range(400)]
    assert isinstance(wrong.exception(30), MalformedRecord)
    assert last.result(30)[0].index == found[-1][-1] + 1
    remote.close()
    remote.close()
    assert isinstance(remote.submit(beats(1)).exception(1), NotHandedOver)
    assert served.inspect().damages == []


@pytest.mark.crash
def test_many_processes_hand_over_at_once(served: BookPlace, run: Path) -> None:
    """Every source counts without gaps, every process gets its own receipts."""
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    peers = [
        subprocess.Popen(
            [sys.executable, "-c", PEER, str(run), f"gateway:{n}", "20"], env=environment, stdout=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    answers = [peer.communicate(timeout=60)[0].split() for peer in peers]
    assert [peer.returncode for peer in peers] == [0] * 4
    assert [[int(seq) for seq in answer[1::2]] for answer in answers] == [list(range(1, 61))] * 4
    indices = sorted(int(index) for answer in answers for index in answer[::2])
    assert indices == list(range(1, 241))
    assert served.inspect().damages == []


def test_nobody_listening_is_surely_not_recorded(run: Path) -> None:
    """A socket file of a dead writer included."""
    with pytest.raises(NotHandedOver, match="does not answer"):
        RemoteRecorder(run)
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(run / SOCKET_NAME))
    stale.close()
    with pytest.raises(NotHandedOver, match="does not answer"):
        RemoteRecorder(run)


def test_a_closing_writer_answers_what_it_received(run: Path) -> None:
    """And whoever comes later knows that nothing of the call was recorded."""
    slow = _Slow()
    ear = WriterSocket(run, slow)
    remote = RemoteRecorder(run)
    future = remote.submit(beats(1))
    slow.asked.wait(10)
    closing = threading.Thread(target=ear.close)
    closing.start()
    time.sleep(0.05)
    assert closing.is_alive()
    slow.go.set()
    assert future.result(10) == ()
    closing.join(10)
    with pytest.raises(NotHandedOver):
        remote.record(beat())
    remote.close()


def test_who_was_still_in_the_backlog_is_answered(run: Path) -> None:
    """Connected, call sent, not yet accepted: none of these is dropped by a writer that closes."""
    slow = _Slow()
    slow.go.set()
    for _ in range(20):
        ear = WriterSocket(run, slow)
        remotes = [RemoteRecorder(run) for _ in range(5)]
        futures = [remote.submit(beats(1)) for remote in remotes]
        ear.close()
        for future in futures:
            error = future.exception(10)
            assert error is None or isinstance(error, NotHandedOver)
        for remote in remotes:
            remote.close()


def test_a_writer_that_dies_leaves_the_caller_in_doubt_and_says_so(run: Path) -> None:
    """The call may have been recorded; only the book can tell."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(run / SOCKET_NAME))
    listener.listen()

    def die() -> None:
        peer, _ = listener.accept()
        wire.receive_submissions(peer)
        peer.sendall(b"\x00\x00")
        peer.close()

    thread = threading.Thread(target=die)
    thread.start()
    remote = RemoteRecorder(run)
    with pytest.raises(StoreUnavailable, match="look into the book") as caught:
        remote.record(beat())
    assert not isinstance(caught.value, NotHandedOver)
    thread.join()
    listener.close()
    remote.close()


@pytest.mark.crash
def test_a_killed_writer_is_noticed(place: BookPlace, run: Path) -> None:
    """SIGKILL in the middle of a call that waits for the disk."""
    script = (
        "import sys, time; from pathlib import Path; from concurrent.futures import Future\n"
        "from proofbook.journal.handover import WriterSocket\n"
        "class Stuck:\n    def submit(self, submissions):\n        print('asked', flush=True); return Future()\n"
        "WriterSocket(Path(sys.argv[1]), Stuck()); print('listening', flush=True); time.sleep(60)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(run)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "listening\n"
    remote = RemoteRecorder(run)
    future = remote.submit(beats(1))
    assert writer.stdout.readline() == "asked\n"
    writer.send_signal(signal.SIGKILL)
    error = future.exception(20)
    assert isinstance(error, StoreUnavailable)
    assert not isinstance(error, NotHandedOver)
    writer.wait()
    writer.stdout.close()
    with recording(place) as recorder:
        ear = WriterSocket(run, recorder)
        assert remote.record(beat()).seq == 1
        remote.close()
        ear.close()


def test_a_confused_peer_is_answered_and_dropped(served: BookPlace, run: Path) -> None:
    """Where its next frame would begin is not known; others are served on."""
    confused = socket.socket(socket.AF_UNIX)
    confused.settimeout(10)
    confused.connect(str(run / SOCKET_NAME))
    confused.sendall(b"\x00\x00\x00\x02[]" + b"\x00\x00\x00\x02[]")
    with pytest.raises(MalformedRecord, match="not an object"):
        wire.receive_receipts(confused)
    with suppress(ConnectionResetError):
        assert confused.recv(1) == b""
    confused.close()
    remote = RemoteRecorder(run)
    assert remote.record(beat()).seq == 1
    remote.close()
    assert served.inspect().damages == []


def test_the_socket_is_for_the_owner_only(served: BookPlace, run: Path) -> None:
    """Folder and socket both."""
    assert (run / SOCKET_NAME).stat().st_mode & 0o777 == 0o600
    assert run.stat().st_mode & 0o777 == 0o700


def test_only_processes_of_the_same_user_may_hand_over() -> None:
    """The decision itself, for any user."""
    assert may_hand_over(os.geteuid())
    assert not may_hand_over(os.geteuid() + 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_peer_of_another_user_is_turned_away(served: BookPlace, run: Path) -> None:
    """Even when it gets at the socket file: the kernel says who it is."""
    script = (
        "import os, socket, sys\npeer = socket.socket(socket.AF_UNIX)\nos.setgid(65534); os.setuid(65534)\n"
        "peer.settimeout(10); peer.connect(sys.argv[1])\n"
        "try:\n    peer.sendall(b'\\x00\\x00\\x00\\x12' + b'{\"submissions\":[]}')\n    print(repr(peer.recv(10)))\n"
        "except OSError as error:\n    print(type(error).__name__)\n"
    )
    for folder in (run, *run.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(folder.stat().st_mode | 0o011)
    (run / SOCKET_NAME).chmod(0o666)
    done = subprocess.run(
        [sys.executable, "-c", script, str(run / SOCKET_NAME)], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.stdout.strip() in {"b''", "ConnectionResetError", "BrokenPipeError"}, done.stderr
    assert served.inspect().entries == 1


def test_a_home_deeper_than_a_socket_address_works(place: BookPlace, tmp_path: Path) -> None:
    """A socket path may have 107 bytes; a home path may have more."""
    run = tmp_path.joinpath(*["deeply-nested-folder"] * 10, "run")
    WriterLock(run).release()
    assert len(str(run)) > 150
    with recording(place) as recorder:
        ear = WriterSocket(run, recorder)
        remote = RemoteRecorder(run)
        assert remote.record(beat()).seq == 1
        remote.close()
        ear.close()


def test_credentials_are_read_as_the_kernel_writes_them() -> None:
    """Process, user, group."""
    ends = socket.socketpair(socket.AF_UNIX)
    raw = ends[0].getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    assert struct.unpack("3i", raw) == (os.getpid(), os.geteuid(), os.getegid())
    for end in ends:
        end.close()
