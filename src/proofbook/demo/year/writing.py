"""Writing a generated year into a book, through the one door, with a clock that is set from step to step.

Promises: each entry is recorded at its moment, in order, prepared and checked as any other; a checkpoint is signed for each week.
The writer must be this process, since nobody else's clock can be set; the clock never goes back, so the book must not hold
anything recorded later than the first step. A week is one transaction: what fails leaves whole weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import groupby
from typing import Any, Final

from proofbook.book.interface import StoredCheckpoint
from proofbook.book.sqlite import transaction
from proofbook.demo.year.plan import mark_entry
from proofbook.errors import ConfigurationError
from proofbook.journal.preparation import Preparer
from proofbook.journal.receipt import Submission
from proofbook.journal.recorder import BookRecorder
from proofbook.primitives.ids import TimeOrderedIds
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.records.kept import KEPT
from proofbook.wiring.home import Home
from proofbook.wiring.recording import open_door

_WEEK: Final = timedelta(days=7)
_VERIFIED: Final = "integrity.check"
"""Names the newest checkpoint, which nobody knows before it is signed."""
Moment = tuple[datetime, Submission]


@dataclass(frozen=True, slots=True)
class SetTime:
    """A clock that is set, and ids that follow from it and a seed."""

    clock: FixedClock
    ids: TimeOrderedIds


def set_time(start: datetime, seed: int) -> SetTime:
    """A clock standing at `start`."""
    clock = FixedClock(start)
    return SetTime(clock, TimeOrderedIds(clock, _Drawn(seed).take))


def write_year(home: Home, moments: Sequence[Moment], time: SetTime) -> int:
    """Write a year into the book of a home; how many entries. `time` is the one the book was opened with, or a later one.

    Raises:
        ConfigurationError: there is something later in the book. StoreUnavailable: another process writes it, or the disk fails.
    """
    with open_door(home, must_write=True, patience=0.0, clock=time.clock, ids=time.ids) as door:
        if door.writer is None:
            raise RuntimeError("a door that must write has a writer")
        return write_moments(door.writer, moments, time.clock)


def write_moments(recorder: BookRecorder, moments: Sequence[Moment], clock: FixedClock) -> int:
    """As `write_year`, for a recorder that was opened with `clock`."""
    writing = _Writing(clock)
    for _, week in groupby(moments, key=lambda each: (each[0] - moments[0][0]) // _WEEK):
        recorder.run_exclusively(partial(writing.week, moments=tuple(week)))
    return writing.count


class _Writing:
    """Knows the newest entry of every record, to put ids in place of marks."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self._newest: dict[tuple[str, str], str] = {}
        self._marks: dict[str, str] = {}
        self._signed: StoredCheckpoint | None = None
        self.count = 0

    def week(self, preparer: Preparer, moments: Iterable[Moment]) -> None:
        """One transaction, and a checkpoint over it."""
        store = preparer.store
        if store.book.recorded > format_instant(self._clock.now()):
            raise ConfigurationError("the book holds entries later than the generated year", hint="write into a new home")
        with transaction(store.connection, store.path):
            for moment, submission in moments:
                self._one(preparer, moment, submission)
        self._signed = store.book.sign_checkpoint(format_instant(self._clock.now())) or self._signed

    def _one(self, preparer: Preparer, moment: datetime, submission: Submission) -> None:
        self._clock.advance(moment - self._clock.now())
        draft = submission.draft
        key = (draft.kind, draft.subject)
        before = self._newest.get(key) if draft.kind in KEPT else None
        body = self._resolved(draft.body)
        if draft.kind == _VERIFIED and self._signed is not None:
            body |= {"size": self._signed.size, "root": self._signed.root.hex()}
        resolved = replace(submission, draft=replace(draft, body=body, supersedes=before))
        batch = preparer.start(format_instant(moment))
        preparer.add(batch, [resolved])
        entry = preparer.write(batch)[-1].entry_id
        self._newest[key] = self._marks[mark_entry(*key)] = entry
        self.count += 1

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._marks.get(value, value)
        if isinstance(value, Mapping):
            return {key: self._resolved(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        return value


class _Drawn:
    """Bytes that depend on a seed and on how many were taken before."""

    def __init__(self, seed: int) -> None:
        self._blocks = self._endless(seed)

    def take(self, count: int) -> bytes:
        """The next bytes, at most 32."""
        return next(self._blocks)[:count]

    @staticmethod
    def _endless(seed: int) -> Iterator[bytes]:
        number = 0
        while True:
            yield sha256(f"ids {seed}/{number}".encode()).digest()
            number += 1
