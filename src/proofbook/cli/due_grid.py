"""The coverage grid on a terminal: letters, not colours, in blocks that fit its width; and as JSON."""

from __future__ import annotations

import shutil
import sys
from typing import Any, Final

from proofbook.assessment.grid import Grid, Row, Square
from proofbook.cli.zoned import tell_in_zone
from proofbook.obligations.duty import State
from proofbook.primitives.instants import format_instant

LETTERS: Final = {
    State.DONE: "D",
    State.LATE: "L",
    State.MISSED: "M",
    State.UNKNOWN: "U",
    State.NOT_DUE: ".",
    State.NOT_APPLICABLE: "n",
}
_NOTHING: Final = "-"
_LEGEND: Final = "D done   L late   M missed   U unknown   . not due yet   n not applicable   - nothing owed   * recorded late"
_WIDEST_LABEL: Final = 40
_NARROWEST_LABEL: Final = 20
_CELL: Final = 4
_PIPE: Final = 120


def grid_lines(grid: Grid) -> list[str]:
    """The grid as lines, then each square that needs a look with its reason."""
    scope = grid.facts.scope
    as_of = tell_in_zone(format_instant(grid.facts.as_of), scope.period.zone)
    head = [
        f"{scope.engagement}: {scope.entity}",
        f"{scope.period.first} to {scope.period.last}, {scope.period.zone}; as of {as_of}",
        _LEGEND,
    ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE
    label = min(_WIDEST_LABEL, max(_NARROWEST_LABEL, width - _CELL * len(grid.columns)))
    at_once = max(1, (width - label) // _CELL)
    lines = list(head)
    for start in range(0, len(grid.columns), at_once):
        lines += ["", *_block(grid, start, start + at_once, label)]
    return [*lines, *_silent(grid), *_reasons(grid)]


def _block(grid: Grid, start: int, stop: int, label: int) -> list[str]:
    columns = grid.columns[start:stop]
    years = "".join(
        column.id[:4].ljust(_CELL) if place == 0 or column.id[:4] != columns[place - 1].id[:4] else " " * _CELL
        for place, column in enumerate(columns)
    )
    margin = " " * label
    lines = [margin + years.rstrip(), margin + "".join(column.id[5:].ljust(_CELL) for column in columns).rstrip()]
    last = ""
    for row in grid.rows:
        if row.control != last:
            lines.append(f"{row.control} {row.title}")
            last = row.control
        cells = "".join(_letter(square).ljust(_CELL) for square in row.squares[start:stop])
        name = f"  {_name(row)}"
        if len(name) >= label:  # a name is never cut: two systems may differ by their ends
            lines.append(name)
            name = ""
        lines.append(name.ljust(label) + cells.rstrip())
    return lines


def _name(row: Row) -> str:
    cadence = row.cadence.replace("_", " ")
    return f"{row.scope}, {cadence}" if row.scope else cadence


def _letter(square: Square | None) -> str:
    if square is None:
        return _NOTHING
    return LETTERS[square.state] + ("*" if square.late_recorded else "")


def _silent(grid: Grid) -> list[str]:
    """Controls of which nothing was due: they are named, so that none is forgotten."""
    silent = [standing.control for standing in grid.controls if not standing.owed]
    if not silent:
        return []
    return ["", "Nothing was due in the period", *(f"  {each.id} {each.newest.title}" for each in silent)]


def _reasons(grid: Grid) -> list[str]:
    lines, zone = [], grid.facts.scope.period.zone
    for row in grid.rows:
        for column, square in zip(grid.columns, row.squares, strict=True):
            if square is not None and square.state in {State.MISSED, State.LATE, State.UNKNOWN}:
                name = " ".join(filter(None, (row.control, row.scope, column.id)))
                lines.append(f"  {name}: {square.state.replace('_', ' ')}: {tell_in_zone(square.reason, zone)}")
    changed = [standing for standing in grid.controls if len(standing.versions) > 1]
    for standing in changed:
        lines += [f"  {standing.control.id}: {each.title}, version {each.version}, {each.dates()}" for each in standing.versions]
    return ["", "Missed, late and unknown; controls whose text changed in the period", *lines] if lines else []


def grid_document(grid: Grid) -> dict[str, Any]:
    """The grid as JSON."""
    return {
        "engagement": grid.facts.scope.engagement,
        "as_of": format_instant(grid.facts.as_of),
        "columns": [{"id": each.id, "first": each.first.isoformat(), "last": each.last.isoformat()} for each in grid.columns],
        "counts": {state.value: number for state, number in grid.counts.items()},
        "rows": [_row_document(row) for row in grid.rows],
        "controls": [
            {
                "id": standing.control.id,
                "title": standing.control.newest.title,
                "own": standing.control.own,
                "state": standing.state.value if standing.owed else None,
                "versions": [
                    {
                        "version": each.version,
                        "title": each.title,
                        "first": None if each.first is None else each.first.isoformat(),
                        "last": None if each.last is None else each.last.isoformat(),
                        "entry": each.entry,
                        **each.slots,
                    }
                    for each in standing.versions
                ],
            }
            for standing in grid.controls
        ],
    }


def _row_document(row: Row) -> dict[str, Any]:
    squares = [
        None
        if square is None
        else {
            "state": square.state.value,
            "reason": square.reason,
            "entries": list(square.entries),
            "late_recorded": square.late_recorded,
            "occurrences": [
                {"interval": cell.occurrence.interval, "due": cell.occurrence.due.isoformat(), "state": cell.state.value}
                for cell in square.cells
            ],
        }
        for square in row.squares
    ]
    return {"control": row.control, "cadence": row.cadence, "scope": row.scope, "owner": row.owner, "squares": squares}
