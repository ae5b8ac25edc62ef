"""Making what is handed over: one population, the evidence room of an engagement, or a pack of less. Long work, begun here."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from proofbook.errors import InputError
from proofbook.export.definition import POPULATIONS
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.surroundings import Desk
from proofbook.portal.working import Outcome, Tell

ROOM: Final = "room"
ROLL_FORWARD: Final = "roll-forward"
BRIDGE: Final = "bridge-letter"
TITLES: Final = {ROOM: "Evidence room", ROLL_FORWARD: "Roll-forward", BRIDGE: "Bridge letter inputs"}
"""What is made besides populations."""


class ProduceOrder(Order):
    """Something to be made to be handed over."""

    engagement: str = Field(max_length=200, description="id of the engagement")
    what: str = Field(max_length=40, description="id of a population, `room`, `roll-forward` or `bridge-letter`")
    since: str = Field(default="", max_length=80, description="of a roll-forward: the day it begins after, as 2026-09-30; in UTC")
    receipt: str = Field(default="", max_length=80, description="of a roll-forward, instead: id of the receipt it begins at")


def produce_delivery(desk: Desk, order: ProduceOrder) -> Done:
    """Begin to make it. Raises InputError for what is not known, RefusedError when too much is under way."""
    engagement, what = order.engagement, order.what
    if engagement not in desk.sources.engagements.known(desk.reader, desk.now):
        raise InputError("engagement: choose one that is known")
    if what not in TITLES and what not in POPULATIONS:
        raise InputError("what: choose a population or the evidence room")
    since = order.receipt or order.since
    if what == ROLL_FORWARD and not since:
        raise InputError("since: choose a receipt or a day to begin at")
    visitor, delivering = desk.known, desk.delivering

    def do(tell: Tell) -> Outcome:
        if what in POPULATIONS:
            made = delivering.population(what, engagement, visitor, None, tell)
            return Outcome(f"/deliveries/{engagement}/{made.id}", f"{what}: {made.rows} rows.")
        if what == ROLL_FORWARD:
            made = delivering.roll_forward(engagement, since, visitor, tell)
        elif what == BRIDGE:
            made = delivering.bridge(engagement, visitor, tell)
        else:
            made = delivering.room(engagement, visitor, tell)
        return Outcome(f"/deliveries/{engagement}/{made.id}", f"{made.title}: it is here.")

    title = " ".join((TITLES.get(what, what), since)).strip()
    work = desk.works.start(visitor.account, f"{title}, {engagement}", do)
    return Done(f"/under-way/{work.id}", "", f"engagement/{engagement}", values={"work": work.id})


PRODUCE: Final = Act(
    "deliveries.produce",
    "Make a population, the evidence room or a pack of less",
    Permission.EXPORT,
    ProduceOrder,
    produce_delivery,
)
