"""One incident as it went: everything with a time, in its order, and a line to add to it.

Promises: the timeline is made of what the record says and of nothing else; adding a line is a new version that names its author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.portal.posting import Given
from proofbook.portal.staff.queues.keeping import mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.readmodel.documents import Documents

KINDS: Final = frozenset({"incident.real", "incident.near_miss"})
_MOMENTS: Final = (
    ("started_at", "began"),
    ("detected_at", "was noticed"),
    ("classified_at", "was classified"),
    ("closed_at", "was closed"),
)
SORTS: Final = (("containment", "done to contain it"), ("notifications", "somebody was told"))


def show_incident(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """`/queues/incidents/{kind}/{id}`."""
    del query
    return _page(desk, kind, id, {}, {})


def add_step(desk: Desk, given: Given, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """Add a line to what was done."""
    found = Documents(desk.reader).current(kind, id) if kind in KINDS else None
    if found is None:
        return None
    typed = {name: given.one(name) for name in ("sort", "at", "who", "what")}
    try:
        if typed["sort"] not in dict(SORTS) or not typed["what"]:
            raise InputError("what: say what was done")
        step = {"at": typed["at"] or now_of(desk), "who": typed["who"] or desk.known.account, "what": typed["what"]}
        body = {**found.body, typed["sort"]: [*found.body[typed["sort"]], step], "because": f"added: {typed['what'][:120]}"}
        write_record(desk, kind, id, body)
    except ProofbookError as error:
        return _page(desk, kind, id, mistakes_of(error), typed)
    return See(f"/queues/incidents/{kind}/{id}", "The line is recorded.")


def timeline_of(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(instant, words) of everything that has a time, in order."""
    return sorted(_timeline(body))


def _timeline(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, words in _MOMENTS:
        if body[name] is not None:
            yield str(body[name]), words
    for name, words in SORTS:
        for step in body[name]:
            yield str(step["at"]), f"{words}: {step['what']} ({step['who']})"
    for kept in body["evidence"]:
        if kept["collected_at"] is not None:
            yield str(kept["collected_at"]), f"kept: {kept['what']}"
    for action in body["actions"]:
        if action["done_at"] is not None:
            yield str(action["done_at"]), f"corrected: {action['what']} ({action['owner']})"


def _page(desk: Desk, kind: str, name: str, mistakes: Mapping[str, str], given: Mapping[str, str]) -> Page | None:
    found = Documents(desk.reader).current(kind, name) if kind in KINDS else None
    if found is None:
        return None
    values = {
        "it": found,
        "timeline": timeline_of(found.body),
        "open_actions": [each for each in found.body["actions"] if each["done_at"] is None],
        "sorts": SORTS,
        "mistakes": mistakes,
        "zone": zone_of(desk),
        "given": {"sort": "", "at": "", "who": "", "what": "", **given},
    }
    return Page("queues/incident.html", values, 422 if mistakes else 200)
