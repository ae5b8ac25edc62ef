"""Resources for the company's people about engagements and fieldwork."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.api import (
    book_shapes,
    engagement_shapes,
    fieldwork_shapes,
    reading_engagement,
    reading_fieldwork,
    record_shapes,
)
from proofbook.portal.api.resource import MAX_FILE_BODY, Doing, OfEngagement, Reading, Resource
from proofbook.portal.staff.answering.writing import APPROVE_ANSWER, WRITE_ANSWER
from proofbook.portal.staff.handing_over.delivery_act import PRODUCE
from proofbook.portal.staff.requests.request_acts import COMMENT_ON_REQUEST, EDIT_REQUEST, IMPORT_REQUESTS, MOVE_REQUEST
from proofbook.portal.staff.requests.sample_acts import RELEASE_CONTENT

READ: Final = Permission.READ
EXPORT: Final = Permission.EXPORT
_TEXT: Final = "text/plain"
_BYTES: Final = "application/octet-stream"
_RECORD: Final = "/records/{kind}/{id}"

_ENGAGEMENT: Final[tuple[Resource, ...]] = (
    Reading(
        path="/engagements",
        name="engagements.list",
        summary="Engagements and their scope",
        need=READ,
        find=reading_engagement.list_engagements,
        gives=engagement_shapes.EngagementsShape,
        pages=("/coverage",),
    ),
    Reading(
        path="/engagements/{engagement}",
        name="engagements.read",
        summary="One engagement's scope",
        need=READ,
        find=reading_engagement.read_engagement,
        gives=engagement_shapes.ScopeShape,
        pages=("/coverage",),
    ),
    Reading(
        path="/coverage",
        name="coverage.read",
        summary="What was owed, and what became of it",
        need=READ,
        assesses=True,
        find=reading_engagement.read_coverage,
        asks=reading_engagement.CoverageAsked,
        gives=engagement_shapes.CoverageShape,
        pages=("/coverage",),
    ),
    Reading(
        path="/findings",
        name="findings.list",
        summary="What an auditor would not accept today",
        need=READ,
        assesses=True,
        find=reading_engagement.list_findings,
        asks=reading_engagement.FindingsAsked,
        gives=engagement_shapes.FindingsPage,
        pages=("/", "/due"),
    ),
    Reading(
        path="/controls",
        name="controls.list",
        summary="Controls as a whole",
        need=READ,
        assesses=True,
        find=reading_engagement.list_controls,
        asks=OfEngagement,
        gives=engagement_shapes.ControlsShape,
        pages=("/coverage",),
    ),
    Reading(
        path="/controls/{control}",
        name="controls.read",
        summary="One control with every occurrence it owed",
        need=READ,
        assesses=True,
        find=reading_engagement.read_control,
        asks=OfEngagement,
        gives=engagement_shapes.ControlShape,
        pages=("/coverage/{control}",),
    ),
    Reading(
        path="/artifacts",
        name="artifacts.list",
        summary="The ten artifacts",
        need=READ,
        find=reading_engagement.list_artifacts,
        gives=engagement_shapes.ArtifactKinds,
        pages=("/artifacts",),
    ),
    Reading(
        path="/artifacts/{artifact}",
        name="artifacts.shelf",
        summary="Pages of an artifact",
        need=READ,
        assesses=True,
        find=reading_engagement.list_shelf,
        asks=OfEngagement,
        gives=engagement_shapes.ArtifactsShape,
        pages=("/artifacts/{artifact}",),
    ),
    Reading(
        path="/artifacts/{artifact}/{name}",
        name="artifacts.read",
        summary="One page of an artifact",
        need=READ,
        assesses=True,
        find=reading_engagement.read_artifact,
        asks=OfEngagement,
        gives=engagement_shapes.ArtifactShape,
        pages=("/artifacts/{artifact}/{name}",),
    ),
    Reading(
        path="/answers",
        name="answers.list",
        summary="Questions of users of hosted models, answered",
        need=READ,
        assesses=True,
        find=reading_engagement.list_answers,
        asks=OfEngagement,
        gives=engagement_shapes.AnswersShape,
        pages=("/answers", "/answers/document"),
    ),
    Reading(
        path="/answers/{number}",
        name="answers.read",
        summary="One card, answered",
        need=READ,
        assesses=True,
        find=reading_engagement.read_answer,
        asks=OfEngagement,
        gives=engagement_shapes.AnswerShape,
        pages=("/answers/{number}", "/answers/{number}/edit"),
    ),
    Doing(path="/answers/{number}", act=WRITE_ANSWER, gives=record_shapes.AnswerValues, tag="base"),
    Doing(path="/answers/{number}/sign", act=APPROVE_ANSWER, gives=record_shapes.AnswerValues, tag="entry"),
)

_FIELDWORK: Final[tuple[Resource, ...]] = (
    Reading(
        path="/requests",
        name="requests.list",
        summary="The auditor's requests",
        need=READ,
        find=reading_fieldwork.list_of_requests,
        asks=reading_fieldwork.RequestsAsked,
        gives=fieldwork_shapes.RequestsShape,
        pages=("/requests",),
    ),
    Doing(path="/requests/import", act=IMPORT_REQUESTS, gives=fieldwork_shapes.ImportValues, most=MAX_FILE_BODY),
    Reading(
        path="/requests/{request}",
        name="requests.read",
        summary="One request with what might answer it",
        need=READ,
        find=reading_fieldwork.read_one_request,
        gives=fieldwork_shapes.RequestWhole,
        pages=("/requests/{request}",),
    ),
    Doing(path="/requests/{request}/move", act=MOVE_REQUEST, gives=fieldwork_shapes.RequestValues, tag="seen"),
    Doing(path="/requests/{request}/owner", act=EDIT_REQUEST, gives=fieldwork_shapes.RequestValues, tag="seen"),
    Doing(path="/requests/{request}/comments", act=COMMENT_ON_REQUEST, gives=fieldwork_shapes.RequestValues),
    Reading(
        path="/populations",
        name="populations.list",
        summary="Populations and how their reports work",
        need=EXPORT,
        find=reading_fieldwork.list_populations,
        gives=fieldwork_shapes.PopulationsShape,
        pages=("/deliveries",),
    ),
    Reading(
        path="/populations/{population}",
        name="populations.read",
        summary="One population",
        need=EXPORT,
        find=reading_fieldwork.read_population,
        gives=fieldwork_shapes.PopulationShape,
        pages=("/deliveries",),
    ),
    Reading(
        path="/deliveries",
        name="deliveries.list",
        summary="What was made to be handed over",
        need=EXPORT,
        find=reading_fieldwork.list_deliveries,
        asks=OfEngagement,
        gives=fieldwork_shapes.DeliveriesShape,
        pages=("/deliveries",),
    ),
    Doing(path="/deliveries", act=PRODUCE, gives=book_shapes.WorkValues, status=202),
    Reading(
        path="/deliveries/{engagement}/{delivery}",
        name="deliveries.read",
        summary="One delivery with its files",
        need=EXPORT,
        find=reading_fieldwork.read_delivery,
        gives=fieldwork_shapes.DeliveryShape,
        pages=("/deliveries/{engagement}/{delivery}",),
    ),
    Reading(
        path="/deliveries/{engagement}/{delivery}/files/{name}",
        name="deliveries.file",
        summary="A file of a delivery, or a part of it",
        need=EXPORT,
        find=reading_fieldwork.save_file,
        media=_BYTES,
        witnessed=True,
        pages=("/deliveries/{engagement}/{delivery}/{name}",),
    ),
    Reading(
        path="/samples",
        name="samples.list",
        summary="What auditors drew",
        need=READ,
        find=reading_fieldwork.list_samples,
        asks=OfEngagement,
        gives=fieldwork_shapes.SamplesShape,
        pages=("/drawn",),
    ),
    Reading(
        path="/samples/{sample}",
        name="samples.read",
        summary="One sample",
        need=READ,
        find=reading_fieldwork.read_sample,
        gives=fieldwork_shapes.SampleShape,
        pages=("/drawn/{sample}",),
    ),
    Doing(path="/samples/{sample}/releases", act=RELEASE_CONTENT, gives=fieldwork_shapes.ReleaseValues),
)

ENGAGEMENT_RESOURCES: Final = (*_ENGAGEMENT, *_FIELDWORK)
