"""The coverage grid: controls against the months or quarters of the period, narrowed to an artifact, an owner or a state.

Promises: each square says its state as a letter, a shape and in words, and leads to its reasons and entries; controls of which
nothing was due are named; every version of a control stands with its dates. No shares, no conclusions. Hostile input: a width or
a state that is none is InputError.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote, urlencode

from proofbook.assessment.grid import Grid, Row, Width
from proofbook.errors import InputError
from proofbook.portal.assessing import Assessed
from proofbook.portal.staff.coverage.narrowing import artifacts_of, read_narrowing, row_owners
from proofbook.portal.states import LETTERS, counted_states
from proofbook.portal.surroundings import Answer, Desk, Page, Query


def show_coverage(desk: Desk, query: Query) -> Answer:
    """`/coverage`."""
    width, wish = read_width(query), read_narrowing(query)

    def make(assessed: Assessed) -> Page:
        grid = assessed.grid(width)
        shown = [
            (standing, [(place, row) for place, row in rows if wish.takes(row, standing.control, desk.visitor)])
            for control, rows in _by_control(grid)
            if (standing := grid.standing(control)) is not None
        ]
        carried = {"by": width, "engagement": assessed.facts.scope.engagement}
        left = [each for each in shown if each[1]]
        return Page(
            "staff/coverage.html",
            {
                "width": width,
                "columns": grid.columns,
                "controls": left,
                "hidden": len(grid.rows) - sum(len(rows) for _, rows in left),
                "silent": [] if wish.chosen else [each.control for each in grid.controls if not each.owed],
                "letters": LETTERS,
                "counts": counted_states(grid.counts),
                "to": _links(grid, width),
                "narrowed": wish.chosen,
                "without": {name: wish.without(name, carried) for name in wish.chosen},
                "artifacts": artifacts_of(grid),
                "owners": row_owners(grid),
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
