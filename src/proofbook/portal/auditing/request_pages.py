"""The auditor's requests: the list, one request with what was submitted, moving it on, adding and importing.

Promises: evidence is given by the company only; every version that was submitted stays; returning takes a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.request_import import ImportPlan, ImportRefused, plan_import, read_request_list
from proofbook.fieldwork.requests import (
    Evidence,
    Request,
    Sort,
    State,
    add_request,
    checked_request,
    comments_of,
    count_states,
    list_requests,
    move_request,
    read_request,
    request_history,
    request_id,
    steps_open,
    submitted_versions,
    write_comment,
)
from proofbook.portal.auditing.engaged import Engaged, enter
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See

STEP_WORDS: Final = {
    State.IN_REVIEW: "Begin the review",
    State.ACCEPTED: "Accept it",
    State.RETURNED: "Return it",
}
TONES: Final = {
    State.NOT_STARTED: "notice",
    State.SUBMITTED: "plain",
    State.IN_REVIEW: "plain",
    State.ACCEPTED: "plain",
    State.RETURNED: "alarm",
}
_NEW: Final = ("number", "title", "description", "sort", "control", "criteria", "first", "last", "as_of", "due")


def show_requests(desk: Desk, query: Query) -> Answer:
    """`/room/requests`, by state where one is named."""
    room = enter(desk)
    every = list_requests(desk.reader, room.id)
    wanted = query.get("state", "")
    shown = [each for each in every if not wanted or each.state.value == wanted]
    values = {
        "requests": shown,
        "of": len(every),
        "counts": count_states(every),
        "wanted": wanted,
        "tones": TONES,
        "scope": room.scope,
    }
    return Page("auditing/requests.html", values)


def show_request(desk: Desk, query: Query, request: str) -> Answer:
    """`/room/requests/{request}`."""
    del query
    return _page(desk, enter(desk), request, {})


def move(desk: Desk, given: Given, request: str) -> Answer:
    """Move a request on."""
    room = enter(desk)
    found = _find(desk, room.id, request)
    if found is None:
        return None
    try:
        to = _state(given.one("to"))
        desk.writing.record(
            move_request(desk.reader, room.act, found.id, to, seen=given.one("seen"), because=given.one("because") or None)
        )
    except ProofbookError as error:
        return _page(desk, room, request, {"because": _told(error)}, because=given.one("because"))
    return See(f"/room/requests/{request}", f"Request {found.number} is {to.value.replace('_', ' ')} now.")


def comment(desk: Desk, given: Given, request: str) -> Answer:
    """Say something about it."""
    room = enter(desk)
    found = _find(desk, room.id, request)
    if found is None:
        return None
    try:
        desk.writing.record(write_comment(desk.reader, room.act, found.id, given.one("text"), desk.ids))
    except InputError as error:
        return _page(desk, room, request, {"text": _told(error)})
    return See(f"/room/requests/{request}#comments", "Your comment is recorded; the company sees it.")


def show_new(desk: Desk, query: Query) -> Answer:
    """`/room/request`: a new request, or a list of them."""
    return _new(desk, {name: query.get(name, "") for name in _NEW}, {})


def make(desk: Desk, given: Given) -> Answer:
    """Ask for something."""
    room = enter(desk)
    typed: dict[str, Any] = {name: given.one(name) for name in _NEW}
    try:
        values: dict[str, Any] = {name: value for name, value in typed.items() if value and name != "criteria"}
        named = [each.strip() for each in typed["criteria"].split(",") if each.strip()]
        values |= {"criteria": named} if named else {}
        request = checked_request({**values, "engagement": room.id, "state": "not_started", "evidence": []})
        made = request_id(room.id, typed["number"])
        desk.writing.record(add_request(desk.reader, room.act, request))
    except ProofbookError as error:
        field, colon, words = error.message.partition(": ")
        return _new(desk, typed, {field if colon and field in _NEW else "": words if colon and field in _NEW else _told(error)})
    return See(f"/room/requests/{made}", "The request is recorded; the company sees it.")


def import_list(desk: Desk, given: Given) -> Answer:
    """A list of requests from a file: shown first, recorded when it is sent again with `agreed`."""
    room, sent = enter(desk), given.file("list")
    if sent is None:
        return _new(desk, {}, {"list": "no file was chosen"})
    try:
        plan = plan_import(desk.reader, room.act, room.id, read_request_list(sent.name, sent.data))
    except ImportRefused as error:
        return Page("auditing/import_refused.html", {"name": sent.name, "mistakes": error.mistakes}, 422)
    except InputError as error:
        return _new(desk, {}, {"list": _told(error)})
    if given.one("agreed") and plan.submissions:
        desk.writing.record(plan.submissions)
    return Page("auditing/imported.html", {"plan": plan, "agreed": bool(given.one("agreed")), "words": _plan_words(plan)})


def link_of(evidence: Evidence) -> str | None:
    """Where in the room something is shown that was given as evidence."""
    kind, slash, name = evidence.id.partition("/")
    match evidence.sort:
        case "population":
            return f"/room/populations/{evidence.id}"
        case "artifact":
            return f"/room/artifacts/{evidence.id}"
        case "sample":
            return f"/room/samples/{evidence.id}"
        case "record" if slash:
            return f"/room/records/{kind}/{name}"
    return None


def _page(desk: Desk, room: Engaged, request: str, mistakes: Mapping[str, str], because: str = "") -> Page | None:
    found = _find(desk, room.id, request)
    if found is None:
        return None
    values = {
        "it": found,
        "tone": TONES[found.state],
        "evidence": _linked(found),
        "steps": [(each, STEP_WORDS[each]) for each in steps_open(found, room.act.side)],
        "history": tuple(reversed(request_history(desk.reader, found.id))),
        "submitted": [(each, _linked(each)) for each in submitted_versions(desk.reader, found.id)],
        "comments": comments_of(desk.reader, found.id),
        "mistakes": mistakes,
        "because": because,
        "scope": room.scope,
    }
    return Page("auditing/request.html", values, 422 if mistakes else 200)


def _find(desk: Desk, engagement: str, request: str) -> Request | None:
    """A request of this engagement."""
    try:
        found = read_request(desk.reader, request)
    except InputError:
        return None
    return found if found.engagement == engagement else None


def _linked(request: Request) -> list[tuple[Evidence, str | None]]:
    return [(each, link_of(each)) for each in request.evidence]


def _new(desk: Desk, given: Mapping[str, Any], mistakes: Mapping[str, str]) -> Page:
    room = enter(desk)
    values = {
        "given": {**dict.fromkeys(_NEW, ""), **given},
        "mistakes": mistakes,
        "sorts": [(each.value, each.value) for each in Sort],
        "scope": room.scope,
    }
    return Page("auditing/new_request.html", values, 422 if mistakes else 200)


def _state(word: str) -> State:
    found = next((each for each in STEP_WORDS if each.value == word), None)
    if found is None:
        raise InputError("choose what becomes of the request")
    return found


def _plan_words(plan: ImportPlan) -> str:
    return f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.unchanged)} as they are"


def _told(error: ProofbookError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message
