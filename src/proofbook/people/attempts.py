"""Attempts to sign in: how many there may be, and how long somebody waits who fails again and again.

Promises: an attempt counts as failed from its beginning until it succeeds, so many at once gain nothing; names are counted alike
whether or not there is such an account, under a keyed digest; waiting grows with each failure and has an end. Whoever goes on
trying a name keeps it waiting, but not in a browser in which its holder was signed in lately: that one counts apart. Does not:
stop whoever signs in through a provider, or a link, which ends the wait.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from proofbook.people.sealing import Seal
from proofbook.people.store import Store
from proofbook.primitives.instants import format_instant, parse_instant

FREE_FAILURES: Final = 5
"""Failures in a row before somebody waits."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
_FIND = "SELECT failures, last_failed, locked_until FROM attempt WHERE name = ?"
_SET = "INSERT OR REPLACE INTO attempt (name, failures, last_failed, locked_until) VALUES (?, ?, ?, ?)"


def derive_wait(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


class Attempt(NamedTuple):
    """`seconds` still to wait, 0 when it may be looked at; how many failures in a row there are with it."""

    seconds: int
    failures: int


class LockOut:
    """Counts failures of names, in the store."""

    def __init__(self, store: Store, seal: Seal) -> None:
        self._store = store
        self._seal = seal

    def begin(self, typed: str, now: datetime) -> Attempt:
        """Count an attempt as failed for now. One that has still to wait is not counted and must be refused."""
        name, instant = self._name(typed), format_instant(now)
        with self._store.transaction():
            row = self._store.row(_FIND, (name,))
            failures, last, until = (0, instant, None) if row is None else row
            if until is not None and instant < until:
                return Attempt(-(-(parse_instant(until) - now) // timedelta(seconds=1)), failures)
            if format_instant(now - FORGOTTEN_AFTER) > last:
                failures = 0
            wait = derive_wait(failures + 1)
            self._store.write((_SET, (name, failures + 1, instant, format_instant(now + wait) if wait else None)))
        return Attempt(0, failures + 1)

    def take_back(self, typed: str, attempt: Attempt, now: datetime) -> None:
        """It was no attempt after all: half of what is needed was right, and the other half was not given yet.

        The wait it brought about ends, unless somebody else's failure brought about another.
        """
        name = self._name(typed)
        with self._store.transaction():
            row = self._store.row(_FIND, (name,))
            if row is not None:
                until = None if row[0] == attempt.failures else row[2]
                self._store.write((_SET, (name, max(0, row[0] - 1), format_instant(now), until)))

    def clear(self, typed: str) -> None:
        """Whoever this is has shown it."""
        self._store.write(("DELETE FROM attempt WHERE name = ?", (self._name(typed),)))

    def forget_old(self, now: datetime) -> None:
        """Let go of names nobody tried for a day."""
        self._store.write(("DELETE FROM attempt WHERE last_failed < ?", (format_instant(now - FORGOTTEN_AFTER),)))

    def _name(self, typed: str) -> bytes:
        return self._seal.name(typed[:200], "attempt")


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How many attempts are looked at in a minute, from one address and altogether."""

    each_address: int = 20
    altogether: int = 200


class Rate:
    """Counts attempts of the last minute, in memory. Safe to use from several threads."""

    _ADDRESSES: Final = 4096
    _SECONDS: Final = 60.0

    def __init__(self, limits: RateLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._all: deque[float] = deque()
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, address: str | None) -> bool:
        """Whether one more attempt may be looked at."""
        now = self._monotonic()
        with self._guard:
            if not self._room(self._all, self._limits.altogether, now):
                return False
            if address is not None:
                own = self._by_address.setdefault(address, deque())
                self._by_address.move_to_end(address)
                if len(self._by_address) > self._ADDRESSES:
                    self._by_address.popitem(last=False)
                if not self._room(own, self._limits.each_address, now):
                    return False
                own.append(now)
            self._all.append(now)
        return True

    def _room(self, seen: deque[float], most: int, now: float) -> bool:
        while seen and now - seen[0] >= self._SECONDS:
            seen.popleft()
        return len(seen) < most
