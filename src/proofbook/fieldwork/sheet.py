"""A table somebody sent, as texts by row and column, before anybody asks what it means; and its caps.

Rows and columns are named as a spreadsheet names them (row 1 is the first line of the file; columns A, B, C). Nothing of a table
is ever evaluated: a formula stays a mark that there was one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.errors import InputError, LimitExceeded
from proofbook.primitives.visible import visible

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 60
MAX_CELL_CHARACTERS: Final = 8_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. `computed` are the places (row, column; both from 0) whose value a program computed, or failed to."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    computed: frozenset[tuple[int, int]] = frozenset()


def place(row: int, column: int | None = None) -> str:
    """How a spreadsheet names a place: `row 3, column B`."""
    return f"row {row + 1}" if column is None else f"row {row + 1}, column {column_letters(column)}"


def column_letters(column: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def check_size(name: str, data: bytes) -> None:
    """Raises InputError for an empty file, LimitExceeded for one beyond the cap."""
    if not data:
        raise InputError(f"{visible(name[:120])}: is empty")
    if len(data) > MAX_FILE_BYTES:
        raise LimitExceeded(f"{visible(name[:120])}: has {len(data)} bytes; the cap for a request list is {MAX_FILE_BYTES}")


def check_row(name: str, row: int, cells: tuple[str, ...]) -> tuple[str, ...]:
    """The row without empty cells at its end. Raises LimitExceeded."""
    if row >= MAX_ROWS:
        raise LimitExceeded(f"{visible(name[:120])}: has more than {MAX_ROWS} rows", hint="send the list in parts")
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    if end > MAX_COLUMNS:
        raise LimitExceeded(f"{visible(name[:120])}: {place(row)} has {end} columns; the cap is {MAX_COLUMNS}")
    for column, cell in enumerate(cells[:end]):
        if len(cell) > MAX_CELL_CHARACTERS:
            what = f"{place(row, column)} has {len(cell)} characters; the cap is {MAX_CELL_CHARACTERS}"
            raise LimitExceeded(f"{visible(name[:120])}: {what}", hint="shorten it, or send the text as a file of its own")
    return cells[:end]
