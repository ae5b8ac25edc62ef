"""`02_Control_matrix`: controls with criteria, owner, cadence and evidence, every version with its dates; what was owed.

Promises: each version that held in the period has a row of its own, so a text that changed shows both (soc2.md 19.20); every
occurrence of the grid is in the CSV, whatever its state. Counts are counts. Illustrative controls are named as such. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.artifacts.page import Cell, Standing, Table
from proofbook.artifacts.speaking import DASH, counted, label
from proofbook.assessment.control_set import SLOTS, ControlVersion
from proofbook.assessment.grid import ControlStanding, Grid, Square, name_of
from proofbook.bundle.parts import CONTROLS_FOLDER
from proofbook.export.parts.framing import Sheet, csv_file, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedPart
from proofbook.export.parts.registers import text_table
from proofbook.primitives.canonical import JsonValue

MATRIX: Final = (
    "control", "based_on", "own", "version", "title", "criteria", "owner", "nature", "cadence", "per_system", "evidence_kinds",
    "artifacts", "populations", "self_tests", "first", "last", "entry", "recorded", "backdated", "design_change", *SLOTS,
)  # fmt: skip
OCCURRENCES: Final = (
    "occurrence", "control", "scope", "cadence", "interval", "event", "first", "last", "due", "part_of_interval", "state",
    "reason", "late_recorded", "entries",
)  # fmt: skip
_MARKED: Final = {"late": Standing.DIFFERS, "missed": Standing.DIFFERS, "unknown": Standing.UNKNOWN}


def plan_controls(origin: PartsFrom) -> PlannedPart:
    """The matrix with its history, and the grid of occurrences."""
    grid = origin.assessed.grid
    matrix = [row for standing in grid.controls for row in _rows(standing)]
    owed = list(_occurrences(grid))
    changed = sum(1 for each in grid.controls if len(each.versions) > 1)
    records = origin.assessed.facts.scoped("control")
    limits = ("Controls that no own control stands for are illustrative: examples, until the organisation adopts its own.",)
    first = Sheet(
        CONTROLS_FOLDER, "matrix", "Control matrix", "Controls and their criteria, owners, cadence and evidence.",
        (_matrix(grid), _history(grid)), records, query="controls in scope, every version that held on a day of the period",
        plain=[dict(zip(MATRIX, row, strict=True)) for row in matrix], limits=limits,
        marks=(Cell(counted(len(grid.controls), "control")), Cell(f"{changed} changed in the period")),
    )  # fmt: skip
    second = Sheet(
        CONTROLS_FOLDER, "occurrences", "What was owed, and what became of it", "Each duty against the months of the period.",
        (_counts(grid), _grid(grid)), records, query="every occurrence due in the period, as far as the checkpoint knows",
        plain=[dict(zip(OCCURRENCES, row, strict=True)) for row in owed], limits=limits,
    )  # fmt: skip
    return PlannedPart(
        (
            *page_files(origin, first),
            csv_file(CONTROLS_FOLDER, "matrix", title="Control matrix, one row for each version", columns=MATRIX, rows=matrix),
            *page_files(origin, second),
            csv_file(CONTROLS_FOLDER, "occurrences", title="Every occurrence owed", columns=OCCURRENCES, rows=owed),
        )
    )


def _rows(standing: ControlStanding) -> Iterator[tuple[JsonValue, ...]]:
    control = standing.control
    for each in standing.versions:
        promises = each.promises
        yield (
            control.id,
            control.based_on,
            control.own,
            each.version,
            each.title,
            list(each.criteria),
            each.owner,
            each.nature,
            [promise.cadence.value for promise in promises],
            any(promise.per_system for promise in promises),
            sorted({rule.kind for promise in promises for rule in promise.evidence}),
            list(control.artifacts),
            list(control.populations),
            list(control.checks),
            None if each.first is None else each.first.isoformat(),
            None if each.last is None else each.last.isoformat(),
            each.entry,
            each.recorded,
            each.backdated,
            each.design_change,
            *(each.slots.get(slot) for slot in SLOTS),
        )


def _matrix(grid: Grid) -> Table:
    rows = (
        (
            f"{each.control.id} {each.control.newest.title}",
            ", ".join(each.control.criteria),
            each.control.newest.owner,
            ", ".join(label(promise.cadence.value) for promise in each.control.newest.promises),
            ", ".join((*each.control.artifacts, *each.control.populations)),
            "own" if each.control.own else "illustrative",
            label(each.state.value) if each.owed else "nothing was due",
        )
        for each in grid.controls
    )
    columns = ("Control", "Criteria", "Owner", "How often", "Evidence", "Whose", "Most in need of a look")
    return text_table("Controls", columns, rows, "No control is in scope.")


def _history(grid: Grid) -> Table:
    rows = (
        (
            each.control.id,
            version.version,
            version.title,
            version.dates(),
            version.recorded,
            version.design_change,
            _entry(version),
        )
        for each in grid.controls
        for version in each.versions
        if each.control.own
    )
    columns = ("Control", "Version", "Title", "Held", "Recorded", "What changed in its design", "Entry")
    return text_table("Versions that held in the period", columns, rows, "No control of the organisation's own is on record.")


def _entry(version: ControlVersion) -> Cell:
    if version.backdated:
        return Cell(f"{version.entry} (recorded late, in place of another)", Standing.LATE)
    return Cell(version.entry or "–", mono=version.entry is not None)


def _counts(grid: Grid) -> Table:
    rows = ((label(state.value), number) for state, number in grid.counts.items())
    return text_table("Occurrences by state", ("State", "Occurrences"), rows, "Nothing was owed.")


def _grid(grid: Grid) -> Table:
    rows = tuple(
        (Cell(each.control), Cell(each.scope or "organisation"), Cell(label(each.cadence)), *map(_square, each.squares))
        for each in grid.rows
    )
    columns = ("Control", "For", "How often", *(column.id for column in grid.columns))
    return Table(
        "By month",
        columns,
        rows,
        "Nothing was owed.",
        "A square says the state most in need of a look; late and missed are marked.",
    )


def _square(square: Square | None) -> Cell:
    if square is None:
        return DASH
    return Cell(label(square.state.value), _MARKED.get(square.state.value, Standing.STATED))


def _occurrences(grid: Grid) -> Iterator[tuple[JsonValue, ...]]:
    for row in grid.rows:
        for each in row.cells:
            owed = each.occurrence
            yield (
                name_of(each),
                row.control,
                row.scope or None,
                row.cadence,
                owed.interval,
                owed.event or None,
                owed.first.isoformat(),
                owed.last.isoformat(),
                owed.due.isoformat(),
                owed.part,
                each.state.value,
                each.reason,
                each.late_recorded,
                list(each.entries),
            )
