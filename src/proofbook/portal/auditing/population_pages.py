"""Populations: how each report works, producing one while watching, what was delivered, and files to take away.

Promises: whoever watches is named as they gave their name; a delivery shows its evidence header, its reasons and its digests;
a file is one that the delivery's own header names. Hostile input: names of files are looked up, never made into paths.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.explaining import explain
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.auditing.producing_acts import RollOrder, RoomOrder, WatchOrder, make_room, roll_forward, watch
from proofbook.portal.delivered import describe_delivery, find_delivery, save_delivered
from proofbook.portal.posting import FormMistakes, Given, read_typed
from proofbook.portal.surroundings import Answer, Delivered, Desk, Page, Query, See


def show_populations(desk: Desk, query: Query) -> Answer:
    """`/room/populations`."""
    del query
    room = enter(desk)
    made = desk.delivering.delivered(room.id)
    newest: dict[str, Delivered] = {}
    for each in made:
        newest.setdefault(each.population, each)
    rows = [(load_definition(each), newest.get(each)) for each in POPULATIONS]
    rooms = [each for each in made if each.sort == "room"]
    return Page("auditing/populations.html", {"rows": rows, "rooms": rooms, "scope": room.scope})


def show_population(desk: Desk, query: Query, population: str) -> Answer:
    """`/room/populations/{population}`."""
    del query
    return _page(desk, population, {})


def produce(desk: Desk, given: Given, population: str) -> Answer:
    """Produce it now, watched."""
    if population not in POPULATIONS:
        return None
    if not given.one("observer"):
        return _page(desk, population, {"observer": "say who watches, as it shall stand in the transcript"})
    try:
        done = watch(desk, read_typed(WatchOrder, {"population": population, "observer": given.one("observer")}))
    except FormMistakes as wrong:
        return _page(desk, population, wrong.by_field)
    return See(done.path, done.said)


def produce_room(desk: Desk, given: Given) -> Answer:
    """The whole evidence room."""
    del given
    done = make_room(desk, RoomOrder())
    return See(done.path, done.said)


def produce_roll_forward(desk: Desk, given: Given) -> Answer:
    """What is new or changed since a receipt."""
    done = roll_forward(desk, given.read(RollOrder))
    return See(done.path, done.said)


def show_delivery(desk: Desk, query: Query, delivery: str) -> Answer:
    """`/room/deliveries/{delivery}`."""
    del query
    room = enter(desk)
    found = find_delivery(desk, room.id, delivery)
    return None if found is None else Page("auditing/delivery.html", {**describe_delivery(found), "scope": room.scope})


def save_file(desk: Desk, query: Query, delivery: str, name: str) -> Answer:
    """`/room/deliveries/{delivery}/files/{name}`: one file, or all of them as `all.zip`."""
    del query
    found = find_delivery(desk, enter(desk).id, delivery)
    return None if found is None else save_delivered(found, name)


def _page(desk: Desk, population: str, mistakes: Mapping[str, str]) -> Page | None:
    if population not in POPULATIONS:
        return None
    room = enter(desk)
    definition = load_definition(population)
    values = {
        "it": definition,
        "explained": explain(definition).decode(),
        "made": [each for each in desk.delivering.delivered(room.id) if each.population == population],
        "mistakes": mistakes,
        "scope": room.scope,
    }
    return Page("auditing/population.html", values, 422 if mistakes else 200)
