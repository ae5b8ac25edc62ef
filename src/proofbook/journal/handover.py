"""One writer per book: the lock that decides who it is, the socket where others hand over, and the client that does.

The process that takes the lock is the writer and listens on `run/writer.sock`; every other process on the machine sends its
submissions there and waits for the durable acknowledgement. Promises: a `RemoteRecorder` answers only after the writer synced;
only processes of the same user get in (socket mode 0600, peer credentials checked). If the writer dies in between, the caller
gets `StoreUnavailable` and does not know whether the call was recorded: it must ask the book, never assume.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from proofbook.errors import ProofbookError, StoreUnavailable
from proofbook.journal import wire
from proofbook.journal.receipt import Content, Receipt, Recorder, Submission
from proofbook.records.envelope import Draft

LOCK_NAME: Final = "book.lock"
SOCKET_NAME: Final = "writer.sock"
_CREDENTIALS: Final = struct.Struct("3i")
_ANSWER_SECONDS: Final = 120.0
"""Longer than any commit; shorter than a person's patience with a stuck disk."""


class WriterLock:
    """Exclusive right to write one book, held until `release` or the end of the process."""

    def __init__(self, run: Path) -> None:
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor: int | None = os.open(run / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """True when this process is now the writer."""
        if self._descriptor is None:
            raise RuntimeError("the lock was released")
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let others write. Safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class WriterSocket:
    """The writer's ear: accepts hand-overs and passes them to its recorder. One thread accepts, one serves each peer."""

    def __init__(self, run: Path, recorder: Recorder) -> None:
        self._recorder = recorder
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short_path(run) as folder:
            Path(f"{folder}/{SOCKET_NAME}").unlink(missing_ok=True)
            self._listener.bind(f"{folder}/{SOCKET_NAME}")
        (run / SOCKET_NAME).chmod(0o600)
        self._listener.listen(64)
        threading.Thread(target=self._accept, name="writer-socket", daemon=True).start()

    def close(self) -> None:
        """Stop accepting; calls already handed over are still answered by the recorder."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), name="writer-peer", daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            _, user, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
            if user != os.geteuid():
                return
            with suppress(wire.PeerGone, OSError):
                while True:
                    self._answer(peer)

    def _answer(self, peer: socket.socket) -> None:
        try:
            receipts = self._recorder.submit(wire.receive_submissions(peer)).result()
        except ProofbookError as error:
            wire.send_error(peer, error)
        else:
            wire.send_receipts(peer, receipts)


class RemoteRecorder:
    """Implements `Recorder` by handing over to the writer of another process, over one connection, one call at a time."""

    def __init__(self, run: Path) -> None:
        """Connect. Raises StoreUnavailable when nobody listens."""
        self._peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._peer.settimeout(_ANSWER_SECONDS)
        try:
            with _short_path(run) as folder:
                self._peer.connect(f"{folder}/{SOCKET_NAME}")
        except OSError as error:
            self._peer.close()
            raise StoreUnavailable(
                f"{run / SOCKET_NAME}: the process that writes the book does not answer: {error.strerror}"
            ) from error
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hand-over")

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`."""
        return self._pool.submit(self._call, tuple(submissions))

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def close(self) -> None:
        """Finish what was submitted and disconnect."""
        self._pool.shutdown()
        self._peer.close()

    def _call(self, submissions: tuple[Submission, ...]) -> tuple[Receipt, ...]:
        try:
            wire.send_submissions(self._peer, submissions)
            return wire.receive_receipts(self._peer)
        except (OSError, wire.PeerGone) as error:
            raise StoreUnavailable(
                "the process that writes the book went away; look into the book before trying again"
            ) from error


@contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """A name for the folder that fits a socket address, however deep the folder lies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
