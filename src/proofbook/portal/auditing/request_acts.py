"""What an auditor does about requests: ask, move on, comment, take over a list. The engagement is that of the account."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Base64Bytes, Field

from proofbook.errors import InputError
from proofbook.fieldwork.requests import (
    Request,
    State,
    add_request,
    checked_request,
    move_request,
    read_request,
    request_id,
    write_comment,
)
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Desk
from proofbook.portal.taking_over import SentList, Taken, take_list, take_sent

_LIST: Final = "/room/requests"
SortWord = Literal["population", "sample", "document", "configuration", "walkthrough", "unknown"]


class AskOrder(Order):
    """A new request."""

    number: str = Field(min_length=1, max_length=60, description="its number in the auditor's list, such as R-014")
    title: str = Field(min_length=1, max_length=200, description="what it is called")
    description: str = Field(min_length=1, max_length=16_000, description="what is asked for")
    sort: SortWord = Field(default="unknown", description="what sort of thing is asked for")
    control: str | None = Field(default=None, max_length=80, description="id of the control it is about")
    criteria: list[str] = Field(default=[], max_length=60, description="criteria it is about, such as CC8.1")
    first: str | None = Field(default=None, max_length=10, description="first day of what is asked for")
    last: str | None = Field(default=None, max_length=10, description="last day of what is asked for")
    as_of: str | None = Field(default=None, max_length=40, description="day of which a state is asked for")
    due: str | None = Field(default=None, max_length=40, description="by which day")


class JudgeOrder(Order):
    """A request to be moved on by the auditor."""

    request: str = Field(max_length=200, description="id of the request")
    to: Literal["in_review", "accepted", "returned"] = Field(description="where it goes")
    seen: str = Field(max_length=80, description="entry of the version that was looked at")
    because: str | None = Field(default=None, max_length=16_000, description="why; returning takes a reason")


class RemarkOrder(Order):
    """Something to be said to the company."""

    request: str = Field(max_length=200, description="id of the request")
    text: str = Field(min_length=1, max_length=16_000, description="what is said")


class ListOrder(Order):
    """A list of requests, as a file."""

    name: str = Field(min_length=1, max_length=400, description="file name; its ending says CSV or XLSX")
    content: Base64Bytes = Field(description="its bytes, in base64")
    agreed: bool = Field(default=False, description="false: only say what it would do")


def ask(desk: Desk, order: AskOrder) -> Done:
    """Ask for something. Raises InputError naming the field, ConflictError when the number is taken."""
    room = enter(desk)
    values = order.model_dump(exclude_none=True)
    request = checked_request({**values, "engagement": room.id, "state": "not_started", "evidence": []})
    made = request_id(room.id, order.number)
    receipts = desk.writing.record_read(lambda reader: add_request(reader, room.act, request))
    said = "The request is recorded; the company sees it."
    return Done(f"/room/requests/{made}", said, f"audit_request/{made}", receipts, {"request": made})


def judge(desk: Desk, order: JudgeOrder) -> Done:
    """Move a request on. Raises InputError, RefusedError, ConflictError."""
    room, found, to = enter(desk), own_request(desk, order.request), State(order.to)
    receipts = desk.writing.record_read(
        lambda reader: move_request(reader, room.act, found.id, to, seen=order.seen, because=order.because or None)
    )
    said = f"Request {found.number} is {to.value.replace('_', ' ')} now."
    values = {"request": found.id, "state": to.value}
    return Done(f"/room/requests/{found.id}", said, f"audit_request/{found.id}", receipts, values)


def remark(desk: Desk, order: RemarkOrder) -> Done:
    """Say something about it. Raises InputError."""
    room, found = enter(desk), own_request(desk, order.request)
    receipts = desk.writing.record(write_comment(desk.reader, room.act, found.id, order.text, desk.ids))
    said = "Your comment is recorded; the company sees it."
    path = f"/room/requests/{found.id}#comments"
    return Done(path, said, f"audit_request/{found.id}", receipts, {"request": found.id})


def take_over(desk: Desk, given: Given) -> Taken:
    """What a list would do, and doing it where that is agreed to. Raises ImportRefused with all that is wrong, InputError."""
    room = enter(desk)
    return take_sent(desk, given, room.act, room.id, path=_LIST)


def take_over_list(desk: Desk, order: ListOrder) -> Done:
    """The same for a program, which sends the file each time."""
    room, sent = enter(desk), SentList(order.name, order.content)
    return take_list(desk, room.act, room.id, sent, path=_LIST, agreed=order.agreed).done


def own_request(desk: Desk, request: str) -> Request:
    """A request of this engagement. Raises InputError when there is none of this id."""
    found = read_request(desk.reader, request)
    if found.engagement != enter(desk).id:
        raise InputError(f"request {request[:80]!r}: there is none in this book", hint="see the list of requests")
    return found


_AUDIT: Final = Permission.AUDIT
ASK: Final = Act("room.requests.ask", "Ask for something", _AUDIT, AskOrder, ask)
JUDGE: Final = Act("room.requests.move", "Review, accept or return a request", _AUDIT, JudgeOrder, judge)
REMARK: Final = Act("room.requests.comment", "Say something to the company about a request", _AUDIT, RemarkOrder, remark)
TAKE_OVER: Final = Act("room.requests.import", "Take over a list of requests", _AUDIT, ListOrder, take_over_list)
