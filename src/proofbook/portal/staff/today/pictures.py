"""What Today draws: the months that need a look, and the last days of every recorder.

Promises: only what needs a look is drawn by month (missed, unknown, late); what was done is in the grid. A stretch without a
recorder is hatched. Every picture says in words what it shows; instants in them are UTC, for the page to tell in its zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from markupsafe import Markup

from proofbook.assessment.grid import Grid
from proofbook.charts.columns import Column, Part, draw_columns
from proofbook.charts.lanes import Lane, draw_lanes
from proofbook.obligations.duty import Cell, State
from proofbook.portal import wording
from proofbook.portal.coverage import Duty, Span
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant

_PARTS: Final = (
    (State.MISSED, Part("missed", "solid")),
    (State.UNKNOWN, Part("unknown", "hatched")),
    (State.LATE, Part("late", "framed")),
)
LANE_DAYS: Final = 14


def draw_months(grid: Grid) -> Markup | None:
    """Occurrences that need a look by month; None when there is none."""
    counts = [Counter(cell.state for cell in _cells(grid, place)) for place in range(len(grid.columns))]
    columns = [
        Column(column.id, tuple(found[state] for state, _ in _PARTS)) for column, found in zip(grid.columns, counts, strict=True)
    ]
    if not any(sum(each.counts) for each in columns):
        return None
    name = "What needs a look, by the month it was owed in"
    return Markup(draw_columns(name, [part for _, part in _PARTS], columns, "screen"))  # noqa: S704 - charts escape their texts


def draw_recorders(desk: Desk, duties: Sequence[Duty]) -> Markup | None:
    """The last days of every recorder; None when nothing ever recorded."""
    window = Span(desk.now - timedelta(days=LANE_DAYS), desk.now)
    lanes = [Lane(duty.source, tuple(_holes(desk, duty, window))) for duty in duties if duty.end(desk.now) > window.start]
    if not lanes:
        return None
    first, last = (f"{wording.clock(format_instant(each))} UTC" for each in (window.start, window.end))
    name = f"Recorders in the last {LANE_DAYS} days, from {first} to {last}; hatched is time nobody recorded"
    return Markup(draw_lanes(name, lanes, first, last, "screen"))  # noqa: S704 - charts escape their texts


def _cells(grid: Grid, place: int) -> Iterable[Cell]:
    return (cell for row in grid.rows if (square := row.squares[place]) is not None for cell in square.cells)


def _holes(desk: Desk, duty: Duty, window: Span) -> Iterable[tuple[float, float, str]]:
    length = window.end - window.start
    began = duty.runs[0][0]
    holes = [*duty.holes(desk.now, timedelta(seconds=desk.sources.heartbeat_seconds))]
    if began > window.start:
        holes.append(Span(window.start, began))
    if (ended := duty.end(desk.now)) < window.end:
        holes.append(Span(ended, window.end))
    for hole in holes:
        start, end = max(hole.start, window.start), min(hole.end, window.end)
        if start < end:
            told = f"nobody recorded from {wording.clock(format_instant(start))} to {wording.clock(format_instant(end))} UTC"
            yield (start - window.start) / length, (end - window.start) / length, told
