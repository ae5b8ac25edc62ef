"""The writer's thread: takes whatever is waiting, commits it in one synced transaction, answers everybody, signs checkpoints.

Promises: a future resolves only after its entries are on disk (WAL, synchronous FULL); a failed call writes nothing; a failed
disk fails the calls that wait, is retried with a freshly opened store, and loses nothing that was acknowledged; a checkpoint is
signed at least every `interval` seconds while entries arrive. When the history turns out to have diverged the recorder halts
and refuses everything from then on. There is no timer before a commit: under load the batch grows by itself (ledger.md 6.1).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Literal

from proofbook.book.sqlite import transaction
from proofbook.errors import HaltError, IntegrityError, ProofbookError, StoreUnavailable
from proofbook.journal.preparation import Batch, Preparer
from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.journal.store import Store, StoreOpener
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock, format_instant, parse_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.operations import ClockStepped

BOOK_SOURCE: Final = "book"
BOOK_ACTOR: Final = Actor("proofbook", ActorKind.SYSTEM, "process")
MAX_BATCH_ENTRIES: Final = 4096
"""Bounds the memory of one transaction; a longer queue waits for the next."""

_Call = tuple[Sequence[Submission], "Future[tuple[Receipt, ...]]"]


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """How the writer stands: `failing` may recover by itself, `halted` does not."""

    state: Literal["writing", "failing", "halted", "closed"]
    reason: str | None


class BookRecorder:
    """Implements `Recorder` over a store opened by this process. Close it to sign and let go of the book."""

    def __init__(
        self, opener: StoreOpener, *, clock: Clock, ids: IdSource, monotonic: Callable[[], float], interval: float = 1.0
    ) -> None:
        """Open the store and start the thread. Raises what opening raises."""
        self._opener = opener
        self._clock = clock
        self._ids = ids
        self._monotonic = monotonic
        self._interval = interval
        self._store: Store | None = opener()
        self._preparer = Preparer(self._store, ids)
        self._waiting: deque[_Call] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._status = RecorderStatus("writing", None)
        self._signed_at = monotonic()
        self._truncate = False
        self._thread = threading.Thread(target=self._loop, name="book-writer", daemon=True)
        self._thread.start()

    @property
    def status(self) -> RecorderStatus:
        """How the writer stands."""
        return self._status

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`."""
        future: Future[tuple[Receipt, ...]] = Future()
        with self._wake:
            if self._closing or self._status.state == "halted":
                future.set_exception(_refusal(self._status))
            else:
                self._waiting.append((submissions, future))
                self._wake.notify()
        return future

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def close(self) -> None:
        """Commit what waits, sign a last checkpoint, close the store. Safe to call twice."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _loop(self) -> None:
        while True:
            calls = self._take()
            if calls:
                self._commit(calls)
            self._sign_when_due(final=not calls and self._closing)
            if not calls and self._closing:
                break
        if self._store is not None:
            self._store.connection.close()
        self._status = RecorderStatus("closed", self._status.reason)

    def _take(self) -> list[_Call]:
        with self._wake:
            if not self._waiting and not self._closing:
                self._wake.wait(timeout=self._interval)
            calls: list[_Call] = []
            entries = 0
            while self._waiting and entries < MAX_BATCH_ENTRIES:
                calls.append(self._waiting.popleft())
                entries += len(calls[-1][0])
            return calls

    def _commit(self, calls: list[_Call]) -> None:
        done: list[tuple[Future[tuple[Receipt, ...]], tuple[Receipt, ...]]] = []
        failed: list[tuple[Future[tuple[Receipt, ...]], BaseException]] = []
        try:
            store = self._reopened()
            mark = store.book.mark()
            try:
                with transaction(store.connection, store.path):
                    done, failed, disposed = self._write(store, calls)
            except BaseException:
                store.book.reset(mark)
                store.vault.forget_keys()
                raise
            self._truncate = self._truncate or disposed
            self._status = RecorderStatus("writing", None)
        except Exception as error:  # noqa: BLE001 - whatever failed, every caller must hear of it and nothing was committed
            self._fail(error)
            done, failed = [], [(future, _as_ours(error)) for _, future in calls]
        for future, receipts in done:
            future.set_result(receipts)
        for future, reason in failed:
            future.set_exception(reason)
        self._truncate_log()

    def _write(
        self, store: Store, calls: list[_Call]
    ) -> tuple[
        list[tuple[Future[tuple[Receipt, ...]], tuple[Receipt, ...]]],
        list[tuple[Future[tuple[Receipt, ...]], BaseException]],
        bool,
    ]:
        batch = self._start_batch(store)
        placed: list[tuple[Future[tuple[Receipt, ...]], range]] = []
        failed: list[tuple[Future[tuple[Receipt, ...]], BaseException]] = []
        for submissions, future in calls:
            try:
                placed.append((future, self._preparer.add(batch, submissions)))
            except ProofbookError as error:
                failed.append((future, error))
        first = store.book.size
        if not batch.rows:
            return [(future, ()) for future, _ in placed], failed, False
        leaves = store.book.append(batch.rows)
        if batch.blobs:
            store.vault.store(batch.blobs)
        receipts = [
            Receipt(entry_id, first + offset, row.source, row.seq, row.recorded, leaf)
            for offset, (entry_id, row, leaf) in enumerate(zip(batch.ids, batch.rows, leaves, strict=True))
        ]
        return [(future, tuple(receipts[where.start : where.stop])) for future, where in placed], failed, batch.disposed

    def _start_batch(self, store: Store) -> Batch:
        """A batch dated now; when the clock went back since the newest entry, the first row says so."""
        batch = Batch(format_instant(self._clock.now()))
        before = store.book.recorded
        if before and batch.recorded < before:
            step = parse_instant(before) - parse_instant(batch.recorded)
            body = ClockStepped(before=before, after=batch.recorded, milliseconds=int(step.total_seconds() * 1000)).to_body()
            draft = Draft("clock.stepped", BOOK_SOURCE, batch.recorded, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, body)
            self._preparer.add(batch, [Submission(draft)])
        return batch

    def _reopened(self) -> Store:
        if self._store is None:
            self._store = self._opener()
            self._preparer = Preparer(self._store, self._ids)
        return self._store

    def _sign_when_due(self, *, final: bool) -> None:
        now = self._monotonic()
        if self._store is None or not (final or now - self._signed_at >= self._interval):
            return
        self._signed_at = now
        self._truncate_log()
        try:
            self._store.book.sign_checkpoint(format_instant(self._clock.now()))
        except ProofbookError as error:
            self._fail(error)

    def _truncate_log(self) -> None:
        """After an erasure the write-ahead log must not keep what was deleted; a reader may delay this until the next try."""
        if self._truncate and self._store is not None:
            row = self._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._truncate = row is None or row[0] != 0

    def _fail(self, error: BaseException) -> None:
        """Let go of the store; the next call opens it afresh. A diverged or damaged history halts for good."""
        if isinstance(error, IntegrityError):
            self._status = RecorderStatus("halted", str(error))
        else:
            self._status = RecorderStatus("failing", str(error))
        if self._store is not None:
            self._store.connection.close()
            self._store = None


def _as_ours(error: BaseException) -> BaseException:
    if isinstance(error, ProofbookError):
        return error
    return StoreUnavailable(f"the book could not be written: {type(error).__name__}: {error}")


def _refusal(status: RecorderStatus) -> ProofbookError:
    if status.state == "halted":
        return HaltError(f"the recorder has halted: {status.reason}", hint="run `proofbook book fsck`")
    return StoreUnavailable("the recorder is closed")
