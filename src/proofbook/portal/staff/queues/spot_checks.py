"""Spot checks: accepted outputs of a time are drawn by a recorded seed and looked at again, blind, by somebody else.

Promises: the whole of what could be drawn is counted; the draw follows from the seed and can be made again; the first outcome is
not on the page; who reviewed an item first does not check it. A draw is not recorded before it is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any, Final

from proofbook.errors import InputError, MalformedRecord, ProofbookError, RefusedError
from proofbook.fieldwork.selecting import Ranking
from proofbook.filing.remark import same_person
from proofbook.portal.posting import Given
from proofbook.portal.staff.queues.keeping import make_id, mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.primitives.instants import format_instant, parse_period
from proofbook.readmodel.documents import Documents, DocumentVersion

KIND: Final = "spot_check"
VERDICTS: Final = (("right", "right"), ("wrong", "wrong"), ("unclear", "unclear"))
_ACCEPTED: Final = frozenset({"accepted", "accepted_with_edits"})
_LARGEST: Final = 100
_TYPED: Final = ("system", "covers_from", "covers_until", "count", "seed")


def show_spot_checks(desk: Desk, query: Query) -> Answer:
    """`/queues/spot-checks`: those that were made, and the beginning of a new one."""
    typed = {name: query.get(name, "") for name in _TYPED}
    if not typed["system"]:
        return _begin(desk, typed, {})
    try:
        drawn, population = _draw(desk, typed)
    except (InputError, MalformedRecord) as error:
        return _begin(desk, typed, mistakes_of(error))
    return _judge(typed, drawn, population, {})


def judge(desk: Desk, given: Given) -> Answer:
    """Record what the checker found."""
    typed = {name: given.one(name) for name in _TYPED}
    drawn, population = _draw(desk, typed)
    try:
        verdicts = {each.id: given.one(f"verdict.{each.id}") for each in drawn}
        missing = [name for name, verdict in verdicts.items() if verdict not in dict(VERDICTS)]
        if missing:
            raise InputError(f"verdict: {len(missing)} items are not judged yet", hint="judge each, or say unclear")
        record = _record(desk, given, typed, drawn, population)
        name = make_id("spot-check", typed["system"], typed["covers_from"], typed["covers_until"], typed["seed"][:8])
        write_record(desk, KIND, name, record)
    except ProofbookError as error:
        return _judge(typed, drawn, population, mistakes_of(error), given)
    return See(f"/records/{KIND}/{name}", f"The spot check of {len(drawn)} outputs is recorded.")


def _draw(desk: Desk, typed: Mapping[str, str]) -> tuple[tuple[DocumentVersion, ...], int]:
    """The drawn reviews, and of how many. What the visitor reviewed first is not drawn for them."""
    count = typed["count"]
    if not (count.isascii() and count.isdecimal() and len(count) < 5 and 0 < int(count) <= _LARGEST):
        raise InputError(f"count: {count[:20]!r} is not a number of items", hint=f"1 to {_LARGEST}")
    period = parse_period(typed["covers_from"], typed["covers_until"], "UTC")
    since, until = format_instant(period.start), format_instant(period.end)
    accepted = [
        each
        for each in Documents(desk.reader).listed("decision.review")
        if each.body["system"] == typed["system"]
        and each.body["outcome"] in _ACCEPTED
        and since <= each.body["decided_at"] < until
    ]
    ranking: Ranking[DocumentVersion] = Ranking(typed["seed"], int(count))
    for each in accepted:
        if not same_person(each.body["reviewer"], desk.known.account):
            ranking.offer(each.id, each)
    return tuple(found for _, found in ranking.chosen()), len(accepted)


def _record(
    desk: Desk, given: Given, typed: Mapping[str, str], drawn: Sequence[DocumentVersion], population: int
) -> dict[str, Any]:
    if not drawn:
        raise RefusedError("nothing was drawn", hint="no accepted output of that time, or all were yours")
    items = [
        {
            "review": each.id,
            "first_reviewer": each.body["reviewer"],
            "verdict": given.one(f"verdict.{each.id}"),
            "note": given.one(f"note.{each.id}") or None,
        }
        for each in drawn
    ]
    return {
        "title": f"Spot check of {typed['system']}, {typed['covers_from']} to {typed['covers_until']}",
        "system": typed["system"],
        "covers_from": typed["covers_from"],
        "covers_until": typed["covers_until"],
        "population": population,
        "seed": typed["seed"],
        "checker": desk.known.account,
        "blind": "yes",
        "items": items,
        "tolerance": given.one("tolerance") or None,
        "follow_up": given.one("follow_up") or None,
        "performed_at": now_of(desk),
    }


def _begin(desk: Desk, typed: Mapping[str, str], mistakes: Mapping[str, str]) -> Page:
    documents = Documents(desk.reader)
    made = sorted(documents.listed(KIND), key=lambda each: str(each.body["performed_at"]), reverse=True)[:50]
    systems = [(each.id, str(each.body["title"])) for each in documents.listed("ai_system")]
    given = {**typed, "seed": typed["seed"] or token_hex(16), "count": typed["count"] or "25"}
    values = {"made": made, "systems": systems, "given": given, "mistakes": mistakes, "zone": zone_of(desk)}
    return Page("queues/spot_checks.html", values, 422 if mistakes else 200)


def _judge(
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
    return Page("queues/spot_check.html", values, 422 if mistakes else 200)
