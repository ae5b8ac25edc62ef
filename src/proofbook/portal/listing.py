"""The list of exchanges: newest first, narrowed by system, principal, state or artifact, one keyset page at a time.

Promises: no figure over the whole book is computed for it. Hostile input: anything in the address that is not a filter value is
InputError naming the field.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from proofbook.errors import InputError
from proofbook.portal import wording
from proofbook.portal.surroundings import Desk, Page, Query
from proofbook.primitives.digest import parse_digest
from proofbook.readmodel import exchanges
from proofbook.readmodel.exchanges import Filters

ROWS: Final = 50
_MAX_FILTER: Final = 512
_MAX_DIGITS: Final = 18
_FIELDS: Final = ("system", "principal", "state", "artifact")


def show_exchanges(desk: Desk, query: Query) -> Page:
    """`/exchanges`."""
    filters = read_filters(query)
    before = _position(query)
    rows = exchanges.page(desk.reader, before, ROWS + 1, filters)
    shown = rows[:ROWS]
    chosen = {name: value for name in _FIELDS if (value := getattr(filters, name)) is not None}
    return Page(
        "exchanges.html",
        {
            "rows": [(each, wording.STATES.get(each.state, (each.state, "plain", ""))) for each in shown],
            "chosen": chosen,
            "methods": wording.METHODS,
            "states": wording.STATES,
            "older": f"/exchanges?{urlencode({**chosen, 'before': shown[-1].index})}" if len(rows) > ROWS else None,
            "newest": f"/exchanges?{urlencode(chosen)}" if before is not None else None,
            "without": {
                name: f"/exchanges?{urlencode({key: value for key, value in chosen.items() if key != name})}" for name in chosen
            },
            "gateway": desk.sources.gateway,
        },
    )


def read_filters(query: Query) -> Filters:
    """The filters of an address; an empty field does not narrow. Raises InputError naming the field."""
    values = {name: query.get(name, "").strip() or None for name in _FIELDS}
    for name, value in values.items():
        if value is not None and len(value) > _MAX_FILTER:
            raise InputError(f"{name} is longer than {_MAX_FILTER} characters")
    state, artifact = values["state"], values["artifact"]
    if state is not None and state not in wording.STATES:
        raise InputError(f"state {state[:40]!r} is none", hint=f"one of {', '.join(wording.STATES)}")
    if artifact is not None:
        artifact = parse_digest(artifact if ":" in artifact else f"sha256:{artifact}")
    return Filters(values["system"], values["principal"], state, artifact)


def _position(query: Query) -> int | None:
    text = query.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise InputError(f"before={text[:40]!r} is not a position in the book", hint="follow the links below the list")
    return int(text)
