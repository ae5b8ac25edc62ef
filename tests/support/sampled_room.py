"""A room of an engagement with fieldwork: a request, a sample with an id that is in no population. Sample data throughout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from proofbook.export.room import ExportedRoom, ExportFrom, export_room
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.drawing import Listed, Order, draw
from proofbook.fieldwork.exported import read_rows
from proofbook.fieldwork.requests import Evidence, State, move_request, read_request
from proofbook.fieldwork.room_part import plan_samples
from proofbook.fieldwork.samples import Sample, read_sample
from support.fieldwork_desk import ENGAGEMENT, SCOPE, STAFF, FieldworkDesk, fieldwork_desk
from support.kept_bodies import body
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_RUN, TWO

NOWHERE = "x_no-such-exchange"


def draw_sample(desk: FieldworkDesk, count: int = 2) -> Sample:
    """A sample of the auditor's own ids: some of the population, and one that is not in it."""
    desk.request("R-14", sort="sample", criteria=["CC7.2"])
    origin = desk.draw_from(desk.export("shelf/POP-15"))
    ids = [row.item for row in read_rows(origin.exported)][:count]
    order = Order(ENGAGEMENT, Listed((*ids, NOWHERE)), "R-14", "sample")
    made = draw(origin, desk.act(Side.AUDITOR), order, desk.ids)
    desk.record(made.submissions)
    return read_sample(desk.reader, made.sample)


def room_of(desk: FieldworkDesk, out: Path, **changes: Any) -> ExportedRoom:
    """The engagement's room, as of the desk's newest checkpoint unless a `size` is named."""
    desk.take_in()
    newest = desk.book.latest_checkpoint()
    assert newest is not None
    scope = replace(SCOPE, **changes.pop("scope", {}))
    origin = ExportFrom(
        desk.book, desk.projection, desk.book.signer, desk.recorder, desk.clock, STAFF, SAMPLE_RUN, scope=scope,
        parts=(partial(plan_samples, desk.folder / "shelf"),),
    )  # fmt: skip
    return export_room(out, origin, SAMPLE_ENGAGEMENT, as_of_size=changes.pop("size", newest.size), populations=TWO)


DAY = "2026-01-02T10:00:00.000000Z"


@contextmanager
def eventful_room(folder: Path) -> Iterator[tuple[FieldworkDesk, Path]]:
    """The room of an engagement in which a little of everything happened, and the desk it was made at."""
    with fieldwork_desk(folder) as desk:
        keep_records(desk)
        request = desk.request("R-1", sort="document", criteria=["CC9.2"])
        move(desk, request, State.SUBMITTED, Side.STAFF, evidence=(Evidence("artifact", "ART-09"),))
        move(desk, request, State.RETURNED, Side.AUDITOR, because="the second page is missing")
        move(desk, request, State.SUBMITTED, Side.STAFF, evidence=(Evidence("artifact", "ART-09", note="whole"),))
        draw_sample(desk, 1)
        yield desk, room_of(desk, folder / "room").path


def keep_records(desk: FieldworkDesk) -> None:
    """Records of every part."""
    desk.kept("ai_system", "help-desk", body("ai_system", title="=Sample help desk", scope_decision="unknown"))
    control = {"status": "active", "effective_on": "2025-01-01", "based_on": "LC-28", "criteria": ["CC9.2"]}
    desk.kept("control", "our-28", body("control", title="Sample control, first text", **control))
    control = control | {"effective_on": "2026-01-02", "design_change": "a second person looks"}
    desk.kept("control", "our-28", body("control", title="Sample control, second text", **control))
    for number, status in (("1", "superseded"), ("2", "approved")):
        section = [{"heading": "Scope", "text": f"Sample text {number}"}]
        desk.kept(
            "policy", "sample-policy", body("policy", title="Sample policy", version=number, status=status, sections=section)
        )
    desk.kept("vendor", "sample-host", body("vendor", title="Sample host", relationship="subservice_carve_out"))
    desk.kept("incident.real", "inc-1", body("incident.real", title="Sample incident", detected_at=DAY))
    desk.kept("incident.exercise", "ex-1", body("incident.exercise", title="EXERCISE sample", held_at=DAY))
    desk.kept("control.exception", "exc-1", body("control.exception", title="Sample exception", control="LC-28", found_at=DAY))
    answer = {"exception": "exc-1", "fact": "it is so", "responded_at": DAY, "prevention": "two people from now on"}
    desk.kept("management.response", "resp-1", body("management.response", title="Sample response", **answer))


def move(desk: FieldworkDesk, request: str, to: State, side: Side, **more: Any) -> None:
    """One step of a request."""
    desk.record(move_request(desk.reader, desk.act(side), request, to, seen=read_request(desk.reader, request).entry, **more))
