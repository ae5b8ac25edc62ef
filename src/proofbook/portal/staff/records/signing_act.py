"""Putting one's name to a version of a record: approve it, ask for changes, refuse it, take note.

Promises: a signature names the very entry that was looked at, and that entry is the newest; nobody signs their own version;
nothing that has a blank is approved. The same signature given twice is recorded once.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal

from pydantic import Field

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.filing.remark import same_person
from proofbook.filing.values import read_values
from proofbook.people.roles import Permission
from proofbook.people.visitor import Visitor
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.staff.records.kinds import kind_of
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.records.record import find_blanks

DECISIONS: Final = (
    ("approved", "Approve", "I read this version and agree that it stands."),
    ("changes_requested", "Ask for changes", "Not as it is: say what is to change."),
    ("refused", "Refuse", "This must not stand: say why."),
    ("noted", "Take note", "I saw it. This decides nothing."),
)
ROLES: Final = ("approver", "reviewer", "owner", "observer")
OWN_WORK: Final = (
    "you wrote this version, and nobody signs what they wrote themselves: a signature says that a second person looked"
)
_SAID: Final = {"approved": "Approved", "changes_requested": "Changes asked for", "refused": "Refused", "noted": "Noted"}


class SignOrder(Order):
    """A signature to be given."""

    kind: str = Field(description="kind of the record")
    id: str = Field(description="its id")
    entry: str = Field(description="the very version that was looked at: its entry id")
    decision: Literal["approved", "changes_requested", "refused", "noted"] = Field(description="what is decided")
    role: Literal["reviewer", "approver", "owner", "observer"] = Field(default="approver", description="in which role")
    statement: str = Field(min_length=1, max_length=4_000, description="what is signed, or what is to change, in words")
    checked: list[str] = Field(default=[], max_length=40, description="what was looked at")


def is_own(version: DocumentVersion, visitor: Visitor) -> bool:
    """Whether somebody wrote that version themselves."""
    return same_person(version.actor.removeprefix("os:"), visitor.account.removeprefix("os:"))


def sign(desk: Desk, order: SignOrder) -> Done:
    """Record the signature.

    Raises:
        InputError, RefusedError, ConflictError: nothing was recorded; they say why.
    """
    version = _version(desk, order)
    if is_own(version, desk.known):
        raise RefusedError(OWN_WORK, hint="ask somebody else who may review")
    blanks = find_blanks(version.body)
    if order.decision == "approved" and blanks:
        told = ", ".join(blanks[:8]) + (f" and {len(blanks) - 8} more" if len(blanks) > 8 else "")
        raise RefusedError(
            f"this version still has blanks: {told}", hint="have them filled in; the version that has none can be approved"
        )
    own_id = f"so-{sha256(f'{order.entry} {desk.known.account}'.encode()).hexdigest()[:24]}"
    path = f"/records/{order.kind}/{order.id}"
    before = Documents(desk.reader).current("sign_off", own_id)
    if before is not None and _says(before.body, order):
        return Done(path, "This signature is recorded already.", f"sign_off/{own_id}")
    record = {
        "title": f"{_SAID[order.decision]}: {order.kind}/{order.id}, version {version.version}",
        "because": None if before is None else f"{_SAID[order.decision]} in place of what was signed before",
        "of_kind": order.kind,
        "of_id": order.id,
        "of_entry": order.entry,
        "role": order.role,
        "signer": desk.known.account,
        "statement": order.statement,
        "checked": order.checked or None,
        "decision": order.decision,
        "signed_at": format_instant(desk.now),
    }
    plan = desk.writing.plan([read_values("sign_off", own_id, record)], actor=desk.known.actor)
    receipts = desk.writing.file(plan, actor=desk.known.actor)
    said = f"{_SAID[order.decision]}, recorded under your name about version {version.version}."
    return Done(path, said, f"sign_off/{own_id}", receipts, {"version": version.version, "decision": order.decision})


def _version(desk: Desk, order: SignOrder) -> DocumentVersion:
    if kind_of(order.kind) is None or order.kind == "sign_off":
        raise InputError(f"kind {order.kind[:60]!r} is nothing that is signed")
    documents = Documents(desk.reader)
    newest = documents.current(order.kind, order.id)
    if newest is None:
        raise InputError(f"{order.kind}/{order.id[:80]}: there is no such record")
    if newest.entry != order.entry:
        raise ConflictError(
            f"version {newest.version} of {newest.kind}/{newest.id} was written meanwhile; what you looked at is not the newest",
            hint="look at the newest version, then sign that one",
        )
    return newest


def _says(body: object, order: SignOrder) -> bool:
    said = (order.decision, order.role, order.statement, order.checked or None)
    return isinstance(body, dict) and tuple(body.get(name) for name in ("decision", "role", "statement", "checked")) == said


SIGN_RECORD: Final = Act("record.sign", "Sign, or ask for changes of, a version of a record", Permission.REVIEW, SignOrder, sign)
