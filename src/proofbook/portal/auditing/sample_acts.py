"""Drawing a sample from a delivered population, and extending one: by the auditor's own ids, or by rank under their nonce.

Promises: the population is one that was delivered for this engagement and still lies here, held to the book's record of it; an
extension keeps what was drawn and uses the same nonce and strata.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.drawing import DrawFrom, Drawn, Listed, Method, Seeded, draw, extend
from proofbook.fieldwork.drawing import Order as DrawingOrder
from proofbook.fieldwork.exported import read_exported
from proofbook.fieldwork.samples import Sample, find_sample
from proofbook.journal.receipt import Receipt
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.surroundings import Delivered, Desk

LARGEST: Final = 1_000
_ID: Final = 160


class StratumWish(Order):
    """How many of one value."""

    value: str = Field(max_length=200, description="value of the column")
    count: int = Field(ge=0, le=LARGEST, description="how many in all of the rows that have it")


class Choice(Order):
    """Which items: named one by one, or by rank under a nonce."""

    items: list[str] = Field(default=[], max_length=5_000, description="the auditor's own ids, for method `listed`")
    count: int | None = Field(default=None, ge=1, le=LARGEST, description="how many in all, for method `seeded` without strata")
    strata: list[StratumWish] = Field(default=[], max_length=60, description="for method `seeded`: values of `stratum_by`")


class DrawOrder(Choice):
    """A sample to be drawn."""

    source: str = Field(min_length=1, max_length=200, description="id of the delivered population")
    table: str | None = Field(default=None, max_length=80, description="its table; null: its only one")
    method: Literal["listed", "seeded"] = Field(description="by ids, or by rank under a nonce")
    nonce: str | None = Field(default=None, max_length=400, description="the auditor's own randomness, at least 128 bits")
    stratum_by: str | None = Field(default=None, max_length=80, description="column whose values are drawn from apart")
    request: str | None = Field(default=None, max_length=200, description="id of the request it is for")
    because: str | None = Field(default=None, max_length=4_000, description="why there is another draw, where there is one")


class ExtendOrder(Choice):
    """A sample to be extended."""

    sample: str = Field(max_length=80, description="id of the sample")
    because: str = Field(min_length=1, max_length=4_000, description="why there are more")


def draw_sample(desk: Desk, order: DrawOrder) -> Done:
    """Draw one; in the writer's turn it is decided whether that needs a reason.

    Raises:
        InputError, LimitExceeded, RefusedError, DigestMismatch.
    """
    room = enter(desk)
    source = next((each for each in desk.delivering.delivered(room.id) if each.id == order.source), None)
    if source is None:
        raise InputError("source: choose the population to draw from", hint="produce one first, on its page")
    exported = read_exported(desk.reader, source.folder, order.table or None)
    method = _method(order, order.method, order.nonce or "", order.stratum_by or None)
    asked = DrawingOrder(room.id, method, order.request or None, order.because or None)
    drawn = draw(DrawFrom(desk.reader, desk.book, exported), room.act, asked, desk.ids)
    receipts = desk.writing.record_read(drawn.settle)
    missing = f"; {len(drawn.missing)} asked for are not in the population" if drawn.missing else ""
    return _done(drawn, receipts, f"{len(drawn.items)} items drawn{missing}.")


def extend_sample(desk: Desk, order: ExtendOrder) -> Done:
    """More of the same: earlier picks stay. Raises as `draw_sample`, and ConflictError when somebody else was faster."""
    room = enter(desk)
    found = own_sample(desk, room.id, order.sample)
    if found is None:
        raise InputError(f"sample {order.sample[:60]!r}: there is none in this engagement")
    source = next((each for each in desk.delivering.delivered(room.id) if is_source(desk, each, found)), None)
    if source is None:
        raise InputError("the exported population of this sample does not lie here any more", hint="draw a new sample")
    exported = read_exported(desk.reader, source.folder, found.table)
    method = _method(order, found.method, found.nonce or "", found.stratum_by)
    drawn = extend(DrawFrom(desk.reader, desk.book, exported), room.act, found, method, order.because)
    receipts = desk.writing.record_read(drawn.settle)
    return _done(drawn, receipts, f"{len(drawn.items)} items more.")


def own_sample(desk: Desk, engagement: str, sample: str) -> Sample | None:
    """A sample of this engagement."""
    found = find_sample(desk.reader, sample)
    return found if found is not None and found.engagement == engagement else None


def is_source(desk: Desk, delivered: Delivered, sample: Sample) -> bool:
    """Whether a sample was drawn from that very delivery."""
    if delivered.population != sample.population:
        return False
    try:
        return read_exported(desk.reader, delivered.folder, sample.table).entry == sample.population_entry
    except ProofbookError:
        return False


def _done(drawn: Drawn, receipts: tuple[Receipt, ...], said: str) -> Done:
    values = {
        "sample": drawn.sample,
        "items": [each.item for each in drawn.items],
        "missing": list(drawn.missing),
        "rows": drawn.rows,
        "seed": drawn.seed,
    }
    return Done(f"/room/samples/{drawn.sample}", said, drawn.sample, receipts, values)


def _method(choice: Choice, method: str, nonce: str, stratum_by: str | None) -> Method:
    if method == "listed":
        if not choice.items:
            raise InputError("items: name at least one id", hint="paste them one below the other")
        return Listed(tuple(choice.items))
    if stratum_by is not None:
        if not choice.strata:
            raise InputError("strata: name at least one value with a number", hint="production: 20")
        return Seeded(nonce, stratum_by=stratum_by, strata={each.value: each.count for each in choice.strata})
    if choice.count is None:
        raise InputError("count: say how many items", hint=f"1 to {LARGEST}")
    return Seeded(nonce, choice.count)


DRAW: Final = Act("room.samples.draw", "Draw a sample", Permission.AUDIT, DrawOrder, draw_sample)
EXTEND: Final = Act("room.samples.extend", "Extend a sample", Permission.AUDIT, ExtendOrder, extend_sample)
