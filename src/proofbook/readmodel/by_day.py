"""Which days of a stretch can be answered from what is kept counted by day, and which have to be counted anew.

Promises: a day counts as kept when all of it lies in the stretch and nothing that is counted of it was changed by an entry at or
behind the size that is asked for. Everything else (the ends of a stretch that does not begin at midnight UTC, days that went on
since) is left as spans of instants to be counted exchange by exchange. Days whose first exchange stands behind the size hold
nothing yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from proofbook.readmodel.connection import Bindings, Reader, Row

_DAY: Final = timedelta(days=1)
MIDNIGHT: Final = "T00:00:00.000000Z"


@dataclass(frozen=True, slots=True)
class Split:
    """Days from `first` up to `beyond` (YYYY-MM-DD) apart from `without` are kept; `spans` (since, until) are not."""

    first: str
    beyond: str
    without: str
    """JSON array of days."""
    spans: tuple[tuple[str, str], ...]
    size: int

    @property
    def bindings(self) -> Bindings:
        """For a question about the kept days."""
        return {"first": self.first, "beyond": self.beyond, "without": self.without, "size": self.size}


def split(reader: Reader, since: str, until: str, size: int) -> Split:
    """[since, until) as the first `size` entries tell it. Raises StoreUnavailable."""
    first, beyond = _midnight_from(since), until[:10]
    if first is None or first >= beyond:
        return Split("", "", "[]", ((since, until),), size)
    changed = [row[0] for row in reader.rows("days_changed", {"first": first, "beyond": beyond, "size": size})]
    known = [row[0] for row in reader.rows("days_begun", {"first": first, "beyond": beyond, "size": size})]
    spans = [(since, first + MIDNIGHT), *((day + MIDNIGHT, _after(day) + MIDNIGHT) for day in known), (beyond + MIDNIGHT, until)]
    return Split(first, beyond, json.dumps(changed), tuple(each for each in spans if each[0] < each[1]), size)


def gathered(
    reader: Reader,
    kept: str,
    anew: str,
    parts: Split,
    *,
    width: int,
    join: Callable[[list[Any], Row], None],
    more: str | None = None,
    bindings: Bindings | None = None,
) -> list[Row]:
    """Rows of `kept` (and `more`) about the kept days and of `anew` about the spans, joined by their first cells."""
    found: dict[Row, list[Any]] = {}

    def take(rows: Iterable[Row]) -> None:
        for row in rows:
            before = found.get(row[:width])
            if before is None:
                found[row[:width]] = list(row[width:])
            else:
                join(before, row[width:])

    if parts.first:
        for question in filter(None, (kept, more)):
            take(reader.rows(question, {**parts.bindings, **(bindings or {})}))
    for since, until in parts.spans:
        take(reader.rows(anew, {"since": since, "until": until, "size": parts.size, **(bindings or {})}))
    return in_order([(*key, *cells) for key, cells in found.items()], width)


def in_order(rows: list[Row], width: int) -> list[Row]:
    """By their first cells as the database orders: what is not stated first."""
    return sorted(rows, key=lambda row: tuple((each is not None, each if each is not None else "") for each in row[:width]))


def join_stretch(cells: list[Any], row: Row) -> None:
    """How many, the first, the last."""
    cells[0] += row[0]
    cells[1], cells[2] = min(cells[1], row[1]), max(cells[2], row[2])


def join_sums(cells: list[Any], row: Row) -> None:
    """Sums."""
    for place, each in enumerate(row):
        cells[place] += each


def _midnight_from(since: str) -> str | None:
    """The first day that begins at or after a moment; None when there is none."""
    day = date.fromisoformat(since[:10])
    if since[10:] == MIDNIGHT:
        return since[:10]
    return None if day == date.max else (day + _DAY).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + _DAY).isoformat()
