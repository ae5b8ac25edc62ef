"""Writes one population: its tables in two forms, its column dictionary, its header for programs and for people.

Promises: one definition is evaluated over one book as of one checkpoint; every row is written to both forms as it is made,
nothing is held; the header's counts are counted from the rows that were written. A check that differs does not stop the export;
it is stamped on it.
Hostile input: cells go through the table rules of `bundle`; text in pages is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from proofbook.assessment.grid import Grid
from proofbook.bundle.csv_table import format_row, format_table
from proofbook.bundle.json_table import JsonTable
from proofbook.bundle.layout import columns_path, definition_path, explanation_path, header_path, table_path
from proofbook.bundle.manifest import RoomPopulation, RoomTable
from proofbook.export.basis import Basis
from proofbook.export.checks import Check
from proofbook.export.coverage import Uncovered, derive_coverage
from proofbook.export.definition import Definition, Table
from proofbook.export.explaining import explain
from proofbook.export.folder import HashingFile, RoomFolder
from proofbook.export.header import HeaderParts, completeness, format_header, header_document
from proofbook.export.observation import Listed
from proofbook.export.pages import render_header
from proofbook.export.rows import Placed, Row, TableWork
from proofbook.export.schedule import rows_of
from proofbook.export.since import Rolled, TableSince
from proofbook.export.totals import LATE, LATE_BY_HAND, Calendar, Totals
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import parse_instant
from proofbook.records.kept import KEPT

COLUMN_TABLE: Final = ("table", "column", "from", "path", "type", "unit", "meaning", "absent")
_TABLE_BUFFER: Final = 32 * 1024
"""The files of all tables are open at once."""


@dataclass(frozen=True, slots=True)
class Written:
    """A population that lies in the room."""

    room: RoomPopulation
    definition: Definition
    completeness: str
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]
    files: Mapping[str, str]
    totals: tuple[Totals, ...]
    uncovered: tuple[Uncovered, ...]
    rolled: Mapping[str, Rolled]
    """Of a roll-forward: how the counts of each table of entries lead from the earlier checkpoint to this one."""
    late: Mapping[str, Listed]
    """Of a roll-forward: rows recorded since that tell of a time before it."""

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(each.rows for each in self.totals)


class _OpenTable:
    """The two files of one table while rows are being written."""

    def __init__(self, sheet: HashingFile, twin: HashingFile, totals: Totals) -> None:
        self._sheet = sheet
        self._twin = twin
        self._lines = JsonTable(totals.columns)
        self.totals = totals
        sheet.write(format_row(totals.columns))

    def write(self, cells: tuple[JsonValue, ...]) -> None:
        """One row."""
        self._sheet.write(format_row(cells))
        self._twin.write(self._lines.format_row(cells))

    def end(self) -> None:
        """No row follows."""
        self._twin.write(self._lines.format_end())


class PopulationExport:
    """One population being exported: `see` entries of its kinds once, `open`, `add` them once more, `close`, then `finish`."""

    def __init__(self, basis: Basis, definition: Definition) -> None:
        self.basis: Final = basis
        self.definition: Final = definition
        start, end, name = basis.seen.start, basis.seen.end, definition.population
        self.works: Final = {
            each.name: TableWork(each, start, end, basis.worksheet, f"{name}/{each.name}")
            for each in definition.tables
            if each.kinds
        }
        self.totals: Final = {each.name: self._totals(each) for each in definition.tables}
        """Of the whole tables: what checks are held against."""
        since = basis.since
        self.shown: Final = (
            self.totals if since is None else {each.name: self._totals(each, "/since") for each in definition.tables}
        )
        """Of the rows that are written; of a roll-forward those that are new or changed."""
        self._since: Final = {
            name: TableSince(since, each.table, (start, end), basis.worksheet)
            for name, each in self.works.items()
            if since is not None
        }
        self._open: dict[str, _OpenTable] = {}
        self._as_of: Final = parse_instant(basis.checkpoint.signed_at)

    @property
    def base_kinds(self) -> frozenset[str]:
        """Kinds of entries that can become rows."""
        return frozenset(kind for work in self.works.values() for kind in work.table.kinds)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of entries it has to see."""
        return frozenset(kind for work in self.works.values() for kind in work.kinds)

    def see(self, entry: Placed) -> None:
        """First pass over the book."""
        kind = entry.value["kind"]
        for work in self.works.values():
            if kind in work.kinds:
                work.see(entry)
        for since in self._since.values():
            since.see(entry)

    def newest_of(self, table: str) -> tuple[int, ...]:
        """After the first pass: places of the newest entries, for a table that keeps only those; empty for any other."""
        work = self.works.get(table)
        return () if work is None else work.newest()

    def paths(self) -> list[str]:
        """Every path that will be written."""
        population = self.definition.population
        paths = [definition_path(population), explanation_path(population), columns_path(population)]
        paths += [header_path(population, "json"), header_path(population, "html")]
        for table in self.definition.tables:
            paths += [table_path(population, table.name, "csv"), table_path(population, table.name, "json")]
        return paths

    def open(self, folder: RoomFolder, stack: ExitStack) -> None:
        """Opens the files of every table, and writes those that come from the schedule."""
        population = self.definition.population
        for table in self.definition.tables:
            title = f"{self.definition.title}: {table.title}"
            sheet, twin = (
                stack.enter_context(
                    folder.open(table_path(population, table.name, form), f"{title} ({form.upper()})", _TABLE_BUFFER)
                )
                for form in ("csv", "json")
            )
            made = self._open[table.name] = _OpenTable(sheet, twin, self.shown[table.name])
            if table.scheduled and self.basis.assessed is not None:
                self._write_schedule(table, made, self.basis.assessed.grid)

    def _write_schedule(self, table: Table, made: _OpenTable, grid: Grid) -> None:
        """What was owed; of a roll-forward, what the schedule says otherwise than as of the earlier checkpoint."""
        then = self.basis.assessed_then
        before = [] if then is None else list(rows_of(then.grid, table.scheduled))
        known = {str(each["occurrence"]): each for each in before}
        whole = self.totals[table.name]
        for row in rows_of(grid, table.scheduled):
            cells, name = {each.name: row[each.path] for each in table.columns}, str(row["occurrence"])
            if made.totals is not whole:
                whole.add_cells(cells, name)
            if known.get(name) != row:
                made.write(tuple(cells.values()))
                made.totals.add_cells(cells, name)

    def add(self, entry: Placed) -> None:
        """Second pass: writes the rows this entry makes."""
        kind = entry.value["kind"]
        for name, work in self.works.items():
            if kind in work.table.kinds:
                row = work.row(entry)
                if row is not None:
                    self._write(name, row)

    def _write(self, table: str, row: Row) -> None:
        made, since = self._open[table], self._since.get(table)
        if since is not None:
            self.totals[table].add(row, self._as_of)
            if not since.is_new(row):
                return
        made.write(row.cells)
        made.totals.add(row, self._as_of)

    def close(self) -> None:
        """No entry follows; the files are closed by whoever opened the stack."""
        for made in self._open.values():
            made.end()
        for since in self._since.values():
            since.close()

    def finish(self, folder: RoomFolder, counted: Mapping[str, int], checks: tuple[Check, ...]) -> Written:
        """Dictionary and headers. `counted` are the separate counts, by table; tables that nothing counts are not in it."""
        definition, basis = self.definition, self.basis
        population = definition.population
        folder.write(definition_path(population), f"Report definition of {population}", definition.data)
        folder.write(explanation_path(population), f"How the report of {population} works", explain(definition))
        folder.write(columns_path(population), f"Column dictionary of {population}", format_columns(definition))
        folder_name = header_path(population, "json").rpartition("/")[0] + "/"
        files = {each.path.removeprefix(folder_name): each.sha256 for each in folder.files if each.path.startswith(folder_name)}
        totals, rolled = tuple(self.shown.values()), {name: each.rolled for name, each in self._since.items()}
        parts = HeaderParts(
            evidence_id=basis.evidence_ids[header_path(population, "json")],
            definition=definition,
            engagement=basis.engagement,
            checkpoint=basis.checkpoint,
            totals=totals,
            left_out={name: dict(work.left_out) for name, work in self.works.items()},
            counted=counted,
            checks=checks,
            seen=basis.seen,
            files=files,
            assessed=basis.assessed,
            whole=tuple(self.totals.values()),
            since=basis.since,
            rolled=rolled,
        )
        title = f"Evidence header of {population}"
        files[header_name("json")] = folder.write(header_path(population, "json"), title, format_header(parts))
        page = render_header(header_document(parts))
        files[header_name("html")] = folder.write(header_path(population, "html"), f"{title}, for reading", page)
        reasons = tuple(each.sentence() for each in checks if each.reason)
        uncovered = derive_coverage(basis.seen, basis.checkpoint.signed_at).uncovered
        room = _room_population(totals, population)
        late = {name: each.late for name, each in self._since.items()}
        return Written(room, definition, completeness(checks), reasons, checks, files, totals, uncovered, rolled, late)

    def _totals(self, table: Table, mark: str = "") -> Totals:
        calendar = Calendar(self.basis.engagement.period)
        names = tuple(each.name for each in table.columns)
        by_hand = bool(table.kinds) and set(table.kinds) <= KEPT.keys()
        late = LATE_BY_HAND if by_hand else LATE
        relation = f"{self.definition.population}/{table.name}{mark}"
        sheet = self.basis.worksheet
        return Totals(table.name, relation, table.key, table.by, names, calendar, sheet, bool(table.period), late)


def header_name(form: str) -> str:
    """File name of a header."""
    return f"header.{form}"


def format_columns(definition: Definition) -> bytes:
    """`columns.csv`: one line for each column of each table."""
    return format_table(
        COLUMN_TABLE,
        (
            (table.name, each.name, each.origin, each.path, each.type, each.unit, each.meaning, each.absent)
            for table in definition.tables
            for each in table.columns
        ),
    )


def _room_population(totals: tuple[Totals, ...], population: str) -> RoomPopulation:
    tables = tuple(
        RoomTable(each.table, table_path(population, each.table, "csv"), table_path(population, each.table, "json"), each.rows)
        for each in totals
    )
    return RoomPopulation(population, definition_path(population), header_path(population, "json"), tables)
