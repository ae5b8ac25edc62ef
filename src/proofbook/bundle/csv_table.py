"""One cell rule for every CSV file of a room: RFC 4180, CRLF, UTF-8 without BOM, nothing that a spreadsheet would execute.

Promises: a value has one spelling. Nothing (null) is an empty field, an empty text is `""`; true, false and integers are bare;
lists and objects are canonical JSON. A text that a spreadsheet could take for a formula gets a leading apostrophe (the JSON twin
keeps the text as it was). Does not hold more than one row.
Hostile input: text can neither end its field nor start a formula; a value without a canonical form raises MalformedRecord.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import JsonValue, canonical_bytes

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_QUOTED: Final = re.compile(r'[,"\r\n]|\A |\A\Z| \Z')
"""Comma, quote, line ends anywhere; a space at either end; nothing at all."""


def format_cell(value: JsonValue) -> str:
    """One field, quoted where the rule asks for it."""
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    text = value if isinstance(value, str) else canonical_bytes(value).decode()
    if text.startswith(_FORMULA):
        text = "'" + text
    if _QUOTED.search(text) is None:
        return text
    return '"' + text.replace('"', '""') + '"'


def format_row(values: Iterable[JsonValue]) -> bytes:
    """One record with its line end. Raises MalformedRecord for a value that has no canonical form."""
    try:
        return (",".join(map(format_cell, values)) + "\r\n").encode()
    except UnicodeEncodeError as error:
        raise MalformedRecord(f"a cell holds a lone surrogate: {error.reason}") from error


def format_table(columns: Sequence[str], rows: Iterable[Sequence[JsonValue]]) -> bytes:
    """A whole small table with its header row; large ones are written row by row."""
    return format_row(columns) + b"".join(map(format_row, rows))
