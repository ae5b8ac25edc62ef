"""An XLSX workbook -> the sheets in it as `Sheet`s, without evaluating anything.

Promises: the archive is looked at before it is opened (number of parts, sizes unpacked, no encryption); entities and external
references are refused by the XML parser; formulas and errors are marked as computed and their text is what stands in the file;
hidden sheets are not read. Macros and links are never followed, nothing is unpacked to disk.
Hostile input: InputError or LimitExceeded, whatever the library stumbles over.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from proofbook.errors import InputError, LimitExceeded, UnavailableError
from proofbook.fieldwork.sheet import MAX_COLUMNS, MAX_ROWS, Sheet, check_row, check_size
from proofbook.primitives.visible import visible

MAX_PARTS: Final = 400
MAX_UNPACKED_BYTES: Final = 24 * 1024 * 1024
MAX_STREAMED_BYTES: Final = 12 * 1024 * 1024
MAX_TREE_BYTES: Final = 1024 * 1024
"""A part that the library holds as a whole tree: anything but the rows and the texts of cells."""
MAX_SHEETS: Final = 20
_ENCRYPTED: Final = 0x1
_PACKED: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_WITHOUT_LXML: Final = "OPENPYXL_LXML"
_FAULTS: Final = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, AssertionError, ArithmeticError, RecursionError,
    NotImplementedError, LookupError, OSError, ParseError, zipfile.BadZipFile, zlib.error, Warning,
)  # fmt: skip
"""What the library raises for workbooks that are none; entities are a ValueError of the parser; warnings where they raise."""


def read_xlsx(name: str, data: bytes) -> tuple[Sheet, ...]:
    """The visible sheets that hold anything, in their order. Raises InputError, LimitExceeded."""
    check_size(name, data)
    said = visible(name[:120])
    try:
        _check_archive(said, data)
        return tuple(_sheets(name, data))
    except _FAULTS as error:
        raise InputError(
            f"{said}: cannot be read as an XLSX workbook ({type(error).__name__})", hint="save it again as .xlsx, or as CSV UTF-8"
        ) from error


def _check_archive(said: str, data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or len({each.filename for each in parts}) != len(parts):
            raise InputError(f"{said}: has too many parts, or one twice; this is no workbook that a spreadsheet wrote")
        if sum(each.file_size for each in parts) > MAX_UNPACKED_BYTES:
            raise LimitExceeded(
                f"{said}: is larger than {MAX_UNPACKED_BYTES} bytes when it is unpacked", hint="send the list alone"
            )
        for each in parts:
            if each.file_size > _cap(each.filename):
                raise LimitExceeded(f"{said}: its part {visible(each.filename[:80])} is too large for a list of requests")
            if each.flag_bits & _ENCRYPTED:
                raise InputError(f"{said}: is encrypted", hint="save it without a password")
            if each.compress_type not in _PACKED:
                raise InputError(f"{said}: is packed in a way that spreadsheets do not use")


def _cap(part: str) -> int:
    if part.startswith("xl/worksheets/") or part == "xl/sharedStrings.xml":
        return MAX_STREAMED_BYTES
    return MAX_TREE_BYTES if part.endswith((".xml", ".rels")) else MAX_UNPACKED_BYTES


def _sheets(name: str, data: bytes) -> Iterator[Sheet]:
    os.environ[_WITHOUT_LXML] = "False"  # where lxml is installed, the library would take it, which lets declarations pass
    from openpyxl import DEFUSEDXML, LXML, load_workbook  # takes longer to import than most commands to run

    if LXML or not DEFUSEDXML:
        raise UnavailableError("workbooks cannot be read safely here: defusedxml is missing or switched off", hint="send CSV")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False, keep_vba=False)
    try:
        for worksheet in book.worksheets[:MAX_SHEETS]:
            if worksheet.sheet_state == "visible":
                sheet = _sheet(f"{name}: {worksheet.title}", worksheet)
                if any(sheet.rows):
                    yield sheet
    finally:
        book.close()


def _sheet(name: str, worksheet: Any) -> Sheet:
    worksheet.reset_dimensions()  # what the file says of its own size is not to be trusted
    rows: list[tuple[str, ...]] = []
    computed: set[tuple[int, int]] = set()
    for number, cells in enumerate(worksheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 1)):
        texts = []
        for column, cell in enumerate(cells):
            if cell.data_type in {"f", "e"}:
                computed.add((number, column))
            texts.append(_text(cell.value))
        rows.append(check_row(name, number, tuple(texts)) if any(texts) else ())
    while rows and not rows[-1]:
        rows.pop()
    return Sheet(name, tuple(rows), frozenset(computed))


def _text(value: Any) -> str:
    """What a person sees in the cell, as far as that can be said without its format."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int():
            return str(value)
        case _:
            return str(getattr(value, "text", "") or "=")
