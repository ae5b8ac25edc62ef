"""Planted faults that only the completeness of a population shows: no record by itself is wrong."""

from __future__ import annotations

from datetime import timedelta

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.cast import APPROVER, CHAT_SERVICE, OPERATOR
from proofbook.demo.year.fault import Fault, Planted, quarter_of
from proofbook.demo.year.looks import look
from proofbook.demo.year.plan import Plan, keep
from proofbook.primitives.instants import parse_instant

STRANGER = "sample-person-10"
"""On no roster."""


def look_not_counted(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Somebody looked at content once more than the review of that quarter counted."""
    review = plan.find("log_access.review", f"sample-log-access-{quarter_of(year, 1).id}")
    until = parse_instant(str(review.body["covers_until"]))
    before = [step for step in plan.of("exchange.request") if step.recorded < until - timedelta(days=3)]
    request = max(before, key=lambda step: step.recorded)
    plan.add(look(request.id, request.recorded + timedelta(hours=2), "no reason anybody remembers (sample)"))
    return ()


def leaver_not_on_roster(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Access that ended because somebody left of whom the staff roster knows nothing."""
    plan.add(
        keep(
            "access.revocation", "sample-revocation-stranger", OPERATOR, title="Sample end of access of somebody unknown",
            grant=None, subject_id=STRANGER, system=None, revoked_at=year.at(year.day(150), 15), revoked_by=OPERATOR,
            reason="leaver", verified="requeried",
        )
    )  # fmt: skip
    return ()


def incident_not_on_register(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """An outage that belongs to an incident which the register does not have."""
    plan.change("outage", "sample-outage-1", incident="sample-incident-9")
    return ()


def training_of_stranger(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Somebody was trained who is on no roster."""
    plan.add(
        keep(
            "training", "sample-training-stranger", APPROVER, title="A stranger was trained (sample)", person=STRANGER,
            role="user", course=f"sample course for {CHAT_SERVICE}", completed_at=year.at(year.day(40), 11), valid_until=None,
            result=None,
        )
    )  # fmt: skip
    return ()


FAULTS: tuple[Fault, ...] = (look_not_counted, leaver_not_on_roster, incident_not_on_register, training_of_stranger)
