"""What an auditor has made: a population while they watch, the whole evidence room, what is new since. Long work, begun here."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from proofbook.errors import InputError
from proofbook.export.definition import POPULATIONS
from proofbook.fieldwork.receipts import list_receipts
from proofbook.people.roles import Permission
from proofbook.portal.acts import Act, Done, Order
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.surroundings import Desk
from proofbook.portal.working import Outcome, Tell


class WatchOrder(Order):
    """A population to be produced while somebody watches."""

    population: str = Field(max_length=40, description="id of the population, such as POP-01")
    observer: str = Field(min_length=1, max_length=200, description="who watches, as it shall stand in the transcript")


class RoomOrder(Order):
    """The evidence room of the auditor's engagement."""


class RollOrder(Order):
    """What is new or changed since a receipt that was given for this engagement."""

    receipt: str = Field(max_length=80, description="id of the receipt")


def watch(desk: Desk, order: WatchOrder) -> Done:
    """Begin to produce it. Raises InputError for what is no population, RefusedError when too much is under way."""
    population, observer = order.population, order.observer
    if population not in POPULATIONS:
        raise InputError(f"population {population!r} is none", hint="choose one of the list")
    room, visitor, delivering = enter(desk), desk.known, desk.delivering

    def do(tell: Tell) -> Outcome:
        made = delivering.population(population, room.id, visitor, observer, tell)
        return Outcome(f"/room/deliveries/{made.id}", f"{population}: {made.rows} rows, transcript and files are here.")

    work = desk.works.start(visitor.account, f"{population}, watched by {observer}", do)
    return Done(f"/under-way/{work.id}", "", f"engagement/{room.id}", values={"work": work.id})


def make_room(desk: Desk, order: RoomOrder) -> Done:
    """Begin to make the whole evidence room. Raises RefusedError when too much is under way."""
    del order
    room, visitor, delivering = enter(desk), desk.known, desk.delivering

    def do(tell: Tell) -> Outcome:
        made = delivering.room(room.id, visitor, tell)
        return Outcome(f"/room/deliveries/{made.id}", "The evidence room is here.")

    work = desk.works.start(visitor.account, "Evidence room", do)
    return Done(f"/under-way/{work.id}", "", f"engagement/{room.id}", values={"work": work.id})


def roll_forward(desk: Desk, order: RollOrder) -> Done:
    """Begin to make it. Raises InputError for a receipt of somebody else, RefusedError when too much is under way."""
    room, visitor, delivering, receipt = enter(desk), desk.known, desk.delivering, order.receipt
    if receipt not in {each.id for each in list_receipts(desk.reader, room.id)}:
        raise InputError("receipt: choose one of this engagement")

    def do(tell: Tell) -> Outcome:
        made = delivering.roll_forward(room.id, receipt, visitor, tell)
        return Outcome(f"/room/deliveries/{made.id}", "The roll-forward is here.")

    work = desk.works.start(visitor.account, f"Roll-forward since {receipt}", do)
    return Done(f"/under-way/{work.id}", "", f"engagement/{room.id}", values={"work": work.id})


_AUDIT: Final = Permission.AUDIT
WATCH: Final = Act("room.deliveries.watch", "Have a population produced while watching", _AUDIT, WatchOrder, watch)
MAKE_ROOM: Final = Act("room.deliveries.room", "Have the evidence room made", _AUDIT, RoomOrder, make_room)
ROLL: Final = Act("room.deliveries.roll_forward", "Have made what is new since a receipt", _AUDIT, RollOrder, roll_forward)
