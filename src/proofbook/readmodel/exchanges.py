"""Questions about exchanges: pages of them, one of them, the open ones of a source, counts.

Pages are keyset pages: ask for what stands before the last row seen, so page ten thousand costs what page one does, and rows that
arrive meanwhile do not shift what was seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from proofbook.errors import InputError
from proofbook.primitives.instants import Period, format_instant
from proofbook.readmodel.connection import Bindings, Reader, Row
from proofbook.readmodel.walking import BEYOND, BUDGET, EVERYTHING, Filters, walk

MAX_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request or refusal, with its response where there is one. Instants are UTC text; None is 'not stated'.

    `state` is `open` (no response recorded yet), `denied` (a rule about access or use said no), `refused` (it could not be served
    as it was), or how the exchange ended. `parameters`, `finish` and `flags` are JSON text. `flags`: what admission found lacking
    and let pass, None when nothing; `refusals`: how many refusals the entry stands for.
    """

    index: int
    entry: str
    exchange: str
    refused: bool
    occurred: str
    recorded: str
    source: str
    seq: int
    system: str | None
    principal: str
    principal_kind: str
    principal_method: str
    principal_key: str | None
    principal_issuer: str | None
    claimed_user: str | None
    verified_user: str | None
    conversation: str | None
    protocol: str | None
    stream: bool | None
    model_asked: str | None
    artifact: str | None
    binding: str | None
    upstream: str | None
    product: str | None
    build: str | None
    parameters: str | None
    messages: int | None
    tools: int | None
    system_prompt: str | None
    guardrail: str | None
    request_bytes: int | None
    flags: str | None
    refusals: int | None
    state: str
    reason: str | None
    detail: str | None
    http_status: int | None
    response_index: int | None
    response_entry: str | None
    response_recorded: str | None
    model_answered: str | None
    finish: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    chunks: int | None
    forwarded_at: str | None
    first_byte_at: str | None
    last_byte_at: str | None
    response_bytes: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what fits, newest first. `older` and `newer`: positions to go on from, None at the list's ends."""

    rows: tuple[Exchange, ...]
    looked: int
    """Exchanges looked at for it."""
    older: int | None
    newer: int | None
    whole: bool
    """False: the search ended before the page was full; more may fit farther on."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A response that found no open request."""

    index: int
    entry: str
    exchange: str


def page(reader: Reader, before_index: int | None = None, limit: int = 50, filters: Filters = EVERYTHING) -> tuple[Exchange, ...]:
    """The newest exchanges before a position (None: from the newest). Raises InputError for a limit outside 1 to MAX_PAGE.

    Looks at as many as it takes: for a person who waits there is `search`.
    """
    _check(limit)
    walked = walk(reader, filters, start=before_index, limit=limit, budget=BEYOND)
    return _at(reader, walked.indexes)


def search(
    reader: Reader,
    filters: Filters,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
    budget: int = BUDGET,
) -> Found:
    """A page of what fits, before a position or after one, at a cost that does not grow with the book.

    Raises InputError for a limit outside 1 to MAX_PAGE, StoreUnavailable.
    """
    _check(limit)
    up = after is not None
    walked = walk(reader, filters, start=after if up else before, up=up, limit=limit + 1, budget=budget)
    shown = walked.indexes[:limit]
    more = len(walked.indexes) > limit
    onward = shown[-1] if more else walked.resume
    back = (after if up else before) if not shown else shown[0]
    if (after if up else before) is None:
        back = None
    older, newer = (back, onward) if up else (onward, back)
    return Found(_at(reader, shown), walked.looked, older, newer, more or walked.resume is None)


def one(reader: Reader, exchange: str) -> Exchange | None:
    """The exchange with this id, or None."""
    row = reader.row("exchange_by_id", {"exchange": exchange})
    return None if row is None else _exchange(row)


def open_of(reader: Reader, source: str) -> tuple[Exchange, ...]:
    """Exchanges of a source that have no response yet, oldest first."""
    return tuple(map(_exchange, reader.rows("exchanges_open", {"source": source})))


def open_in(reader: Reader, conversation: str) -> tuple[str, ...]:
    """Ids of the exchanges of a conversation that have no response yet, oldest first."""
    return tuple(str(row[0]) for row in reader.rows("exchanges_open_in", {"conversation": conversation}))


def count_in(
    reader: Reader, period: Period, *, size: int, refused: bool, protocols: tuple[str, ...] = (), systems: tuple[str, ...] = ()
) -> int:
    """How many requests (or refusals) of a period stand in the first `size` entries; empty tuples do not narrow.

    With `systems`, refusals that belong to no system are counted too: nobody can say whose they were.
    """
    bindings: Bindings = {
        "refused": int(refused),
        "size": size,
        "since": format_instant(period.start),
        "until": format_instant(period.end),
        "protocols": json.dumps(protocols) if protocols else None,
        "systems": json.dumps(systems) if systems else None,
    }
    row = reader.row("exchanges_count", bindings)
    return 0 if row is None else int(row[0])


def stray_responses(reader: Reader) -> Iterator[Stray]:
    """Responses without an open request, oldest first."""
    return (Stray(*row) for row in reader.rows("stray_responses"))


def _check(limit: int) -> None:
    if not 1 <= limit <= MAX_PAGE:
        raise InputError(f"a page of {limit} rows cannot be given", hint=f"ask for 1 to {MAX_PAGE}")


def _at(reader: Reader, indexes: Sequence[int]) -> tuple[Exchange, ...]:
    """The exchanges at some positions, newest first."""
    return tuple(map(_exchange, reader.rows("exchanges_at", {"indexes": json.dumps(indexes)})))


def _exchange(row: Row) -> Exchange:
    cells: list[Any] = list(row)
    cells[3] = bool(cells[3])
    cells[18] = None if cells[18] is None else bool(cells[18])
    return Exchange(*cells)
