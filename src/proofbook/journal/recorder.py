"""The writer's thread: takes whatever is waiting, commits it in one synced transaction, answers everybody, signs checkpoints.

Promises: a future resolves only after its entries are on disk (WAL, synchronous FULL); a failed call writes nothing; a failed
disk fails the calls that wait, is retried with a freshly opened store, and loses nothing that was acknowledged; a checkpoint is
signed at least every `interval` seconds while entries arrive, and when none can be made for a while calls fail until one can.
When the history turns out to have diverged the recorder halts and refuses everything from then on. There is no timer before a
commit: under load the batch grows by itself (ledger.md 6.1).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar

import apsw

from proofbook.book.sqlite import BUSY_MILLISECONDS, reading, transaction
from proofbook.errors import HaltError, IntegrityError, ProofbookError, StoreUnavailable
from proofbook.journal.preparation import BOOK_ACTOR, BOOK_SOURCE, Preparer
from proofbook.journal.receipt import Content, EffectKind, Receipt, Settled, Submission
from proofbook.journal.retired import erase_from_retired
from proofbook.journal.store import Store, StoreOpener
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Draft

__all__ = ["BOOK_ACTOR", "BOOK_SOURCE", "BookRecorder", "RecorderStatus"]

MAX_BATCH_ENTRIES: Final = 4096
"""Bounds the memory of one transaction; a longer queue waits for the next."""

MAX_UNSIGNED_SECONDS: Final = 30.0
"""How long entries may go without a signature that cannot be made: beyond that nothing more is recorded, so traffic is refused.
A stuck fence would otherwise let a book grow that nobody could hold anybody to."""

T = TypeVar("T")
_Outcome: TypeAlias = "tuple[Receipt, ...] | ProofbookError | object"
_Outcomes: TypeAlias = "list[tuple[_Call, _Outcome]]"


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """How the writer stands: `failing` may recover by itself, `halted` does not."""

    state: Literal["writing", "failing", "halted", "closed"]
    reason: str | None


class _Call:
    """One call that waits: submissions to be recorded, or an act that wants the writer's thread for itself.

    Its outcome goes to a future or to `settled`, whichever it has.
    """

    __slots__ = ("act", "alone", "future", "settled", "submissions")

    def __init__(
        self,
        submissions: Sequence[Submission],
        *,
        act: Callable[[Preparer], Any] | None = None,
        future: Future[Any] | None = None,
        settled: Settled | None = None,
    ) -> None:
        self.submissions = submissions
        self.act = act
        self.future = future
        self.settled = settled
        self.alone = act is not None or _erases(submissions)
        """An erasure has a transaction of its own, so that all it destroys is on disk already."""

    def start(self) -> bool:
        """False when it was cancelled while it waited; it cannot be any more."""
        return self.future is None or self.future.set_running_or_notify_cancel()

    def settle(self, outcome: _Outcome) -> None:
        """Tell whoever waits: receipts, an act's result, or an error."""
        if self.settled is not None:
            self.settled(outcome if isinstance(outcome, ProofbookError) else None)
        elif self.future is not None and isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        elif self.future is not None:
            self.future.set_result(outcome)


def _erases(submissions: Sequence[Submission]) -> bool:
    for item in submissions:  # noqa: SIM110 - the usual case is one, and a generator costs more than that
        if item.effect is not None and item.effect.kind is EffectKind.ERASE:
            return True
    return False


class BookRecorder:
    """Implements `QuickRecorder` over a store opened by this process. Close it to sign and let go of the book."""

    def __init__(
        self, opener: StoreOpener, *, clock: Clock, ids: IdSource, monotonic: Callable[[], float], interval: float = 1.0
    ) -> None:
        """Open the store and start the thread. Raises what opening raises."""
        self._opener = opener
        self._clock = clock
        self._ids = ids
        self._monotonic = monotonic
        self._interval = interval
        self._preparer: Preparer | None = Preparer(opener(), ids)
        self._waiting: deque[_Call] = deque()
        self._guard = threading.Lock()
        self._wake = threading.Condition(self._guard)
        self._idle = False
        self._closing = False
        self._status = RecorderStatus("writing", None)
        self._signed_at = monotonic()
        self._unsigned: tuple[float, str] | None = None
        """Since when, by the monotonic clock, signing has been failing, and why."""
        self._residue = True
        """Whether deleted content may still lie in the write-ahead log or in a retired book; at first nobody knows."""
        self._thread = threading.Thread(target=self._loop, name="book-writer", daemon=True)
        self._thread.start()

    @property
    def status(self) -> RecorderStatus:
        """How the writer stands."""
        return self._status

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`. A future that is cancelled before the writer takes the call writes nothing."""
        future: Future[tuple[Receipt, ...]] = Future()
        self._queue(_Call(submissions, future=future))
        return future

    def hand_in(self, submissions: Sequence[Submission], settled: Settled) -> None:
        """See `QuickRecorder.hand_in`."""
        self._queue(_Call(submissions, settled=settled))

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def run_exclusively(self, act: Callable[[Preparer], T]) -> T:
        """Run `act` on the writer's thread between two transactions and wait for it; it opens its own transactions.

        When it raises, the store is opened anew, so that nothing half-done is remembered.

        Raises:
            What `act` raises, ours unchanged and others as StoreUnavailable.
        """
        future: Future[T] = Future()
        self._queue(_Call((), act=act, future=future))
        return future.result()

    def close(self) -> None:
        """Commit what waits, sign a last checkpoint, close the store. Safe to call twice."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _queue(self, call: _Call) -> None:
        with self._guard:
            refused = self._closing or self._status.state == "halted"
            if not refused:
                self._waiting.append(call)
                if self._idle:
                    self._wake.notify()
        if refused:
            call.settle(_refusal(self._status))

    def _loop(self) -> None:
        while True:
            calls = self._take()
            if calls:
                self._serve(calls)
            self._sign_when_due(final=not calls and self._closing)
            if not calls and self._closing:
                break
        self._let_go()
        self._status = RecorderStatus("closed", self._status.reason)

    def _take(self) -> list[_Call]:
        """The calls of the next transaction. One that was cancelled while it waited is left out, and cannot be any more."""
        with self._wake:
            if not self._waiting and not self._closing:
                self._idle = True
                self._wake.wait(timeout=self._interval)
                self._idle = False
            calls: list[_Call] = []
            entries = 0
            while self._waiting and entries < MAX_BATCH_ENTRIES and not (calls and self._waiting[0].alone):
                call = self._waiting.popleft()
                if not call.start():
                    continue
                calls.append(call)
                entries += len(call.submissions)
                if call.alone:
                    break
            return calls

    def _serve(self, calls: list[_Call]) -> None:
        outcomes: _Outcomes
        try:
            if self._status.state == "halted":
                raise _refusal(self._status)
            self._check_signed()
            preparer = self._opened()
            act = calls[0].act
            outcomes = self._commit(preparer, calls) if act is None else [(calls[0], act(preparer))]
            self._status = RecorderStatus("writing", None)
        except Exception as error:  # noqa: BLE001 - whatever failed, every caller must hear of it and nothing was acknowledged
            self._fail(error)
            outcomes = [(call, _as_ours(error)) for call in calls]
        for call, outcome in outcomes:
            call.settle(outcome)
        if calls[0].alone:
            self._residue = True
            self._clean_residue()

    def _commit(self, preparer: Preparer, calls: list[_Call]) -> _Outcomes:
        store = preparer.store
        mark = store.book.mark()
        placed: list[tuple[_Call, range | BaseException]] = []
        try:
            with transaction(store.connection, store.path):
                batch = preparer.start(format_instant(self._clock.now()))
                for call in calls:
                    try:
                        placed.append((call, preparer.add(batch, call.submissions)))
                    except ProofbookError as error:
                        placed.append((call, error))
                written = preparer.write(batch)
        except BaseException:
            store.book.reset(mark)
            store.vault.forget_keys()
            raise
        return [
            (call, to if not isinstance(to, range) else () if call.future is None else written[to.start : to.stop])
            for call, to in placed
        ]

    def _opened(self) -> Preparer:
        if self._preparer is None:
            self._preparer = Preparer(self._opener(), self._ids)
        return self._preparer

    def _sign_when_due(self, *, final: bool) -> None:
        """Sign what was committed since; after a failure this is also what finds out, without any call, that the disk is back."""
        now = self._monotonic()
        if self._status.state == "halted" or not (final or now - self._signed_at >= self._interval):
            return
        self._signed_at = now
        self._clean_residue()
        try:
            book = self._opened().store.book
            book.sign_checkpoint(format_instant(self._clock.now()))
            self._unsigned = None
            if self._status.state == "failing":
                book.check_writable()
                self._status = RecorderStatus("writing", None)
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever the disk does
            self._unsigned = (now if self._unsigned is None else self._unsigned[0], str(error))
            self._fail(error)

    def _check_signed(self) -> None:
        if self._unsigned is None:
            return
        since, reason = self._unsigned
        seconds = self._monotonic() - since
        if seconds > MAX_UNSIGNED_SECONDS:
            raise StoreUnavailable(f"nothing could be signed for {seconds:.0f} seconds: {reason}")

    def _clean_residue(self) -> None:
        """Drive erased content out of the write-ahead log and of retired books; a reader may delay this until the next try."""
        if not self._residue or self._preparer is None:
            return
        store = self._preparer.store
        try:
            with reading(store.path):
                self._residue = not _truncate_log(store)
            erase_from_retired(store.connection, store.path.parent)
        except Exception as error:  # noqa: BLE001 - same; what was acknowledged stays so, and the next interval tries again
            self._residue = True  # a damaged retired book must not halt the one in use
            self._fail(StoreUnavailable(f"erased content is not yet destroyed everywhere: {error}"))

    def _fail(self, error: BaseException) -> None:
        """Let go of the store; it is opened afresh. A diverged or damaged history halts for good."""
        halts = isinstance(error, (IntegrityError, HaltError))
        reason = self._status.reason if self._status.state == "halted" else str(error)
        self._status = RecorderStatus("halted" if halts else "failing", reason)
        self._let_go()

    def _let_go(self) -> None:
        if self._preparer is not None:
            with suppress(apsw.Error):  # closing may want to write, too
                self._preparer.store.connection.close()
            self._preparer = None


def _truncate_log(store: Store) -> bool:
    """Whether the write-ahead log is empty now. Does not wait for readers: callers of the writer would wait with it."""
    store.connection.set_busy_timeout(0)
    try:
        row = store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except apsw.BusyError:
        return False
    finally:
        store.connection.set_busy_timeout(BUSY_MILLISECONDS)
    return row is not None and row[0] == 0


def _as_ours(error: BaseException) -> ProofbookError:
    if isinstance(error, ProofbookError):
        return error
    return StoreUnavailable(f"the book could not be written: {type(error).__name__}: {error}")


def _refusal(status: RecorderStatus) -> ProofbookError:
    if status.state == "halted":
        return HaltError(f"the recorder has halted: {status.reason}", hint="run `proofbook book fsck`")
    return StoreUnavailable("the recorder is closed")
