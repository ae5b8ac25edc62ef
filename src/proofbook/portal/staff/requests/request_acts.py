"""What the company does about the auditor's requests: submit evidence, take it back, name an owner, comment, take over a list.

Promises: what is submitted is something of this book, at the version that is named or the newest one; a version that somebody
changed meanwhile is not overwritten. Hostile input: evidence that nobody suggested and that is no record of this book is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from proofbook.errors import InputError
from proofbook.fieldwork.requests import Evidence, Request, State, edit_request, move_request, read_request, write_comment
from proofbook.fieldwork.suggesting import suggest_evidence
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.posting import Given
from proofbook.portal.staff.requests.engaged import act_of, choose_engagement
from proofbook.portal.surroundings import Desk
from proofbook.portal.taking_over import SentList, Taken, take_list, take_sent
from proofbook.readmodel.documents import Documents


class GivenEvidence(BaseModel):
    """One thing given in answer. Its digest and version are looked up, not believed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    sort: Literal["population", "artifact", "record", "sample", "export", "file"] = Field(description="what sort of thing")
    id: str = Field(min_length=1, max_length=400, description="its id: of a record kind/id")
    version: str | None = Field(default=None, max_length=80, description="entry of the version; null: the newest")


class MoveOrder(Order):
    """A request to be moved on by the company."""

    request: str = Field(max_length=200, description="id of the request")
    to: Literal["submitted", "not_started"] = Field(description="submitted, or not_started to take it back")
    seen: str = Field(max_length=80, description="entry of the version that was looked at")
    because: str | None = Field(default=None, max_length=4_000, description="why")
    evidence: list[GivenEvidence] = Field(default=[], max_length=60, description="all that is given, earlier things included")


class EditOrder(Order):
    """Who answers a request, and by when."""

    request: str = Field(max_length=200, description="id of the request")
    seen: str = Field(max_length=80, description="entry of the version that was looked at")
    owner: str | None = Field(default=None, max_length=200, description="who answers it; null: nobody yet")
    due: str | None = Field(default=None, max_length=40, description="by which day; null: not agreed")


class CommentOrder(Order):
    """Something to be said to the auditor."""

    request: str = Field(max_length=200, description="id of the request")
    text: str = Field(min_length=1, max_length=16_000, description="what is said")


class ImportOrder(Order):
    """An auditor's list, as a file."""

    engagement: str = Field(max_length=200, description="engagement it belongs to")
    name: str = Field(min_length=1, max_length=400, description="file name; its ending says CSV or XLSX")
    content: Base64Bytes = Field(description="its bytes, in base64")
    agreed: bool = Field(default=False, description="false: only say what it would do")


def move(desk: Desk, order: MoveOrder) -> Done:
    """Submit evidence, or take it back. Raises InputError, RefusedError, ConflictError; nothing was recorded then."""
    found = read_request(desk.reader, order.request)
    to = State(order.to)
    evidence = tuple(find_evidence(desk, found, order.evidence)) if to is State.SUBMITTED else None
    act, because = act_of(desk), order.because or None
    receipts = desk.writing.record_read(
        lambda reader: move_request(reader, act, found.id, to, seen=order.seen, because=because, evidence=evidence)
    )
    said = f"Request {found.number} is {to.value.replace('_', ' ')} now."
    return Done(f"/requests/{found.id}", said, f"audit_request/{found.id}", receipts, {"request": found.id, "state": to.value})


def edit(desk: Desk, order: EditOrder) -> Done:
    """Name owner and day. Raises InputError, ConflictError."""
    act, owner, due = act_of(desk), order.owner or None, order.due or None
    receipts = desk.writing.record_read(
        lambda reader: edit_request(reader, act, order.request, seen=order.seen, owner=owner, due=due)
    )
    values = {"request": order.request}
    return Done(f"/requests/{order.request}", "Owner and day are recorded.", f"audit_request/{order.request}", receipts, values)


def comment(desk: Desk, order: CommentOrder) -> Done:
    """Say something to the auditor. Raises InputError."""
    receipts = desk.writing.record(write_comment(desk.reader, act_of(desk), order.request, order.text, desk.ids))
    said = "Your comment is recorded; the auditor sees it."
    values = {"request": order.request}
    return Done(f"/requests/{order.request}", said, f"audit_request/{order.request}", receipts, values)


def import_sent(desk: Desk, given: Given) -> Taken:
    """What a list would do, and doing it where that is agreed to. Raises ImportRefused with all that is wrong, InputError."""
    chosen = _engagement(desk, given.one("engagement"))
    return take_sent(desk, given, act_of(desk), chosen, path=f"/requests?engagement={chosen}")


def import_list(desk: Desk, order: ImportOrder) -> Done:
    """The same for a program, which sends the file each time."""
    chosen, sent = _engagement(desk, order.engagement), SentList(order.name, order.content)
    return take_list(desk, act_of(desk), chosen, sent, path=f"/requests?engagement={chosen}", agreed=order.agreed).done


def _engagement(desk: Desk, named: str) -> str:
    chosen, _ = choose_engagement(desk, {"engagement": named})
    if chosen is None:
        raise InputError("engagement: there is none of this id", hint="name one that is known")
    return chosen


def find_evidence(desk: Desk, request: Request, given: Iterable[GivenEvidence]) -> list[Evidence]:
    """What was named, as this book has it: suggested, given before, or a kept record. Raises InputError."""
    suggested = [each.evidence for each in suggest_evidence(desk.reader, request) if each.evidence is not None]
    known = [*suggested, *request.evidence]
    return [_one(desk, known, each) for each in given]


def _one(desk: Desk, known: list[Evidence], given: GivenEvidence) -> Evidence:
    for each in known:
        if (each.sort, each.id) == (given.sort, given.id) and given.version in {None, each.version}:
            return each
    kind, slash, name = given.id.partition("/")
    if given.sort == "record" and slash:
        documents = Documents(desk.reader)
        version = documents.current(kind, name) if given.version is None else documents.by_entry(given.version)
        if version is not None and (version.kind, version.id) == (kind, name):
            return Evidence("record", given.id, version.entry)
        raise InputError(f"records: {given.id[:80]!r} is no record of this book", hint="name it as kind/id, such as vendor/acme")
    raise InputError(
        f"evidence: {given.sort} {given.id[:80]!r} lies here at no such version",
        hint="make it first, or name a record as kind/id",
    )


_LEAD: Final = Permission.LEAD
MOVE_REQUEST: Final = Act("requests.move", "Submit evidence for a request, or take it back", _LEAD, MoveOrder, move)
EDIT_REQUEST: Final = Act("requests.edit", "Name who answers a request and by when", _LEAD, EditOrder, edit)
COMMENT_ON_REQUEST: Final = Act("requests.comment", "Say something to the auditor about a request", _LEAD, CommentOrder, comment)
IMPORT_REQUESTS: Final = Act("requests.import", "Take over an auditor's list of requests", _LEAD, ImportOrder, import_list)
