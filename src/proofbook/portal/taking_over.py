"""A request list taken over from a file: what it would do, and doing it where that is agreed to. Used by both faces.

Promises: planned anew on the book as it is when it is recorded; all of it or nothing.
"""

from __future__ import annotations

from proofbook.fieldwork.acting import Act
from proofbook.fieldwork.request_import import ImportPlan, plan_import, read_request_list
from proofbook.journal.receipt import Receipt
from proofbook.portal.acts import Done
from proofbook.portal.surroundings import Desk


def take_list(
    desk: Desk, act: Act, engagement: str, file: tuple[str, bytes], *, path: str, agreed: bool
) -> tuple[ImportPlan, Done]:
    """`file`: name and bytes; `path`: the page of the requests. Raises ImportRefused with all that is wrong, InputError."""
    listed = read_request_list(*file)
    plan = plan_import(desk.reader, act, engagement, listed)
    receipts: tuple[Receipt, ...] = ()
    if agreed and plan.submissions:
        receipts = desk.writing.record_read(lambda reader: plan_import(reader, act, engagement, listed).submissions)
    said = f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.unchanged)} as they are"
    values = {
        "new": [each.number for each in plan.new],
        "changed": [each.number for each in plan.changed],
        "unchanged": list(plan.unchanged),
        "absent": list(plan.absent),
        "ignored_columns": list(plan.ignored),
        "remarks": [f"row {each.row}, {each.number}: {each.what}" for each in plan.remarks],
        "recorded": bool(receipts),
    }
    return plan, Done(path, said, f"engagement/{engagement}", receipts, values)
