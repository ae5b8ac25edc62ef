"""Questions about fieldwork: exports that were made, samples, observed runs, notes and receipts, as single events.

Promises: bodies are those of the entries; pages walk an index and no further than the page. A note's text is in no body.
Requests and comments are kept records: ask `documents`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.readmodel.connection import Bindings, Reader, Row

PAGE: Final = 200
"""Events of one page, unless a caller asks for another number."""
_NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of fieldwork. `about`: the sample, run, note or receipt; of an export its population or engagement."""

    index: int
    entry: str
    kind: str
    about: str
    engagement: str | None
    occurred: str
    recorded: str
    actor: str
    body: Mapping[str, Any]


def about(reader: Reader, kind: str, what: str) -> tuple[Event, ...]:
    """Every event of a kind about one thing, oldest first."""
    return tuple(map(_event, reader.rows("fieldwork_about", {"kind": kind, "about": what})))


def of_engagement(
    reader: Reader, kind: str, engagement: str, *, before: int | None = None, limit: int = PAGE
) -> tuple[Event, ...]:
    """Events of a kind in an engagement, newest first; `before` goes on behind an index."""
    return tuple(_page(reader, "fieldwork_of_engagement", kind, {"engagement": engagement}, before, limit))


def listed(reader: Reader, kind: str, *, before: int | None = None, limit: int = PAGE) -> tuple[Event, ...]:
    """Events of a kind, newest first; `before` goes on behind an index."""
    return tuple(_page(reader, "fieldwork_listed", kind, {}, before, limit))


def of_actor(reader: Reader, kind: str, actor: str, *, before: int | None = None, limit: int = PAGE) -> tuple[Event, ...]:
    """Events of a kind that one person caused, newest first; `before` goes on behind an index."""
    return tuple(_page(reader, "fieldwork_of_actor", kind, {"actor": actor}, before, limit))


def _page(
    reader: Reader, question: str, kind: str, narrowed: Mapping[str, str], before: int | None, limit: int
) -> Iterator[Event]:
    bindings: Bindings = {"kind": kind, "before": _NEWEST if before is None else before, "limit": limit, **narrowed}
    return map(_event, reader.rows(question, bindings))


def _event(row: Row) -> Event:
    return Event(*(*row[:-1], json.loads(row[-1])))
