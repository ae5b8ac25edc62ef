"""Writing for a face that stands open: the door is opened when something is written and let go when nothing was for a while.

Promises: many threads may write; each waits until what it wrote is durable. While the door is held other processes hand over to
it; after `HELD_SECONDS` nobody enters any more until it was let go, and it stays shut for a moment, so that a process that must
be the writer itself (the gateway) gets its turn however much is written here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Final

import structlog

from proofbook.errors import ProofbookError
from proofbook.filing.document import Filed
from proofbook.filing.plan import Plan
from proofbook.journal.receipt import Content, Receipt, Recorder, Submission
from proofbook.readmodel.connection import Reader
from proofbook.records.envelope import Actor, Draft
from proofbook.wiring.filing import apply_plan, filing_lock, plan_run
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import MONOTONIC

HELD_SECONDS: Final = 4.0
"""Less than the patience of whoever waits for the door."""
SHUT_SECONDS: Final = 0.15
"""Longer than whoever waits for it sleeps between two looks."""
LONGEST_WAIT_SECONDS: Final = 8.0
"""For those inside to leave; then one enters beside them."""
NOT_CLOSED: Final = "portal.door_not_closed"
LOG = structlog.get_logger()


class LingeringDoor:
    """The door in of a home, held open between writes that follow each other closely."""

    def __init__(self, home: Home, *, held_seconds: float = HELD_SECONDS) -> None:
        self._home = home
        self._held_seconds = held_seconds
        self._turn = threading.Condition()
        self._held: ExitStack | None = None
        self._recorder: Recorder | None = None
        self._inside = 0
        self._since = 0.0
        self._shut_until = 0.0
        self._timer: threading.Timer | None = None

    @contextmanager
    def recorder(self) -> Iterator[Recorder]:
        """The recorder, for the length of a `with` block, which is short. Raises what `open_door` raises."""
        recorder = self._enter()
        try:
            yield recorder
        finally:
            with self._turn:
                self._inside -= 1
                self._look()

    def close(self) -> None:
        """Let go at once."""
        with self._turn:
            self._let_go()

    def _enter(self) -> Recorder:
        with self._turn:
            deadline = MONOTONIC() + LONGEST_WAIT_SECONDS
            while self._inside and self._is_old() and (left := deadline - MONOTONIC()) > 0:
                self._turn.wait(left)
            while self._recorder is None and (left := self._shut_until - MONOTONIC()) > 0:
                self._turn.wait(left)
            if self._recorder is None:
                held = ExitStack()
                self._recorder = held.enter_context(open_door(self._home)).recorder
                self._held = held
                self._since = MONOTONIC()
                self._timer = threading.Timer(self._held_seconds, self._come_due)
                self._timer.daemon = True
                self._timer.start()
            self._inside += 1
            return self._recorder

    def _come_due(self) -> None:
        with self._turn:
            self._look()

    def _look(self) -> None:
        """Let go when nobody is inside any more and it was held long enough; others have a moment then."""
        if self._inside or self._recorder is None or not self._is_old():
            return
        try:
            self._let_go()
        except ProofbookError as error:
            LOG.warning(NOT_CLOSED, code=error.code)  # what was written before is durable, and was answered so
        self._shut_until = MONOTONIC() + SHUT_SECONDS
        self._turn.notify_all()

    def _is_old(self) -> bool:
        return MONOTONIC() - self._since >= self._held_seconds - 0.1

    def _let_go(self) -> None:
        held, self._held, self._recorder = self._held, None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if held is not None:
            held.close()


class PassingRecorder:
    """Records as a `Recorder` does and holds the door for no longer than that: for work that takes minutes."""

    def __init__(self, door: LingeringDoor) -> None:
        self._door = door

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`; what is given back is settled already."""
        settled: Future[tuple[Receipt, ...]] = Future()
        try:
            with self._door.recorder() as recorder:
                settled.set_result(recorder.submit(submissions).result())
        except Exception as error:  # noqa: BLE001 - handed on to whoever asks for the result
            settled.set_exception(error)
        return settled

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]


class HomeWriting:
    """What a face writes into a home's book."""

    def __init__(self, home: Home, door: LingeringDoor) -> None:
        self._home = home
        self._door = door

    def record(self, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
        """Record entries together and wait until they are durable. Raises what `Recorder.submit` names."""
        with self._door.recorder() as recorder:
            return recorder.submit(submissions).result()

    def record_read(self, make: Callable[[Reader], Sequence[Submission]]) -> tuple[Receipt, ...]:
        """Record what `make` makes of the book as it is then; no other such recording, and no filing, comes in between."""
        with self._door.recorder() as recorder, filing_lock(self._home), open_projection(self._home) as (_, projection):
            submissions = make(projection.reader)
            return recorder.submit(submissions).result() if submissions else ()

    def plan(self, filed: Sequence[Filed], *, actor: Actor) -> Plan:
        """What filing kept records would do. Raises FilingRefused with everything a rule does not let in."""
        return plan_run(self._home, filed, actor=actor)

    def file(self, plan: Plan, *, actor: Actor) -> tuple[Receipt, ...]:
        """Write what was planned. Raises ConflictError when the records have changed since; nothing is written then."""
        with self._door.recorder() as recorder:
            return apply_plan(self._home, plan, actor=actor, recorder=recorder).receipts
