"""What the company makes to hand over: producing populations and evidence rooms, and taking them away.

Promises: producing shows its progress; a delivery shows why its completeness is not demonstrated where it is not; every download
is an entry with who took it.
"""

from __future__ import annotations

from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.fieldwork.receipts import list_receipts
from proofbook.portal.delivered import describe_delivery, find_delivery, save_delivered
from proofbook.portal.posting import Given
from proofbook.portal.staff.handing_over.delivery_act import ProduceOrder, produce_delivery
from proofbook.portal.surroundings import Answer, Delivered, Desk, Page, Query, See


def show_deliveries(desk: Desk, query: Query) -> Answer:
    """`/deliveries`, of one engagement."""
    known = desk.sources.engagements.known(desk.reader, desk.now)
    chosen = query.get("engagement", "").strip() or (known[0] if known else "")
    if chosen not in known:
        return Page("begin_engagement.html", {})
    definitions = [load_definition(each) for each in POPULATIONS]
    values = {
        "made": desk.delivering.delivered(chosen),
        "populations": [(each.population, f"{each.population} {each.title}") for each in definitions],
        "receipts": [
            (each.id, f"{each.size:,} entries, given to {each.to}, {each.recorded[:16]} UTC")
            for each in list_receipts(desk.reader, chosen)
        ],
        "chosen": chosen,
        "engagements": known,
    }
    return Page("handing_over/deliveries.html", values, engagement=chosen)


def produce(desk: Desk, given: Given) -> Answer:
    """Make one population, or the evidence room."""
    done = produce_delivery(desk, given.read(ProduceOrder))
    return See(done.path, done.said)


def show_delivery(desk: Desk, query: Query, engagement: str, delivery: str) -> Answer:
    """`/deliveries/{engagement}/{delivery}`."""
    del query
    found = _find(desk, engagement, delivery)
    if found is None:
        return None
    return Page("handing_over/delivery.html", {**describe_delivery(found), "chosen": engagement}, engagement=engagement)


def save_file(desk: Desk, query: Query, engagement: str, delivery: str, name: str) -> Answer:
    """One file of it, or all as `all.zip`."""
    del query
    found = _find(desk, engagement, delivery)
    return None if found is None else save_delivered(found, name)


def _find(desk: Desk, engagement: str, delivery: str) -> Delivered | None:
    known = desk.sources.engagements.known(desk.reader, desk.now)
    return find_delivery(desk, engagement, delivery) if engagement in known else None
