"""Fieldwork in a home: the book, its projection and the door in, for requests, samples, observed runs and receipts.

Acts are planned and recorded under the lock that every filing takes, against the book as it is at that moment, so two people
cannot decide on the same version. The command line is the company's side; the auditor's side is reached through the portal only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proofbook.book.reader import BookReader
from proofbook.errors import InputError
from proofbook.export.engagement import RunBy
from proofbook.fieldwork.acting import Act, Side
from proofbook.fieldwork.observing import RunStep, Tell, Watch, observe
from proofbook.fieldwork.parts import Pinned
from proofbook.journal.receipt import Receipt, Recorder, Submission
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor
from proofbook.tlog.cosignature import verifier_of
from proofbook.tlog.note import Verifier
from proofbook.tlog.vkey import parse_vkey
from proofbook.wiring.access import operator
from proofbook.wiring.exporting import describe, export_from, export_one_population
from proofbook.wiring.filing import filing_lock
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import CLOCK, IDS

MAX_LIST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """What is open. `reader` is caught up with the book as it was when this was opened."""

    home: Home
    book: BookReader
    projection: Projection
    recorder: Recorder

    @property
    def reader(self) -> Reader:
        """Questions to the projection."""
        return self.projection.reader

    @property
    def pinned(self) -> Pinned:
        """The log this home belongs to."""
        return pinned_log(self.home)

    def act(self, actor: Actor | None = None) -> Act:
        """What the company's side does now."""
        return Act(actor or operator(), Side.STAFF, format_instant(CLOCK.now()))

    def record(self, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
        """Record together, and take in what was recorded."""
        receipts = tuple(self.recorder.submit(submissions).result())
        self.projection.catch_up()
        return receipts


@contextmanager
def open_fieldwork(home: Home) -> Iterator[Fieldwork]:
    """For acting: nobody else files meanwhile. Raises what opening book and door raises."""
    with filing_lock(home), open_door(home) as door, open_projection(home) as (book, projection):
        yield Fieldwork(home, book, projection, door.recorder)


@contextmanager
def read_fieldwork(home: Home) -> Iterator[tuple[BookReader, Reader]]:
    """For looking."""
    with open_projection(home) as (book, projection):
        yield book, projection.reader


def pinned_log(home: Home) -> Pinned:
    """The log a home belongs to. Raises ConfigurationError."""
    identity = home.identity()
    return Pinned(identity.origin, identity.vkey)


def witness_keys(vkeys: Sequence[str]) -> tuple[Verifier, ...]:
    """Witnesses by their verifier keys. Raises MalformedBundle or ConfigurationError naming the key."""
    return tuple(verifier_of(parse_vkey(each)) for each in vkeys)


def read_small(path: Path, longest: int = MAX_LIST_BYTES) -> bytes:
    """A file somebody names. Raises InputError for one that cannot be read or is larger than it may be."""
    try:
        with path.open("rb") as file:
            data = file.read(longest + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > longest:
        raise InputError(f"{path}: is larger than {longest} bytes")
    return data


def watch_population(
    home: Home, recorder: Recorder, population: str, engagement: str, observer: str, out: Path
) -> Iterator[RunStep]:
    """Make a population while somebody watches; steps as they happen, the last with the transcript or the failure.

    Raises:
        ConfigurationError: there is no such engagement. InputError: the observer has no name.
    """
    with open_projection(home) as (book, projection):
        described = describe(home, projection, engagement)
        by: RunBy = export_from(home, recorder, book, projection).run

    def make(tell: Tell) -> Path:
        export_one_population(home, recorder, population, engagement, out, progress=tell)
        return out

    act = Act(operator(), Side.STAFF, format_instant(CLOCK.now()))
    watch = Watch(IDS.new("w"), population, observer, described, by, make, recorder, CLOCK)
    return observe(watch, act)
