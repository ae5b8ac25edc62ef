"""People's records into the book: plan against the book, apply the plan under a lock, read versions back.

Promises: what is applied is what was shown, or nothing: between plan and commit the book may have moved on, so the run is planned
again under a lock that every filing takes, and a plan that would now write something else is a `ConflictError`. All entries of a
run are one transaction. The actor is the account that runs the command.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

from proofbook.controls.control import load_controls
from proofbook.errors import ConflictError, LimitExceeded, StoreUnavailable
from proofbook.filing.document import Filed
from proofbook.filing.known import Known, by_key
from proofbook.filing.plan import Plan, make_plan, make_submissions
from proofbook.journal.receipt import Receipt, Recorder, Submission
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import Documents
from proofbook.records.envelope import Actor
from proofbook.starter.texts import starter_sections
from proofbook.wiring.access import operator
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK, MONOTONIC

LOCK_NAME: Final = "filing.lock"
PATIENCE_SECONDS: Final = 30.0
"""Longer than another person's run takes to be written."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written: the plan as it was carried out, and a receipt for each of its changes."""

    plan: Plan
    receipts: tuple[Receipt, ...]


def plan_run(home: Home, filed: Sequence[Filed], *, strict: bool = False, actor: Actor | None = None) -> Plan:
    """Hold records against the book as it is now. Raises FilingRefused, and what reading the book raises."""
    now = format_instant(CLOCK.now())
    with open_projection(home) as (_, projection):
        position = projection.position
        known = Known(projection.reader, by_key(filed), _control_ids(), starter_sections)
        return make_plan(filed, known, position=position, now=now, actor=actor or operator(), strict=strict)


def apply_plan(
    home: Home, plan: Plan, *, strict: bool = False, actor: Actor | None = None, recorder: Recorder | None = None
) -> Applied:
    """Write what was planned, through the door in or through a `recorder` that stands open.

    Raises:
        ConflictError: the book changed meanwhile in a way that matters; nothing was written. What planning and recording raise.
    """
    who = actor or operator()
    if not plan.changes:
        return Applied(plan, ())
    with filing_lock(home), nullcontext(recorder) if recorder is not None else _open_recorder(home) as writer:
        now_planned = plan_run(home, [each.filed for each in plan.planned], strict=strict, actor=who)
        if not now_planned.writes_the_same(plan):
            raise ConflictError(
                "somebody changed these records since the plan was made; nothing was recorded", hint="run it again"
            )
        now = format_instant(CLOCK.now())
        return Applied(now_planned, _record(writer, make_submissions(now_planned, now=now, actor=who)))


@contextmanager
def open_documents(home: Home) -> Iterator[Documents]:
    """The kept records of a book, caught up with it."""
    with open_projection(home) as (_, projection):
        yield Documents(projection.reader)


@contextmanager
def _open_recorder(home: Home) -> Iterator[Recorder]:
    with open_door(home) as door:
        yield door.recorder


def _control_ids() -> frozenset[str]:
    return frozenset(each.id for each in load_controls().controls)


def _record(recorder: Recorder, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
    try:
        pending: Future[tuple[Receipt, ...]] = recorder.submit(submissions)
        return pending.result()
    except LimitExceeded as error:
        raise LimitExceeded(error.message, hint="apply the folders one by one; a run is one transaction") from error


@contextmanager
def filing_lock(home: Home) -> Iterator[None]:
    """One filing at a time, in whatever process."""
    path = home.run / LOCK_NAME
    try:
        home.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"{path}: cannot be opened: {error.strerror}") from error
    try:
        deadline = MONOTONIC() + PATIENCE_SECONDS
        while not _taken(descriptor):
            if MONOTONIC() >= deadline:
                raise StoreUnavailable(f"{path}: another run is being recorded", hint="try again in a minute")
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
