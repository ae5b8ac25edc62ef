"""The JSON twin of a CSV table: one canonical object a line, inside one array, values exactly as the entries hold them.

Promises: the same rows give the same bytes, however they are cut into calls. Does not hold more than one row.
Hostile input: a value without a canonical form raises MalformedRecord.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofbook.primitives.canonical import JsonValue, canonical_bytes

EMPTY_TABLE = b"[]\n"
_FIRST = b"[\n"
_BETWEEN = b",\n"
_LAST = b"\n]\n"


class JsonTable:
    """Gives the bytes to write for each row, and for the end."""

    __slots__ = ("_columns", "_rows")

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._rows = 0

    def format_row(self, values: Sequence[JsonValue]) -> bytes:
        """The next row, with what must stand before it. Raises MalformedRecord for a value without canonical form."""
        row = canonical_bytes(dict(zip(self._columns, values, strict=True)))
        self._rows += 1
        return (_FIRST if self._rows == 1 else _BETWEEN) + row

    def format_end(self) -> bytes:
        """What stands after the last row."""
        return _LAST if self._rows else EMPTY_TABLE
