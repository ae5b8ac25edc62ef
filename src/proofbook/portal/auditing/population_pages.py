"""Populations: how each report works, producing one while watching, what was delivered, and files to take away.

Promises: whoever watches is named as they gave their name; a delivery shows its evidence header, its reasons and its digests;
a file is one that the delivery's own header names. Hostile input: names of files are looked up, never made into paths.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from proofbook.errors import InputError
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.explaining import explain
from proofbook.portal.auditing.engaged import enter
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Delivered, Delivery, Desk, Page, Query, See
from proofbook.portal.working import Outcome, Tell

HEADER: Final = "header.json"
_MEDIA: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}


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
    room, visitor, delivering, observer = enter(desk), desk.known, desk.delivering, given.one("observer")
    if not observer:
        return _page(desk, population, {"observer": "say who watches, as it shall stand in the transcript"})

    def do(tell: Tell) -> Outcome:
        made = delivering.population(population, room.id, visitor, observer, tell)
        return Outcome(f"/room/deliveries/{made.id}", f"{population}: {made.rows} rows, transcript and files are here.")

    work = desk.works.start(visitor.account, f"{population}, watched by {observer}", do)
    return See(f"/work/{work.id}")


def produce_room(desk: Desk, given: Given) -> Answer:
    """The whole evidence room."""
    del given
    room, visitor, delivering = enter(desk), desk.known, desk.delivering

    def do(tell: Tell) -> Outcome:
        made = delivering.room(room.id, visitor, tell)
        return Outcome(f"/room/deliveries/{made.id}", "The evidence room is here.")

    return See(f"/work/{desk.works.start(visitor.account, 'Evidence room', do).id}")


def show_delivery(desk: Desk, query: Query, delivery: str) -> Answer:
    """`/room/deliveries/{delivery}`."""
    del query
    room = enter(desk)
    found = _find(desk, room.id, delivery)
    if found is None:
        return None
    header = _header(found)
    files = [(name, size_of(found.folder / name)) for name in files_of(found)]
    transcript = found.folder / "transcript.txt"
    values = {
        "it": found,
        "header": header,
        "files": files,
        "tables": tables_of(found),
        "transcript": transcript.read_text("utf-8") if transcript.is_file() else "",
        "archive": None if found.archive is None or not found.archive.is_file() else size_of(found.archive),
        "scope": room.scope,
    }
    return Page("auditing/delivery.html", values)


def save_file(desk: Desk, query: Query, delivery: str, name: str) -> Answer:
    """`/room/deliveries/{delivery}/files/{name}`: one file, or all of them as `all.zip`."""
    del query
    found = _find(desk, enter(desk).id, delivery)
    if found is None:
        return None
    if found.archive is not None and name == found.archive.name and found.archive.is_file():
        stem = found.population or "evidence-room"
        return Delivery(f"{stem}-{found.id}.zip", _MEDIA[".zip"], found.archive)
    if name not in files_of(found):
        return None
    return Delivery(name, _MEDIA.get(Path(name).suffix, "application/octet-stream"), found.folder / name)


def files_of(delivered: Delivered) -> tuple[str, ...]:
    """Names of the files of a population, by name. An evidence room is taken as a whole."""
    if delivered.sort == "room":
        return ()
    return tuple(sorted(each.name for each in delivered.folder.iterdir() if each.is_file()))


def tables_of(delivered: Delivered) -> Mapping[str, int]:
    """Tables of a delivered population with the number of their rows."""
    counts = _header(delivered).get("row_counts")
    return counts if isinstance(counts, dict) else {}


def size_of(path: Path) -> int:
    """Length in bytes."""
    return path.stat().st_size


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


def _find(desk: Desk, engagement: str, delivery: str) -> Delivered | None:
    return next((each for each in desk.delivering.delivered(engagement) if each.id == delivery), None)


def _header(delivered: Delivered) -> Mapping[str, Any]:
    path = delivered.folder / HEADER
    if delivered.sort == "room" or not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"{HEADER} of this delivery cannot be read", hint="produce the population again") from error
    return found if isinstance(found, dict) else {}
