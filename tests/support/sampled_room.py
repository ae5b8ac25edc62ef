"""A room of an engagement with fieldwork: a request, a sample with an id that is in no population. Sample data throughout."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from proofbook.export.room import ExportedRoom, ExportFrom, export_room
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.drawing import Listed, Order, draw
from proofbook.fieldwork.exported import read_rows
from proofbook.fieldwork.room_part import plan_samples
from proofbook.fieldwork.samples import Sample, read_sample
from support.fieldwork_desk import ENGAGEMENT, SCOPE, STAFF, FieldworkDesk
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
