"""The auditor's requests as the company answers them: the list, one request with suggested evidence, submitting, importing.

Promises: what is submitted names its evidence, with version and digest where there is one; the company cannot accept for the
auditor; a version that somebody changed meanwhile is not overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.request_import import ImportRefused
from proofbook.fieldwork.request_listing import RequestFilters, page_of_requests
from proofbook.fieldwork.requests import (
    Evidence,
    Request,
    State,
    comments_of,
    read_request,
    request_history,
    steps_open,
    submitted_versions,
)
from proofbook.fieldwork.suggesting import Suggestion, suggest_evidence
from proofbook.portal.acts import Done, Order
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.request_turning import turn
from proofbook.portal.staff.links import record_link
from proofbook.portal.staff.requests.engaged import choose_engagement
from proofbook.portal.staff.requests.request_acts import (
    CommentOrder,
    EditOrder,
    GivenEvidence,
    MoveOrder,
    comment,
    edit,
    import_sent,
    move,
)
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.readmodel.requests import owners

M = TypeVar("M", bound=Order)
TONES: Final = {
    State.NOT_STARTED: "notice",
    State.SUBMITTED: "plain",
    State.IN_REVIEW: "plain",
    State.ACCEPTED: "plain",
    State.RETURNED: "alarm",
}
STEP_WORDS: Final = {State.SUBMITTED: "Submit it", State.NOT_STARTED: "Take it back"}


def show_requests(desk: Desk, query: Query) -> Answer:
    """`/requests`, of one engagement, by state and owner where they are named, page by page."""
    chosen, known = choose_engagement(desk, query)
    if chosen is None:
        return Page("begin_engagement.html", {})
    filters = RequestFilters(query.get("state", ""), query.get("owner", ""), query.get("after", ""))
    found = page_of_requests(desk.reader, chosen, filters)
    values = {
        "found": found,
        "wanted": filters,
        "turning": turn("/requests", {"engagement": chosen}, filters, found),
        "owners": owners(desk.reader, chosen),
        "tones": TONES,
        "chosen": chosen,
        "engagements": known,
        "mistakes": {},
    }
    return Page("requests/list.html", values)


def import_list(desk: Desk, given: Given) -> Answer:
    """The auditor's list from a file: shown first, recorded when that is agreed to."""
    chosen = given.one("engagement")
    try:
        taken = import_sent(desk, given)
    except ImportRefused as error:
        return Page("requests/import_refused.html", {"refused_list": error, "chosen": chosen}, 422)
    return Page("requests/imported.html", {"it": taken, "chosen": chosen}, 409 if taken.moved else 200)


def show_request(desk: Desk, query: Query, request: str) -> Answer:
    """`/requests/{request}`."""
    del query
    return _page(desk, request, {})


def answer(desk: Desk, given: Given, request: str) -> Answer:
    """Submit evidence, or take it back."""
    found = _find(desk, request)
    if found is None:
        return None
    to = given.one("to")
    if to not in {each.value for each in STEP_WORDS}:
        return _page(desk, request, {"": "choose what becomes of the request"}, given)
    typed = {"request": request, "to": to, "seen": given.one("seen"), "because": given.one("because") or None}
    evidence = list(_evidence(desk, found, given)) if to == State.SUBMITTED.value else []
    return _done(desk, given, request, move, MoveOrder, {**typed, "evidence": evidence})


def edit_owner(desk: Desk, given: Given, request: str) -> Answer:
    """Who answers it and by when."""
    typed = {name: given.one(name) or None for name in ("owner", "due")}
    return _done(desk, given, request, edit, EditOrder, {**typed, "request": request, "seen": given.one("seen")})


def comment_on(desk: Desk, given: Given, request: str) -> Answer:
    """Say something to the auditor."""
    return _done(desk, given, request, comment, CommentOrder, {"request": request, "text": given.one("text")})


def _done(
    desk: Desk, given: Given, request: str, do: Callable[[Desk, M], Done], takes: type[M], typed: Mapping[str, Any]
) -> Answer:
    """Do it, or show the request with what is wrong and what was typed; None when there is no such request."""
    if _find(desk, request) is None:
        return None
    try:
        done = do(desk, read_typed(takes, typed))
    except FormMistakes as wrong:
        return _page(desk, request, wrong.by_field, given)
    except ProofbookError as error:
        return _page(desk, request, _mistakes(error), given)
    return See(done.path, done.said)


def link_of(evidence: Evidence) -> str | None:
    """Where the staff looks at something that was given as evidence."""
    kind, slash, name = evidence.id.partition("/")
    match evidence.sort:
        case "artifact":
            return f"/artifacts/{evidence.id}"
        case "population":
            return "/deliveries"
        case "record" if slash:
            return record_link(kind, name)
    return None


def _page(desk: Desk, request: str, mistakes: Mapping[str, str], given: Given | None = None) -> Page | None:
    found = _find(desk, request)
    if found is None:
        return None
    side = Side.STAFF
    values = {
        "it": found,
        "tone": TONES[found.state],
        "evidence": [(each, link_of(each)) for each in found.evidence],
        "suggestions": [
            (place, each, _chosen(each, found) if given is None or not given.one("to") else str(place) in given.many("suggested"))
            for place, each in enumerate(suggest_evidence(desk.reader, found))
        ],
        "keeps": None if given is None or not given.one("to") else given.many("keep"),
        "typed": {name: given.one(name) if given is not None else "" for name in ("records", "because", "text")},
        "who": {name: None if given is None else given.one(name) for name in ("owner", "due")},
        "steps": [(each, STEP_WORDS[each]) for each in steps_open(found, side)],
        "history": tuple(reversed(request_history(desk.reader, request))),
        "submitted": submitted_versions(desk.reader, request),
        "comments": comments_of(desk.reader, request),
        "mistakes": mistakes,
    }
    return Page("requests/one.html", values, 422 if mistakes else 200, engagement=found.engagement)


def _find(desk: Desk, request: str) -> Request | None:
    try:
        return read_request(desk.reader, request)
    except InputError:
        return None


def _chosen(suggestion: Suggestion, request: Request) -> bool:
    return any((each.sort, each.id) == (suggestion.sort, suggestion.id) for each in request.evidence)


def _evidence(desk: Desk, request: Request, given: Given) -> Iterator[GivenEvidence]:
    """What was ticked among the suggestions and what was given before, and records named by hand."""
    suggested = suggest_evidence(desk.reader, request)
    ticked = {int(each) for each in given.many("suggested") if each.isascii() and each.isdecimal()}
    found = [each.evidence for place, each in enumerate(suggested) if place in ticked and each.evidence is not None]
    kept = {(each.sort, each.id) for each in found}
    found += [
        each for each in request.evidence if f"{each.sort}/{each.id}" in given.many("keep") and (each.sort, each.id) not in kept
    ]
    for each in found:
        yield GivenEvidence.model_validate({"sort": each.sort, "id": each.id, "version": each.version})
    for line in given.one("records").splitlines():
        if line.strip():
            yield GivenEvidence(sort="record", id=line.strip()[:400])


def _mistakes(error: ProofbookError) -> dict[str, str]:
    field, colon, words = error.message.partition(": ")
    named = bool(colon) and field.isidentifier()
    told = words if named else error.message
    return {field if named else "": f"{told}; {error.hint}" if error.hint else told}
