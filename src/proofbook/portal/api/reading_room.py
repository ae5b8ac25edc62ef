"""The auditor's room for programs: everything of one engagement, which is that of the account and never of the address."""

from __future__ import annotations

from pydantic import Field

from proofbook.artifacts.catalogue import ARTIFACTS
from proofbook.errors import InputError
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.item import open_item
from proofbook.fieldwork.receipts import list_receipts
from proofbook.fieldwork.request_listing import RequestFilters, page_of_requests
from proofbook.fieldwork.samples import list_samples as samples_of
from proofbook.portal.api import engagement_shapes, fieldwork_shapes
from proofbook.portal.api.reading_engagement import control_of, controls_of, page_of, scope_of, shelf_of, told_page, told_shelf
from proofbook.portal.api.reading_fieldwork import deliveries_shape, delivery_shape, request_whole, requests_shape
from proofbook.portal.api.reading_records import proof_of
from proofbook.portal.api.record_shapes import RoomRecordShape, VersionShape
from proofbook.portal.api.resource import Asked, Tagged
from proofbook.portal.auditing.artifact_pages import answer_pages
from proofbook.portal.auditing.control_pages import find_version
from proofbook.portal.auditing.engaged import assessed, enter, pinned
from proofbook.portal.auditing.keeping_pages import open_notes
from proofbook.portal.auditing.request_acts import own_request
from proofbook.portal.auditing.sample_acts import own_sample
from proofbook.portal.auditing.sample_pages import find_row
from proofbook.portal.delivered import find_delivery, save_delivered
from proofbook.portal.staff.coverage.evidence import make_reading
from proofbook.portal.surroundings import Delivery, Desk


class StateAsked(Asked):
    """Which requests are wanted."""

    state: str = Field(default="", max_length=40, description="only of this state")
    after: str = Field(default="", max_length=80, description="only behind the request of this id: `more` of a page")
    limit: int = Field(default=100, ge=1, le=500, description="how many")


class VersionAsked(Asked):
    """Which version is wanted."""

    version: str = Field(default="", max_length=9, description="its number; where none fits, the newest")


class ItemAsked(Asked):
    """Which item is wanted."""

    item: str = Field(min_length=1, max_length=400, description="the drawn item's id")


class ProofAsked(ItemAsked):
    """Which of its entries."""

    index: int = Field(ge=0, lt=10**18, description="place of the entry in the book")


def read_scope(desk: Desk, asked: Asked) -> engagement_shapes.ScopeShape:
    """What is audited."""
    del asked
    return scope_of(enter(desk).scope)


def list_of_requests(desk: Desk, asked: StateAsked) -> fieldwork_shapes.RequestsShape:
    """The auditor's requests."""
    room = enter(desk)
    filters = RequestFilters(asked.state, after=asked.after)
    return requests_shape(room.id, page_of_requests(desk.reader, room.id, filters, limit=asked.limit))


def read_one_request(desk: Desk, asked: Asked, request: str) -> Tagged | None:
    """One of them."""
    del asked
    try:
        found = own_request(desk, request)
    except InputError:
        return None
    return request_whole(desk, found, Side.AUDITOR)


def list_controls(desk: Desk, asked: Asked) -> engagement_shapes.ControlsShape:
    """Every control."""
    del asked
    return controls_of(assessed(desk))


def read_control(desk: Desk, asked: Asked, control: str) -> engagement_shapes.ControlShape | None:
    """One, with what it owed."""
    del asked
    return control_of(assessed(desk), control, make_reading(desk.reader))


def read_record(desk: Desk, asked: VersionAsked, kind: str, id: str) -> Tagged | None:  # noqa: A002 - the part of the path
    """A record that belongs to the engagement."""
    found = find_version(desk, kind, id, asked.version)
    if found is None:
        return None
    version, newest = found
    shape = RoomRecordShape(
        record=VersionShape.model_validate(version),
        newest=newest.entry,
        is_newest=version.entry == newest.entry,
        versions=newest.version,
        proof=proof_of(desk, version.index, version.entry),
    )
    return Tagged(shape, version.entry)


def list_shelf(desk: Desk, asked: Asked, artifact: str) -> engagement_shapes.ArtifactsShape | None:
    """Pages of one artifact."""
    del asked
    return shelf_of(desk, assessed(desk), artifact) if artifact in ARTIFACTS else None


def read_artifact(desk: Desk, asked: Asked, artifact: str, name: str) -> engagement_shapes.ArtifactShape | None:
    """One page of an artifact."""
    del asked
    return page_of(desk, assessed(desk), artifact, name) if artifact in ARTIFACTS else None


def list_answers(desk: Desk, asked: Asked) -> engagement_shapes.ArtifactsShape:
    """Questions of users of hosted models, one page each."""
    del asked
    found = assessed(desk)
    return told_shelf(found, "answers", answer_pages(found))


def read_answer(desk: Desk, asked: Asked, name: str) -> engagement_shapes.ArtifactShape | None:
    """One of them, with its cards."""
    del asked
    page = next((each for each in answer_pages(assessed(desk)) if each.name == name), None)
    return None if page is None else told_page("answers", page)


def list_deliveries(desk: Desk, asked: Asked) -> fieldwork_shapes.DeliveriesShape:
    """What lies here for the engagement."""
    del asked
    return deliveries_shape(desk.delivering.delivered(enter(desk).id))


def read_delivery(desk: Desk, asked: Asked, delivery: str) -> fieldwork_shapes.DeliveryShape | None:
    """One of them."""
    del asked
    found = find_delivery(desk, enter(desk).id, delivery)
    return None if found is None else delivery_shape(found)


def save_file(desk: Desk, asked: Asked, delivery: str, name: str) -> Delivery | None:
    """One file of it; parts of it by `Range`."""
    del asked
    found = find_delivery(desk, enter(desk).id, delivery)
    return None if found is None else save_delivered(found, name)


def list_samples(desk: Desk, asked: Asked) -> fieldwork_shapes.SamplesShape:
    """What was drawn."""
    del asked
    found = samples_of(desk.reader, enter(desk).id)
    return fieldwork_shapes.SamplesShape(items=tuple(map(fieldwork_shapes.SampleShape.model_validate, found)))


def read_sample(desk: Desk, asked: Asked, sample: str) -> fieldwork_shapes.SampleShape | None:
    """One sample."""
    del asked
    found = own_sample(desk, enter(desk).id, sample)
    return None if found is None else fieldwork_shapes.SampleShape.model_validate(found)


def read_item(desk: Desk, asked: ItemAsked, sample: str) -> fieldwork_shapes.ItemShape | None:
    """The folder of a drawn item."""
    room = enter(desk)
    found = own_sample(desk, room.id, sample)
    drawn = None if found is None else found.item(asked.item)
    if found is None or drawn is None:
        return None
    folder = open_item(desk.reader, desk.book, pinned(desk), found, drawn, find_row(desk, room.id, found, drawn.row))
    parts = [
        {
            "name": each.name,
            "index": each.index,
            "entry": None if each.entry is None else each.entry.id,
            "trouble": each.trouble,
            "proof": each.proof,
        }
        for each in folder.parts
    ]
    names = ("sample", "item", "history", "links", "slots", "missing")
    values = {name: getattr(folder, name) for name in names} | {"row": None if folder.row is None else dict(folder.row)}
    return fieldwork_shapes.ItemShape.model_validate({**values, "parts": parts}, from_attributes=True)


def list_notes(desk: Desk, asked: Asked) -> fieldwork_shapes.NotesShape:
    """The auditor's own notes, opened."""
    del asked
    found = open_notes(desk)
    names = ("id", "about_kind", "about", "recorded", "withdrawn")
    return fieldwork_shapes.NotesShape(
        items=tuple(
            fieldwork_shapes.NoteShape(**{name: getattr(note, name) for name in names}, text=text) for note, text in found
        )
    )


def list_of_receipts(desk: Desk, asked: Asked) -> fieldwork_shapes.ReceiptsShape:
    """Receipts that were given."""
    del asked
    found = list_receipts(desk.reader, enter(desk).id)
    return fieldwork_shapes.ReceiptsShape(items=tuple(map(fieldwork_shapes.ReceiptLine.model_validate, found)))
