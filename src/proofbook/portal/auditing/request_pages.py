"""The auditor's requests: the list, one request with what was submitted, moving it on, adding and importing.

Promises: evidence is given by the company only; every version that was submitted stays; returning takes a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.request_import import ImportRefused
from proofbook.fieldwork.request_listing import RequestFilters, page_of_requests
from proofbook.fieldwork.requests import (
    Evidence,
    Request,
    Sort,
    State,
    comments_of,
    read_request,
    request_history,
    steps_open,
    submitted_versions,
)
from proofbook.portal.auditing.engaged import Engaged, enter
from proofbook.portal.auditing.request_acts import AskOrder, JudgeOrder, RemarkOrder, ask, judge, remark, take_over
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.request_turning import turn
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
    """`/room/requests`, by state where one is named, page by page."""
    room = enter(desk)
    filters = RequestFilters(query.get("state", ""), after=query.get("after", ""))
    found = page_of_requests(desk.reader, room.id, filters)
    values = {"found": found, "wanted": filters, "turning": turn("/room/requests", {}, filters, found)}
    return Page("auditing/requests.html", {**values, "tones": TONES, "scope": room.scope})


def show_request(desk: Desk, query: Query, request: str) -> Answer:
    """`/room/requests/{request}`."""
    del query
    return _page(desk, enter(desk), request, {})


def move(desk: Desk, given: Given, request: str) -> Answer:
    """Move a request on."""
    room = enter(desk)
    if _find(desk, room.id, request) is None:
        return None
    typed = {"request": request, **{name: given.one(name) for name in ("to", "seen", "because")}}
    try:
        if typed["to"] not in {each.value for each in STEP_WORDS}:
            raise InputError("choose what becomes of the request")
        done = judge(desk, read_typed(JudgeOrder, typed))
    except ProofbookError as error:
        return _page(desk, room, request, {"because": _told(error)}, because=typed["because"])
    return See(done.path, done.said)


def comment(desk: Desk, given: Given, request: str) -> Answer:
    """Say something about it."""
    room = enter(desk)
    if _find(desk, room.id, request) is None:
        return None
    try:
        done = remark(desk, read_typed(RemarkOrder, {"request": request, "text": given.one("text")}))
    except FormMistakes as wrong:
        return _page(desk, room, request, wrong.by_field)
    except InputError as error:
        return _page(desk, room, request, {"text": _told(error)})
    return See(done.path, done.said)


def show_new(desk: Desk, query: Query) -> Answer:
    """`/room/request`: a new request, or a list of them."""
    return _new(desk, {name: query.get(name, "") for name in _NEW}, {})


def make(desk: Desk, given: Given) -> Answer:
    """Ask for something."""
    typed: dict[str, Any] = {name: given.one(name) for name in _NEW}
    stated: dict[str, Any] = {name: value for name, value in typed.items() if value}
    if "criteria" in stated:
        stated["criteria"] = [each.strip() for each in stated["criteria"].split(",") if each.strip()]
    try:
        done = ask(desk, read_typed(AskOrder, stated))
    except FormMistakes as wrong:
        return _new(desk, typed, {name.partition(".")[0]: words for name, words in wrong.by_field.items()})
    except ProofbookError as error:
        field, colon, words = error.message.partition(": ")
        return _new(desk, typed, {field if colon and field in _NEW else "": words if colon and field in _NEW else _told(error)})
    return See(done.path, done.said)


def import_list(desk: Desk, given: Given) -> Answer:
    """A list of requests from a file: shown first, recorded when that is agreed to."""
    try:
        taken = take_over(desk, given)
    except ImportRefused as error:
        return Page("auditing/import_refused.html", {"refused_list": error}, 422)
    except InputError as error:
        return _new(desk, {}, {"list": _told(error).removeprefix("list: ")})
    return Page("auditing/imported.html", {"it": taken}, 409 if taken.moved else 200)


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


def _told(error: ProofbookError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message
