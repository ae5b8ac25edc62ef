"""Assessing a home's engagement: facts as of a moment, the grid, today's list; and recording that self-tests were run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from proofbook.assessment.facts import Facts, read_facts
from proofbook.assessment.grid import Grid, Width, derive_grid
from proofbook.assessment.outcomes import self_test_body
from proofbook.assessment.selftests.table import CHECKS
from proofbook.assessment.today import Today, derive_today
from proofbook.errors import InputError
from proofbook.journal.receipt import Receipt, Recorder
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.wiring.access import operator
from proofbook.wiring.engagements import find_scope, size_at
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK

SOURCE: Final = "assessment:self"
Progress = Callable[[str, int, int], None]


def assess_today(home: Home, engagement: str, *, as_of: datetime | None = None, progress: Progress) -> Today:
    """What would an auditor not accept today: grid, self-tests and everything they find.

    Raises:
        ConfigurationError: there is no such engagement. InputError: the moment is still to come. What reading the book raises.
    """
    with _uncollected(), _facts(home, engagement, as_of) as facts:
        return derive_today(derive_grid(facts), CHECKS, progress)


def assess_grid(home: Home, engagement: str, *, as_of: datetime | None = None, width: Width = "month") -> Grid:
    """The coverage grid. Raises what `assess_today` raises."""
    with _uncollected(), _facts(home, engagement, as_of) as facts:
        return derive_grid(facts, width)


def record_self_test(recorder: Recorder, today: Today) -> Receipt:
    """Record what the self-tests said, by check; the findings by their hash. Raises StoreUnavailable."""
    facts = today.grid.facts
    body = self_test_body(facts, today.outcomes, today.findings)
    actor = operator()
    draft = Draft(
        kind="self_test",
        subject=f"{facts.scope.engagement.lower()}-{facts.as_of:%Y%m%dt%H%M%S%f}",
        occurred=format_instant(facts.as_of),
        actor=Actor(actor.id, ActorKind.PERSON, actor.method),
        source=SOURCE,
        assurance=Assurance.COLLECTED,
        body=body,
    )
    return recorder.record(draft)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles meanwhile: values make none, and with a hundred thousand records the search is half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def _facts(home: Home, engagement: str, as_of: datetime | None) -> Iterator[Facts]:
    now = CLOCK.now()
    moment = as_of or now
    if moment > now:
        raise InputError(f"{format_instant(moment)}: is still to come", hint="name a moment up to now, or none")
    with open_projection(home) as (book, projection):
        size = size_at(book, moment, projection.position)
        yield read_facts(projection.reader, find_scope(home, projection, engagement, moment), moment, size)
