"""Writing a version of a record: what it would change, and the act that writes it, for pages and programs alike.

Promises: a version is written over the one its writer saw, or not at all; a change says why; kinds that other pages write are
refused. The rules are those of records in files: the same mistakes, the same refusals.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.filing.document import Filed
from proofbook.filing.plan import Action, Plan, Planned
from proofbook.filing.values import read_values
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.posting import FormMistakes
from proofbook.portal.staff.records.kinds import Kind, kind_of
from proofbook.portal.surroundings import Desk
from proofbook.readmodel.documents import DocumentVersion

REASON_MISSING: Final = "is missing; a version that changes another says why, in a sentence a reader will understand in a year"


class FileOrder(Order):
    """A version of a record to be written."""

    kind: str = Field(description="kind of record")
    id: str = Field(description="its id: 1 to 80 small letters, digits, '.', '_' and '-'")
    record: dict[str, Any] = Field(
        description="its fields, as `proofbook record schema KIND` names them; of a change all of them"
    )
    occurred: str | None = Field(default=None, description="when this became so, for kinds without a field that says it")
    base: str | None = Field(default=None, description="entry of the version this one is written over; null: there is none yet")


class NewerVersion(ConflictError):
    """Somebody else wrote a version meanwhile. `newest` is what stands there now; None: nothing does."""

    code = "newer_version"

    def __init__(self, newest: DocumentVersion | None) -> None:
        now = "there is no such record" if newest is None else f"version {newest.version} was written by {newest.actor}"
        super().__init__(f"the record is not what you began with: {now}", hint="look at both, then decide what is to be written")
        self.newest = newest


def writable(kind: str) -> Kind:
    """A kind that forms and programs write here. Raises InputError, RefusedError."""
    found = kind_of(kind)
    if found is None:
        raise InputError(f"kind {kind[:60]!r} is no kind of record", hint="`proofbook record schema` lists the kinds")
    if found.written_elsewhere is not None:
        raise RefusedError(f"{found.many.lower()} are not written here", hint=found.written_elsewhere)
    return found


def propose(desk: Desk, filed: Filed, base: str | None) -> tuple[Plan, Planned]:
    """What writing would do. Raises NewerVersion, FormMistakes when a change has no reason, FilingRefused."""
    plan = desk.writing.plan([filed], actor=desk.known.actor)
    planned = plan.planned[0]
    if (None if planned.previous is None else planned.previous.entry) != base:
        raise NewerVersion(planned.previous)
    if planned.action is Action.CHANGE and filed.body["because"] is None:
        raise FormMistakes({"record.because": REASON_MISSING})
    return plan, planned


def file_record(desk: Desk, order: FileOrder) -> Done:
    """Write a version.

    Raises:
        InputError, RefusedError, FormMistakes, ConflictError: nothing was written; they say why.
    """
    kind = writable(order.kind)
    filed = read_values(order.kind, order.id, order.record, occurred=order.occurred or None)
    plan, planned = propose(desk, filed, order.base or None)
    path = f"/records/{filed.kind}/{filed.id}"
    version = 1 if planned.previous is None else planned.previous.version + 1
    if planned.action is Action.UNCHANGED:
        return Done(
            path, "Nothing differs from the newest version; nothing was recorded.", filed.name, values={"version": version - 1}
        )
    receipts = desk.writing.file(plan, actor=desk.known.actor)
    said = f"Version {version} is recorded." + (" It waits for a signature." if kind.is_signed else "")
    return Done(path, said, filed.name, receipts, {"version": version, "entry": receipts[0].entry_id})


FILE_RECORD: Final = Act("record.file", "Write a version of a record", Permission.PREPARE, FileOrder, file_record)
