"""Writes one population: its tables in two forms, its column dictionary, its header for programs and for people.

Promises: one definition is evaluated over one book as of one checkpoint; every row is written to both forms as it is made,
nothing is held; the header's counts are counted from the rows that were written. A check that differs does not stop the export;
it is stamped on it.
Hostile input: cells go through the table rules of `bundle`; text in pages is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.csv_table import format_row, format_table
from proofbook.bundle.json_table import JsonTable
from proofbook.bundle.layout import columns_path, definition_path, header_path, table_path
from proofbook.bundle.manifest import RoomPopulation, RoomTable
from proofbook.export import checks
from proofbook.export.book_part import Progress, parse_value
from proofbook.export.checks import Check
from proofbook.export.coverage import Uncovered, derive_coverage
from proofbook.export.definition import Definition, Table
from proofbook.export.engagement import Engagement
from proofbook.export.folder import HashingFile, RoomFolder
from proofbook.export.header import HeaderParts, completeness, format_header, header_document
from proofbook.export.observation import Listed, Observation
from proofbook.export.pages import render_header
from proofbook.export.rows import Placed, TableWork
from proofbook.export.second_source import check_engine_counters
from proofbook.export.totals import Calendar, Totals
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.reconciliation.comparing import Comparison
from proofbook.tlog.merkle import leaf_hash

KEYS: Final[Mapping[str, str]] = {"interactions": "exchange", "refusals": "exchange", "artifacts": "artifact", "records": "entry"}
"""The column that tells the rows of a table apart."""

COUNTED_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "interactions": ("system", "state", "protocol", "model_binding", "principal_kind"),
    "refusals": ("system", "reason"),
    "artifacts": ("format", "verification", "rung"),
    "records": ("host", "store"),
}
"""Columns whose words are counted for the control totals."""

COLUMN_TABLE: Final = ("table", "column", "from", "path", "type", "unit", "meaning", "absent")
_STEP: Final = 5000


@dataclass(frozen=True, slots=True)
class Basis:
    """What all populations of one room share."""

    book: BookReading
    engagement: Engagement
    checkpoint: StoredCheckpoint
    seen: Observation
    worksheet: Worksheet
    evidence_ids: Mapping[str, str]
    erased: int
    reconciled: tuple[Comparison, ...]
    """The engines' own counters against the book."""


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

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(each.rows for each in self.totals)


class PopulationExport:
    """One population being exported: `see` every entry once, then `write`."""

    def __init__(self, basis: Basis, definition: Definition) -> None:
        self._basis = basis
        self._definition = definition
        seen = basis.seen
        self._works = {each.name: TableWork(each, seen.start, seen.end, basis.worksheet) for each in definition.tables}

    def see(self, entry: Placed) -> None:
        """First pass over the book."""
        for work in self._works.values():
            work.see(entry)

    def newest_of(self, table: str) -> tuple[int, ...]:
        """After the first pass: places of the newest entries, for a table that keeps only those; empty for any other."""
        work = self._works.get(table)
        return () if work is None else work.newest()

    def paths(self) -> list[str]:
        """Every path that `write` will write."""
        population = self._definition.population
        paths = [definition_path(population), columns_path(population)]
        paths += [header_path(population, "json"), header_path(population, "html")]
        for name in self._works:
            paths += [table_path(population, name, "csv"), table_path(population, name, "json")]
        return paths

    def write(self, folder: RoomFolder, counted: Mapping[str, int], strays: Listed, progress: Progress) -> Written:
        """Second pass: tables, dictionary, headers. `counted` are the separate counts, by table."""
        definition = self._definition
        totals = tuple(self._write_table(folder, work, progress) for work in self._works.values())
        population = definition.population
        folder.write(definition_path(population), f"Report definition of {population}", definition.data)
        folder.write(columns_path(population), f"Column dictionary of {population}", format_columns(definition))
        folder_name = header_path(population, "json").rpartition("/")[0] + "/"
        files = {each.path.removeprefix(folder_name): each.sha256 for each in folder.files if each.path.startswith(folder_name)}
        parts = HeaderParts(
            evidence_id=self._basis.evidence_ids[header_path(population, "json")],
            definition=definition,
            engagement=self._basis.engagement,
            checkpoint=self._basis.checkpoint,
            totals=totals,
            left_out={name: dict(work.left_out) for name, work in self._works.items()},
            counted=counted,
            checks=self._checks(totals, counted, strays),
            seen=self._basis.seen,
            files=files,
        )
        title = f"Evidence header of {population}"
        files[header_name("json")] = folder.write(header_path(population, "json"), title, format_header(parts))
        page = render_header(header_document(parts))
        files[header_name("html")] = folder.write(header_path(population, "html"), f"{title}, for reading", page)
        reasons = tuple(each.sentence() for each in parts.checks if each.reason)
        word = completeness(parts.checks)
        uncovered = derive_coverage(self._basis.seen, self._basis.checkpoint.signed_at).uncovered
        room = _room_population(totals, population)
        return Written(room, definition, word, reasons, parts.checks, files, totals, uncovered)

    def _write_table(self, folder: RoomFolder, work: TableWork, progress: Progress) -> Totals:
        table, population, basis = work.table, self._definition.population, self._basis
        names = tuple(each.name for each in table.columns)
        calendar = Calendar(basis.engagement.period)
        by = COUNTED_WORDS[table.name]
        totals = Totals(table.name, KEYS[table.name], by, names, calendar, basis.worksheet, table.period is not None)
        as_of = parse_instant(basis.checkpoint.signed_at)
        lines = JsonTable(names)
        with ExitStack() as stack:
            title = f"{self._definition.title}: {table.name}"
            sheet: HashingFile = stack.enter_context(folder.open(table_path(population, table.name, "csv"), f"{title} (CSV)"))
            twin: HashingFile = stack.enter_context(folder.open(table_path(population, table.name, "json"), f"{title} (JSON)"))
            sheet.write(format_row(names))
            for entry in _entries_of(basis.book, basis.checkpoint.size, table):
                row = work.row(entry)
                if row is not None:
                    sheet.write(format_row(row.cells))
                    twin.write(lines.format_row(row.cells))
                    totals.add(row, as_of)
                    if totals.rows % _STEP == 0:
                        progress(f"writing {table.name}", entry.index, basis.checkpoint.size)
            twin.write(lines.format_end())
        progress(f"writing {table.name}", basis.checkpoint.size, basis.checkpoint.size)
        return totals

    def _checks(self, totals: tuple[Totals, ...], counted: Mapping[str, int], strays: Listed) -> tuple[Check, ...]:
        basis, seen = self._basis, self._basis.seen
        signed = basis.checkpoint.signed_at
        found = [checks.check_count(each.table, each.rows, counted[each.table]) for each in totals]
        found.append(checks.check_truncation(sum(seen.kinds.values()), basis.checkpoint.size))
        found.append(checks.check_integrity(basis.checkpoint.size, basis.checkpoint.root.hex()))
        found.append(checks.check_sequence(seen))
        found += [checks.check_uniqueness(each) for each in totals]
        found.append(checks.check_clock(seen))
        if self._definition.population == "POP-07":
            week_before = format_instant(parse_instant(signed) - timedelta(days=7))
            found.append(checks.check_scans(seen, signed, week_before))
            found.append(checks.check_served(seen, stamps=True))
            return tuple(found)
        coverage = derive_coverage(seen, signed)
        covered = bool(coverage.recorders) and not coverage.uncovered
        until = totals[0].calendar.day_of(coverage.until)
        days = () if until is None else tuple(each.isoformat() for each in totals[0].empty_days(until))
        found.append(checks.check_period_over(seen.end, signed))
        found.append(checks.check_coverage(coverage))
        found.append(checks.check_empty_days(days, covered=covered))
        found.append(checks.check_responses(totals[0]))
        found.append(checks.check_second_responses(totals[0], strays))
        found.append(checks.check_served(seen, stamps=False))
        found += [check(each) for each in totals for check in (checks.check_edges, checks.check_late)]
        found.append(checks.check_erasures(basis.erased))
        found.append(check_engine_counters(basis.reconciled))
        return tuple(found)


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


def _entries_of(book: BookReading, size: int, table: Table) -> Iterator[Placed]:
    """Entries of a table's base kind. In canonical bytes the kind has one spelling, so others are passed over unparsed."""
    mark = b'"kind":"' + table.kind.encode() + b'"'
    for index, data in book.entries(0, size):
        if mark in data:
            yield Placed(parse_value(data, index), index, leaf_hash(data).hex())


def _room_population(totals: tuple[Totals, ...], population: str) -> RoomPopulation:
    tables = tuple(
        RoomTable(each.table, table_path(population, each.table, "csv"), table_path(population, each.table, "json"), each.rows)
        for each in totals
    )
    return RoomPopulation(population, definition_path(population), header_path(population, "json"), tables)
