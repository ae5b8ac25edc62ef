"""Letting the auditor see the content of one drawn item: stated, on record, and each look still an entry of its own."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from proofbook.fieldwork.samples import release_content
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.staff.requests.engaged import act_of
from proofbook.portal.surroundings import Desk


class ReleaseOrder(Order):
    """Content to be released to the auditor."""

    sample: str = Field(max_length=80, description="id of the sample")
    item: str = Field(min_length=1, max_length=400, description="the drawn item")
    view: Literal["redacted", "unredacted"] = Field(default="redacted", description="without sensitive data, or whole")
    because: str = Field(min_length=1, max_length=16_000, description="why the auditor needs it")


def release_item(desk: Desk, order: ReleaseOrder) -> Done:
    """Record the release. Raises InputError, RefusedError."""
    act, sample, item = act_of(desk), order.sample, order.item
    receipts = desk.writing.record_read(
        lambda reader: release_content(reader, act, sample, item, view=order.view, because=order.because)
    )
    values = {"sample": order.sample, "item": order.item, "view": order.view}
    said = "Released for this item; each look of the auditor is an entry."
    return Done(f"/drawn/{order.sample}", said, order.sample, receipts, values)


RELEASE_CONTENT: Final = Act(
    "samples.release", "Let the auditor see the content of one drawn item", Permission.LEAD, ReleaseOrder, release_item
)
