"""Questions about who came in, looked, took something away or changed what people may: one list, newest first.

Promises: every page walks an index and no further than the page, whatever it is narrowed to; no row twice or left out by turning
pages, also where the clock was set back, since the order is that of the moment and then of the book.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.readmodel.access_rows import ADMINISTERED, CONTENT, REFUSED, SIGN_IN, TAKEN, VIEWED
from proofbook.readmodel.connection import Bindings, Reader, Row

SORTS: Final = (SIGN_IN, REFUSED, CONTENT, TAKEN, ADMINISTERED, VIEWED)
_LATEST: Final = "9999"
_AT_THAT_MOMENT: Final = -1


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One entry. `account`: whose doing it was; None: nobody who is known. `told`: what the entry says of it."""

    index: int
    entry: str
    sort: str
    kind: str
    account: str | None
    method: str
    """How the account was shown to be theirs, where they wrote the entry themselves."""
    recorded: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccessFilters:
    """What a page is narrowed to; None does not narrow. `since` is inclusive, `until` exclusive, both instants."""

    account: str | None = None
    sort: str | None = None
    since: str | None = None
    until: str | None = None


def page(reader: Reader, filters: AccessFilters, *, before: AccessEvent | None = None, limit: int) -> tuple[AccessEvent, ...]:
    """Newest first; `before` goes on behind a row of the list."""
    start = (filters.until or _LATEST, _AT_THAT_MOMENT)
    if before is not None:
        start = min(start, (before.recorded, before.index))
    bindings: Bindings = {"since": filters.since or "", "at": start[0], "before": start[1], "limit": limit}
    match filters.account, filters.sort:
        case None, None:
            rows = reader.rows("accesses", bindings)
        case None, sort:
            rows = reader.rows("accesses_of_sort", {**bindings, "sort": sort})
        case account, None:
            rows = reader.rows("accesses_of_account", {**bindings, "account": account})
        case account, sort:
            rows = reader.rows("accesses_of_account_and_sort", {**bindings, "account": account, "sort": sort})
    return tuple(map(_event, rows))


def at(reader: Reader, index: int) -> AccessEvent | None:
    """The row at a position of the book; None when that entry is none of this list."""
    row = reader.row("access_at", {"index": index})
    return None if row is None else _event(row)


def of_entry(reader: Reader, entry: str) -> AccessEvent | None:
    """The row of an entry; None when it is none of this list."""
    row = reader.row("access_of_entry", {"entry": entry})
    return None if row is None else _event(row)


def _event(row: Row) -> AccessEvent:
    return AccessEvent(*(*row[:-1], json.loads(row[-1])))
