"""Fieldwork for the company's programs: requests, populations, deliveries and their files, what auditors drew."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from proofbook.errors import InputError
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS, Definition
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.request_listing import RequestFilters, RequestList, page_of_requests
from proofbook.fieldwork.requests import (
    Request,
    comments_of,
    read_request,
    steps_open,
    submitted_versions,
)
from proofbook.fieldwork.samples import find_sample
from proofbook.fieldwork.samples import list_samples as samples_of
from proofbook.fieldwork.suggesting import Suggestion, suggest_evidence
from proofbook.portal.acts import NotThere
from proofbook.portal.api import fieldwork_shapes as shapes
from proofbook.portal.api.resource import Asked, OfEngagement, Tagged
from proofbook.portal.delivered import describe_delivery, find_delivery, save_delivered
from proofbook.portal.staff.requests.engaged import choose_engagement
from proofbook.portal.surroundings import Delivered, Delivery, Desk


class RequestsAsked(OfEngagement):
    """Which requests are wanted."""

    state: str = Field(default="", max_length=40, description="only of this state")
    owner: str = Field(default="", max_length=200, description="only of this owner")
    after: str = Field(default="", max_length=80, description="only behind the request of this id: `more` of a page")
    limit: int = Field(default=100, ge=1, le=500, description="how many")


def list_of_requests(desk: Desk, asked: RequestsAsked) -> shapes.RequestsShape:
    """Of an engagement."""
    chosen = chosen_engagement(desk, asked)
    filters = RequestFilters(asked.state, asked.owner, asked.after)
    return requests_shape(chosen, page_of_requests(desk.reader, chosen, filters, limit=asked.limit))


def read_one_request(desk: Desk, asked: Asked, request: str) -> Tagged | None:
    """One, with what might answer it."""
    del asked
    try:
        found = read_request(desk.reader, request)
    except InputError:
        return None
    return request_whole(desk, found, Side.STAFF, suggest_evidence(desk.reader, found))


def list_populations(desk: Desk, asked: Asked) -> shapes.PopulationsShape:
    """Every one that this program can produce."""
    del desk, asked
    return shapes.PopulationsShape(items=tuple(_population(load_definition(each)) for each in POPULATIONS))


def read_population(desk: Desk, asked: Asked, population: str) -> shapes.PopulationShape | None:
    """One of them."""
    del desk, asked
    return _population(load_definition(population)) if population in POPULATIONS else None


def list_deliveries(desk: Desk, asked: OfEngagement) -> shapes.DeliveriesShape:
    """What lies here for an engagement."""
    return deliveries_shape(desk.delivering.delivered(chosen_engagement(desk, asked)))


def read_delivery(desk: Desk, asked: Asked, engagement: str, delivery: str) -> shapes.DeliveryShape | None:
    """One of them."""
    del asked
    found = _delivery(desk, engagement, delivery)
    return None if found is None else delivery_shape(found)


def save_file(desk: Desk, asked: Asked, engagement: str, delivery: str, name: str) -> Delivery | None:
    """One file of it; parts of it by `Range`."""
    del asked
    found = _delivery(desk, engagement, delivery)
    return None if found is None else save_delivered(found, name)


def list_samples(desk: Desk, asked: OfEngagement) -> shapes.SamplesShape:
    """What auditors drew in an engagement."""
    found = samples_of(desk.reader, chosen_engagement(desk, asked))
    return shapes.SamplesShape(items=tuple(map(shapes.SampleShape.model_validate, found)))


def read_sample(desk: Desk, asked: Asked, sample: str) -> shapes.SampleShape | None:
    """One of these."""
    del asked
    found = find_sample(desk.reader, sample)
    return None if found is None else shapes.SampleShape.model_validate(found)


def chosen_engagement(desk: Desk, asked: OfEngagement) -> str:
    """The one that is named, else the first. Raises NotThere."""
    chosen, _ = choose_engagement(desk, {"engagement": asked.engagement})
    if chosen is None:
        raise NotThere("there is no such engagement", hint="see /api/v1/engagements")
    return chosen


def requests_shape(engagement: str, found: RequestList) -> shapes.RequestsShape:
    """A page of requests."""
    items = tuple(map(shapes.RequestShape.model_validate, found.requests))
    return shapes.RequestsShape(engagement=engagement, items=items, of=found.of, more=found.more)


def request_whole(desk: Desk, found: Request, side: Side, suggestions: Iterable[Suggestion] = ()) -> Tagged:
    """One request as a side sees it; its entry is its tag."""
    submitted = submitted_versions(desk.reader, found.id)
    whole = shapes.RequestWhole(
        request=shapes.RequestShape.model_validate(found),
        steps=tuple(each.value for each in steps_open(found, side)),
        comments=tuple(map(shapes.CommentShape.model_validate, comments_of(desk.reader, found.id))),
        submitted=tuple(map(shapes.RequestShape.model_validate, submitted)),
        suggestions=tuple(map(shapes.SuggestionShape.model_validate, suggestions)),
    )
    return Tagged(whole, found.entry)


def deliveries_shape(found: Iterable[Delivered]) -> shapes.DeliveriesShape:
    """Deliveries as they are told."""
    return shapes.DeliveriesShape(items=tuple(map(shapes.DeliveryLine.model_validate, found)))


def delivery_shape(found: Delivered) -> shapes.DeliveryShape:
    """One delivery as it is told."""
    told = describe_delivery(found)
    files = [shapes.FileLine(name=name, bytes=size) for name, size in told["files"]]
    if found.archive is not None and told["archive"] is not None:
        files.append(shapes.FileLine(name=found.archive.name, bytes=told["archive"]))
    return shapes.DeliveryShape(
        delivery=shapes.DeliveryLine.model_validate(found),
        header=dict(told["header"]),
        files=tuple(files),
        tables=tuple(shapes.TableRows(table=table, rows=rows) for table, rows in told["tables"].items()),
        transcript=told["transcript"],
    )


def _delivery(desk: Desk, engagement: str, delivery: str) -> Delivered | None:
    known = desk.sources.engagements.known(desk.reader, desk.now)
    return find_delivery(desk, engagement, delivery) if engagement in known else None


def _population(definition: Definition) -> shapes.PopulationShape:
    names = ("population", "title", "version", "logic_sha256", "purpose", "unit", "system_of_record")
    lists = ("controls", "criteria", "limitations", "elsewhere", "tables")
    values = {name: getattr(definition, name) for name in (*names, *lists)}
    return shapes.PopulationShape.model_validate({**values, "definition": definition.id}, from_attributes=True)
