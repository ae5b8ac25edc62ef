"""The sample engine's own counters, read before its calls and after them, and held against the book.

What the engine served is then told twice, by two parties. Between two models there is no account of the engine, because its
counters begin anew with each process: that stretch is unknown, here as everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from proofbook.reconciliation.comparing import Standing
from proofbook.reconciliation.published import PUBLISHERS
from proofbook.wiring.counting import collect_counters
from proofbook.wiring.home import Home
from proofbook.wiring.reconciling import Asked, reconcile_home
from proofbook.wiring.recording import open_door

_SETTLED_SECONDS: Final = PUBLISHERS["llama.cpp"].settle_seconds + 0.25
"""After its last answer the engine has counted it for certain."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many stretches between two looks agree, differ, or cannot be told."""

    agree: int
    differ: int
    unknown: int

    def describe(self) -> str:
        """In words."""
        aside = f", {self.unknown} unknown (from one process of the engine to the next nothing counts)" if self.unknown else ""
        return f"stretches that agree: {self.agree}, that differ: {self.differ}{aside}"


@contextmanager
def counted(home: Home) -> Iterator[None]:
    """Read the counters before the calls of a `with` block and after them."""
    _look(home)
    yield
    time.sleep(_SETTLED_SECONDS)
    _look(home)


def hold_counters(home: Home, port: int) -> Held:
    """Every stretch between two looks at the engine on this port, against the book."""
    made = reconcile_home(home, Asked(width="look"))
    found = [each for each in made.comparisons if each.address == f"127.0.0.1:{port}"]
    agree, differ, unknown = (
        sum(each.count(standing) for each in found) for standing in (Standing.AGREES, Standing.DIFFERS, Standing.UNKNOWN)
    )
    return Held(agree, differ, unknown)


def _look(home: Home) -> None:
    with open_door(home) as door:
        collect_counters(home, door.recorder)
