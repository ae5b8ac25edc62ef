"""Handing over to the writer of another process: many calls under way over one connection, answered in the order they were made.

Promises: a call is answered only after the writer synced it; a call that the writer surely did not get whole is `NotHandedOver`;
if the writer dies in between, the caller gets `StoreUnavailable` and does not know whether it was recorded: it must ask the book,
never assume. A connection that broke is made anew for the next call, so a writer may be restarted in between.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

from proofbook.errors import ProofbookError, StoreUnavailable
from proofbook.journal import wire
from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.records.envelope import Draft

SOCKET_NAME: Final = "writer.sock"
ANSWER_SECONDS: Final = 120.0
"""Longer than any commit; shorter than a person's patience with a stuck disk."""

_Answer: TypeAlias = "Future[tuple[Receipt, ...]]"


class NotHandedOver(StoreUnavailable):
    """The writer did not get the call whole, so nothing of it is recorded; it may be made again elsewhere."""


class RemoteRecorder:
    """Implements `Recorder` by handing over to the writer of another process. One thread sends, one receives."""

    def __init__(self, run: Path) -> None:
        """Connect. Raises NotHandedOver when nobody listens."""
        self._run = run
        self._line: _Line | None = _Line(run)
        self._calls: deque[tuple[_Answer, tuple[Submission, ...]]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._send_all, name="hand-over", daemon=True)
        self._thread.start()

    def submit(self, submissions: Sequence[Submission]) -> _Answer:
        """See `Recorder.submit`. NotHandedOver when the writer surely did not record it."""
        answer: _Answer = Future()
        with self._wake:
            if self._closing:
                answer.set_exception(NotHandedOver("the connection to the process that writes the book was closed"))
            else:
                self._calls.append((answer, tuple(submissions)))
                self._wake.notify()
        return answer

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def close(self) -> None:
        """Finish what was submitted and disconnect. Safe to call twice."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _send_all(self) -> None:
        while True:
            with self._wake:
                while not self._calls and not self._closing:
                    self._wake.wait()
                if not self._calls:
                    break
                answer, submissions = self._calls.popleft()
            if answer.set_running_or_notify_cancel():
                self._send(answer, submissions)
        if self._line is not None:
            self._line.finish()

    def _send(self, answer: _Answer, submissions: tuple[Submission, ...]) -> None:
        try:
            line = self._live_line()
            try:
                wire.send_submissions(line.peer, submissions)
            except OSError as error:
                self._drop()
                raise NotHandedOver("the process that writes the book went away before it had the call whole") from error
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller must hear of it, and the next call is another one
            answer.set_exception(error if isinstance(error, ProofbookError) else StoreUnavailable(f"not handed over: {error!r}"))
            return
        line.expect(answer)

    def _live_line(self) -> _Line:
        if self._line is not None and self._line.gone:
            self._drop()
        if self._line is None:
            self._line = _Line(self._run)
        return self._line

    def _drop(self) -> None:
        if self._line is not None:
            self._line.finish()
            self._line = None


class _Line:
    """One connection, and the thread that receives what is answered over it."""

    def __init__(self, run: Path) -> None:
        self.peer = _connect(run)
        self._expected: deque[_Answer] = deque()
        self._wake = threading.Condition()
        self._finished = False
        self._broken = False
        self._thread = threading.Thread(target=self._receive_all, name="hand-over-answers", daemon=True)
        self._thread.start()

    @property
    def gone(self) -> bool:
        """Whether the other end closed, or an answer did not come. Asked by whoever sends.

        While answers are expected the other thread reads and would notice; looking at the same time could wait for its bytes.
        """
        with self._wake:
            return self._broken or (not self._expected and _is_gone(self.peer))

    def expect(self, answer: _Answer) -> None:
        """A call was sent: its answer is the next one after those already expected."""
        with self._wake:
            if not self._broken:
                self._expected.append(answer)
                self._wake.notify()
                return
        answer.set_exception(_doubt())

    def finish(self) -> None:
        """Wait for the answers that are expected, then close."""
        with self._wake:
            self._finished = True
            self._wake.notify()
        self._thread.join()
        self.peer.close()

    def _receive_all(self) -> None:
        while True:
            with self._wake:
                while not self._expected and not self._finished:
                    self._wake.wait()
                if not self._expected:
                    return
                answer = self._expected[0]
            try:
                receipts = wire.receive_receipts(self.peer)
            except (OSError, wire.PeerGone, wire.BrokenOff):
                self._break()  # a late answer must not be taken for another call's
                return
            except ProofbookError as error:
                self._expected.popleft()
                answer.set_exception(error)
            else:
                self._expected.popleft()
                answer.set_result(receipts)

    def _break(self) -> None:
        with self._wake:
            self._broken = True
            left, self._expected = list(self._expected), deque()
        with suppress(OSError):
            self.peer.shutdown(socket.SHUT_RDWR)
        for answer in left:
            answer.set_exception(_doubt())


def _doubt() -> StoreUnavailable:
    return StoreUnavailable("the process that writes the book went away; look into the book before trying again")


def _connect(run: Path) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(ANSWER_SECONDS)
    try:
        with short_path(run) as folder:
            peer.connect(f"{folder}/{SOCKET_NAME}")
    except OSError as error:
        peer.close()
        raise NotHandedOver(f"{run / SOCKET_NAME}: the process that writes the book does not answer: {error.strerror}") from error
    return peer


def _is_gone(peer: socket.socket) -> bool:
    """Whether the other end closed. Asked with poll, because a socket with a timeout waits for it even in a peek."""
    looking = select.poll()
    looking.register(peer, select.POLLIN)
    try:
        return bool(looking.poll(0)) and peer.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


@contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """A name for the folder that fits a socket address, however deep the folder lies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
