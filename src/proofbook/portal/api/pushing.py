"""Records that programs send as they happen: evaluation runs, changes, incidents, outages, backups.

Promises: only kinds of a closed list; the rules are those of every other record, and the entry names the token's holder. A
program may write over the version it names, as a person may. Does not: sign, or write a kind on which people decide.
"""

from __future__ import annotations

from typing import Final

from proofbook.errors import RefusedError
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done
from proofbook.portal.staff.records.filing_act import FileOrder, file_record
from proofbook.portal.surroundings import Desk

PUSHED: Final = (
    "evaluation.run",
    "change",
    "index.build",
    "incident.real",
    "incident.near_miss",
    "alert.triage",
    "outage",
    "backup.run",
    "restore.test",
    "boundary.test",
)
"""What programs know first: what they ran, changed, noticed."""


def push(desk: Desk, order: FileOrder) -> Done:
    """Write a version. Raises RefusedError for another kind, and as `file_record`; nothing was written then."""
    if order.kind not in PUSHED:
        raise RefusedError("kind: programs do not send this kind", hint=f"one of {', '.join(PUSHED)}")
    return file_record(desk, order)


PUSH_RECORD: Final = Act("record.push", "Send a version of a record as it happens", Permission.PUSH, FileOrder, push)
