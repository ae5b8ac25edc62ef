"""Many cells in one: the state most in need of a look, and how many there are of each.

Promises: `done` comes out only when everything that applies is done. No percentages: nine of ten is not ninety per cent of a
control.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from proofbook.obligations.duty import Cell, State

WORST_FIRST = (State.MISSED, State.UNKNOWN, State.LATE, State.NOT_DUE, State.DONE, State.NOT_APPLICABLE)
"""Unknown comes before late: what is unknown may be missed."""


def roll_up(cells: Iterable[Cell]) -> State:
    """The first state of `WORST_FIRST` that occurs.

    Without cells: not due, since nothing was; no events need evidence of their own.
    """
    there = {cell.state for cell in cells}
    return next((state for state in WORST_FIRST if state in there), State.NOT_DUE)


def count_states(cells: Iterable[Cell]) -> dict[State, int]:
    """How many cells there are of each state, worst first; every state is named."""
    counts = Counter(cell.state for cell in cells)
    return {state: counts[state] for state in WORST_FIRST}
