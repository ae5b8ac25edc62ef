"""One control: every version that held in the period, and every occurrence it owed, with the evidence behind it.

Promises: an occurrence has a name of its own, so that a link leads to it; each piece of evidence stands with when it happened,
when it was recorded and by whom. Of many occurrences those done are left out first, which is said. Hostile input: a control that
is not owed here is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from proofbook.assessment.control_set import SLOTS, HeldControl
from proofbook.assessment.grid import Column, Grid, Row
from proofbook.obligations.duty import Cell, State
from proofbook.portal.assessing import Assessed
from proofbook.portal.staff.coverage.evidence import make_reading
from proofbook.portal.staff.coverage.grid_page import read_width
from proofbook.portal.staff.links import new_link, occurrence_anchor
from proofbook.portal.states import LETTERS, counted_states
from proofbook.portal.surroundings import Answer, Desk, Page, Query

MOST: Final = 100
"""Occurrences of one square on a control's page."""
_WANTING: Final = frozenset({State.MISSED, State.UNKNOWN, State.NOT_DUE})


@dataclass(frozen=True, slots=True)
class Owed:
    """One occurrence as a row. `square`: the name the grid leads to, at the first one of a square."""

    square: str | None
    anchor: str
    column: Column
    cell: Cell
    called: tuple[str, str] | None
    """Kind and id of the record that called for it."""
    record: str | None
    """The form for the record that would answer it; None where nothing is wanting."""


def show_control(desk: Desk, query: Query, control: str) -> Answer:
    """`/coverage/{control}`: its versions, and the occurrences of each of its rows; None when the grid has no such control.

    An illustrative control leads to the organisation's own one that stands for it.
    """
    width = read_width(query)

    def make(assessed: Assessed) -> Page | None:
        grid = assessed.grid(width)
        standing = next((each for each in grid.controls if control in {each.control.id, each.control.based_on}), None)
        if standing is None:
            return None
        own_id = standing.control.id
        rows = [row for row in grid.rows if row.control == own_id]
        back = {"by": width, "engagement": assessed.facts.scope.engagement}
        return Page(
            "staff/control.html",
            {
                "width": width,
                "standing": standing,
                "slots": SLOTS,
                "rows": [
                    (row, list(_owed(grid, standing.control, place, row)), _unlisted(row)) for place, row in enumerate(rows)
                ],
                "evidence_of": make_reading(desk.reader),
                "letters": LETTERS,
                "counts": counted_states(standing.counts),
                "back": f"/coverage?{urlencode(back)}",
                "disclose": new_link("control.exception", {"control": own_id}),
            },
        )

    return desk.assessments().show(desk, query, make)


def _owed(grid: Grid, control: HeldControl, place: int, row: Row) -> Iterator[Owed]:
    """Occurrences with their columns; the first one of a square has the name that the grid leads to."""
    for column, square in zip(grid.columns, row.squares, strict=True):
        for number, cell in enumerate(shown_of(square.cells) if square is not None else ()):
            call = grid.call_of(cell)
            occurrence = cell.occurrence
            rest = "/".join(filter(None, (occurrence.scope, occurrence.event or occurrence.interval)))
            yield Owed(
                f"r{place}-{column.id}" if number == 0 else None,
                occurrence_anchor(rest),
                column,
                cell,
                None if call is None else (call.kind, call.id),
                _answer(control, row, cell) if cell.state in _WANTING else None,
            )


def _answer(control: HeldControl, row: Row, cell: Cell) -> str:
    """The form of the record that a duty of this cadence wants."""
    promises = (each for each in control.newest.promises if each.cadence.value == row.cadence)
    kind = next((rule.kind for promise in promises for rule in promise.evidence), "control.performance")
    known = {"control": row.control, "system": row.scope, "interval": cell.occurrence.interval}
    return new_link(kind, {name: value for name, value in known.items() if value})


def _unlisted(row: Row) -> int:
    """How many occurrences of a row are left out."""
    return sum(len(square.cells) - len(shown_of(square.cells)) for square in row.squares if square is not None)


def shown_of(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a square that its page lists, in their order: of many, those that were done are left out first."""
    if len(cells) <= MOST:
        return tuple(cells)
    ranked = sorted(range(len(cells)), key=lambda place: (cells[place].state is State.DONE, place))
    return tuple(cells[place] for place in sorted(ranked[:MOST]))
