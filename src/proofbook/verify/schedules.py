"""The part of step 10 that looks at tables of a schedule: what was expected is computed by the room's maker, not told by entries.

Such rows cannot be derived again from the book, and the report says so. What can be checked is: both forms of the table say the
same, have the columns the definition names, and are as many as the manifest says. A hostile table becomes a problem naming the
row; rows are read one at a time.
"""

from __future__ import annotations

import os
from typing import Any, BinaryIO, Dict, List

from proofbook.verify.encoding import Damage, parse_canonical, show
from proofbook.verify.report import Findings, counted
from proofbook.verify.room import Room, Table, open_file
from proofbook.verify.tables import TableSpec, format_csv_row, format_json_row

MAX_ROW_BYTES = 1024 * 1024
"""A row of a schedule holds some dozen short texts."""


def check_scheduled(room: Room, table: Table, spec: TableSpec, found: Findings) -> int:
    """Compares the two forms with each other. Gives the number of rows the manifest states."""
    try:
        rows = _compare(room, table, spec)
    except Damage as damage:
        found.problem(damage.place, damage.what)
        return table.rows
    if rows != table.rows:
        found.problem(f"manifest, table {show(table.name)}", f"says {table.rows} rows, {table.json} holds {rows}")
    return table.rows


def say_scheduled(rows: Dict[str, int], found: Findings) -> None:
    """What nobody derived again; `rows` of each table's file."""
    if rows:
        listed = ", ".join(f"{path} ({number})" for path, number in rows.items())
        found.not_covered.append(
            f"{counted(sum(rows.values()), 'row')} of {counted(len(rows), 'table')} of a schedule: what was expected and what "
            f"became of it, as the maker of the room computed it; their CSV and JSON say the same (step 10): {listed}"
        )


def _compare(room: Room, table: Table, spec: TableSpec) -> int:
    for path in (table.csv, table.json):
        if room.manifest is None or path not in room.manifest.files or path not in room.files:
            raise Damage(path, "is named as a table and is not a listed file of the room")
    names = [column.name for column in spec.columns]
    with os.fdopen(open_file(room.root, table.csv), "rb") as sheet, os.fdopen(open_file(room.root, table.json), "rb") as lines:
        _expect(sheet, format_csv_row(names), f"{table.csv}, the frame of the table")
        rows = 0
        for cells in _rows(lines, names, spec, table.json):
            rows += 1
            _expect(sheet, format_csv_row(cells), f"{table.csv}, row {rows}")
        if sheet.read(1):
            raise Damage(table.csv, f"goes on after the {counted(rows, 'row')} that {table.json} holds")
    return rows


def _expect(stream: BinaryIO, wanted: bytes, place: str) -> None:
    actual = stream.read(len(wanted))
    if actual != wanted:
        raise Damage(
            place, f"says {show(actual.decode('utf-8', 'replace'))}, the JSON says {show(wanted.decode('utf-8', 'replace'))}"
        )


def _rows(stream: BinaryIO, names: List[str], spec: TableSpec, path: str) -> Any:
    """The cells of each row of a JSON table in its one spelling. Raises Damage."""
    first = stream.readline(MAX_ROW_BYTES)
    if first == b"[]\n":
        if stream.read(1):
            raise Damage(path, "goes on after its end")
        return
    if first != b"[\n":
        raise Damage(path, "does not begin as a table does")
    number, more = 0, True
    while more:
        number += 1
        place = f"{path}, row {number}"
        line = stream.readline(MAX_ROW_BYTES)
        more = line.endswith(b",\n")
        value = parse_canonical(line[:-2] if more else line[:-1], place)
        if not line.endswith(b"\n") or not isinstance(value, dict) or sorted(value) != sorted(names):
            raise Damage(place, "does not have the columns of its table")
        cells = [value[name] for name in names]
        if format_json_row(spec, cells) != line[: -2 if more else -1]:
            raise Damage(place, "is not in its one spelling")
        yield cells
    if stream.readline(MAX_ROW_BYTES) != b"]\n" or stream.read(1):
        raise Damage(path, f"does not end after row {number}")
