"""Making what is handed over: one population, or the evidence room of an engagement. Long work, which is begun and told apart."""

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


class ProduceOrder(Order):
    """Something to be made to be handed over."""

    engagement: str = Field(max_length=200, description="id of the engagement")
    what: str = Field(max_length=40, description="id of a population, or `room` for the evidence room")


def produce_delivery(desk: Desk, order: ProduceOrder) -> Done:
    """Begin to make it. Raises InputError for what is not known, RefusedError when too much is under way."""
    engagement, what = order.engagement, order.what
    if engagement not in desk.sources.engagements.known(desk.reader, desk.now):
        raise InputError("engagement: choose one that is known")
    if what != ROOM and what not in POPULATIONS:
        raise InputError("what: choose a population or the evidence room")
    visitor, delivering = desk.known, desk.delivering

    def do(tell: Tell) -> Outcome:
        if what == ROOM:
            made = delivering.room(engagement, visitor, tell)
            return Outcome(f"/deliveries/{engagement}/{made.id}", "The evidence room is here.")
        made = delivering.population(what, engagement, visitor, None, tell)
        return Outcome(f"/deliveries/{engagement}/{made.id}", f"{what}: {made.rows} rows.")

    title = "Evidence room" if what == ROOM else what
    work = desk.works.start(visitor.account, f"{title}, {engagement}", do)
    return Done(f"/under-way/{work.id}", "", f"engagement/{engagement}", values={"work": work.id})


PRODUCE: Final = Act(
    "deliveries.produce", "Make a population or the evidence room", Permission.EXPORT, ProduceOrder, produce_delivery
)
