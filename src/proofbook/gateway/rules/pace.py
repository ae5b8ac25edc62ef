"""How often and how many at once: requests a minute and exchanges under way, for each system and each of its callers.

Promises: a request counts against every limit or, when one turns it away, against none; exact for one process, whose memory is
all it knows; several count together by `sharing`. State is bounded: whoever was quiet is forgotten, which changes nothing. Does
not: read a clock of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from proofbook.gateway.refusal import Refusal
from proofbook.records.exchange import RefusalReason

MINUTE: Final = 60.0
_MOST: Final = 8192
"""Callers that are remembered before the quiet ones are forgotten."""
EXACT: Final = 1e-6
"""Seconds that do not count: sums of fractions of a minute are not exact."""
_SOON: Final = 1
"""Seconds after which to try again when too many exchanges are under way: nobody knows when one ends."""


class Rate:
    """As many requests a minute as are allowed, by key; a minute's worth may come at once. Used on the event loop only."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._due: dict[tuple[str, ...], float] = {}
        """When each key would be empty again: as much of a minute ahead of now as is used up."""

    def take(self, *wanted: tuple[tuple[str, ...], int]) -> float:
        """Take one of each (key, requests a minute); 0.0 when all were there, else none is taken: the seconds until they are."""
        now = self._monotonic()
        taken: list[tuple[tuple[str, ...], float]] = []
        wait = 0.0
        for key, a_minute in wanted:
            due = max(self._due.get(key, now), now) + MINUTE / a_minute
            taken.append((key, due))
            wait = max(wait, due - now - MINUTE)
        if wait > EXACT:
            return wait
        if len(self._due) > _MOST:
            self._due = {key: due for key, due in self._due.items() if due > now}
        self._due.update(taken)
        return 0.0


class Crowd:
    """How many exchanges are under way, by key. Used on the event loop only."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, ...], int] = {}

    def enter(self, *wanted: tuple[tuple[str, ...], int]) -> bool:
        """One more under each (key, limit; 0: none), or under none of them when a limit is reached."""
        if any(limit and self._open.get(key, 0) >= limit for key, limit in wanted):
            return False
        for key, _ in wanted:
            self._open[key] = self._open.get(key, 0) + 1
        return True

    def leave(self, *keys: tuple[str, ...]) -> None:
        """One less under each."""
        for key in keys:
            left = self._open.get(key, 0) - 1
            if left > 0:
                self._open[key] = left
            else:
                self._open.pop(key, None)


def too_fast(seconds: float) -> Refusal:
    """More requests than a limit allows; they fit again after so many seconds."""
    whole = max(1, math.ceil(seconds))
    return Refusal(
        RefusalReason.RATE_LIMITED,
        429,
        f"More requests have come than this system takes in a minute. Try again in {whole} s, or ask its owner for more.",
        whole,
    )


TOO_MANY: Final = Refusal(
    RefusalReason.RATE_LIMITED,
    429,
    "As many requests are under way as this system takes at once. Try again when one of them has ended.",
    _SOON,
)
