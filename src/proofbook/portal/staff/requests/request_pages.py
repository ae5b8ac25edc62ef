"""The auditor's requests as the company answers them: the list, one request with suggested evidence, submitting, importing.

Promises: what is submitted names its evidence, with version and digest where there is one; the company cannot accept for the
auditor; a version that somebody changed meanwhile is not overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.errors import InputError, ProofbookError
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.request_import import ImportRefused, plan_import, read_request_list
from proofbook.fieldwork.requests import (
    Evidence,
    Request,
    State,
    comments_of,
    count_states,
    edit_request,
    list_requests,
    move_request,
    read_request,
    request_history,
    steps_open,
    submitted_versions,
    write_comment,
)
from proofbook.fieldwork.suggesting import Suggestion, suggest_evidence
from proofbook.portal.posting import Given
from proofbook.portal.staff.links import record_link
from proofbook.portal.staff.requests.engaged import act_of, choose_engagement
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.readmodel.documents import Documents

TONES: Final = {
    State.NOT_STARTED: "notice",
    State.SUBMITTED: "plain",
    State.IN_REVIEW: "plain",
    State.ACCEPTED: "plain",
    State.RETURNED: "alarm",
}
STEP_WORDS: Final = {State.SUBMITTED: "Submit it", State.NOT_STARTED: "Take it back"}


def show_requests(desk: Desk, query: Query) -> Answer:
    """`/requests`, of one engagement, by state and owner where they are named."""
    chosen, known = choose_engagement(desk, query)
    if chosen is None:
        return Page("begin_engagement.html", {})
    every = list_requests(desk.reader, chosen)
    wanted, owner = query.get("state", ""), query.get("owner", "")
    shown = [each for each in every if wanted in {"", each.state.value} and owner in {"", each.owner or ""}]
    values = {
        "requests": shown,
        "of": len(every),
        "counts": count_states(every),
        "wanted": wanted,
        "owner": owner,
        "owners": sorted({each.owner for each in every if each.owner}),
        "tones": TONES,
        "chosen": chosen,
        "engagements": known,
        "mistakes": {},
    }
    return Page("requests/list.html", values)


def import_list(desk: Desk, given: Given) -> Answer:
    """The auditor's list from a file: shown first, recorded when it is sent with `agreed`."""
    chosen, _ = choose_engagement(desk, {"engagement": given.one("engagement")})
    sent = given.file("list")
    if chosen is None or sent is None:
        raise InputError("list: no file was chosen", hint="choose the auditor's list as CSV or XLSX")
    try:
        plan = plan_import(desk.reader, act_of(desk), chosen, read_request_list(sent.name, sent.data))
    except ImportRefused as error:
        return Page("requests/import_refused.html", {"name": sent.name, "mistakes": error.mistakes, "chosen": chosen}, 422)
    agreed = bool(given.one("agreed"))
    if agreed and plan.submissions:
        desk.writing.record(plan.submissions)
    return Page("requests/imported.html", {"plan": plan, "agreed": agreed, "chosen": chosen})


def show_request(desk: Desk, query: Query, request: str) -> Answer:
    """`/requests/{request}`."""
    del query
    return _page(desk, request, {})


def answer(desk: Desk, given: Given, request: str) -> Answer:
    """Submit evidence, or take it back."""
    found = _find(desk, request)
    if found is None:
        return None
    try:
        to = next((each for each in STEP_WORDS if each.value == given.one("to")), None)
        if to is None:
            raise InputError("choose what becomes of the request")
        evidence = tuple(_evidence(desk, found, given)) if to is State.SUBMITTED else None
        moved = move_request(
            desk.reader,
            act_of(desk),
            request,
            to,
            seen=given.one("seen"),
            because=given.one("because") or None,
            evidence=evidence,
        )
        desk.writing.record(moved)
    except ProofbookError as error:
        return _page(desk, request, _mistakes(error))
    return See(f"/requests/{request}", f"Request {found.number} is {to.value.replace('_', ' ')} now.")


def edit(desk: Desk, given: Given, request: str) -> Answer:
    """Who answers it and by when."""
    found = _find(desk, request)
    if found is None:
        return None
    try:
        changes: dict[str, Any] = {"owner": given.one("owner") or None, "due": given.one("due") or None}
        desk.writing.record(edit_request(desk.reader, act_of(desk), request, seen=given.one("seen"), **changes))
    except ProofbookError as error:
        return _page(desk, request, _mistakes(error))
    return See(f"/requests/{request}", "Owner and day are recorded.")


def comment(desk: Desk, given: Given, request: str) -> Answer:
    """Say something to the auditor."""
    if _find(desk, request) is None:
        return None
    try:
        desk.writing.record(write_comment(desk.reader, act_of(desk), request, given.one("text"), desk.ids))
    except InputError as error:
        return _page(desk, request, _mistakes(error))
    return See(f"/requests/{request}", "Your comment is recorded; the auditor sees it.")


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


def _page(desk: Desk, request: str, mistakes: Mapping[str, str]) -> Page | None:
    found = _find(desk, request)
    if found is None:
        return None
    side = Side.STAFF
    values = {
        "it": found,
        "tone": TONES[found.state],
        "evidence": [(each, link_of(each)) for each in found.evidence],
        "suggestions": [(place, each, _chosen(each, found)) for place, each in enumerate(suggest_evidence(desk.reader, found))],
        "steps": [(each, STEP_WORDS[each]) for each in steps_open(found, side)],
        "history": tuple(reversed(request_history(desk.reader, request))),
        "submitted": submitted_versions(desk.reader, request),
        "comments": comments_of(desk.reader, request),
        "mistakes": mistakes,
    }
    return Page("requests/one.html", values, 422 if mistakes else 200)


def _find(desk: Desk, request: str) -> Request | None:
    try:
        return read_request(desk.reader, request)
    except InputError:
        return None


def _chosen(suggestion: Suggestion, request: Request) -> bool:
    return any((each.sort, each.id) == (suggestion.sort, suggestion.id) for each in request.evidence)


def _evidence(desk: Desk, request: Request, given: Given) -> list[Evidence]:
    """What was ticked among the suggestions, and records named by hand."""
    suggested = suggest_evidence(desk.reader, request)
    ticked = {int(each) for each in given.many("suggested") if each.isascii() and each.isdecimal()}
    found = [each.evidence for place, each in enumerate(suggested) if place in ticked and each.evidence is not None]
    kept = {(each.sort, each.id) for each in found}
    found += [
        each for each in request.evidence if f"{each.sort}/{each.id}" in given.many("keep") and (each.sort, each.id) not in kept
    ]
    return [*found, *(_named(desk, line) for line in given.one("records").splitlines() if line.strip())]


def _named(desk: Desk, line: str) -> Evidence:
    """`kind/id` of a kept record, at its newest version."""
    kind, slash, name = line.strip().partition("/")
    version = Documents(desk.reader).current(kind, name) if slash else None
    if version is None:
        raise InputError(
            f"records: {line.strip()[:80]!r} is no record of this book", hint="name it as kind/id, such as vendor/acme"
        )
    return Evidence("record", f"{kind}/{name}", version.entry)


def _mistakes(error: ProofbookError) -> dict[str, str]:
    field, colon, words = error.message.partition(": ")
    named = bool(colon) and field.isidentifier()
    told = words if named else error.message
    return {field if named else "": f"{told}; {error.hint}" if error.hint else told}
