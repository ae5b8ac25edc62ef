"""States of what was owed, as letters and words. A letter never stands alone: its word is beside it for all who listen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from proofbook.obligations.duty import State

LETTERS: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.DONE: ("D", "done"),
        State.LATE: ("L", "late"),
        State.MISSED: ("M", "missed"),
        State.UNKNOWN: ("U", "unknown"),
        State.NOT_DUE: ("·", "not due yet"),
        State.NOT_APPLICABLE: ("n", "not applicable"),
    }
)
"""State -> letter, words."""


def counted_states(counts: Mapping[State, int]) -> list[tuple[State, str, int]]:
    """State, its words and how many there are, of those that occur, in the order of the letters."""
    return [(state, words, counts[state]) for state, (_, words) in LETTERS.items() if counts.get(state)]
