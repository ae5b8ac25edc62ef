"""What the duties of a control expected in the period and what became of each: rows of the schedule, not of entries.

Promises: one row for each occurrence that was owed, whatever became of it; done, late, missed, not due, unknown and not
applicable all stand in it. The verifier of a room cannot derive these rows again, and says so; the entries they name it can.
Does not conclude anything about a control.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from proofbook.assessment.grid import Grid, name_of
from proofbook.obligations.duty import Cell, State
from proofbook.primitives.canonical import JsonValue

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "occurrence": ("text", "what the occurrence is known by: control, system where there is one, interval or event"),
    "control": ("text", "control that promises it; an own control stands in the place of the illustrative one it was made from"),
    "system": ("text", "system it is owed for; empty text: the organisation"),
    "cadence": ("word", "how often it is owed"),
    "interval": ("text", "interval it is owed for, or the day of the event"),
    "first": ("day", "first day of the interval; of an event its day"),
    "last": ("day", "last day of the interval"),
    "due": ("day", "last day on which it is in time, days of grace included"),
    "part": ("true or false", "whether the interval lies only partly in the period, or the duty existed for a part of it only"),
    "state": ("word", "what is on file: done, late, missed, not_due, unknown, not_applicable; no conclusion about the control"),
    "reason": ("text", "why that word"),
    "called_by": ("text", "entry of the event that called for it; empty when the calendar did"),
    "performed": ("text", "entry it rests on; empty when nothing is on file"),
    "also": ("list", "further entries that are on file for it"),
    "recorded_late": ("true or false", "whether what it rests on was written down long after it happened"),
}
"""Columns of a table of the schedule: name -> type and meaning."""

_RESTS: Final = frozenset({State.DONE, State.LATE})


def find_cells(grid: Grid, controls: Sequence[str]) -> tuple[tuple[str, Cell], ...]:
    """Every occurrence owed by these controls, or by the own ones that stand in their place, with the control's id."""
    wanted = [standing.control.id for each in controls if (standing := grid.standing(each)) is not None]
    found = [(row.control, cell) for row in grid.rows if row.control in wanted for cell in row.cells]
    return tuple(sorted(found, key=lambda pair: (wanted.index(pair[0]), name_of(pair[1]))))


def rows_of(grid: Grid, controls: Sequence[str]) -> Iterator[dict[str, JsonValue]]:
    """The rows, by control and name."""
    for control, cell in find_cells(grid, controls):
        owed, rests = cell.occurrence, cell.state in _RESTS
        yield {
            "occurrence": name_of(cell),
            "control": control,
            "system": owed.scope,
            "cadence": owed.cadence.value,
            "interval": owed.interval,
            "first": owed.first.isoformat(),
            "last": owed.last.isoformat(),
            "due": owed.due.isoformat(),
            "part": owed.part,
            "state": cell.state.value,
            "reason": cell.reason,
            "called_by": owed.event or None,
            "performed": cell.entries[0] if rests and cell.entries else None,
            "also": [*cell.entries[1:]] if rests else [*cell.entries],
            "recorded_late": cell.late_recorded,
        }
