"""Outputs that inform a decision and wait for a person: asked for by an application, decided by somebody else than who asked.

Promises: a review says when it was opened and when it was decided, by whom and with which role; nobody decides what they asked
for themselves; a decision stands once. The content of the output is looked at on the exchange's own page, for a stated purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field

from proofbook.errors import ConflictError, InputError, ProofbookError, RefusedError
from proofbook.filing.remark import same_person
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.posting import Given
from proofbook.portal.staff.queues.keeping import make_id, mistakes_of, now_of, write_record
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.readmodel.documents import Documents, DocumentVersion

REQUEST: Final = "decision.request"
REVIEW: Final = "decision.review"
OUTCOMES: Final = (
    ("accepted", "Accept", "It stands as it is."),
    ("accepted_with_edits", "Accept with edits", "It stands after what I changed; say what."),
    ("rejected", "Reject", "It must not be used; say why."),
    ("escalated", "Escalate", "Somebody with more authority decides; say who."),
)
_MOST: Final = 200


class RequestDecision(Order):
    """An output is to be decided on by a person."""

    decision: str = Field(min_length=1, max_length=200, description="business decision it informs, by its reference there")
    system: str = Field(description="system that produced the output")
    title: str = Field(min_length=1, max_length=200, description="short name a reviewer recognises")
    decision_type: str | None = Field(default=None, description="type in the decision register")
    exchanges: list[str] = Field(default=[], max_length=100, description="exchanges it rests on, by id")
    model: str | None = Field(default=None, description="artifact that answered, by digest")
    shown_sha256: str | None = Field(default=None, description="hash of what is shown to the reviewer")
    requested_by: str | None = Field(default=None, description="who asks, or gains by it")
    due_at: str | None = Field(default=None, description="by when it is needed, RFC 3339")
    notes: str | None = Field(default=None, max_length=4_000, description="anything the reviewer should know; no content")


class DecideOrder(Order):
    """A person's decision on an output that waits."""

    request: str = Field(description="id of the request")
    outcome: Literal["accepted", "accepted_with_edits", "rejected", "escalated"] = Field(description="what is decided")
    reason_code: str | None = Field(default=None, max_length=200, description="why, when it is not a plain acceptance")
    opened_at: str | None = Field(default=None, description="when the reviewer opened it")
    notes: str | None = Field(default=None, max_length=4_000, description="what was changed, or who decides now")


class RecordDecision(Order):
    """A review that was finished in a business system."""

    id: str | None = Field(default=None, description="id of the record; made of system and decision when left out")
    record: dict[str, Any] = Field(description="its fields, as `proofbook record schema decision.review` names them")


def ask_for_decision(desk: Desk, order: RequestDecision) -> Done:
    """Let an output wait. Raises ConflictError when that decision waits already, FormMistakes."""
    name = make_id(order.system, order.decision)
    if Documents(desk.reader).current(REQUEST, name) is not None:
        raise ConflictError(f"decision: {order.decision[:80]} waits or was decided already", hint=f"see decision.request/{name}")
    record = order.model_dump(mode="json") | {"requested_at": now_of(desk)}
    receipts = write_record(desk, REQUEST, name, record)
    return Done(f"/queues/decisions/{name}", "It waits for a person.", f"{REQUEST}/{name}", receipts, {"id": name})


def record_decision(desk: Desk, order: RecordDecision) -> Done:
    """Keep a review that was finished elsewhere. Raises FormMistakes."""
    name = order.id or make_id(str(order.record.get("system", "")), str(order.record.get("decision", "")))
    receipts = write_record(desk, REVIEW, name, order.record)
    return Done(f"/records/{REVIEW}/{name}", "The review is recorded.", f"{REVIEW}/{name}", receipts, {"id": name})


def decide(desk: Desk, order: DecideOrder) -> Done:
    """Decide on what waits.

    Raises:
        InputError: nothing of that id waits. RefusedError: it is the visitor's own wish. ConflictError: it was decided already.
        FormMistakes: a reason is missing.
    """
    request = _request(desk, order.request)
    body, visitor = request.body, desk.known
    if same_person(body["requested_by"], visitor.account) or same_person(body["requested_by"], visitor.name):
        raise RefusedError("you asked for this output yourself; somebody else decides on it", hint="leave it for a colleague")
    if order.outcome != "accepted" and not (order.reason_code or order.notes):
        raise InputError("reason_code: say why, when it is not a plain acceptance")
    if Documents(desk.reader).current(REVIEW, request.id) is not None:
        raise ConflictError("somebody decided on this meanwhile", hint="look at the record")
    record = {
        name: body[name] for name in ("decision", "decision_type", "system", "exchanges", "model", "shown_sha256", "requested_by")
    }
    record |= {
        "title": body["title"],
        "reviewer": visitor.account,
        "authority": ", ".join(sorted(role.value for role in visitor.roles)) or None,
        "opened_at": order.opened_at,
        "decided_at": now_of(desk),
        "outcome": order.outcome,
        "reason_code": order.reason_code,
        "notes": order.notes,
    }
    receipts = write_record(desk, REVIEW, request.id, record)
    return Done("/queues/decisions", f"{body['title']}: {order.outcome.replace('_', ' ')}.", f"{REVIEW}/{request.id}", receipts)


ASK_FOR_DECISION: Final = Act(
    "decisions.request", "Let an output wait for a person's decision", Permission.PUSH, RequestDecision, ask_for_decision
)
RECORD_DECISION: Final = Act(
    "decisions.record", "Record a review that was finished elsewhere", Permission.PUSH, RecordDecision, record_decision
)
DECIDE: Final = Act("decisions.decide", "Decide on an output that waits", Permission.DECIDE, DecideOrder, decide)


def show_decisions(desk: Desk, query: Query) -> Answer:
    """`/queues/decisions`: what waits, the most urgent first."""
    del query
    found = waiting(desk)
    values = {"waiting": found[:_MOST], "of": len(found), "now_text": now_of(desk)}
    return Page("queues/decisions.html", values)


def show_decision(desk: Desk, query: Query, id: str) -> Answer:  # noqa: A002 - what it is called
    """`/queues/decisions/{id}`."""
    del query
    return _page(desk, id, {}, {"opened_at": now_of(desk)})


def act_decide(desk: Desk, given: Given, id: str) -> Answer:  # noqa: A002 - what it is called
    """A decision by a form; its buttons name the outcome."""
    typed = {name: given.one(name) for name in ("outcome", "reason_code", "notes", "opened_at")}
    try:
        done = decide(desk, Given({**given.fields, "request": (id,)}).read(DecideOrder))
    except ProofbookError as error:
        return _page(desk, id, mistakes_of(error), typed)
    return See(done.path, done.said)


def waiting(desk: Desk) -> list[DocumentVersion]:
    """Requests without a review, by when they are needed."""
    waits = Documents(desk.reader).unanswered(REQUEST, REVIEW)
    found = [each for each in waits if each.body["withdrawn_at"] is None]
    return sorted(found, key=lambda each: (each.body["due_at"] or "9999", each.body["requested_at"]))


def _request(desk: Desk, name: str) -> DocumentVersion:
    found = Documents(desk.reader).current(REQUEST, name)
    if found is None or found.body["withdrawn_at"] is not None:
        raise InputError(f"request: nothing of the id {name[:80]!r} waits", hint="look at the list again")
    return found


def _page(desk: Desk, name: str, mistakes: Mapping[str, str], given: Mapping[str, str]) -> Page | None:
    documents = Documents(desk.reader)
    found = documents.current(REQUEST, name)
    if found is None:
        return None
    values = {
        "it": found,
        "review": documents.current(REVIEW, name),
        "outcomes": OUTCOMES,
        "mistakes": mistakes,
        "given": {"reason_code": "", "notes": "", "opened_at": now_of(desk), **given},
    }
    return Page("queues/decision.html", values, 422 if mistakes else 200)
