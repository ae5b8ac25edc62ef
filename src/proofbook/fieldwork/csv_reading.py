"""A CSV file (RFC 4180, UTF-8 with or without a byte order mark; comma, semicolon or tab) -> `Sheet`.

Promises: the whole file is understood or refused; a quote that does not end, a NUL or another encoding is an error that names the
row and says how to save the file. What starts like a formula is text here. Hostile input: InputError or LimitExceeded.
"""

from __future__ import annotations

import csv
import io
from typing import Final

from proofbook.errors import InputError, LimitExceeded
from proofbook.fieldwork.sheet import Sheet, check_row, check_size, place
from proofbook.primitives.visible import visible

_SAVE: Final = "save it as “CSV UTF-8”"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = ",;\t"


def read_csv(name: str, data: bytes) -> Sheet:
    """The table in a CSV file. Raises InputError, LimitExceeded."""
    check_size(name, data)
    said = visible(name[:120])
    if data.startswith(_WIDE):
        raise InputError(f"{said}: is in UTF-16", hint=_SAVE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start)
        raise InputError(f"{said}: {place(row)}: is not UTF-8 (byte {error.start})", hint=_SAVE) from error
    if "\0" in text:
        raise InputError(f"{said}: {place(text.count(chr(10), 0, text.index(chr(0))))}: holds a NUL", hint=_SAVE)
    rows: list[tuple[str, ...]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text), strict=True):
            rows.append(check_row(name, len(rows), tuple(cell.strip() for cell in cells)))
    except csv.Error as error:
        if "field larger" in str(error):
            raise LimitExceeded(f"{said}: {place(len(rows))}: has a cell beyond every cap") from error
        raise InputError(f"{said}: {place(len(rows))}: {error}", hint="check the quotes in this row") from error
    return Sheet(name, tuple(rows))


def find_separator(text: str) -> str:
    """The separator that stands most often outside quotes in the first rows; a comma when none does."""
    counts = dict.fromkeys(_SEPARATORS, 0)
    quoted = False
    for sign in text[:20_000]:
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in counts:
            counts[sign] += 1
    return max(_SEPARATORS, key=lambda each: counts[each])
