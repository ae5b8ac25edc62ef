"""One incident as it went: everything with a time, in its order, and a line to add to it.

Promises: the timeline is made of what the record says and of nothing else; adding a line is a new version that names its author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import Field

from proofbook.errors import ProofbookError
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, NotThere, Order
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.staff.queues.keeping import mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.typed_times import NoSuchTime, read_moment, write_typed
from proofbook.portal.zones import zone_info_of, zone_of
from proofbook.readmodel.documents import Documents, DocumentVersion

KINDS: Final = frozenset({"incident.real", "incident.near_miss"})
_MOMENTS: Final = (
    ("started_at", "began"),
    ("detected_at", "was noticed"),
    ("classified_at", "was classified"),
    ("closed_at", "was closed"),
)
SORTS: Final = (("containment", "done to contain it"), ("notifications", "somebody was told"))


class StepOrder(Order):
    """A line to be added to the course of an incident."""

    kind: str = Field(max_length=60, description="incident.real or incident.near_miss")
    id: str = Field(max_length=80, description="its id")
    sort: Literal["containment", "notifications"] = Field(description="what was done to contain it, or who was told")
    what: str = Field(min_length=1, max_length=4_000, description="what was done: one step")
    who: str | None = Field(default=None, max_length=200, description="by whom; null: whoever adds the line")
    at: str | None = Field(default=None, max_length=40, description="when, RFC 3339; null: now")


def show_incident(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """`/queues/incidents/{kind}/{id}`."""
    del query
    return _page(desk, kind, id, {}, {})


def act_add(desk: Desk, given: Given, kind: str, id: str) -> Answer:  # noqa: A002 - what it is called
    """A line by a form."""
    typed = {name: given.one(name) for name in ("sort", "at", "who", "what")}
    try:
        stated = {name: text or None for name, text in typed.items()} | {"at": _read_at(desk, typed["at"])}
        done = add_step(desk, read_typed(StepOrder, {**stated, "kind": kind, "id": id}))
    except NotThere:
        return None
    except ProofbookError as error:
        return _page(desk, kind, id, mistakes_of(error), typed)
    return See(done.path, done.said)


def _read_at(desk: Desk, text: str) -> str | None:
    """The instant that was typed, in the zone that the field names. Raises FormMistakes."""
    try:
        return read_moment(text, zone_info_of(desk)) if text else None
    except NoSuchTime as error:
        raise FormMistakes({"at": str(error)}) from error


def add_step(desk: Desk, order: StepOrder) -> Done:
    """Add a line to what was done: a version of its own. Raises NotThere, FormMistakes; nothing was recorded then."""
    found = incident_of(desk, order.kind, order.id)
    if found is None:
        raise NotThere("there is no such incident", hint="see the records of the kinds incident.real and incident.near_miss")
    step = {"at": order.at or now_of(desk), "who": order.who or desk.known.account, "what": order.what}
    body = {**found.body, order.sort: [*found.body[order.sort], step], "because": f"added: {order.what[:120]}"}
    receipts = write_record(desk, found.kind, found.id, body)
    return Done(
        f"/queues/incidents/{found.kind}/{found.id}",
        "The line is recorded.",
        f"{found.kind}/{found.id}",
        receipts,
        {"id": found.id},
    )


ADD_STEP: Final = Act("incidents.add", "Add a line to the course of an incident", Permission.PREPARE, StepOrder, add_step)


def incident_of(desk: Desk, kind: str, id: str) -> DocumentVersion | None:  # noqa: A002 - what it is called
    """Its newest version."""
    return Documents(desk.reader).current(kind, id) if kind in KINDS else None


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
    found = incident_of(desk, kind, name)
    if found is None:
        return None
    values = {
        "it": found,
        "timeline": timeline_of(found.body),
        "open_actions": [each for each in found.body["actions"] if each["done_at"] is None],
        "sorts": SORTS,
        "mistakes": mistakes,
        "zone": zone_of(desk),
        "at": write_typed(given.get("at", ""), zone_info_of(desk)),
        "given": {"sort": "", "who": "", "what": "", **given},
    }
    return Page("queues/incident.html", values, 422 if mistakes else 200)
