"""One cell rule for every CSV file of a room: RFC 4180, CRLF, UTF-8 without BOM, nothing that a spreadsheet would execute.

Promises: a value has one spelling. Nothing (null) is an empty field, an empty text is `""`; true, false and integers are bare;
lists and objects are canonical JSON. Where a spreadsheet could take a text, or a part of it, for a formula, an apostrophe comes
before (the JSON twin keeps the text as it was). Does not hold more than one row.
Hostile input: text can neither end its field nor start a formula, also where a spreadsheet parts the line at semicolons or tabs
and so takes no notice of the quotes; a value without a canonical form raises MalformedRecord.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import JsonValue, canonical_bytes

_FIRST: Final = "=+-@＝＋－＠ "
_SPECIAL: Final = re.compile(r'[,;"\t\r\n]')
"""With these at the start, one of those anywhere, or a space at the end, a text is not simply as it is."""
_STARTS: Final = re.compile(r'\A(?=[\t\r\n])|(?:\A|(?<=[;\t\r\n]))(?=[ "]*[=+\-@＝＋－＠])')
"""Where a part begins that could be a formula: a part begins at the start, and behind what may part cells or lines elsewhere."""
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
    if text and text[0] not in _FIRST and text[-1] != " " and _SPECIAL.search(text) is None:
        return text
    text = _STARTS.sub("'", text)
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
