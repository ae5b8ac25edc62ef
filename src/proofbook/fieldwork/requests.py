"""The request list of an engagement: what was asked, where each request stands, what was given in answer, what was said.

Promises: every change is a new version and the earlier ones stay; who may move a request where is one table, and the wrong side
is refused; a move names the version that its author had seen, so that two people cannot undo each other unseen. Returning needs a
reason, submitting needs evidence. Reads the projection; writes nothing (acts give submissions).
Hostile input: texts are kept as text under caps; whoever shows them escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.fieldwork.acting import Act, Side, check_said
from proofbook.journal.receipt import Submission
from proofbook.primitives.ids import IdSource
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.records.fieldwork import AuditComment, AuditRequest

KIND: Final = "audit_request"
COMMENT: Final = "audit_comment"
MAX_EVIDENCE: Final = 60
PAGE: Final = 500


class State(StrEnum):
    """Where a request stands."""

    NOT_STARTED = "not_started"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class Sort(StrEnum):
    """What sort of thing is asked for."""

    POPULATION = "population"
    SAMPLE = "sample"
    DOCUMENT = "document"
    CONFIGURATION = "configuration"
    WALKTHROUGH = "walkthrough"
    UNKNOWN = "unknown"


STEPS: Final[Mapping[tuple[State, State], Side]] = {
    (State.NOT_STARTED, State.SUBMITTED): Side.STAFF,
    (State.RETURNED, State.SUBMITTED): Side.STAFF,
    (State.SUBMITTED, State.SUBMITTED): Side.STAFF,
    (State.SUBMITTED, State.NOT_STARTED): Side.STAFF,
    (State.SUBMITTED, State.IN_REVIEW): Side.AUDITOR,
    (State.SUBMITTED, State.ACCEPTED): Side.AUDITOR,
    (State.SUBMITTED, State.RETURNED): Side.AUDITOR,
    (State.IN_REVIEW, State.ACCEPTED): Side.AUDITOR,
    (State.IN_REVIEW, State.RETURNED): Side.AUDITOR,
    (State.ACCEPTED, State.RETURNED): Side.AUDITOR,
}
"""From, to -> whose step it is. What is not here is nobody's."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something given in answer. `sort`: population, artifact, record, sample, export or file."""

    sort: str
    id: str
    version: str | None = None
    sha256: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One version of a request. `entry` names the version; `changed` and `changed_by` are of this version."""

    id: str
    number: str
    engagement: str
    title: str
    description: str
    sort: Sort
    control: str | None
    control_as_written: str | None
    criteria: tuple[str, ...]
    first: str | None
    last: str | None
    as_of: str | None
    owner: str | None
    due: str | None
    state: State
    returned_because: str | None
    evidence: tuple[Evidence, ...]
    version: int
    entry: str
    index: int
    changed: str
    changed_by: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comment:
    """Something said about a request."""

    id: str
    request: str
    side: Side
    text: str
    author: str
    at: str
    entry: str


def list_requests(reader: Reader, engagement: str) -> tuple[Request, ...]:
    """The newest version of every request of an engagement, by number as people count (2 before 10)."""
    documents, after, found = Documents(reader), ("", ""), []
    while page := documents.page(KIND, after=after, limit=PAGE):
        found += [request_of(each) for each in page if each.body["engagement"] == engagement]
        after = (page[-1].kind, page[-1].id)
    return tuple(sorted(found, key=lambda each: natural(each.number)))


def find_request(reader: Reader, engagement: str, number: str) -> Request | None:
    """The request with this number, or None."""
    version = Documents(reader).current(KIND, request_id(engagement, number))
    return None if version is None else request_of(version)


def read_request(reader: Reader, request: str) -> Request:
    """The newest version of a request by id. Raises InputError when there is none."""
    version = Documents(reader).current(KIND, request)
    if version is None:
        raise InputError(f"request {request[:80]!r}: there is none in this book", hint="see `proofbook request list`")
    return request_of(version)


def request_history(reader: Reader, request: str) -> tuple[Request, ...]:
    """Every version, oldest first."""
    return tuple(map(request_of, Documents(reader).history(KIND, request)))


def submitted_versions(reader: Reader, request: str) -> tuple[Request, ...]:
    """The versions in which evidence was submitted, oldest first: nothing that was handed in disappears."""
    return tuple(each for each in request_history(reader, request) if each.state is State.SUBMITTED)


def comments_of(reader: Reader, request: str) -> tuple[Comment, ...]:
    """What was said about a request, oldest first."""
    documents, found = Documents(reader), []
    for version in documents.listed(COMMENT):
        if version.body["request"] == request:
            body = version.body
            found.append(
                Comment(version.id, request, Side(body["side"]), body["text"], version.actor, body["said_at"], version.entry)
            )
    return tuple(sorted(found, key=lambda each: (each.at, each.id)))


def steps_open(request: Request, side: Side) -> tuple[State, ...]:
    """Where this side may move it now."""
    return tuple(to for (state, to), whose in STEPS.items() if state is request.state and whose is side)


def move_request(
    reader: Reader,
    act: Act,
    request: str,
    to: State,
    *,
    seen: str,
    because: str | None = None,
    evidence: tuple[Evidence, ...] | None = None,
) -> tuple[Submission, ...]:
    """A request moved on. `seen`: entry of the version its author looked at; `evidence` replaces what was given (staff only).

    Raises:
        RefusedError: it is not this side's step, or evidence or reason is missing. ConflictError: it has changed meanwhile.
    """
    found = _seen(reader, request, seen)
    whose = STEPS.get((found.state, to))
    if whose is None:
        raise RefusedError(f"request {found.number}: cannot go from {say(found.state)} to {say(to)}")
    if whose is not act.side:
        raise RefusedError(
            f"request {found.number}: only the {'auditor' if whose is Side.AUDITOR else 'company'} moves it to {say(to)}",
            hint="leave a comment instead",
        )
    if evidence is not None and act.side is not Side.STAFF:
        raise RefusedError(f"request {found.number}: evidence is given by the company")
    given = found.evidence if evidence is None else _check_evidence(evidence)
    if to is State.SUBMITTED and not given:
        raise RefusedError(f"request {found.number}: nothing is submitted", hint="name at least one population, record or file")
    if found.state is to and given == found.evidence:
        raise RefusedError(f"request {found.number}: is {say(to)} with this evidence already")
    if to is State.RETURNED and not (because or "").strip():
        raise RefusedError(f"request {found.number}: is returned without a reason", hint="say what is missing")
    changes: dict[str, Any] = {
        "state": to.value,
        "evidence": [_evidence_body(each) for each in given],
        "because": because,
        "returned_because": check_said(because or "", "because") if to is State.RETURNED else found.returned_because,
    }
    if to is State.ACCEPTED:
        changes["returned_because"] = None
    return (_version(act, found, changes),)


def edit_request(reader: Reader, act: Act, request: str, *, seen: str, **changes: Any) -> tuple[Submission, ...]:
    """Another wording, owner, date, control: anything but number, engagement, state and evidence. Raises as `move_request`."""
    found = _seen(reader, request, seen)
    fixed = {"number", "engagement", "state", "evidence", "returned_because"} & changes.keys()
    if fixed:
        raise RefusedError(f"request {found.number}: {min(fixed)} is not changed by editing")
    return (_version(act, found, changes),)


def add_request(reader: Reader, act: Act, request: AuditRequest) -> tuple[Submission, ...]:
    """A new request. Raises ConflictError when its number is taken; RefusedError when it starts anywhere but at the start."""
    if find_request(reader, request.engagement, request.number) is not None:
        raise ConflictError(
            f"request {request.number[:40]}: there is one with this number already", hint="give it another number"
        )
    if request.state != State.NOT_STARTED.value or request.evidence:
        raise RefusedError(f"request {request.number[:40]}: a new request has not been started")
    return (act.submission(KIND, request_id(request.engagement, request.number), request.to_body()),)


def write_comment(reader: Reader, act: Act, request: str, text: str, ids: IdSource) -> tuple[Submission, ...]:
    """A comment of the side that acts. Raises InputError."""
    found = read_request(reader, request)
    body = AuditComment(
        title=f"Comment on {found.number}"[:200],
        request=request,
        side="auditor" if act.side is Side.AUDITOR else "staff",
        said_at=act.now,
        text=check_said(text, "text"),
    )
    return (act.submission(COMMENT, ids.new("m"), body.to_body()),)


def checked_request(values: Mapping[str, Any]) -> AuditRequest:
    """A request of these values. Raises InputError naming the first field that is wrong."""
    try:
        return AuditRequest.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def request_id(engagement: str, number: str) -> str:
    """The record id of a request: the engagement's id and the number, spelled with what ids allow.

    Raises:
        InputError: the number has nothing that an id could hold, or both together are too long.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", number.lower()).strip("-")
    made = f"{engagement}.{slug}"
    if not slug or len(made) > 80:
        raise InputError(f"number {number[:40]!r} cannot be kept", hint="use letters and digits, such as R-014")
    return made


def natural(number: str) -> tuple[tuple[int, int, str], ...]:
    """A key under which numbers sort as people count."""
    parts = re.findall(r"\d+|\D+", number)
    return tuple((0, int(part), "") if part.isascii() and part.isdecimal() else (1, 0, part.casefold()) for part in parts)


def say(state: State) -> str:
    """The state in words."""
    return state.value.replace("_", " ")


def _seen(reader: Reader, request: str, seen: str) -> Request:
    found = read_request(reader, request)
    if found.entry != seen:
        raise ConflictError(
            f"request {found.number}: was changed by {found.changed_by} on {found.changed} meanwhile",
            hint="look again, then decide",
        )
    return found


def _version(act: Act, found: Request, changes: Mapping[str, Any]) -> Submission:
    body = checked_request({**found.body, "because": None, **changes}).to_body()
    return Submission(act.draft(KIND, found.id, body, supersedes=found.entry))


def _check_evidence(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    if len(evidence) > MAX_EVIDENCE:
        raise InputError(f"evidence: {len(evidence)} things are given; the cap is {MAX_EVIDENCE}", hint="hand over a room")
    return tuple(dict.fromkeys(evidence))


def _evidence_body(each: Evidence) -> dict[str, Any]:
    return {"sort": each.sort, "id": each.id, "version": each.version, "sha256": each.sha256, "note": each.note}


def request_of(version: DocumentVersion) -> Request:
    """A version of the record, read."""
    body = version.body
    plain = (
        "number", "engagement", "title", "description", "control", "control_as_written", "first", "last", "as_of",
        "owner", "due", "returned_because",
    )  # fmt: skip
    return Request(
        id=version.id,
        **{name: body[name] for name in plain},
        sort=Sort(body["sort"]),
        criteria=tuple(body["criteria"]),
        state=State(body["state"]),
        evidence=tuple(Evidence(**each) for each in body["evidence"]),
        version=version.version,
        entry=version.entry,
        index=version.index,
        changed=version.recorded,
        changed_by=version.actor,
        body=body,
    )
