"""Workbooks (ECMA-376, XLSX): rows in, bytes out, a sheet at a time; for reading, the CSV and JSON beside them stay the evidence.

Promises: the same rows give the same bytes (fixed times, fixed order; compressed by this Python's zlib); memory does not grow
with rows; text is only ever text (inline strings: no cell is a formula, link or date by accident); a full sheet is followed by
another one that says so in its name. Does not read workbooks. Hostile input: text is escaped; what a cell cannot hold is cut, and
says so.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self, TypeAlias
from xml.sax.saxutils import escape

from proofbook.bundle import workbook_parts as parts
from proofbook.primitives.canonical import JsonValue, canonical_bytes

Value: TypeAlias = "JsonValue | Moment"

MAX_ROWS: Final = 1_048_576
"""Rows of a sheet, its heading among them: the format's own limit."""
MAX_TEXT: Final = 32_767
"""Characters of a cell: likewise."""
MAX_SHEET_NAME: Final = 31
CUT: Final = " … [cut: a cell holds no more; whole in the CSV]"
_EXACT: Final = 999_999_999_999_999
"""Larger numbers would lose digits in a spreadsheet: they stay text."""
_LEVEL: Final = 3
_BATCH: Final = 500
_WIDEST: Final = 60
_NARROWEST: Final = 12
_ESCAPED: Final = re.compile("_x[0-9A-Fa-f]{4}_")
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a number of days since 1899-12-30, shown as a date in UTC."""

    days: float


@dataclass(frozen=True, slots=True)
class Made:
    """A sheet that was written. `rows` leaves its heading out."""

    name: str
    rows: int


class Workbook:
    """An open workbook; sheets are written one after the other, the file is whole once it is closed without an error."""

    def __init__(self, file: Path | IO[bytes], title: str, rows_per_sheet: int = MAX_ROWS) -> None:
        self._most = rows_per_sheet
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, allowZip64=True)
        self._title = title
        self.sheets: list[Made] = []
        self._filters: list[tuple[int, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            names = [each.name for each in self.sheets]
            for path, text in parts.around(names, self._filters, self._title):
                self._zip.writestr(_member(path), text.encode())
        self._zip.close()

    def add(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> tuple[Made, ...]:
        """A table: frozen heading, filters.

        Of more rows than a sheet holds, as many sheets as it takes, numbered in their names.
        """
        known, made = iter(rows), list[Made]()
        waiting = next(known, None)
        while waiting is not None or not made:
            some = () if waiting is None else chain((waiting,), islice(known, self._most - 2))
            made.append(self._sheet(_numbered(name, len(made) + 1), columns, iter(some)))
            waiting = next(known, None)
        return tuple(made)

    def _sheet(self, name: str, columns: Sequence[str], rows: Iterator[Sequence[Value]]) -> Made:
        place = len(self.sheets) + 1
        count, last = 0, parts.letters(len(columns))
        widths = [min(_WIDEST, max(_NARROWEST, len(each) + 4)) for each in columns]
        with self._zip.open(_member(f"xl/worksheets/sheet{place}.xml"), "w", force_zip64=True) as file:
            file.write(parts.sheet_head(widths).encode())
            file.write(_row(1, columns, parts.HEADING).encode())
            while batch := list(islice(rows, _BATCH)):
                file.write("".join(_row(count + number, row, 0) for number, row in enumerate(batch, 2)).encode())
                count += len(batch)
            file.write(parts.sheet_end(last, count + 1).encode())
        made = Made(name, count)
        self.sheets.append(made)
        self._filters.append((place - 1, f"$A$1:${last}${count + 1}"))
        return made


def _numbered(name: str, number: int) -> str:
    kept = re.sub(r"[\[\]:*?/\\']", "-", name)
    more = "" if number == 1 else f" ({number})"
    return kept[: MAX_SHEET_NAME - len(more)] + more


def _member(path: str) -> zipfile.ZipInfo:
    """A member with a fixed date and fixed rights."""
    made = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    made.create_system = 3
    made.external_attr = 0o100644 << 16
    return made


def _row(number: int, values: Sequence[Value], style: int) -> str:
    cells = "".join(map(_cell, values)) if not style else "".join(_text(str(each), style) for each in values)
    return f'<row r="{number}">{cells}</row>'


def _cell(value: Value) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>" if -_EXACT <= value <= _EXACT else _text(str(value))
    if isinstance(value, Moment):
        return f'<c s="{parts.DATE}"><v>{value.days:.9f}</v></c>'
    return _text(canonical_bytes(value).decode())


def _text(text: str, style: int = 0) -> str:
    shown = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT
    if "_x" in shown:
        shown = _ESCAPED.sub(lambda found: f"_x005F{found[0]}", shown)
    shown = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", shown)
    kept = f' s="{style}"' if style else ""
    return f'<c t="inlineStr"{kept}><is><t xml:space="preserve">{escape(shown)}</t></is></c>'
