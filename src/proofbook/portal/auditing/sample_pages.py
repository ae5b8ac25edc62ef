"""Samples: drawing one from a delivered population, by the auditor's own ids or under their nonce; its items with their proofs.

Promises: what was drawn, from which bytes and how it can be drawn again stands on the page; what is missing is named as missing;
content is shown only where it was released, and a look at it is an entry of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.drawing import DrawFrom, Listed, Method, Order, Seeded, draw, extend
from proofbook.fieldwork.exported import read_exported, read_rows
from proofbook.fieldwork.item import open_item
from proofbook.fieldwork.proving import make_proof_file
from proofbook.fieldwork.samples import Sample, find_sample, list_samples
from proofbook.fieldwork.statistics import tell
from proofbook.portal.auditing.engaged import enter, pinned
from proofbook.portal.delivered import tables_of
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Attachment, Delivered, Desk, Page, Query, See

_TYPED: Final = ("source", "method", "items", "nonce", "count", "stratum_by", "strata", "request", "because")
_APART: Final = re.compile(r"[\s,;]+")
_LARGEST: Final = 1_000


def show_samples(desk: Desk, query: Query) -> Answer:
    """`/room/samples`; with `source`, ready to draw from it."""
    return _list(desk, {name: query.get(name, "") for name in _TYPED}, {})


def draw_sample(desk: Desk, given: Given) -> Answer:
    """Draw one."""
    room, typed = enter(desk), {name: given.one(name) for name in _TYPED}
    try:
        delivery, _, table = typed["source"].partition(":")
        exported = read_exported(desk.reader, _source(desk, room.id, delivery).folder, table or None)
        order = Order(room.id, _method(typed), typed["request"] or None, typed["because"] or None)
        drawn = draw(DrawFrom(desk.reader, desk.book, exported), room.act, order, desk.ids)
        desk.writing.record(drawn.submissions)
    except ProofbookError as error:
        return _list(desk, typed, _mistakes(error))
    missing = f"; {len(drawn.missing)} asked for are not in the population" if drawn.missing else ""
    return See(f"/room/samples/{drawn.sample}", f"{len(drawn.items)} items drawn{missing}.")


def show_sample(desk: Desk, query: Query, sample: str) -> Answer:
    """`/room/samples/{sample}`."""
    return _page(desk, sample, {}, deviations=query.get("deviations", ""))


def extend_sample(desk: Desk, given: Given, sample: str) -> Answer:
    """More of the same: earlier picks stay."""
    room = enter(desk)
    found = _own(desk, room.id, sample)
    if found is None:
        return None
    typed = {name: given.one(name) for name in _TYPED}
    try:
        source = next((each for each in desk.delivering.delivered(room.id) if _is_source(desk, each, found)), None)
        if source is None:
            raise InputError("the exported population of this sample does not lie here any more", hint="draw a new sample")
        exported = read_exported(desk.reader, source.folder, found.table)
        typed["method"], typed["nonce"], typed["stratum_by"] = found.method, found.nonce or "", found.stratum_by or ""
        drawn = extend(DrawFrom(desk.reader, desk.book, exported), room.act, found, _method(typed), typed["because"])
        desk.writing.record(drawn.submissions)
    except ProofbookError as error:
        return _page(desk, sample, _mistakes(error))
    return See(f"/room/samples/{sample}", f"{len(drawn.items)} items more.")


def show_item(desk: Desk, query: Query, sample: str) -> Answer:
    """`/room/samples/{sample}/item?item=…`: its folder."""
    item = query.get("item", "")
    room = enter(desk)
    found = _own(desk, room.id, sample)
    drawn = None if found is None else found.item(item)
    if found is None or drawn is None:
        return None
    folder = open_item(desk.reader, desk.book, pinned(desk), found, drawn, _row(desk, room.id, found, drawn.row))
    return Page("auditing/item.html", {"sample": found, "it": folder, "scope": room.scope})


def save_item_proof(desk: Desk, query: Query, sample: str) -> Answer:
    """`/room/samples/{sample}/proof?item=…&index=…`: the proof of one entry of an item."""
    item, index = query.get("item", ""), query.get("index", "")
    room = enter(desk)
    found = _own(desk, room.id, sample)
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
    """Every table that lies here to be drawn from: how forms name it, and what people read."""
    for each in desk.delivering.delivered(engagement):
        for table, rows in tables_of(each).items():
            when = f"{each.made[:10]} {each.made[11:16]}"
            yield f"{each.id}:{table}", f"{each.population}, {table.replace('_', ' ')}: {rows} rows, made {when} UTC"


def _page(desk: Desk, sample: str, mistakes: Mapping[str, str], deviations: str = "") -> Page | None:
    room = enter(desk)
    found = _own(desk, room.id, sample)
    if found is None:
        return None
    told: Any = None
    if deviations.isascii() and deviations.isdecimal() and len(deviations) < 4 and found.items:
        told = tell(len(found.items), min(int(deviations), len(found.items)), population=found.rows or None)
    values = {"it": found, "mistakes": mistakes, "told": told, "deviations": deviations, "scope": room.scope}
    return Page("auditing/sample.html", values, 422 if mistakes else 200)


def _own(desk: Desk, engagement: str, sample: str) -> Sample | None:
    found = find_sample(desk.reader, sample)
    return found if found is not None and found.engagement == engagement else None


def _source(desk: Desk, engagement: str, delivery: str) -> Delivered:
    found = next((each for each in desk.delivering.delivered(engagement) if each.id == delivery), None)
    if found is None:
        raise InputError("source: choose the population to draw from", hint="produce one first, on its page")
    return found


def _is_source(desk: Desk, delivered: Delivered, sample: Sample) -> bool:
    if delivered.population != sample.population:
        return False
    try:
        return read_exported(desk.reader, delivered.folder, sample.table).entry == sample.population_entry
    except ProofbookError:
        return False


def _row(desk: Desk, engagement: str, sample: Sample, number: int) -> Mapping[str, str] | None:
    """The row as it was exported, where the export still lies here."""
    for each in desk.delivering.delivered(engagement):
        if _is_source(desk, each, sample):
            exported = read_exported(desk.reader, each.folder, sample.table)
            return next((exported.named(row) for row in read_rows(exported) if row.number == number), None)
    return None


def _method(typed: Mapping[str, str]) -> Method:
    if typed["method"] == "listed":
        items = tuple(each for each in _APART.split(typed["items"]) if each)
        if not items:
            raise InputError("items: name at least one id", hint="paste them one below the other")
        return Listed(items)
    if typed["stratum_by"]:
        return Seeded(typed["nonce"], stratum_by=typed["stratum_by"], strata=_strata(typed["strata"]))
    return Seeded(typed["nonce"], _count(typed["count"], "count"))


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
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 0 < int(text) <= _LARGEST):
        raise InputError(f"{field}: {text[:20]!r} is not a number of items", hint=f"1 to {_LARGEST}")
    return int(text)


def _mistakes(error: ProofbookError) -> dict[str, str]:
    field, colon, words = error.message.partition(": ")
    told = f"{words if colon and field in _TYPED else error.message}"
    return {field if colon and field in _TYPED else "": f"{told}; {error.hint}" if error.hint else told}
