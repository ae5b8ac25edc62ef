"""An exported population: its table read from the folder that was handed over, held to what the book says of that export.

Promises: a table is used only when an entry of this book recorded an export with exactly these bytes; rows are read one at a
time and their digest is compared at the end, so a file that is changed while it is read is noticed. Nothing is taken from a live
question. Does not judge completeness: it repeats what the evidence header says.
Hostile input: InputError naming file and field; RefusedError for an export the book does not know; DigestMismatch.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.errors import DigestMismatch, InputError, LimitExceeded, MalformedRecord, RefusedError, UnavailableError
from proofbook.readmodel import fieldwork
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.fieldwork import Event

HEADER: Final = "header.json"
MAX_HEADER_BYTES: Final = 16 * 1024 * 1024
MAX_LINE_BYTES: Final = 4 * 1024 * 1024
"""One line of a table; an entry has at most 48 KiB, so no honest row comes near it."""
ENTRY_COLUMNS: Final = ("entry", "performed")
"""Columns that name the entry behind a row: its own, or of an occurrence that was due, what it rests on."""
_SPOKEN: Final = {"demonstrated", "not_demonstrated"}


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """One table of an exported population. `entry` recorded the export; `as_of_signed` is when its checkpoint was signed."""

    folder: Path
    population: str
    title: str
    table: str
    key: str
    columns: tuple[str, ...]
    definition: str
    logic: str
    rows: int
    data_sha256: str
    entry: str
    engagement: str
    completeness: str
    reasons: tuple[str, ...]
    as_of_size: int
    as_of_root: str
    as_of_signed: str

    def named(self, row: TableRow) -> dict[str, str]:
        """A row's cells by column, as they stand in the file."""
        return dict(zip(self.columns, row.cells, strict=True))


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `number` counts from 1 below the heading; `entry` and `index` are None where the table does not name them."""

    number: int
    item: str
    entry: str | None
    index: int | None
    cells: tuple[str, ...]


def exports_of(reader: Reader, population: str) -> tuple[Event, ...]:
    """Every export of a population on record, oldest first."""
    return fieldwork.about(reader, "population.exported", population)


def called(path: Path) -> str:
    """A file as errors name it: with its folder, and not where a machine keeps that, for an auditor reads it as well."""
    return f"{path.parent.name}/{path.name}"


def read_exported(reader: Reader, folder: Path, table: str | None = None) -> ExportedTable:
    """A table of the population that lies in `folder`; one of several must be named.

    Raises:
        InputError: the folder is not an exported population, or has no such table. RefusedError: no export with these bytes is
            on record in this book.
    """
    path = folder / HEADER
    data = _read_small(path)
    try:
        return _parse(reader, folder, table, data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedRecord(
            f"{called(path)}: is not an evidence header: {type(error).__name__}",
            hint="name the folder that `proofbook population` made",
        ) from error


def read_rows(exported: ExportedTable) -> Iterator[TableRow]:
    """Every row, in order.

    Raises:
        DigestMismatch: after the last row, when the bytes read are not those that were exported: use nothing of it then.
        InputError, MalformedRecord: the file cannot be read or is no such table.
    """
    path = exported.folder / f"{exported.table}.csv"
    digest = sha256()
    try:
        with path.open("rb") as file:
            lines = csv.reader(_lines(path, file, digest), strict=True)
            yield from _rows(path, exported, lines)
    except OSError as error:
        raise InputError(f"{called(path)}: cannot be read: {error.strerror}") from error
    except csv.Error as error:
        raise MalformedRecord(f"{called(path)}: is not a table: {error}") from error
    if digest.hexdigest() != exported.data_sha256:
        raise DigestMismatch(
            f"{called(path)}: is not the table that was exported", hint="export the population again", place=str(path.name)
        )


def find_checkpoint(book: BookReading, exported: ExportedTable) -> StoredCheckpoint:
    """The signed checkpoint the export is as of. Raises UnavailableError when this book does not have it."""
    found = book.checkpoint_since(exported.as_of_signed)
    if found is None or found.size != exported.as_of_size:
        found = next((each for each in book.checkpoints() if each.size == exported.as_of_size), None)
    if found is None or found.root.hex() != exported.as_of_root:
        raise UnavailableError(
            f"{exported.population}: this book has no signed checkpoint of {exported.as_of_size} entries with the root it names",
            hint="export the population again from this book",
        )
    return found


def _parse(reader: Reader, folder: Path, table: str | None, data: bytes) -> ExportedTable:
    header = json.loads(data)
    population, counts = str(header["population"]), header["row_counts"]
    recorded = _find_export(reader, population, sha256(data).hexdigest())
    name = _choose_table(folder, table, list(counts))
    totals, report, as_of = header["control_totals"][name], header["report"], header["as_of"]
    columns = tuple(str(each) for each in header["columns"][name])
    key = str(totals.get("key", "entry"))
    if key not in columns:
        raise MalformedRecord(f"{called(folder / HEADER)}: table {name} has no column {key[:40]!r}")
    if header["completeness"] not in _SPOKEN:
        raise MalformedRecord(f"{called(folder / HEADER)}: completeness is {str(header['completeness'])[:40]!r}")
    return ExportedTable(
        folder=folder,
        population=population,
        title=str(header["title"]),
        table=name,
        key=key,
        columns=columns,
        definition=f"{report['id']}/{report['version']}",
        logic=f"sha256:{report['logic_sha256']}",
        rows=int(counts[name]),
        data_sha256=_recorded_digest(recorded, f"{name}.csv"),
        entry=recorded.entry,
        engagement=str(header["engagement"]),
        completeness=str(header["completeness"]),
        reasons=tuple(str(each) for each in header["reasons"]),
        as_of_size=int(as_of["size"]),
        as_of_root=str(as_of["root"]),
        as_of_signed=str(as_of["signed_at"]),
    )


def _find_export(reader: Reader, population: str, digest: str) -> Event:
    for event in reversed(exports_of(reader, population)):
        if event.body["files"].get(HEADER) == f"sha256:{digest}":
            return event
    raise RefusedError(
        f"{population[:20]}: this book recorded no export with exactly this evidence header",
        hint="export the population from this home and use that folder unchanged",
    )


def _recorded_digest(recorded: Event, file: str) -> str:
    return str(recorded.body["files"][file]).removeprefix("sha256:")


def _choose_table(folder: Path, asked: str | None, known: list[str]) -> str:
    if asked is None and len(known) == 1:
        return known[0]
    if asked is None:
        raise InputError(f"{folder.name}: has several tables", hint=f"name one of: {', '.join(known)[:300]}")
    if asked not in known:
        raise InputError(f"{folder.name}: has no table {asked[:40]!r}", hint=f"it has: {', '.join(known)[:200]}")
    return asked


def _read_small(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_HEADER_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{called(path)}: cannot be read: {error.strerror}", hint="name the folder that `proofbook population` made"
        ) from error
    if len(data) > MAX_HEADER_BYTES:
        raise LimitExceeded(f"{called(path)}: is larger than any evidence header ({MAX_HEADER_BYTES} bytes)")
    return data


def _lines(path: Path, file: Any, digest: Any) -> Iterator[str]:
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise LimitExceeded(f"{called(path)}: has a line of more than {MAX_LINE_BYTES} bytes")
        digest.update(line)
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedRecord(f"{called(path)}: is not UTF-8 (byte {error.start} of a line)") from error


def _rows(path: Path, exported: ExportedTable, lines: Iterator[list[str]]) -> Iterator[TableRow]:
    columns = exported.columns
    if tuple(next(lines, [])) != columns:
        raise MalformedRecord(f"{called(path)}: its heading is not what its evidence header names")
    key, index = columns.index(exported.key), _place(columns, "index")
    entry = next((place for place in (_place(columns, name) for name in ENTRY_COLUMNS) if place is not None), None)
    for number, cells in enumerate(lines, start=1):
        if len(cells) != len(columns):
            raise MalformedRecord(f"{called(path)}: row {number} has {len(cells)} cells, not {len(columns)}")
        where = "" if index is None else cells[index]
        position = int(where) if where.isascii() and where.isdecimal() else None
        yield TableRow(number, cells[key], None if entry is None else cells[entry] or None, position, tuple(cells))


def _place(columns: tuple[str, ...], name: str) -> int | None:
    return columns.index(name) if name in columns else None
