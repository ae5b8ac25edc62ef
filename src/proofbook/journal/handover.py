"""One writer per book: the lock that decides who it is, the socket where others hand over, and the client that does.

The process that takes the lock is the writer and listens on `run/writer.sock`; every other process on the machine sends its
submissions there and waits for the durable acknowledgement. Promises: a `RemoteRecorder` answers only after the writer synced;
only processes of the same user get in (socket mode 0600, peer credentials checked). A writer that closes answers every call it
received whole; `remote` is the other end.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from proofbook.errors import ProofbookError, StoreUnavailable
from proofbook.journal import wire
from proofbook.journal.receipt import Receipt, Recorder
from proofbook.journal.remote import ANSWER_SECONDS, SOCKET_NAME, NotHandedOver, RemoteRecorder, short_path

__all__ = ["LOCK_NAME", "SOCKET_NAME", "NotHandedOver", "RemoteRecorder", "WriterLock", "WriterSocket", "may_hand_over"]

LOCK_NAME: Final = "book.lock"
_CREDENTIALS: Final = struct.Struct("3i")
_MOST_UNANSWERED: Final = 1024
"""Calls of one peer that may wait for the disk at once."""
_BREATH_SECONDS: Final = 0.05
_BACKLOG: Final = 64
_TRANSIENT: Final = (errno.ECONNABORTED, errno.EMFILE, errno.ENFILE, errno.EINTR)
"""Trouble with one connection, or until some are closed: the listener itself is sound."""


class WriterLock:
    """Exclusive right to write one book, held until `release` or the end of the process."""

    def __init__(self, run: Path) -> None:
        """Prepare. Raises StoreUnavailable when the folder or the lock file cannot be made."""
        try:
            run.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor: int | None = os.open(run / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{run / LOCK_NAME}: cannot be opened: {error.strerror}") from error

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
        """Listen. Raises StoreUnavailable when the socket cannot be made."""
        self._path = run / SOCKET_NAME
        self._recorder = recorder
        self._peers: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with short_path(run) as folder:
                Path(f"{folder}/{SOCKET_NAME}").unlink(missing_ok=True)
                self._listener.bind(f"{folder}/{SOCKET_NAME}")
            (run / SOCKET_NAME).chmod(0o600)
            self._listener.listen(_BACKLOG)
        except OSError as error:
            self._listener.close()
            raise StoreUnavailable(f"{run / SOCKET_NAME}: cannot be listened on: {error.strerror}") from error
        self._acceptor = threading.Thread(target=self._accept, name="writer-socket", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Stop accepting and answer what was handed over whole. The recorder must still be open."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # who waits in the backlog is still accepted, nobody new gets in
        self._acceptor.join()
        self._listener.close()
        with suppress(OSError):
            self._path.unlink()  # a socket nobody listens on disturbs whoever copies the home
        with self._guard:
            peers = dict(self._peers)
        for peer, thread in peers.items():
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RD)  # what lies in the buffer is still read
            thread.join(ANSWER_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError as error:
                if error.errno in _TRANSIENT:
                    time.sleep(_BREATH_SECONDS)
                    continue
                return
            thread = threading.Thread(target=self._serve, args=(peer,), name="writer-peer", daemon=True)
            with self._guard:
                self._peers[peer] = thread
            thread.start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            _, user, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
            if may_hand_over(user):
                _Conversation(peer, self._recorder).hold()
        finally:
            with self._guard:
                del self._peers[peer]
            peer.close()


class _Conversation:
    """What one peer hands over and is answered: calls are taken in while earlier ones still wait for the disk."""

    def __init__(self, peer: socket.socket, recorder: Recorder) -> None:
        self._peer = peer
        self._recorder = recorder
        self._calls: SimpleQueue[Future[tuple[Receipt, ...]] | ProofbookError | None] = SimpleQueue()
        self._room = threading.Semaphore(_MOST_UNANSWERED)

    def hold(self) -> None:
        """Until the peer closes or sends what is no call."""
        answering = threading.Thread(target=self._answer_all, name="writer-answers", daemon=True)
        answering.start()
        try:
            while self._take():
                pass
        finally:
            self._calls.put(None)
            answering.join()

    def _take(self) -> bool:
        """Take one call. False at the end, and when the frame was malformed: where the next one begins is not known then."""
        try:
            submissions = wire.receive_submissions(self._peer)
        except (wire.PeerGone, OSError):
            return False
        except ProofbookError as error:
            self._calls.put(error)
            return False
        self._room.acquire()  # beyond it the peer waits, not our memory
        self._calls.put(self._recorder.submit(submissions))
        return True

    def _answer_all(self) -> None:
        while (call := self._calls.get()) is not None:
            with suppress(OSError):  # a peer that left hears nothing; what it handed over is recorded all the same
                self._answer(call)
            self._room.release()

    def _answer(self, call: Future[tuple[Receipt, ...]] | ProofbookError) -> None:
        try:
            if isinstance(call, ProofbookError):
                raise call
            receipts = call.result()
        except ProofbookError as error:
            wire.send_error(self._peer, error)
        else:
            wire.send_receipts(self._peer, receipts)


def may_hand_over(user: int) -> bool:
    """Whether a process of that user may hand over: only the writer's own."""
    return user == os.geteuid()
