"""Resources about work that waits: access reviews, incidents, exercises step by step; and the availability calendar."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.api import queue_shapes, reading_queues, record_shapes
from proofbook.portal.api.answers import Nothing
from proofbook.portal.api.resource import Doing, OfEngagement, Reading, Resource
from proofbook.portal.staff.queues.access_reviews import RECORD_REVIEW
from proofbook.portal.staff.queues.incidents import ADD_STEP
from proofbook.portal.staff.queues.tabletop import EXERCISE_ACTS

READ: Final = Permission.READ
PREPARE: Final = Permission.PREPARE
_BEGIN, _INJECT, _NOTE, _END, _DROP = EXERCISE_ACTS
_EXERCISE: Final = "/exercises/{scenario}"

QUEUE_RESOURCES: Final[tuple[Resource, ...]] = (
    Reading(
        path="/waiting",
        name="waiting.read",
        summary="Everything that waits",
        need=READ,
        find=reading_queues.list_waiting_work,
        gives=queue_shapes.WaitingShape,
        pages=("/queues",),
    ),
    Reading(
        path="/access-reviews",
        name="access_reviews.list",
        summary="Systems and when access to them was reviewed",
        need=READ,
        find=reading_queues.list_campaigns,
        gives=queue_shapes.CampaignsShape,
        pages=("/queues/access-reviews",),
    ),
    Reading(
        path="/access-reviews/{system}",
        name="access_reviews.read",
        summary="Everybody who has access to a system",
        need=READ,
        find=reading_queues.read_access_list,
        gives=queue_shapes.AccessListShape,
        pages=("/queues/access-reviews",),
    ),
    Doing(path="/access-reviews/{system}", act=RECORD_REVIEW, gives=record_shapes.NamedValues),
    Reading(
        path="/incidents/{kind}/{id}",
        name="incidents.read",
        summary="One incident as it went",
        need=READ,
        find=reading_queues.read_incident,
        gives=queue_shapes.IncidentShape,
        pages=("/queues/incidents/{kind}/{id}",),
    ),
    Doing(path="/incidents/{kind}/{id}/steps", act=ADD_STEP, gives=record_shapes.NamedValues),
    Reading(
        path="/exercises",
        name="exercises.list",
        summary="Scripts, and exercises on record",
        need=PREPARE,
        find=reading_queues.list_exercises,
        gives=queue_shapes.ExercisesShape,
        pages=("/queues/exercises",),
    ),
    Reading(
        path=_EXERCISE,
        name="exercises.read",
        summary="One script, and how far its exercise is",
        need=PREPARE,
        find=reading_queues.read_exercise,
        gives=queue_shapes.ExerciseShape,
        pages=("/queues/exercises/{scenario}",),
    ),
    Doing(path=f"{_EXERCISE}/begin", act=_BEGIN, gives=queue_shapes.ExerciseValues, status=200),
    Doing(path=f"{_EXERCISE}/inject", act=_INJECT, gives=queue_shapes.ExerciseValues, status=200),
    Doing(path=f"{_EXERCISE}/note", act=_NOTE, gives=queue_shapes.ExerciseValues, status=200),
    Doing(path=f"{_EXERCISE}/end", act=_END, gives=record_shapes.NamedValues),
    Doing(path=f"{_EXERCISE}/drop", act=_DROP, gives=Nothing, status=200),
    Reading(
        path="/availability",
        name="availability.read",
        summary="Whether systems answered, day by day",
        need=READ,
        assesses=True,
        find=reading_queues.read_availability,
        asks=OfEngagement,
        gives=queue_shapes.AvailabilityShape,
        pages=("/availability",),
    ),
)
