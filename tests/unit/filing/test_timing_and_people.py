"""Late, future, left over; and who asked, who agreed."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.filing.lateness import is_late
from proofbook.filing.remark import Code
from support.filing_room import NOW, Desk
from support.kept_bodies import document

WEEK_BEFORE = "2026-03-23T08:00:00.000000Z"
LONGER_BEFORE = "2026-03-23T07:59:59.999999Z"
SOON = "2026-03-30T08:05:00.000000Z"
LATER = "2026-03-30T08:05:00.000001Z"
SYSTEM = document("ai_system", "sample-system")


def review(moment: str, **stated: Any) -> dict[str, Any]:
    """A review performed then."""
    return document("inventory.review", "v-1", performed_at=moment, **stated)


def test_more_than_a_week_is_late() -> None:
    """To the microsecond."""
    assert not is_late(WEEK_BEFORE, NOW)
    assert is_late(LONGER_BEFORE, NOW)


def test_a_late_record_is_let_in_and_told(desk: Desk) -> None:
    """It is a fact that it was recorded late; hiding it would be another."""
    assert desk.notes(SYSTEM, review(WEEK_BEFORE)) == []
    plan = desk.plan(SYSTEM, review(LONGER_BEFORE))
    assert [(each.code, each.path) for each in plan.planned[1].remarks] == [(Code.LATE, ("performed_at",))]
    assert [each.late for each in plan.planned] == [False, True]


def test_a_document_that_says_it_holds_since_long_is_late_too(desk: Desk) -> None:
    """Whatever says when it happened."""
    (planned,) = desk.plan(document("risk", "r-1") | {"occurred": LONGER_BEFORE}).planned
    assert planned.late
    assert [each.code for each in planned.remarks] == [Code.LATE]


def test_an_approval_that_is_stated_long_after_is_told_once(desk: Desk) -> None:
    """And not again with every later change of the same record."""
    stated = {"approved_at": LONGER_BEFORE, "approved_by": "sample-person-2", "tool": "sample"}
    assert desk.notes(document("approved_tool", "t-1", **stated)) == [(Code.LATE, ("approved_at",))]
    desk.apply(document("approved_tool", "t-1", **stated))
    assert desk.notes(document("approved_tool", "t-1", **stated | {"tool": "another"})) == []


def test_the_future_is_refused(desk: Desk) -> None:
    """Five minutes are left to clocks that differ."""
    assert desk.refusals(review(SOON)) == []
    assert "field record.performed_at: lies in the future" in desk.refusals(review(LATER))[0]
    action = {"what": "x", "owner": "y", "due": "2026-12-01", "done_at": LATER}
    assert "field record.actions[0].done_at: lies in the future" in desk.refusals(review(NOW, actions=[action]))[0]
    assert "`occurred` lies in the future" in desk.refusals(document("risk", "r-1") | {"occurred": LATER})[0]
    days_ahead = document("risk", "r-1", next_review="2027-01-01")
    assert desk.refusals(days_ahead) == []


def test_what_is_left_over_from_the_version_before_is_told(desk: Desk) -> None:
    """A reason copied along explains nothing."""
    before = document("risk", "r-1", because="first version") | {"occurred": NOW}
    desk.apply(before)
    after = document("risk", "r-1", because="first version", treatment="accept") | {"occurred": NOW}
    assert desk.notes(after) == [(Code.STALE_STATEMENT, ("because",)), (Code.STALE_STATEMENT, ())]
    assert desk.notes(document("risk", "r-1", because="accepted", treatment="accept")) == []


@pytest.mark.parametrize(
    ("stated", "refusal"),
    [
        ({"first": "2026-04-01"}, "period ends on 2026-03-31 before it starts on 2026-04-01"),
        ({"zone": "Mars/Base"}, "time zone 'Mars/Base' is not known"),
        ({"type": "type_1"}, "is another day than `first`, but type 1 speaks of one day"),
    ],
)
def test_a_period_has_to_be_one(desk: Desk, stated: dict[str, str], refusal: str) -> None:
    """Everything is counted in it."""
    assert desk.refusals(document("engagement", "fy", type="type_2")) == []
    assert refusal in desk.refusals(document("engagement", "fy", **{"type": "type_2", **stated}))[0]


@pytest.mark.parametrize(
    ("kind", "one", "other", "stated"),
    [
        ("change", "requested_by", "approved_by", {"released_at": NOW}),
        ("change", "released_by", "reviewed_by", {"released_at": NOW}),
        ("access.grant", "requested_by", "approved_by", {"granted_at": NOW}),
        ("waiver", "requested_by", "approved_by", {"approved_at": NOW}),
        ("tool.request", "requested_by", "decided_by", {"requested_at": NOW}),
        ("model.approval", "requested_by", "decided_by", {"decided_at": NOW, "verification": "unverified"}),
        ("evaluation.run", "operator", "signed_off_by", {"started_at": NOW, "ended_at": NOW, "model": None}),
        ("evaluation.standard", "set_by", "approved_by", {"effective_at": NOW}),
        ("incident.exercise", "facilitator", "signed_off_by", {"held_at": NOW}),
        ("control.performance", "performed_by", "reviewer", {"performed_at": NOW}),
        ("policy", "author", "approver", {}),
    ],
)
def test_two_roles_in_one_hand_are_told(desk: Desk, kind: str, one: str, other: str, stated: dict[str, Any]) -> None:
    """A fact worth recording is not refused, and not hidden."""
    same = document(kind, "x-1", **stated, **{one: "sample-person-1", other: "Sample-Person-1 "})
    assert (Code.SELF_APPROVED, (other,)) in desk.notes(same)
    two = document(kind, "x-1", **stated, **{one: "sample-person-1", other: "sample-person-2"})
    assert Code.SELF_APPROVED not in [code for code, _ in desk.notes(two)]


def test_nobody_excuses_themselves(desk: Desk) -> None:
    """An occurrence that was due falls away only with another person's word."""
    stated = {"approved_at": NOW, "requested_by": "sample-person-1", "approved_by": "sample-person-1"}
    assert "approved by the requester" in desk.refusals(document("not_applicable", "n-1", **stated))[0]


def test_a_reviewer_who_keeps_their_own_access_is_told(desk: Desk) -> None:
    """Whether the row names them or leaves them to be the reviewer."""
    row = {"subject_id": "sample-person-1", "role": "use", "decision": "keep"}
    rows = [row, row | {"decided_by": "sample-person-1"}, row | {"decided_by": "sample-person-2"}, row | {"subject_id": "other"}]
    stated = {"completed_at": NOW, "list_as_of": NOW, "reviewer": "sample-person-1", "rows": rows}
    found = desk.notes(document("access.review", "a-1", **stated))
    assert found == [(Code.SELF_APPROVED, ("rows", at, "decided_by")) for at in (0, 1)]
