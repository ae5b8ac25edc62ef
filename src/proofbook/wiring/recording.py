"""Getting hold of the one door in: become the writer when nobody is, else hand over to the process that is.

A command that runs while nobody holds the book is its writer for that moment (design: one writer per book). While it writes it
listens too, so that two commands at once both succeed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

from proofbook.book.reader import BookReader
from proofbook.errors import StoreUnavailable
from proofbook.journal.handover import NotHandedOver, RemoteRecorder, WriterLock, WriterSocket
from proofbook.journal.receipt import Content, Receipt, Recorder, Submission
from proofbook.journal.recorder import BOOK_ACTOR, BOOK_SOURCE, BookRecorder
from proofbook.journal.store import create_store
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import BookOpened
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.home import Home
from proofbook.wiring.settling import open_home_store, settle
from proofbook.wiring.system import CLOCK, ENTROPY, IDS, MONOTONIC

_FENCE: Final = "set book.fence (or --fence) to a folder that this user may write"
BOOK_FORMAT: Final = "proofbook-book/1"
PATIENCE_SECONDS: Final = 10.0
"""A writer that starts or ends neither leaves the lock nor listens for a moment; longer than any such moment."""


@dataclass(frozen=True, slots=True)
class Door:
    """The door in. `writer` is None when another process wrote at the time of opening."""

    recorder: Recorder
    writer: BookRecorder | None


def start_book(home: Home, *, clock: Clock = CLOCK, ids: IdSource = IDS) -> None:
    """Create the book of a new home with its first entry."""
    signer, origin = home.signer(), home.identity().origin
    store = create_store(home.book, signer=signer, fence=home.fence(origin), vault_key=home.vault_key(), entropy=ENTROPY)
    store.connection.close()
    opened = BookOpened(origin=origin, format=BOOK_FORMAT, entity=home.settings.entity, vkey=format_vkey(signer.key))
    with open_door(home, clock=clock, ids=ids) as door:
        now = format_instant(clock.now())
        door.recorder.record(Draft("book.opened", origin, now, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, opened.to_body()))
    with BookReader(home.book) as book:
        if book.latest_checkpoint() is None:  # closing the door signs, unless the fence does not let it
            fence = home.fence(origin).path
            raise StoreUnavailable(f"{fence}: the fork fence cannot be written, so nothing can be signed", hint=_FENCE)


@contextmanager
def open_door(
    home: Home, *, must_write: bool = False, patience: float = PATIENCE_SECONDS, clock: Clock = CLOCK, ids: IdSource = IDS
) -> Iterator[Door]:
    """The door in for the length of a `with` block. `patience`: seconds to look for the lock or a writer that answers.

    `clock` and `ids` are the writer's, when this process becomes it: a demonstration sets them, an operator never does.

    Raises:
        StoreUnavailable: another process writes and `must_write` was asked for, or nobody answers. Whatever opening the book
        raises.
    """
    threshold = _Threshold(home, patience, clock, ids)
    try:
        threshold.enter(must_write=must_write)
        if threshold.writer is not None:
            yield Door(threshold.writer, threshold.writer)
        else:
            with closing(_FollowingRecorder(threshold)) as following:
                yield Door(following, None)
    finally:
        threshold.leave()


class _Threshold:
    """Where this process stands: it writes the book itself, or hands over to the process that does."""

    def __init__(self, home: Home, patience: float, clock: Clock, ids: IdSource) -> None:
        self._home = home
        self._patience = patience
        self._clock, self._ids = clock, ids
        self._lock = WriterLock(home.run)
        self._ear: WriterSocket | None = None
        self.writer: BookRecorder | None = None
        self.remote: RemoteRecorder | None = None

    def enter(self, *, must_write: bool = False) -> None:
        """Become the writer when nobody is, else reach the one there is: it may be starting or ending for a moment."""
        deadline = MONOTONIC() + self._patience
        while not self._lock.take():
            try:
                if not must_write:
                    self.remote = RemoteRecorder(self._home.run)
                    return
            except NotHandedOver:
                if MONOTONIC() >= deadline:
                    raise
            if must_write and MONOTONIC() >= deadline:
                raise StoreUnavailable(f"{self._home.path}: another process writes this book", hint="stop `proofbook up` first")
            time.sleep(0.05)
        self._write()

    def follow(self) -> None:
        """The writer that was reached is gone: look again. Raises what `enter` raises."""
        if self.remote is not None:
            self.remote.close()
            self.remote = None
        self.enter()

    def leave(self) -> None:
        """Answer what others handed over, sign, and let go."""
        try:
            if self.remote is not None:
                self.remote.close()
            if self._ear is not None:
                self._ear.close()
            if self.writer is not None:
                self.writer.close()
        finally:
            self._lock.release()

    def _write(self) -> None:
        home = self._home
        settle(home)
        interval = home.settings.book.checkpoint_seconds
        self.writer = BookRecorder(
            lambda: open_home_store(home), clock=self._clock, ids=self._ids, monotonic=MONOTONIC, interval=interval
        )
        self._ear = WriterSocket(home.run, self.writer)


class _FollowingRecorder:
    """Hands over to whoever writes; when that process leaves before it had calls whole, they are made again elsewhere."""

    def __init__(self, threshold: _Threshold) -> None:
        self._threshold = threshold
        self._guard = threading.Lock()
        self._stranded: list[tuple[Future[tuple[Receipt, ...]], tuple[Submission, ...]]] = []
        self._open: set[Future[tuple[Receipt, ...]]] = set()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="following")

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`."""
        answer: Future[tuple[Receipt, ...]] = Future()
        answer.set_running_or_notify_cancel()
        with self._guard:
            self._open.add(answer)
        self._hand_over(answer, tuple(submissions))
        return answer

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def close(self) -> None:
        """Finish what was submitted."""
        with self._guard:
            left = list(self._open)
        wait(left)
        self._pool.shutdown()

    def _hand_over(self, answer: Future[tuple[Receipt, ...]], submissions: tuple[Submission, ...]) -> None:
        recorder = self._threshold.writer or self._threshold.remote
        if recorder is None:
            self._strand(answer, submissions)
            return

        def settled(done: Future[tuple[Receipt, ...]]) -> None:
            error = done.exception()
            if isinstance(error, NotHandedOver):
                self._strand(answer, submissions)
            else:
                self._resolve(answer, error, () if error is not None else done.result())

        recorder.submit(submissions).add_done_callback(settled)

    def _strand(self, answer: Future[tuple[Receipt, ...]], submissions: tuple[Submission, ...]) -> None:
        """Nobody has it: look for who writes now, once for all that wait."""
        with self._guard:
            self._stranded.append((answer, submissions))
            first = len(self._stranded) == 1
        if first:
            self._pool.submit(self._follow)

    def _follow(self) -> None:
        failure: BaseException | None = None
        try:
            if self._threshold.writer is None:
                self._threshold.follow()
        except BaseException as error:  # noqa: BLE001 - every caller must hear of it
            failure = error
        with self._guard:
            stranded, self._stranded = self._stranded, []
        for answer, submissions in stranded:
            if failure is None:
                self._hand_over(answer, submissions)
            else:
                self._resolve(answer, failure, ())

    def _resolve(self, answer: Future[tuple[Receipt, ...]], error: BaseException | None, receipts: tuple[Receipt, ...]) -> None:
        with self._guard:
            self._open.discard(answer)
        if error is None:
            answer.set_result(receipts)
        else:
            answer.set_exception(error)
