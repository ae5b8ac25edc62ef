"""Writing for a face that stands open: the door is opened when something is written and let go when nothing was for a while.

Promises: many threads may write; each waits until what it wrote is durable. While the door is held other processes hand over to
it; it is let go after `HELD_SECONDS`, so that a process that must be the writer itself (the gateway) need not wait for this one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from proofbook.filing.document import Filed
from proofbook.filing.plan import Plan
from proofbook.journal.receipt import Receipt, Recorder, Submission
from proofbook.records.envelope import Actor
from proofbook.wiring.filing import apply_plan, plan_run
from proofbook.wiring.home import Home
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import MONOTONIC

HELD_SECONDS: Final = 4.0
"""Less than the patience of whoever waits for the door."""


class LingeringDoor:
    """The door in of a home, held open between writes that follow each other closely."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._held: ExitStack | None = None
        self._recorder: Recorder | None = None
        self._inside = 0
        self._since = 0.0
        self._timer: threading.Timer | None = None

    @contextmanager
    def recorder(self) -> Iterator[Recorder]:
        """The recorder, for the length of a `with` block. Raises what `open_door` raises."""
        with self._lock:
            if self._recorder is None:
                held = ExitStack()
                self._recorder = held.enter_context(open_door(self._home)).recorder
                self._held = held
                self._since = MONOTONIC()
                self._wind()
            self._inside += 1
            recorder = self._recorder
        try:
            yield recorder
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0 and self._old():
                    self._let_go()

    def close(self) -> None:
        """Let go at once."""
        with self._lock:
            self._let_go()

    def _wind(self) -> None:
        self._timer = threading.Timer(HELD_SECONDS, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._lock:
            if self._inside == 0 and self._old():
                self._let_go()

    def _old(self) -> bool:
        return MONOTONIC() - self._since >= HELD_SECONDS - 0.1

    def _let_go(self) -> None:
        held, self._held, self._recorder = self._held, None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if held is not None:
            held.close()


class HomeWriting:
    """What a face writes into a home's book."""

    def __init__(self, home: Home, door: LingeringDoor) -> None:
        self._home = home
        self._door = door

    def record(self, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
        """Record entries together and wait until they are durable. Raises what `Recorder.submit` names."""
        with self._door.recorder() as recorder:
            return recorder.submit(submissions).result()

    def plan(self, filed: Sequence[Filed], *, actor: Actor) -> Plan:
        """What filing kept records would do. Raises FilingRefused with everything a rule does not let in."""
        return plan_run(self._home, filed, actor=actor)

    def file(self, plan: Plan, *, actor: Actor) -> tuple[Receipt, ...]:
        """Write what was planned. Raises ConflictError when the records have changed since; nothing is written then."""
        with self._door.recorder() as recorder:
            return apply_plan(self._home, plan, actor=actor, recorder=recorder).receipts
