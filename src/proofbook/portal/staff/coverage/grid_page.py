"""The coverage grid: controls against the months or quarters of the period, and one control with every occurrence behind it.

Promises: each square says its state as a letter and in words, and leads to its reasons and entries; controls of which nothing was
due are named; every version of a control stands with its dates. No shares, no conclusions. Hostile input: a width that is none is
InputError; a control that is not owed here is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final
from urllib.parse import quote, urlencode

from proofbook.assessment.control_set import SLOTS
from proofbook.assessment.grid import Column, Grid, Row, Width
from proofbook.errors import InputError
from proofbook.obligations.duty import Cell, State
from proofbook.portal.assessing import Assessed
from proofbook.portal.states import LETTERS, counted_states
from proofbook.portal.surroundings import Answer, Desk, Page, Query

MOST: Final = 100
"""Occurrences of one square on a control's page."""


def show_coverage(desk: Desk, query: Query) -> Answer:
    """`/coverage`."""
    width = read_width(query)

    def make(assessed: Assessed) -> Page:
        grid = assessed.grid(width)
        return Page(
            "staff/coverage.html",
            {
                "width": width,
                "columns": grid.columns,
                "controls": [(grid.standing(control), list(rows)) for control, rows in _by_control(grid)],
                "silent": [each.control for each in grid.controls if not each.owed],
                "letters": LETTERS,
                "counts": counted_states(grid.counts),
                "to": _links(grid, width),
            },
        )

    return desk.assessments().show(desk, query, make)


def show_control(desk: Desk, query: Query, control: str) -> Answer:
    """`/coverage/{control}`: its versions, and the occurrences of each of its rows; None when the grid has no such control."""
    width = read_width(query)

    def make(assessed: Assessed) -> Page | None:
        grid = assessed.grid(width)
        standing = next((each for each in grid.controls if each.control.id == control), None)
        if standing is None:
            return None
        rows = [row for row in grid.rows if row.control == control]
        return Page(
            "staff/control.html",
            {
                "width": width,
                "standing": standing,
                "slots": SLOTS,
                "rows": [(row, list(_occurrences(place, row, grid.columns)), _unlisted(row)) for place, row in enumerate(rows)],
                "letters": LETTERS,
                "counts": counted_states(standing.counts),
                "back": f"/coverage?{urlencode({'by': width, 'engagement': assessed.facts.scope.engagement})}",
            },
        )

    return desk.assessments().show(desk, query, make)


def read_width(query: Query) -> Width:
    """`by`: month unless it says quarter. Raises InputError."""
    match query.get("by", "month"):
        case "month" | "":
            return "month"
        case "quarter":
            return "quarter"
        case other:
            raise InputError(f"by={other[:40]!r} is no width", hint="by=month or by=quarter")


def _by_control(grid: Grid) -> Iterator[tuple[str, Iterator[tuple[int, Row]]]]:
    """Rows of a control with their places among its rows."""
    for control, rows in groupby(grid.rows, key=lambda row: row.control):
        yield control, enumerate(rows)


def _links(grid: Grid, width: Width) -> dict[str, str]:
    """Control -> its page."""
    carried = urlencode({"by": width, "engagement": grid.facts.scope.engagement})
    return {each.control.id: f"/coverage/{quote(each.control.id, safe='')}?{carried}" for each in grid.controls}


def _occurrences(place: int, row: Row, columns: tuple[Column, ...]) -> Iterator[tuple[str | None, Column, Cell]]:
    """Occurrences with their columns; the first one of a square has the name that the grid leads to."""
    for column, square in zip(columns, row.squares, strict=True):
        for number, cell in enumerate(shown_of(square.cells) if square is not None else ()):
            yield (f"r{place}-{column.id}" if number == 0 else None), column, cell


def _unlisted(row: Row) -> int:
    """How many occurrences of a row are left out."""
    return sum(len(square.cells) - len(shown_of(square.cells)) for square in row.squares if square is not None)


def shown_of(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a square that its page lists, in their order: of many, those that were done are left out first."""
    if len(cells) <= MOST:
        return tuple(cells)
    ranked = sorted(range(len(cells)), key=lambda place: (cells[place].state is State.DONE, place))
    return tuple(cells[place] for place in sorted(ranked[:MOST]))
