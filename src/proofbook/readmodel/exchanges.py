"""Questions about exchanges: pages of them, one of them, the open ones of a source, counts.

Pages are keyset pages: ask for what stands before the last row seen, so page ten thousand costs what page one does, and rows that
arrive meanwhile do not shift what was seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from proofbook.errors import InputError
from proofbook.primitives.instants import Period, format_instant
from proofbook.readmodel.connection import Bindings, Reader, Row

MAX_PAGE: Final = 1000
_BEYOND: Final = 2**63 - 1


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
class Filters:
    """What a page is narrowed to; None does not narrow. `since` is inclusive, `until` exclusive, both instants."""

    system: str | None = None
    principal: str | None = None
    state: str | None = None
    artifact: str | None = None
    since: str | None = None
    until: str | None = None


EVERYTHING: Final = Filters()


@dataclass(frozen=True, slots=True)
class Stray:
    """A response that found no open request."""

    index: int
    entry: str
    exchange: str


def page(reader: Reader, before_index: int | None = None, limit: int = 50, filters: Filters = EVERYTHING) -> tuple[Exchange, ...]:
    """The newest exchanges before a position (None: from the newest). Raises InputError for a limit outside 1 to MAX_PAGE."""
    if not 1 <= limit <= MAX_PAGE:
        raise InputError(f"a page of {limit} rows cannot be given", hint=f"ask for 1 to {MAX_PAGE}")
    bindings: Bindings = {
        "before": _BEYOND if before_index is None else before_index,
        "limit": limit,
        "system": filters.system,
        "principal": filters.principal,
        "state": filters.state,
        "artifact": filters.artifact,
        "since": filters.since,
        "until": filters.until,
    }
    return tuple(map(_exchange, reader.rows(_best_question(filters), bindings)))


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


def _best_question(filters: Filters) -> str:
    """The page question whose index narrows most."""
    for name in ("principal", "artifact", "system", "state"):
        if getattr(filters, name) is not None:
            return f"exchanges_page_by_{name}"
    return "exchanges_page"


def _exchange(row: Row) -> Exchange:
    cells: list[Any] = list(row)
    cells[3] = bool(cells[3])
    cells[18] = None if cells[18] is None else bool(cells[18])
    return Exchange(*cells)
