"""Refused attempts on their way into the book: the first at once, those that follow within a minute as one entry with a count.

Promises: every refused attempt is counted in exactly one entry, or still waiting; nobody fills the book by trying. The first half
of a sign-in, right but not enough, waits for the second half, and is on record when that does not come. What waits is lost when
the process is killed: a minute's repetitions of a refusal that is on record. Values come out; somebody else records.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from proofbook.people.visitor import Reason

WINDOW: Final = timedelta(minutes=1)
PATIENCE: Final = timedelta(minutes=5)
"""How long the first half of a sign-in waits for the second."""


class Kind(NamedTuple):
    """What is counted together."""

    account: str | None
    method: str
    reason: Reason


class Counted(NamedTuple):
    """So many attempts, the first of them at `since`."""

    kind: Kind
    attempts: int
    since: datetime


@dataclass(slots=True)
class _Window:
    closes: datetime
    waiting: int = 0
    since: datetime | None = None


class Tally:
    """Safe to use from several threads. There are no more kinds than accounts times reasons."""

    def __init__(self) -> None:
        self._windows: dict[Kind, _Window] = {}
        self._guard = threading.Lock()

    def add(self, kind: Kind, now: datetime) -> tuple[Counted, ...]:
        """One attempt; gives what is to be recorded now."""
        with self._guard:
            due = self._due(now, everything=False)
            window = self._windows.get(kind)
            if window is None:
                self._windows[kind] = _Window(now + WINDOW)
                return (*due, Counted(kind, 1, now))
            self._wait(window, 1, now)
            return due

    def hold(self, kind: Kind, now: datetime) -> tuple[Counted, ...]:
        """One first half of a sign-in; gives what is to be recorded now, which it is not."""
        with self._guard:
            due = self._due(now, everything=False)
            self._wait(self._windows.setdefault(kind, _Window(now + PATIENCE)), 1, now)
            return due

    def complete(self, kind: Kind) -> None:
        """The second half came: one first half is no refusal."""
        with self._guard:
            window = self._windows.get(kind)
            if window is not None and window.waiting:
                window.waiting -= 1

    def put_back(self, counted: Counted) -> None:
        """It could not be recorded; it waits again."""
        with self._guard:
            window = self._windows.setdefault(counted.kind, _Window(counted.since + WINDOW))
            self._wait(window, counted.attempts, counted.since)

    def flush(self, now: datetime, *, everything: bool = False) -> tuple[Counted, ...]:
        """What is to be recorded because its minute is over, or everything because the program ends."""
        with self._guard:
            return self._due(now, everything=everything)

    @staticmethod
    def _wait(window: _Window, count: int, since: datetime) -> None:
        window.waiting += count
        window.since = since if window.since is None else min(window.since, since)

    def _due(self, now: datetime, *, everything: bool) -> tuple[Counted, ...]:
        over = [kind for kind, window in self._windows.items() if everything or now >= window.closes]
        closed = [(kind, self._windows.pop(kind)) for kind in over]
        return tuple(Counted(kind, each.waiting, each.since) for kind, each in closed if each.waiting and each.since is not None)
