"""One writer per book: the lock that decides who it is, the socket where others hand over, and the client that does.

The process that takes the lock is the writer and listens on `run/writer.sock`; every other process on the machine sends its
submissions there and waits for the durable acknowledgement. Promises: a `RemoteRecorder` answers only after the writer synced;
only processes of the same user get in (socket mode 0600, peer credentials checked). A writer that closes answers every call it
received whole; a call it did not is `NotHandedOver` and surely not recorded. If the writer dies in between, the caller gets
`StoreUnavailable` and does not know whether the call was recorded: it must ask the book, never assume.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import struct
import threading
import time
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
ANSWER_SECONDS: Final = 120.0
"""Longer than any commit; shorter than a person's patience with a stuck disk."""
_BREATH_SECONDS: Final = 0.05
_BACKLOG: Final = 64
_TRANSIENT: Final = (errno.ECONNABORTED, errno.EMFILE, errno.ENFILE, errno.EINTR)
"""Trouble with one connection, or until some are closed: the listener itself is sound."""


class NotHandedOver(StoreUnavailable):
    """The writer did not get the call whole, so nothing of it is recorded; it may be made again elsewhere."""


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
            with _short_path(run) as folder:
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
            if not may_hand_over(user):
                return
            with suppress(wire.PeerGone, OSError):
                while self._answer(peer):
                    pass
        finally:
            with self._guard:
                del self._peers[peer]
            peer.close()

    def _answer(self, peer: socket.socket) -> bool:
        """Answer one call. False when the frame was malformed: where the next one begins is not known then."""
        try:
            submissions = wire.receive_submissions(peer)
        except ProofbookError as error:
            wire.send_error(peer, error)
            return False
        try:
            receipts = self._recorder.submit(submissions).result()
        except ProofbookError as error:
            wire.send_error(peer, error)
        else:
            wire.send_receipts(peer, receipts)
        return True


def may_hand_over(user: int) -> bool:
    """Whether a process of that user may hand over: only the writer's own."""
    return user == os.geteuid()


class RemoteRecorder:
    """Implements `Recorder` by handing over to the writer of another process, over one connection, one call at a time.

    A connection that broke is made anew for the next call, so a writer may be restarted in between.
    """

    def __init__(self, run: Path) -> None:
        """Connect. Raises NotHandedOver when nobody listens."""
        self._run = run
        self._peer: socket.socket | None = self._connect()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hand-over")

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`. NotHandedOver when the writer surely did not record it."""
        return self._pool.submit(self._call, tuple(submissions))

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def close(self) -> None:
        """Finish what was submitted and disconnect."""
        self._pool.shutdown()
        self._drop()

    def _call(self, submissions: tuple[Submission, ...]) -> tuple[Receipt, ...]:
        peer = self._live_peer()
        try:
            wire.send_submissions(peer, submissions)
        except OSError as error:
            self._drop()
            raise NotHandedOver("the process that writes the book went away before it had the call whole") from error
        try:
            return wire.receive_receipts(peer)
        except (OSError, wire.PeerGone, wire.BrokenOff) as error:
            self._drop()  # a late answer must not be taken for the next call's
            raise StoreUnavailable(
                "the process that writes the book went away; look into the book before trying again"
            ) from error

    def _live_peer(self) -> socket.socket:
        if self._peer is not None and _is_gone(self._peer):
            self._drop()
        if self._peer is None:
            self._peer = self._connect()
        return self._peer

    def _connect(self) -> socket.socket:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(ANSWER_SECONDS)
        try:
            with _short_path(self._run) as folder:
                peer.connect(f"{folder}/{SOCKET_NAME}")
        except OSError as error:
            peer.close()
            raise NotHandedOver(
                f"{self._run / SOCKET_NAME}: the process that writes the book does not answer: {error.strerror}"
            ) from error
        return peer

    def _drop(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None


def _is_gone(peer: socket.socket) -> bool:
    """Whether the other end closed. Asked with poll, because a socket with a timeout waits for it even in a peek."""
    looking = select.poll()
    looking.register(peer, select.POLLIN)
    try:
        return bool(looking.poll(0)) and peer.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


@contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """A name for the folder that fits a socket address, however deep the folder lies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
