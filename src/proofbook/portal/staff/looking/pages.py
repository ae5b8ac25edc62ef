"""Who looked: sign-ins, refusals, content shown, what was taken away, administration, pages viewed; and the entry behind a row.

Promises: one page of an index at a time, the newest first, whatever it is narrowed to; nothing is counted over the book. The
entry is shown as it is hashed, beside its proof recomputed now. Hostile input: a field that is none of its values is InputError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from proofbook.errors import InputError
from proofbook.fieldwork.parts import Part, Pinned, read_part
from proofbook.fieldwork.proving import make_proof_file
from proofbook.portal.asking import read_days
from proofbook.portal.staff.looking.telling import METHODS, SORT_WORDS, tell
from proofbook.portal.staff.records.one_record import read_position
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page, Query
from proofbook.portal.zones import zone_of
from proofbook.readmodel import accesses
from proofbook.readmodel.accesses import SORTS, AccessEvent, AccessFilters

ROWS: Final = 50
PATH: Final = "/who-looked"
_FIELDS: Final = ("account", "kind", "from", "to")
_LONGEST: Final = 200
_LABELS: Final = {"account": "Account", "kind": "Kind", "from": "From", "to": "To"}


@dataclass(frozen=True, slots=True)
class Looked:
    """One page of the list; `older`: the position to go on behind, when there is more."""

    rows: tuple[AccessEvent, ...]
    older: int | None


def read_accesses(desk: Desk, query: Query, limit: int) -> Looked:
    """What an address asks for: `account`, `kind`, `from`, `to`, `before`. Raises InputError naming the field."""
    chosen = read_chosen(query)
    since, until = read_days(chosen, zone_of(desk, query))
    filters = AccessFilters(chosen.get("account"), chosen.get("kind"), since, until)
    before = read_position(query)
    behind = None if before is None else accesses.at(desk.reader, before)
    if before is not None and behind is None:
        raise InputError(f"before={before} is no position of this list", hint="follow the links below the list")
    rows = accesses.page(desk.reader, filters, before=behind, limit=limit + 1)
    return Looked(rows[:limit], rows[limit - 1].index if len(rows) > limit else None)


def read_chosen(query: Query) -> dict[str, str]:
    """The fields that narrow. Raises InputError."""
    chosen = {name: value for name in _FIELDS if (value := query.get(name, "").strip())}
    for name, value in chosen.items():
        if len(value) > _LONGEST:
            raise InputError(f"{name} is longer than {_LONGEST} characters")
    if chosen.get("kind") not in {None, *SORTS}:
        raise InputError(f"kind {chosen['kind'][:40]!r} is none", hint=f"one of {', '.join(SORTS)}")
    return chosen


def show_accesses(desk: Desk, query: Query) -> Page:
    """`/who-looked`."""
    found, chosen = read_accesses(desk, query, ROWS), read_chosen(query)
    people = desk.sources.people
    accounts = () if people is None else tuple(sorted(people.roll.accounts))
    values = {
        "rows": [(each, tell(each, desk.visitor)) for each in found.rows],
        "sorts": SORT_WORDS,
        "methods": METHODS,
        "accounts": accounts,
        "chosen": chosen,
        "chips": [
            (_LABELS[name], SORT_WORDS[value][0] if name == "kind" else value, _address(chosen, name))
            for name, value in chosen.items()
        ],
        "older": None if found.older is None else _address({**chosen, "before": str(found.older)}),
        "newest": _address(chosen) if "before" in query else None,
        "zone": zone_of(desk, query),
    }
    return Page("looking/accesses.html", values)


def show_access(desk: Desk, query: Query, entry: str) -> Answer:
    """`/who-looked/{entry}`: the entry behind a row, with its proof."""
    found = accesses.of_entry(desk.reader, entry)
    if found is None:
        return None
    part = read_entry(desk, found)
    values = {
        "it": found,
        "line": tell(found, desk.visitor),
        "part": part,
        "body": None if part.entry is None else json.dumps(dict(part.entry.body), indent=2, ensure_ascii=False, sort_keys=True),
        "sort": SORT_WORDS[found.sort][0],
        "methods": METHODS,
        "zone": zone_of(desk, query),
    }
    return Page("looking/access.html", values)


def read_entry(desk: Desk, found: AccessEvent) -> Part:
    """The entry of a row, with its proof recomputed now."""
    pinned = Pinned(desk.sources.origin, desk.sources.vkey)
    return read_part(desk.book, pinned, "entry", found.index, found.entry)


def save_access_proof(desk: Desk, query: Query, entry: str) -> Answer:
    """`/who-looked/{entry}.tlog-proof`; None when it is none of the list or no checkpoint covers it yet."""
    del query
    found = accesses.of_entry(desk.reader, entry)
    proof = None if found is None else make_proof_file(desk.book, found.index)
    return None if found is None or proof is None else Attachment(f"{found.entry}.tlog-proof", "text/plain; charset=utf-8", proof)


def save_access_entry(desk: Desk, query: Query, entry: str) -> Answer:
    """`/who-looked/{entry}.entry.json`: the exact bytes that are hashed. They hold no content."""
    del query
    found = accesses.of_entry(desk.reader, entry)
    return None if found is None else Attachment(f"{found.entry}.entry.json", "application/json", desk.book.entry(found.index))


def _address(chosen: Query, without: str = "") -> str:
    left = {name: value for name, value in chosen.items() if name != without}
    return f"{PATH}?{urlencode(left)}" if left else PATH
