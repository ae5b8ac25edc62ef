"""The gateway's way to the journal: submit, and go on when the record is durable; and what happened while it could not be.

Promises: `done` is called exactly once on the event loop, after the entry is synced or with the reason it is not. While the store
is unavailable nothing is served except for systems set to fail open; what was refused, which ends were lost and what was served
meanwhile is kept (bounded, `outage.Outage`) and recorded, with a `source.gap` for the whole interval, as soon as the store works
again. A crash before that leaves the facts to the next start.

A store that answers nothing for longer than `patience` counts as unavailable although it said nothing: whoever waits for the
record of a request is told so, and what was handed in is not recorded twice when the store does answer after all.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import count
from typing import TypeAlias

import structlog

from proofbook.errors import InputError, LimitExceeded, ProofbookError, StoreUnavailable
from proofbook.gateway.drafts import draft_recorder_gap
from proofbook.gateway.outage import Outage, draft_gap
from proofbook.gateway.refusal import STORE_UNAVAILABLE, Refusal, malformed, too_large
from proofbook.gateway.running.figures import Figures
from proofbook.journal.receipt import QuickRecorder, Receipt, Recorder, Settled, Submission
from proofbook.primitives.instants import Clock, format_instant

LOG = structlog.get_logger(__name__)
STORE_FAILED = "gateway.store_failed"
STORE_RECOVERED = "gateway.store_recovered"
STORE_HANGS = "gateway.store_hangs"
CONTINUATION_FAILED = "gateway.continuation_failed"

_MOST_TURNS = 8
"""After so many turns of the loop what waits is handed over, even if each of them brought more."""
_IMPATIENT = frozenset(("exchange.request", "exchange.refused"))
"""Kinds whose callers have nothing of a reply yet: they are told when the store hangs."""
_LATE = "the store did not answer in time, so the request was not forwarded and its caller was told so; its record came late"
Continuation = Callable[[Refusal | None], None]
_Waiting: TypeAlias = "tuple[Settled | None, Continuation | None, Settled | None]"
"""Who hears of a record: see `_send`; and who counts it."""


class Recording:
    """Submits for one source. Everything here runs on the event loop except the recorder's own thread."""

    def __init__(self, recorder: Recorder, loop: asyncio.AbstractEventLoop, clock: Clock, source: str) -> None:
        self._hand_in = recorder.hand_in if isinstance(recorder, QuickRecorder) else _by_futures(recorder)
        self._loop = loop
        self._clock = clock
        self.source = source
        self.last_success: float | None = None
        """Loop time of the last durable entry; None before the first."""
        self.figures: Figures | None = None
        """Counts what is recorded; None when nobody wants to know."""
        self.patience = math.inf
        """Seconds after which a store that answers nothing counts as unavailable."""
        self.hanging = False
        """Whether it did not answer for so long; until it does, nothing more is handed in."""
        self._waiters: dict[int, tuple[Submission, Continuation]] = {}
        """Who is told when the store hangs, by a number of their own."""
        self._given_up: dict[int, Submission] = {}
        """What the store has and did not answer to before its waiter was told."""
        self._numbers = count()
        self._unanswered = 0
        self._answered_at = 0.0
        self._outage: Outage | None = None
        self._settled: deque[tuple[_Waiting, ProofbookError | None]] = deque()
        self._waking = False
        self._outbox: list[tuple[Sequence[Submission], _Waiting]] = []
        self._turns = self._seen = 0
        """Turns of the loop since something waits to be handed over, and how much did in the last one."""

    @property
    def available(self) -> bool:
        """Whether the last attempt to record succeeded."""
        return self._outage is None and self.last_success is not None

    @property
    def unanswered(self) -> int:
        """Calls that the recorder has and has not answered."""
        return self._unanswered

    @property
    def unanswered_seconds(self) -> float:
        """How long the recorder has answered nothing although something waits; 0 when nothing does."""
        return self._loop.time() - self._answered_at if self._unanswered else 0.0

    def submit(self, submission: Submission, done: Continuation, *, hurried: bool = False) -> None:
        """Record, then call `done(None)`, or `done(refusal)` saying why it was not recorded.

        `hurried`: a store that hangs is not waited for, as it is not for requests and refusals.
        """
        if hurried or submission.draft.kind in _IMPATIENT:
            number = next(self._numbers)
            self._waiters[number] = (submission, done)
            done = partial(self._heard, number)
        self._send((submission,), None, done)

    def look(self) -> None:
        """Called a few times a second: have a store that hangs count as unavailable."""
        if self.hanging or self.unanswered_seconds <= self.patience:
            return
        self.hanging = True
        self._outage = self._outage or Outage(self._now())
        LOG.error(STORE_HANGS, unanswered=self._unanswered)
        waiters, self._waiters = self._waiters, {}
        self._given_up |= {number: submission for number, (submission, _) in waiters.items()}
        for _, done in waiters.values():
            try:
                done(STORE_UNAVAILABLE)
            except Exception as error:  # noqa: BLE001 - one that fails must not keep others waiting
                LOG.error(CONTINUATION_FAILED, error=type(error).__name__)  # noqa: TRY400 - the name says it

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

    def keep_served(self, submission: Submission) -> None:
        """A request or response that could not be recorded, of an exchange that goes on nonetheless."""
        if self._outage is not None:
            self._outage.keep_served(submission)
        else:
            self._record_late(submission)  # the store works again by now

    def keep_lost_end(self, exchange: str) -> None:
        """An exchange whose response could not be recorded: state so, after the outage if there is one."""
        reason = "the response could not be recorded, so the reply was cut"
        submission = draft_recorder_gap(exchange, self.source, self._now(), reason)
        if self._outage is not None:
            self._outage.keep_end(submission)
        else:
            self._send((submission,), None)

    def _send(self, submissions: Sequence[Submission], done: Settled | None, told: Continuation | None = None) -> None:
        """`done` hears the error itself, `told` the refusal that it means for a caller."""
        if self.hanging:
            self._loop.call_soon(self._tell, (done, told, None), StoreUnavailable("the store does not answer"))
            return
        if not self._unanswered:
            self._answered_at = self._loop.time()
        self._unanswered += 1
        noted = None if self.figures is None else self.figures.noted(submissions)
        self._outbox.append((submissions, (done, told, noted)))
        if len(self._outbox) == 1:
            self._turns, self._seen = 0, 1
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        """Once a turn of the loop brought nothing more: what is handed over together is written and synced together."""
        self._turns += 1
        if self._seen < len(self._outbox) and self._turns < _MOST_TURNS:
            self._seen = len(self._outbox)
            self._loop.call_soon(self._hand_over)
            return
        outbox, self._outbox = self._outbox, []
        for submissions, waiting in outbox:
            try:
                self._hand_in(submissions, partial(self._report, waiting))
            except ProofbookError as error:
                self._loop.call_soon(self._settle, waiting, error)

    def _report(self, waiting: _Waiting, error: ProofbookError | None) -> None:
        """Called in the recorder's thread. A commit settles many submissions at once: they wake the loop once."""
        self._settled.append((waiting, error))
        if not self._waking:
            self._waking = True
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._waking = False  # first, so that what is reported from here on wakes the loop again
        settled = self._settled
        try:
            while settled:
                self._settle(*settled.popleft())
        finally:  # a continuation that fails must not keep others from hearing that their record is durable
            if settled:
                self._loop.call_soon(self._wake)

    def _settle(self, waiting: _Waiting, error: ProofbookError | None) -> None:
        self._unanswered -= 1
        self._answered_at = self._loop.time()
        self.hanging = False
        if error is None:
            self.last_success = self._answered_at
        elif not isinstance(error, InputError) and self._outage is None:
            self._outage = Outage(self._now())
            LOG.error(STORE_FAILED, code=error.code)
        if error is None and self._outage is not None and not self._given_up:
            self._recover(self._outage)
        self._tell(waiting, error)
        if error is None and self._outage is not None and not self._given_up:
            self._recover(self._outage)

    @staticmethod
    def _tell(waiting: _Waiting, error: ProofbookError | None) -> None:
        done, told, noted = waiting
        if noted is not None:
            noted(error)
        if told is not None:
            told(None if error is None else _refusal_for(error))
        elif done is not None:
            done(error)

    def _heard(self, number: int, refusal: Refusal | None) -> None:
        """What became of a record that somebody waits for, or waited for until the store hung."""
        waiter = self._waiters.pop(number, None)
        if waiter is not None:
            waiter[1](refusal)
            return
        submission = self._given_up.pop(number)
        if refusal is None and self._outage is not None and not self._outage.recorded_after_all(submission):
            draft = submission.draft  # a request that was answered with an error: it has a record, and so it has an end
            self._outage.keep_end(draft_recorder_gap(draft.subject, self.source, self._now(), _LATE))

    def _recover(self, outage: Outage) -> None:
        """State the gap; if that fails too, the outage simply goes on."""
        self._outage = None
        gap = outage.close(self.source, self._now())

        def settled(error: ProofbookError | None) -> None:
            if error is None:
                LOG.warning(STORE_RECOVERED)
                for each in outage.late:
                    self._record_late(each)
            elif self._outage is not None:
                self._outage.reopen(outage)

        self._send((gap, *outage.kept), settled)

    def _record_late(self, submission: Submission) -> None:
        """Record what happened during an outage; by itself, since one that has no form must not take others with it."""

        def settled(error: ProofbookError | None) -> None:
            if isinstance(error, InputError):
                detail = f"exchange {submission.draft.subject} was served and its {submission.draft.kind} has no form as an entry"
                occurred = submission.draft.occurred
                self._send((draft_gap(self.source, occurred, self._now(), detail, served_late=0, served_unrecorded=1),), None)
            elif error is not None:
                self.keep_served(submission)

        self._send((submission,), settled)

    def _now(self) -> str:
        return format_instant(self._clock.now())


def _by_futures(recorder: Recorder) -> Callable[[Sequence[Submission], Settled], None]:
    """The way in for a recorder that knows futures only."""

    def hand_in(submissions: Sequence[Submission], settled: Settled) -> None:
        recorder.submit(submissions).add_done_callback(lambda future: settled(_error_of(future)))

    return hand_in


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
