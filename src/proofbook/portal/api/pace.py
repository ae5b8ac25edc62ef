"""How often a token may ask: so many times a minute, with as many at once, each minute anew.

Promises: a token that asks too often is told when the next request is answered; other tokens do not notice. Remembers the tokens
of the last minutes, and never more than a stated number. Safe to call from several threads. Does not: know who holds a token.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from proofbook.portal.api.refusals import TooMany

_KEPT: Final = 4_096
_MINUTE: Final = 60.0


class Pace:
    """A bucket for each token that fills with time."""

    def __init__(self, each_minute: int, monotonic: Callable[[], float]) -> None:
        self._most = float(each_minute)
        self._monotonic = monotonic
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, token: str) -> None:
        """One request of a token. Raises TooMany."""
        with self._lock:
            now = self._monotonic()
            left, since = self._buckets.pop(token, (self._most, now))
            left = min(self._most, left + (now - since) * self._most / _MINUTE)
            allowed = left >= 1
            self._buckets[token] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _KEPT:
                self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany(max(1, math.ceil((1 - left) * _MINUTE / self._most)))
