"""What the grid leaves to be said: occurrences missed, late or unknown, and those that are due soon.

Promises: one finding for each occurrence; of a daily or weekly duty one for each column and state, with their number and days. An
occurrence is known by `LC-02/help-desk/2026-Q3`; one that a record called for, by that record. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from proofbook.assessment.control_set import HeldControl
from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import Column, Grid, Row, name_of
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, DISCLOSE, counted, write_new
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Cell, State

SOON: Final = timedelta(days=14)
OCCURRENCE: Final = "occurrence"
"""Kind under which an occurrence is named in a finding."""
DUE_SOON: Final = "occurrence_due"
_GATHERED: Final = frozenset({Cadence.DAILY.value, Cadence.WEEKLY.value})
_CONSEQUENCES: Final = {
    State.MISSED: Consequence.EXCEPTION,
    State.UNKNOWN: Consequence.NOT_SHOWN,
    State.LATE: Consequence.LATE,
}


def owing_findings(grid: Grid) -> Iterator[Finding]:
    """Findings of every row, in the grid's order."""
    controls = {standing.control.id: standing.control for standing in grid.controls}
    for row in grid.rows:
        for column, square in zip(grid.columns, row.squares, strict=True):
            if square is None:
                continue
            if row.cadence in _GATHERED:
                yield from _gathered(grid, controls[row.control], row, column, square.cells)
            else:
                yield from (found for cell in square.cells for found in _one(grid, controls[row.control], row, cell))


def _gathered(grid: Grid, control: HeldControl, row: Row, column: Column, cells: Sequence[Cell]) -> Iterator[Finding]:
    for state in _CONSEQUENCES:
        found = [cell for cell in cells if cell.state is state]
        if len(found) == 1:
            yield from _one(grid, control, row, found[0])
        elif found:
            name = "/".join(filter(None, (found[0].occurrence.control, row.scope, column.id)))
            days = f"{found[0].occurrence.interval} to {found[-1].occurrence.interval}"
            what = f"{row.cadence}: {len(found)} of {counted(len(cells), 'occurrence', 'occurrences')} {state} ({days})"
            entries = tuple(entry for cell in found for entry in cell.entries)[:5]
            yield _finding(grid, control, row, state, OCCURRENCE, name, f"{_words(row)}: {what}", entries)


def _one(grid: Grid, control: HeldControl, row: Row, cell: Cell) -> Iterator[Finding]:
    call = grid.call_of(cell)
    kind, name = (call.kind, call.id) if call is not None else (OCCURRENCE, name_of(cell))
    which = cell.occurrence.interval if call is None else f"{kind} {name}"
    what = f"{_words(row)}, {which}: {cell.state.replace('_', ' ')}: {cell.reason}"
    if cell.state in _CONSEQUENCES:
        yield _finding(grid, control, row, cell.state, kind, name, what, cell.entries)
    elif cell.state is State.NOT_DUE and cell.occurrence.due - grid.facts.as_of.date() <= SOON:
        yield _finding(grid, control, row, State.NOT_DUE, kind, name, what, cell.entries)


def _finding(
    grid: Grid, control: HeldControl, row: Row, state: State, kind: str, name: str, what: str, entries: tuple[str, ...]
) -> Finding:  # fmt: skip
    check = DUE_SOON if state is State.NOT_DUE else f"occurrence_{state}"
    consequence = _CONSEQUENCES.get(state, Consequence.COMING)
    owner = grid.owner_of(control, row.scope)
    fix = _fix(control, row, state, on_file=bool(entries))
    return Finding(check, row.control, kind, name, what, fix, consequence, row.scope, owner, entries, row.criteria)


def _words(row: Row) -> str:
    return f"{row.title} ({row.scope})" if row.scope else row.title


def _fix(control: HeldControl, row: Row, state: State, *, on_file: bool) -> str:
    """`on_file`: evidence is there; what is unknown then is a stretch nobody saw, which no further record fills."""
    if state is State.LATE or (state is State.UNKNOWN and on_file):
        return CANNOT_BE_UNDONE
    kinds = [rule.kind for each in control.newest.promises if each.cadence.value == row.cadence for rule in each.evidence]
    kind = kinds[0] if kinds else "control.performance"
    if state is State.NOT_DUE:
        return write_new(kind, "it once it is done")
    return f"{write_new(kind, 'it with its own date, if it was done')}; else {DISCLOSE}"
