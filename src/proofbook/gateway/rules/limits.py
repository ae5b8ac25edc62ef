"""What limits are counted by: in the memory of one process, or by all workers of a gateway (`sharing`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from proofbook.gateway.rules.budget import Budget, Key
from proofbook.gateway.rules.pace import Crowd, Rate


class Pacing(Protocol):
    """As many requests a minute as are allowed, by key."""

    def take(self, *wanted: tuple[Key, int]) -> float:
        """Take one of each (key, requests a minute); 0.0 when all were there, else none is taken: the seconds until they are."""


class Crowding(Protocol):
    """How many exchanges are under way, by key."""

    def enter(self, *wanted: tuple[Key, int]) -> bool:
        """One more under each (key, limit; 0: none), or under none of them when a limit is reached."""

    def leave(self, *keys: Key) -> None:
        """One less under each."""


class Spending(Protocol):
    """Tokens used, by key and stretch."""

    def spend(self, tokens: int, *keys: tuple[Key, str], ago: float = 0.0) -> None:
        """So many tokens were used, `ago` seconds ago, under each (key, stretch). Earlier uses are told first."""

    def wait(self, *wanted: tuple[Key, str, int]) -> float:
        """Seconds until less than its limit was used under each (key, stretch, limit); 0.0 when that is so now."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The three kinds of limits."""

    rate: Pacing
    crowd: Crowding
    budget: Spending


def limits_of_one(monotonic: Callable[[], float]) -> Limits:
    """Counted by this process alone."""
    return Limits(Rate(monotonic), Crowd(), Budget(monotonic))
