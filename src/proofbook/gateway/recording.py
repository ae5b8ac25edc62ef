"""The gateway's way to the journal: submit, and go on when the record is durable; and what happened while it could not be.

Promises: `done` is called exactly once on the event loop, after the entry is synced or with the reason it is not. While the store
is unavailable nothing is served; what was refused and which ends were lost meanwhile is kept (bounded) and recorded, with a
`source.gap` for the whole interval, as soon as the store works again. A crash before that leaves the facts to the next start.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog

from proofbook.errors import InputError, LimitExceeded, ProofbookError, StoreUnavailable
from proofbook.gateway.drafts import draft_recorder_gap, process_actor
from proofbook.gateway.refusal import STORE_UNAVAILABLE, Refusal, malformed, too_large
from proofbook.journal.receipt import Receipt, Recorder, Submission
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import SourceGap

LOG = structlog.get_logger(__name__)
STORE_FAILED = "gateway.store_failed"
STORE_RECOVERED = "gateway.store_recovered"

KEPT_DURING_OUTAGE = 1000
"""Refusals kept in memory while the store is unavailable; further ones are counted in the gap record. Lost ends are all kept:
there are no more of them than exchanges were under way, and callers without a key must not be able to crowd them out."""

Continuation = Callable[[Refusal | None], None]


class Recording:
    """Submits for one source. Everything here runs on the event loop except the recorder's own thread."""

    def __init__(self, recorder: Recorder, loop: asyncio.AbstractEventLoop, clock: Clock, source: str) -> None:
        self._recorder = recorder
        self._loop = loop
        self._clock = clock
        self.source = source
        self.last_success: float | None = None
        """Loop time of the last durable entry; None before the first."""
        self._outage: _Outage | None = None
        self._settled: deque[tuple[ProofbookError | None, Callable[[ProofbookError | None], None]]] = deque()
        self._waking = False

    @property
    def available(self) -> bool:
        """Whether the last attempt to record succeeded."""
        return self._outage is None and self.last_success is not None

    def submit(self, submission: Submission, done: Continuation) -> None:
        """Record, then call `done(None)`, or `done(refusal)` saying why it was not recorded."""
        self._send((submission,), lambda error: done(None if error is None else _refusal_for(error)))

    async def record(self, submissions: Sequence[Submission]) -> None:
        """Record these together and wait. Raises what the recorder raises."""
        waiter: asyncio.Future[None] = self._loop.create_future()

        def resolve(error: ProofbookError | None) -> None:
            if waiter.done():
                return
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)

        self._send(submissions, resolve)
        await waiter

    def keep_refusal(self, submission: Submission) -> None:
        """A refusal that could not be recorded: record it after the outage."""
        if self._outage is not None:
            self._outage.keep_refusal(submission)

    def keep_lost_end(self, exchange: str) -> None:
        """An exchange whose response could not be recorded: state so, after the outage if there is one."""
        reason = "the response could not be recorded, so the reply was cut"
        submission = draft_recorder_gap(exchange, self.source, self._now(), reason)
        if self._outage is not None:
            self._outage.kept.append(submission)
        else:
            self._send((submission,), lambda _: None)

    def _send(self, submissions: Sequence[Submission], done: Callable[[ProofbookError | None], None]) -> None:
        try:
            future = self._recorder.submit(submissions)
        except ProofbookError as error:
            self._loop.call_soon(self._settle, error, done)
            return
        future.add_done_callback(lambda settled: self._report(_error_of(settled), done))

    def _report(self, error: ProofbookError | None, done: Callable[[ProofbookError | None], None]) -> None:
        """Called in the recorder's thread. A commit settles many submissions at once: they wake the loop once."""
        self._settled.append((error, done))
        if not self._waking:
            self._waking = True
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._waking = False  # first, so that what is reported from here on wakes the loop again
        try:
            while self._settled:
                self._settle(*self._settled.popleft())
        finally:  # a continuation that fails must not keep others from hearing that their record is durable
            if self._settled:
                self._loop.call_soon(self._wake)

    def _settle(self, error: ProofbookError | None, done: Callable[[ProofbookError | None], None]) -> None:
        if error is None:
            self.last_success = self._loop.time()
            if self._outage is not None:
                self._recover(self._outage)
        elif not isinstance(error, InputError) and self._outage is None:
            self._outage = _Outage(self._now())
            LOG.error(STORE_FAILED, code=error.code)
        done(error)

    def _recover(self, outage: _Outage) -> None:
        """State the gap; if that fails too, the outage simply goes on."""
        self._outage = None
        gap = outage.close(self.source, self._now())

        def settled(error: ProofbookError | None) -> None:
            if error is None:
                LOG.warning(STORE_RECOVERED)
            elif self._outage is not None:
                self._outage.reopen(outage)

        self._send((gap, *outage.kept), settled)

    def _now(self) -> str:
        return format_instant(self._clock.now())


class _Outage:
    """An interval in which the store could not be written, and what must be said about it."""

    def __init__(self, since: str) -> None:
        self.since = since
        self.kept: list[Submission] = []
        self.refusals = 0
        self.dropped = 0

    def keep_refusal(self, submission: Submission) -> None:
        if self.refusals < KEPT_DURING_OUTAGE:
            self.refusals += 1
            self.kept.append(submission)
        else:
            self.dropped += 1

    def reopen(self, earlier: _Outage) -> None:
        self.since = earlier.since
        self.refusals += earlier.refusals
        self.dropped += earlier.dropped
        self.kept[:0] = earlier.kept

    def close(self, source: str, until: str) -> Submission:
        follow = f"{len(self.kept)} refusals and lost ends follow, {self.dropped} more were only counted"
        detail = f"the store could not be written; {follow}"
        gap = SourceGap.model_validate({"from": self.since, "until": until, "reason": "store_unavailable", "detail": detail})
        return Submission(Draft("source.gap", source, until, process_actor(source), source, Assurance.INLINE, gap.to_body()))


def _error_of(future: Future[tuple[Receipt, ...]]) -> ProofbookError | None:
    error = future.exception() if not future.cancelled() else StoreUnavailable("the recorder gave up this submission")
    if error is None or isinstance(error, ProofbookError):
        return error
    return StoreUnavailable(f"the recorder failed: {type(error).__name__}")


def _refusal_for(error: ProofbookError) -> Refusal:
    if isinstance(error, LimitExceeded):
        return too_large("The request is larger than can be recorded, so it is not served.")
    if isinstance(error, InputError):
        return malformed("The request has no form that can be recorded, so it is not served.")
    return STORE_UNAVAILABLE
