"""Where work that waits is dealt with."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.places import Place, Section
from proofbook.portal.staff.queues import access_reviews, decisions, incidents, spot_checks, tabletop, waiting_page
from proofbook.portal.staff.queues.spot_check_act import RECORD_CHECK

READ: Final = Permission.READ
DECIDE: Final = Permission.DECIDE
PREPARE: Final = Permission.PREPARE

QUEUE_ACTS: Final = (
    decisions.ASK_FOR_DECISION,
    decisions.RECORD_DECISION,
    decisions.DECIDE,
    RECORD_CHECK,
    access_reviews.RECORD_REVIEW,
    incidents.ADD_STEP,
    *tabletop.EXERCISE_ACTS,
)

QUEUE_SECTION: Final = Section(
    "/queues",
    "Work",
    READ,
    parts=(
        Section("/queues", "Waiting", READ),
        Section("/queues/decisions", "Decisions", READ),
        Section("/queues/spot-checks", "Spot checks", DECIDE),
        Section("/queues/access-reviews", "Access reviews", READ),
        Section("/queues/exercises", "Exercises", PREPARE),
    ),
)

QUEUE_PLACES: Final = (
    Place(path="/queues", need=READ, show=waiting_page.show_queues),
    Place(path="/queues/decisions", need=READ, show=decisions.show_decisions),
    Place(
        path="/queues/decisions/{id}",
        need=READ,
        show=decisions.show_decision,
        act=decisions.act_decide,
        acting=DECIDE,
        witnessed=True,
        does=("decisions.decide",),
    ),
    Place(
        path="/queues/spot-checks",
        need=DECIDE,
        show=spot_checks.show_spot_checks,
        act=spot_checks.judge,
        does=("spot_checks.record",),
    ),
    Place(
        path="/queues/access-reviews",
        need=READ,
        show=access_reviews.show_access_reviews,
        act=access_reviews.finish,
        acting=PREPARE,
        does=(access_reviews.RECORD_REVIEW.name,),
    ),
    Place(
        path="/queues/incidents/{kind}/{id}",
        need=READ,
        show=incidents.show_incident,
        act=incidents.act_add,
        acting=PREPARE,
        does=(incidents.ADD_STEP.name,),
    ),
    Place(path="/queues/exercises", need=PREPARE, show=tabletop.show_exercises),
    Place(
        path="/queues/exercises/{scenario}",
        need=PREPARE,
        show=tabletop.show_exercise,
        act=tabletop.act,
        does=tuple(each.name for each in tabletop.EXERCISE_ACTS),
    ),
)
