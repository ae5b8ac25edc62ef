"""Populations and the index once more, as workbooks for reading: evidence header, checks, tables with typed cells.

Promises: made from the files already written for the room, row by row, so memory does not grow; instants stand as text and as a
date beside it; the header sheet has all eighteen fields of soc2.md 8.3. CSV and JSON stay the evidence that is derived again.
Does not add anything to them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from proofbook.bundle import layout
from proofbook.bundle.workbook import Moment, Value, Workbook
from proofbook.errors import MalformedRecord
from proofbook.export.book_part import Progress
from proofbook.export.definition import Definition, Table
from proofbook.export.folder import RoomFolder
from proofbook.primitives.instants import parse_instant

FIELDS: Final[Sequence[tuple[str, tuple[str, ...]]]] = (
    ("1 Evidence id, title, purpose", ("evidence_id", "title", "purpose", "population")),
    ("2 Criteria and controls", ("criteria", "controls", "artifacts")),
    ("3 Entity, systems, environment", ("entity", "engagement", "systems", "environment")),
    ("4 Sources", ("sources",)),
    ("5 Report definition, logic hash, parameters", ("report",)),
    ("6 Filters and what was left out", ("filters", "left_out", "duplicates")),
    ("7 Period and as-of", ("period", "as_of")),
    ("8 Run", ("run",)),
    ("9 Run by", ("run",)),
    ("10 Rows, columns, control totals", ("row_counts", "population_rows", "columns", "control_totals", "empty")),
    ("11 Count of the source", ("source_count",)),
    ("12 Completeness", ("completeness", "reasons")),
    ("13 Redactions", ("redactions",)),
    ("14 Hashes of the data", ("files",)),
    ("15 Tool", ("tool",)),
    ("16 Preparer and reviewer", ("preparer", "reviewer")),
    ("17 Retention and handling", ("retention",)),
    ("18 Limitations", ("limitations", "elsewhere")),
)
"""The eighteen fields and where the header keeps them."""
_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_CHUNK: Final = 1024 * 1024


def write_workbooks(folder: RoomFolder, definitions: Iterable[Definition], progress: Progress) -> None:
    """The workbook of every population whose tables and header are written already."""
    known = tuple(definitions)
    for number, each in enumerate(known):
        progress("writing workbooks", number, len(known))
        staged = folder.workspace / "population.xlsx"
        with Workbook(staged, f"{each.population} {each.title}") as book:
            _fill(book, folder.root, each)
        _take_in(folder, staged, layout.workbook_path(each.population), f"{each.population} {each.title} (workbook)")


def write_index_workbook(
    folder: RoomFolder, index: bytes, populations: Iterable[Sequence[Value]], facts: Mapping[str, Value]
) -> None:
    """The index as a workbook: the room, its populations, a row for each file."""
    rows = csv.reader(index.decode().splitlines())
    columns = next(rows)
    place = columns.index("rows")
    staged = folder.workspace / "index.xlsx"
    with Workbook(staged, "Index of the evidence room") as book:
        book.add("Files", columns, ((*row[:place], int(row[place]) if row[place] else None, *row[place + 1 :]) for row in rows))
        book.add("Populations", ("population", "title", "rows", "completeness", "reasons"), populations)
        book.add("Room", ("field", "value"), facts.items())
    _take_in(folder, staged, layout.INDEX_XLSX, "Index, one row for each file, as a workbook")


def header_rows(header: Mapping[str, Any]) -> Iterator[tuple[str, str, Value]]:
    """The eighteen fields, each value of them a row."""
    for title, names in FIELDS:
        for name in names:
            value = header[name]
            if isinstance(value, dict):
                yield from ((title, f"{name}: {key}", value[key]) for key in sorted(value))
            elif isinstance(value, list) and value:
                yield from ((title, name, each) for each in value)
            else:
                yield (title, name, "none" if value in ([], None) else value)


def _fill(book: Workbook, root: Path, definition: Definition) -> None:
    header = json.loads(root.joinpath(layout.header_path(definition.population, "json")).read_bytes())
    book.add("Header", ("field", "part", "value"), header_rows(header))
    checks = ((each["id"], each["result"], each["detail"]) for each in header["checks"])
    book.add("Checks", ("check", "result", "detail"), checks)
    for table in definition.tables:
        path = root.joinpath(layout.table_path(definition.population, table.name, "json"))
        book.add(table.name, tuple(_headings(table)), _rows(path, table))
    meanings = (
        (table.name, each.name, each.type, each.unit, each.meaning) for table in definition.tables for each in table.columns
    )
    book.add("Columns", ("table", "column", "type", "unit", "meaning"), meanings)


def _headings(table: Table) -> Iterator[str]:
    for each in table.columns:
        yield each.name
        if each.type == "instant":
            yield f"{each.name} (date, UTC)"


def _rows(path: Path, table: Table) -> Iterator[tuple[Value, ...]]:
    columns = [(each.name, each.type == "instant") for each in table.columns]
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b"{"):
                yield tuple(_cells(json.loads(line.rstrip(b",\n")), columns))


def _cells(row: Mapping[str, Any], columns: Sequence[tuple[str, bool]]) -> Iterator[Value]:
    for name, dated in columns:
        yield row[name]
        if dated:
            yield _moment(row[name])


def _moment(value: object) -> Moment | None:
    try:
        return Moment((parse_instant(value) - _EPOCH) / _DAY) if isinstance(value, str) else None
    except MalformedRecord:
        return None


def _take_in(folder: RoomFolder, staged: Path, path: str, title: str) -> None:
    with staged.open("rb") as source, folder.open(path, title) as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    staged.unlink()
