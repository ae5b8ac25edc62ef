"""Samples: drawing one from a delivered population, by the auditor's own ids or under their nonce; its items with their proofs.

Promises: what was drawn, from which bytes and how it can be drawn again stands on the page; what is missing is named as missing;
content is shown only where it was released, and a look at it is an entry of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.exported import read_exported, read_rows
from proofbook.fieldwork.item import open_item
from proofbook.fieldwork.proving import make_proof_file
from proofbook.fieldwork.samples import Sample, list_samples
from proofbook.fieldwork.statistics import tell
from proofbook.portal.auditing.engaged import enter, pinned
from proofbook.portal.auditing.sample_acts import (
    LARGEST,
    DrawOrder,
    ExtendOrder,
    draw_sample,
    extend_sample,
    is_source,
    own_sample,
)
from proofbook.portal.delivered import tables_of
from proofbook.portal.posting import Given, read_typed
from proofbook.portal.surroundings import Answer, Attachment, Desk, Page, Query, See

_TYPED: Final = ("source", "method", "items", "nonce", "count", "stratum_by", "strata", "request", "because")
_APART: Final = re.compile(r"[\s,;]+")


def show_samples(desk: Desk, query: Query) -> Answer:
    """`/room/samples`; with `source`, ready to draw from it."""
    return _list(desk, {name: query.get(name, "") for name in _TYPED}, {})


def draw_one(desk: Desk, given: Given) -> Answer:
    """Draw one."""
    typed = {name: given.one(name) for name in _TYPED}
    delivery, _, table = typed["source"].partition(":")
    stated = {name: typed[name] for name in ("method", "nonce", "stratum_by", "request", "because") if typed[name]}
    try:
        choice = _choice(typed, seeded=typed["method"] != "listed", apart=bool(typed["stratum_by"]))
        done = draw_sample(desk, read_typed(DrawOrder, {**stated, **choice, "source": delivery, "table": table or None}))
    except ProofbookError as error:
        return _list(desk, typed, _mistakes(error))
    return See(done.path, done.said)


def show_sample(desk: Desk, query: Query, sample: str) -> Answer:
    """`/room/samples/{sample}`."""
    return _page(desk, sample, {}, deviations=query.get("deviations", ""))


def extend_one(desk: Desk, given: Given, sample: str) -> Answer:
    """More of the same: earlier picks stay."""
    found = own_sample(desk, enter(desk).id, sample)
    if found is None:
        return None
    typed = {name: given.one(name) for name in _TYPED}
    try:
        choice = _choice(typed, seeded=found.method != "listed", apart=found.stratum_by is not None)
        done = extend_sample(desk, read_typed(ExtendOrder, {**choice, "sample": sample, "because": typed["because"]}))
    except ProofbookError as error:
        return _page(desk, sample, _mistakes(error), typed=typed)
    return See(done.path, done.said)


def show_item(desk: Desk, query: Query, sample: str) -> Answer:
    """`/room/samples/{sample}/item?item=…`: its folder."""
    item = query.get("item", "")
    room = enter(desk)
    found = own_sample(desk, room.id, sample)
    drawn = None if found is None else found.item(item)
    if found is None or drawn is None:
        return None
    folder = open_item(desk.reader, desk.book, pinned(desk), found, drawn, find_row(desk, room.id, found, drawn.row))
    return Page("auditing/item.html", {"sample": found, "it": folder, "scope": room.scope})


def save_item_proof(desk: Desk, query: Query, sample: str) -> Answer:
    """`/room/samples/{sample}/proof?item=…&index=…`: the proof of one entry of an item."""
    item, index = query.get("item", ""), query.get("index", "")
    room = enter(desk)
    found = own_sample(desk, room.id, sample)
    drawn = None if found is None else found.item(item)
    if found is None or drawn is None:
        return None
    folder = open_item(desk.reader, desk.book, pinned(desk), found, drawn)
    part = next((each for each in folder.parts if str(each.index) == index), None)
    data = None if part is None else make_proof_file(desk.book, part.index)
    name = f"{sample}-{index}.tlog-proof"
    return None if data is None else Attachment(name, "text/plain; charset=utf-8", data)


def _list(desk: Desk, given: Mapping[str, str], mistakes: Mapping[str, str]) -> Page:
    room = enter(desk)
    values = {
        "samples": list_samples(desk.reader, room.id),
        "sources": list(_sources(desk, room.id)),
        "given": given,
        "mistakes": mistakes,
        "scope": room.scope,
    }
    return Page("auditing/samples.html", values, 422 if mistakes else 200)


def _sources(desk: Desk, engagement: str) -> Iterator[tuple[str, str]]:
    """Every table with rows that lies here to be drawn from: how forms name it, and what people read."""
    for each in desk.delivering.delivered(engagement):
        try:
            tables = tables_of(each)
        except InputError:
            continue  # its own page says that it cannot be read
        for table, rows in tables.items():
            if not rows:
                continue
            when = f"{each.made[:10]} {each.made[11:16]}"
            yield f"{each.id}:{table}", f"{each.population}, {table.replace('_', ' ')}: {rows} rows, made {when} UTC"


def _page(
    desk: Desk, sample: str, mistakes: Mapping[str, str], deviations: str = "", typed: Mapping[str, str] | None = None
) -> Page | None:
    room = enter(desk)
    found = own_sample(desk, room.id, sample)
    if found is None:
        return None
    told: Any = None
    if deviations.isascii() and deviations.isdecimal() and len(deviations) < 4 and found.items:
        told = tell(len(found.items), min(int(deviations), len(found.items)), population=found.rows or None)
    values = {"it": found, "mistakes": mistakes, "told": told, "deviations": deviations, "scope": room.scope}
    values["given"] = typed or dict.fromkeys(_TYPED, "")
    return Page("auditing/sample.html", values, 422 if mistakes else 200)


def find_row(desk: Desk, engagement: str, sample: Sample, number: int) -> Mapping[str, str] | None:
    """The row as it was exported, where the export still lies here."""
    for each in desk.delivering.delivered(engagement):
        if is_source(desk, each, sample):
            exported = read_exported(desk.reader, each.folder, sample.table)
            return next((exported.named(row) for row in read_rows(exported) if row.number == number), None)
    return None


def _choice(typed: Mapping[str, str], *, seeded: bool, apart: bool) -> dict[str, Any]:
    """What was typed, as it is chosen by."""
    if not seeded:
        return {"items": [each for each in _APART.split(typed["items"]) if each]}
    strata = [{"value": value, "count": count} for value, count in _strata(typed["strata"]).items()] if apart else []
    return {"strata": strata} if apart else {"count": _count(typed["count"], "count")}


def _strata(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in text.splitlines():
        value, _, count = line.rpartition(":")
        if line.strip():
            found[value.strip()] = _count(count.strip(), "strata")
    if not found:
        raise InputError("strata: name at least one value with a number", hint="production: 20")
    return found


def _count(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 0 < int(text) <= LARGEST):
        raise InputError(f"{field}: {text[:20]!r} is not a number of items", hint=f"1 to {LARGEST}")
    return int(text)


def _mistakes(error: ProofbookError) -> dict[str, str]:
    field, colon, words = error.message.partition(": ")
    told = f"{words if colon and field in _TYPED else error.message}"
    return {field if colon and field in _TYPED else "": f"{told}; {error.hint}" if error.hint else told}
