"""The coverage grid: each control and scope against the intervals of the period, and what became of every occurrence.

Promises: every occurrence stands in one column, that of the day it ends on; a square holds the state most in need of a look, its
reasons and entries, and all occurrences behind it. Counts are counts: there are no shares, and nothing says that a control works.
Every version of a control that held in the period is there with its dates. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from proofbook.assessment.control_set import ControlVersion, HeldControl
from proofbook.assessment.duties import Duties, Life, derive_duties
from proofbook.assessment.facts import Facts
from proofbook.assessment.happenings import Call
from proofbook.obligations.cadence import Cadence, interval_of
from proofbook.obligations.duty import Cell, State
from proofbook.obligations.events import assess_events
from proofbook.obligations.grid import assess
from proofbook.obligations.rollup import count_states, roll_up
from proofbook.primitives.instants import Period

Width = Literal["month", "quarter"]
_CADENCES: Final[Mapping[Width, Cadence]] = {"month": Cadence.MONTHLY, "quarter": Cadence.QUARTERLY}


@dataclass(frozen=True, slots=True)
class Column:
    """One interval of the grid: `2026-03` or `2026-Q1`, cut to the period."""

    id: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Square:
    """One row in one column. `cells`: every occurrence behind it, by due day."""

    state: State
    reason: str
    entries: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def late_recorded(self) -> bool:
        """Whether something in it was written down long after it happened."""
        return any(cell.late_recorded for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Row:
    """One duty of one control for one scope. `squares` stand below the grid's columns; None: nothing was owed there."""

    control: str
    title: str
    cadence: str
    scope: str
    owner: str
    criteria: tuple[str, ...]
    squares: tuple[Square | None, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every occurrence of the row."""
        return tuple(cell for square in self.squares if square is not None for cell in square.cells)


@dataclass(frozen=True, slots=True)
class ControlStanding:
    """One control as a whole: the state most in need of a look, how many there are of each, and its versions in the period."""

    control: HeldControl
    state: State
    counts: Mapping[State, int]
    versions: tuple[ControlVersion, ...]

    @property
    def owed(self) -> bool:
        """Whether anything was due at all."""
        return any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole grid, as of one moment."""

    facts: Facts
    duties: Duties
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    controls: tuple[ControlStanding, ...]
    counts: Mapping[State, int]

    def standing(self, control: str) -> ControlStanding | None:
        """A control by its id, or by that of the illustrative one it stands for."""
        return next((each for each in self.controls if control in each.control.names), None)

    def call_of(self, cell: Cell) -> Call | None:
        """What called for an occurrence that is no interval's."""
        return self.duties.calls.get((cell.occurrence.control, cell.occurrence.event)) if cell.occurrence.event else None

    def owner_of(self, control: HeldControl, scope: str) -> str:
        """Who answers for a duty: the system's owner, else the control's."""
        return _owner(self.duties.lives, control, scope)


def derive_grid(facts: Facts, width: Width = "month") -> Grid:
    """What was owed in the period and what became of it."""
    duties = derive_duties(facts)
    period = facts.scope.period
    shared = (duties.performances, duties.waivers, duties.blinds, period, facts.as_of, duties.book_began)
    cells = (*assess(duties.rules, *shared), *assess_events(duties.rules, duties.events, *shared))
    columns = make_columns(period, width)
    controls = {control.id: control for control in duties.controls}
    by_row: defaultdict[tuple[str, str, str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        owed = cell.occurrence
        by_row[duties.keys[owed.control], _order(owed.cadence), owed.cadence, owed.scope].append(cell)
    rows = tuple(
        _row(duties.lives, controls[control], cadence, scope, columns, by_row[control, order, cadence, scope])
        for control, order, cadence, scope in sorted(by_row)
    )
    standings = tuple(_standing(control, rows, period) for control in duties.controls)
    place = {control.id: number for number, control in enumerate(duties.controls)}
    rows = tuple(sorted(rows, key=lambda row: place[row.control]))
    return Grid(facts, duties, columns, rows, standings, count_states(cells))


def make_columns(period: Period, width: Width) -> tuple[Column, ...]:
    """The intervals that touch the period, oldest first."""
    columns: list[Column] = []
    day = period.first
    while day <= period.last:
        interval = interval_of(_CADENCES[width], day)
        columns.append(Column(interval.id, max(interval.first, period.first), min(interval.last, period.last)))
        day = date.fromordinal(interval.last.toordinal() + 1)
    return tuple(columns)


def _order(cadence: Cadence) -> str:
    return f"{list(Cadence).index(cadence):02d}"


def _row(
    lives: Sequence[Life], control: HeldControl, cadence: str, scope: str, columns: Sequence[Column], cells: Sequence[Cell]
) -> Row:  # fmt: skip
    by_column: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_column[_place(columns, cell.occurrence.last)].append(cell)
    squares = tuple(_square(by_column[place]) if place in by_column else None for place in range(len(columns)))
    owner, newest = _owner(lives, control, scope), control.newest
    return Row(control.id, newest.title, cadence, scope, owner, control.criteria, squares)


def _owner(lives: Iterable[Life], control: HeldControl, scope: str) -> str:
    """The person who owns the system, or the control of the organisation; an illustrative control only names a role."""
    of_system = next((life.owner for life in lives if life.system == scope), "unknown")
    return of_system if of_system != "unknown" else control.newest.owner if control.own else "unknown"


def _place(columns: Sequence[Column], day: date) -> int:
    return next((place for place, column in enumerate(columns) if day <= column.last), len(columns) - 1)


def _square(cells: Sequence[Cell]) -> Square:
    state = roll_up(cells)
    worst = [cell for cell in cells if cell.state is state]
    more = f" (and {len(worst) - 1} more {state.replace('_', ' ')})" if len(worst) > 1 else ""
    entries = tuple(dict.fromkeys(entry for cell in cells for entry in cell.entries))
    return Square(state, worst[0].reason + more, entries, tuple(cells))


def _standing(control: HeldControl, rows: Iterable[Row], period: Period) -> ControlStanding:
    cells = [cell for row in rows if row.control == control.id for cell in row.cells]
    held = tuple(
        version
        for version in control.versions
        if (version.first or period.first) <= period.last and (version.last or period.last) >= period.first
    )
    return ControlStanding(control, roll_up(cells), count_states(cells), held or control.versions[-1:])


def name_of(cell: Cell) -> str:
    """What an occurrence is known by: `LC-02/help-desk/2026-Q3`, `LC-28#annual/2026`; of an event its entry at the end."""
    return "/".join(
        filter(None, (cell.occurrence.control, cell.occurrence.scope, cell.occurrence.event or cell.occurrence.interval))
    )
