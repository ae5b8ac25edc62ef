"""Drawing accepted outputs by a recorded seed, and recording what a second person found: for pages and programs alike.

Promises: the whole of what could be drawn is counted; the draw follows from the seed and can be made again; who reviewed an item
first does not check it; a check in which an item is not judged is not recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from proofbook.errors import InputError, RefusedError
from proofbook.fieldwork.selecting import Ranking
from proofbook.filing.remark import same_person
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.staff.queues.keeping import make_id, now_of, write_record
from proofbook.portal.surroundings import Desk
from proofbook.portal.zones import zone_of
from proofbook.primitives.instants import format_instant, parse_period
from proofbook.readmodel.documents import Documents, DocumentVersion

KIND: Final = "spot_check"
LARGEST: Final = 100
_ACCEPTED: Final = frozenset({"accepted", "accepted_with_edits"})


class Verdict(BaseModel):
    """What the checker found of one output."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    review: str = Field(max_length=80, description="id of the review that was drawn")
    verdict: Literal["right", "wrong", "unclear"] = Field(description="against the written criteria")
    note: str | None = Field(default=None, max_length=4_000, description="why")


class DrawWish(Order):
    """Which outputs are drawn."""

    system: str = Field(min_length=1, max_length=200, description="system whose outputs are checked")
    covers_from: str = Field(max_length=10, description="first day of the time that is checked, in the zone of the engagement")
    covers_until: str = Field(max_length=10, description="last day of it")
    count: int = Field(ge=1, le=LARGEST, description="how many are drawn")
    seed: str = Field(min_length=1, max_length=200, description="what the draw follows from; recorded")


class SpotCheckOrder(DrawWish):
    """A spot check to be recorded."""

    verdicts: list[Verdict] = Field(max_length=LARGEST, description="one for each output that was drawn")
    tolerance: str | None = Field(default=None, max_length=200, description="share of errors above which more is checked")
    follow_up: str | None = Field(default=None, max_length=8_000, description="what was done about errors")


def draw(desk: Desk, wish: DrawWish) -> tuple[tuple[DocumentVersion, ...], int]:
    """The drawn reviews, and of how many. What the visitor reviewed first is not drawn for them. Raises MalformedRecord."""
    period = parse_period(wish.covers_from, wish.covers_until, zone_of(desk))
    since, until = format_instant(period.start), format_instant(period.end)
    accepted = [
        each
        for each in Documents(desk.reader).listed("decision.review")
        if each.body["system"] == wish.system and each.body["outcome"] in _ACCEPTED and since <= each.body["decided_at"] < until
    ]
    ranking: Ranking[DocumentVersion] = Ranking(wish.seed, wish.count)
    for each in accepted:
        if not same_person(each.body["reviewer"], desk.known.account):
            ranking.offer(each.id, each)
    return tuple(found for _, found in ranking.chosen()), len(accepted)


def record_check(desk: Desk, order: SpotCheckOrder) -> Done:
    """Record what the checker found. Raises InputError, RefusedError, FormMistakes; nothing was recorded then."""
    drawn, population = draw(desk, order)
    verdicts = {each.review: each for each in order.verdicts}
    missing = [each.id for each in drawn if each.id not in verdicts]
    if missing:
        raise InputError(f"verdict: {len(missing)} items are not judged yet", hint="judge each, or say unclear")
    foreign = verdicts.keys() - {each.id for each in drawn}
    if foreign:
        raise InputError(f"verdict: {min(foreign)[:80]!r} was not drawn", hint="judge what the seed draws, and nothing else")
    if not drawn:
        raise RefusedError("nothing was drawn", hint="no accepted output of that time, or all were yours")
    name = make_id("spot-check", order.system, order.covers_from, order.covers_until, order.seed[:8])
    receipts = write_record(desk, KIND, name, _record(desk, order, drawn, verdicts, population))
    said = f"The spot check of {len(drawn)} outputs is recorded."
    return Done(f"/records/{KIND}/{name}", said, f"{KIND}/{name}", receipts, {"id": name})


def _record(
    desk: Desk, order: SpotCheckOrder, drawn: Sequence[DocumentVersion], verdicts: dict[str, Verdict], population: int
) -> dict[str, Any]:
    items = [
        {
            "review": each.id,
            "first_reviewer": each.body["reviewer"],
            "verdict": verdicts[each.id].verdict,
            "note": verdicts[each.id].note or None,
        }
        for each in drawn
    ]
    return {
        "title": f"Spot check of {order.system}, {order.covers_from} to {order.covers_until}",
        "system": order.system,
        "covers_from": order.covers_from,
        "covers_until": order.covers_until,
        "population": population,
        "seed": order.seed,
        "checker": desk.known.account,
        "blind": "yes",
        "items": items,
        "tolerance": order.tolerance or None,
        "follow_up": order.follow_up or None,
        "performed_at": now_of(desk),
    }


RECORD_CHECK: Final = Act(
    "spot_checks.record", "Record a spot check of accepted outputs", Permission.DECIDE, SpotCheckOrder, record_check
)
