"""Spot checks: accepted outputs of a time are drawn by a recorded seed and looked at again, blind, by somebody else.

Promises: the whole of what could be drawn is counted; the draw follows from the seed and can be made again; the first outcome is
not on the page; who reviewed an item first does not check it. A draw is not recorded before it is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Final

from proofbook.errors import InputError, MalformedRecord, ProofbookError
from proofbook.portal.posting import Given, read_typed
from proofbook.portal.staff.queues.keeping import mistakes_of
from proofbook.portal.staff.queues.spot_check_act import KIND, DrawWish, SpotCheckOrder, draw, record_check
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.readmodel.documents import Documents, DocumentVersion

VERDICTS: Final = (("right", "right"), ("wrong", "wrong"), ("unclear", "unclear"))
_TYPED: Final = ("system", "covers_from", "covers_until", "count", "seed")


def show_spot_checks(desk: Desk, query: Query) -> Answer:
    """`/queues/spot-checks`: those that were made, and the beginning of a new one."""
    typed = {name: query.get(name, "") for name in _TYPED}
    if not typed["system"]:
        return _begin(desk, typed, {})
    try:
        drawn, population = draw(desk, read_typed(DrawWish, {name: value for name, value in typed.items() if value}))
    except (InputError, MalformedRecord) as error:
        return _begin(desk, typed, mistakes_of(error))
    return _judge(desk, typed, drawn, population, {})


def judge(desk: Desk, given: Given) -> Answer:
    """Record what the checker found."""
    typed = {name: given.one(name) for name in _TYPED}
    drawn, population = draw(desk, read_typed(DrawWish, {name: value for name, value in typed.items() if value}))
    verdicts = [
        {"review": each.id, "verdict": given.one(f"verdict.{each.id}"), "note": given.one(f"note.{each.id}") or None}
        for each in drawn
        if given.one(f"verdict.{each.id}") in dict(VERDICTS)
    ]
    said = {name: given.one(name) or None for name in ("tolerance", "follow_up")}
    try:
        done = record_check(desk, read_typed(SpotCheckOrder, {**typed, **said, "verdicts": verdicts}))
    except ProofbookError as error:
        return _judge(desk, typed, drawn, population, mistakes_of(error), given)
    return See(done.path, done.said)


def _begin(desk: Desk, typed: Mapping[str, str], mistakes: Mapping[str, str]) -> Page:
    documents = Documents(desk.reader)
    made = sorted(documents.listed(KIND), key=lambda each: str(each.body["performed_at"]), reverse=True)[:50]
    systems = [(each.id, str(each.body["title"])) for each in documents.listed("ai_system")]
    given = {**typed, "seed": typed["seed"] or token_hex(16), "count": typed["count"] or "25"}
    values = {"made": made, "systems": systems, "given": given, "mistakes": mistakes, "zone": zone_of(desk)}
    return Page("queues/spot_checks.html", values, 422 if mistakes else 200)


def _judge(
    desk: Desk,
    typed: Mapping[str, str],
    drawn: Sequence[DocumentVersion],
    population: int,
    mistakes: Mapping[str, str],
    given: Given | None = None,
) -> Page:
    rows = [
        (each, "" if given is None else given.one(f"verdict.{each.id}"), "" if given is None else given.one(f"note.{each.id}"))
        for each in drawn
    ]
    said = {name: "" if given is None else given.one(name) for name in ("tolerance", "follow_up")}
    values = {"typed": typed, "rows": rows, "population": population, "verdicts": VERDICTS, "mistakes": mistakes, "said": said}
    values["zone"] = zone_of(desk)
    return Page("queues/spot_check.html", values, 422 if mistakes else 200)
