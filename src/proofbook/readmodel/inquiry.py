"""Running a question that a person wrote: one SELECT over read-only views of the projection, and nothing else.

Promises: the file is opened read-only; an authorizer lets a statement read the views, and the tables behind them through these,
and use functions whose result depends on their arguments alone; a statement that works too long is ended. Nothing is cut short
silently: too many rows is an error. Does not make SQL: the text is the person's, its values are bound.
Hostile input: anything but one plain SELECT raises InputError saying what was refused; LimitExceeded for what is too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import apsw

from proofbook.errors import InputError, LimitExceeded
from proofbook.readmodel.connection import Row, open_reading, unavailable

VIEWS: Final = frozenset({"exchanges", "records", "artifacts", "access_keys", "gaps", "sightings", "settings", "content_events"})
"""What may be asked."""

MAX_TICKS: Final = 1_000
"""Ticks of SQLite's virtual machine a statement may take, each of a million instructions: some ten seconds."""
_TICK: Final = 1_000_000
_FUNCTIONS: Final = frozenset(
    {
        "abs", "avg", "coalesce", "count", "group_concat", "ifnull", "iif", "instr", "json", "json_array_length", "json_each",
        "json_extract", "json_type", "length", "like", "glob", "lower", "ltrim", "max", "min", "nullif", "replace", "round",
        "row_number", "rtrim", "substr", "substring", "sum", "total", "trim", "upper", "lag", "lead", "first_value", "last_value",
        "->", "->>",
    }
)  # fmt: skip
"""Functions whose result depends on nothing but their arguments."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A running question: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def inquire(
    path: Path, statement: str, values: Mapping[str, str | int], size: int, *, order_by: str, ticks: int = MAX_TICKS
) -> Iterator[Asked]:
    """Runs one SELECT as the first `size` entries of the book tell it; its rows in the order of one of its columns, then of all.

    Raises InputError for what is refused, LimitExceeded for what takes too long, StoreUnavailable for trouble with the file.
    """
    connection = open_reading(path)
    try:
        for statement_before in ("PRAGMA query_only=OFF", _views(size), "PRAGMA query_only=ON"):
            connection.execute(statement_before).fetchall()  # views are temporary; the file itself is opened read-only
        refused: list[str] = []
        connection.authorizer = _authorizer(refused)
        left = iter(range(ticks))
        connection.set_progress_handler(lambda: next(left, None) is None, _TICK)
        try:
            cursor = connection.cursor()
            quoted = '"' + order_by.replace('"', '""') + '"'
            inner = f"SELECT * FROM (\n{statement}\n)"  # noqa: S608 - a person's own question; the authorizer bounds it
            columns = _columns(connection, inner, values)
            every = ", ".join(str(number + 1) for number in range(len(columns)))
            cursor.execute(f"{inner} ORDER BY {quoted}, {every}", dict(values))
            yield Asked(columns, _rows(cursor))
        except apsw.InterruptError as error:
            raise LimitExceeded("the question works too long", hint="narrow it to a period or a system") from error
        except apsw.AuthError as error:
            what = refused[0] if refused else str(error)
            hint = f"ask the views {', '.join(sorted(VIEWS))}; count a column of one, e.g. count(entry), instead of count(*)"
            raise InputError(f"the question was refused: {what}", hint=hint) from error
        except (apsw.SQLError, apsw.BindingsError) as error:
            raise InputError(
                f"the question cannot be asked: {error}", hint="one SELECT; :start, :end and :size are known"
            ) from error
        except apsw.Error as error:
            raise unavailable(path, error) from error
    finally:
        connection.close()


def _rows(cursor: apsw.Cursor) -> Iterator[Row]:
    yield from cursor


def _columns(connection: apsw.Connection, statement: str, values: Mapping[str, str | int]) -> tuple[str, ...]:
    """Names of the columns a statement gives, without running it."""
    found: list[str] = []

    def stop(cursor: apsw.Cursor, _statement: str, _bindings: object) -> bool:
        found.extend(str(each[0]) for each in cursor.get_description())
        return False

    cursor = connection.cursor()
    cursor.exec_trace = stop
    with suppress(apsw.ExecTraceAbort):
        cursor.execute(statement, dict(values))
    return tuple(found)


def _views(size: int) -> str:
    text = files("proofbook.readmodel").joinpath("custom_views.sql").read_text(encoding="utf-8")
    return text.replace("<SIZE>", str(int(size)))


def _authorizer(refused: list[str]) -> apsw.Authorizer:
    def authorize(action: int, first: str | None, second: str | None, place: str | None, view: str | None) -> int:
        match action:
            case apsw.SQLITE_SELECT | apsw.SQLITE_RECURSIVE:
                return apsw.SQLITE_OK
            case apsw.SQLITE_READ if first in VIEWS or view in VIEWS or (first == "json_each" or place is None):
                return apsw.SQLITE_OK
            case apsw.SQLITE_FUNCTION if second is not None and second.lower() in _FUNCTIONS:
                return apsw.SQLITE_OK
            case _:
                name = second if action == apsw.SQLITE_FUNCTION else first
                refused.append(f"{apsw.mapping_authorizer_function[action]} {name or ''}".strip())
                return apsw.SQLITE_DENY

    return authorize
