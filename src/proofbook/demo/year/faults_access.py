"""Planted faults of inventory, access, policies and the people they are about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from proofbook.demo.organisation import ENTITY
from proofbook.demo.year.access import HELD
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import (
    APPROVER,
    CHECKER,
    FIRST_MODEL,
    HANDBOOK,
    HELP_DESK,
    JOINER,
    LATE_LEAVER,
    OPERATOR,
    TRIAGE,
    USER,
    SampleKey,
)
from proofbook.demo.year.fault import Planted, month_of, quarter_of
from proofbook.demo.year.governance import ACKNOWLEDGED, POLICIES
from proofbook.demo.year.plan import Plan, keep
from proofbook.demo.year.traffic import exchange
from proofbook.primitives.instants import parse_instant

SHADOW: str = "sample-shadow-helper"


def missed_inventory_review(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A quarter in which nobody looked at one page."""
    quarter = quarter_of(year, 1)
    plan.drop("inventory.review", f"{TRIAGE}-{quarter.id}")
    return (
        _grid("occurrence_missed", "sample-control-inventory", TRIAGE, quarter.id, "nobody reviewed the page in that quarter"),
    )


def late_inventory_review(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A review three weeks after the quarter, beyond the grace: it stands for the quarter it was made in."""
    quarter = quarter_of(year, 1)
    performed = year.at(quarter.last + 21 * DAY, 11)
    plan.change("inventory.review", f"{HANDBOOK}-{quarter.id}", performed_at=performed)
    return (
        _grid("occurrence_missed", "sample-control-inventory", HANDBOOK, quarter.id, "reviewed three weeks after the quarter"),
    )


def backdated_access_review(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A review said to have been finished in the quarter, and written down 24 days later."""
    record = f"{HELP_DESK}-access-{quarter_of(year, 1).id}"
    completed = parse_instant(str(plan.find("access.review", record).body["completed_at"]))
    plan.change("access.review", record, recorded=completed + timedelta(days=24))
    return (Planted("recorded_late", "LC-06", "access.review", record, "written down 24 days after it is said to have happened"),)


def unregistered_system(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Traffic of a system that no inventory page names."""
    key = SampleKey("sample-key-02", "sample-person-5", "person", SHADOW, -21)
    for number in range(5):
        moment = year.at(year.day(30 + number), 19, 7)
        plan.add(*exchange(key, SHADOW, FIRST_MODEL.digest, f"shadow {number}", moment))
    return (
        Planted("registered_before_use", "LC-01", "ai_system", SHADOW, "served five exchanges and is on no inventory page"),
        Planted("served_hash_approved", "LC-13", "model.artifact", FIRST_MODEL.digest, "served a system it was not approved for"),
    )


def grant_before_approval(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Access that began a day before it was approved."""
    held = next(each for each in HELD if (each.subject, each.role) == (CHECKER, "review_outputs"))
    granted = year.at(year.day(held.day), 14)
    plan.change("access.grant", held.id, approved_at=granted + timedelta(days=1), recorded=granted + timedelta(days=1, hours=1))
    return (Planted("grant_approved_first", "LC-04", "access.grant", held.id, "access began a day before it was approved"),)


def grant_by_oneself(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """Somebody approved access for themselves."""
    granted = year.at(year.day(150), 14)
    plan.add(
        keep(
            "access.grant", "sample-grant-own", OPERATOR, title="Sample: access to read logs", subject_id=OPERATOR,
            subject_kind="person",
            system=HANDBOOK, role="read_logs", via="local_account", reference="sample-account-operator", requested_by=OPERATOR,
            requested_at=granted - timedelta(hours=2), approved_by=OPERATOR, approved_at=granted - timedelta(hours=1),
            granted_at=granted, privileged="yes", mfa="yes",
        )
    )  # fmt: skip
    return (Planted("grant_self_approval", "LC-04", "access.grant", "sample-grant-own", "requested and approved by one person"),)


def leaver_with_key(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """Somebody left, the account ended, and a key still opens."""
    plan.drop("access.key_revoked", "sample-key-04")
    record = f"sample-roster-{LATE_LEAVER.removeprefix('sample-')}-left"
    return (Planted("leaver_revoked_in_time", "LC-05", "roster.change", record, "a key of somebody who left was not revoked"),)


def undecided_row(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """An access review that was closed with a row nobody decided."""
    record = f"{TRIAGE}-access-{quarter_of(year, 1).id}"
    rows = _rows(plan, record)
    plan.change("access.review", record, rows=[{**rows[0], "decision": "undecided", "decided_by": None}, *rows[1:]])
    says = "closed with a row that nobody decided, so not complete"
    return (
        Planted("review_complete", "LC-06", "access.review", record, says),
        _grid("occurrence_missed", "LC-06", TRIAGE, quarter_of(year, 1).id, says),
    )


def reviewed_oneself(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A reviewer who decided the row of their own access."""
    record = f"{HANDBOOK}-access-{quarter_of(year, 2).id}"
    rows = [row if row["subject_id"] != APPROVER else {**row, "decided_by": APPROVER} for row in _rows(plan, record)]
    plan.change("access.review", record, rows=rows)
    return (Planted("review_independent", "LC-06", "access.review", record, "a row was decided by the person it is about"),)


def policy_overdue(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A policy whose day of review passed and that nobody looked at again."""
    record, sort, title = POLICIES[2]
    first = plan.find("policy", record)
    plan.drop("policy", record)
    plan.add(first)
    plan.change("policy", record, next_review=year.day(120))
    return (Planted("policy_approved", "LC-29", "policy", record, f"{sort} not reviewed since its day of review: {title}"),)


def missing_acknowledgement(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """Somebody joined and never read the policy."""
    for version in ("1", "2"):
        record = f"{ACKNOWLEDGED[0]}-{JOINER.removeprefix('sample-')}-{version}"
        if any(step.id == record for step in plan.of("policy.acknowledgement")):
            plan.drop("policy.acknowledgement", record)
    return (Planted("policy_acknowledged", "LC-29", "roster.change", _joined(JOINER), f"{JOINER} never accepted the policy"),)


def blank_in_a_draft(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A draft policy with a blank that nobody filled in."""
    plan.add(
        keep(
            "policy", "sample-retention-schedule", OPERATOR, year.at(year.workday(200), 15), title="Sample retention schedule",
            entity=ENTITY,
            type="schedule", version="0.1", status="draft", owner=APPROVER, author=OPERATOR,
            sections=[{"heading": "Logs", "text": "Logs are kept for [[how many days]]."}],
        )
    )  # fmt: skip
    says = "a draft with a blank that nobody filled in, and no version in force"
    return tuple(
        Planted(check, "LC-29", "policy", "sample-retention-schedule", says) for check in ("blank_open", "policy_approved")
    )


def training_ran_out(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """An operator whose training ran out and was not repeated."""
    again = f"sample-training-{OPERATOR.removeprefix('sample-')}-again"
    plan.drop("training", again)
    first = again.removesuffix("-again")
    plan.change("training", first, valid_until=year.day(220))
    return (
        Planted("training_current", "LC-30", "roster.change", _joined(OPERATOR), "the training ran out and was not repeated"),
    )


def page_reviewed_by_another(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A page reviewed by somebody who does not own it."""
    record = f"{HELP_DESK}-{quarter_of(year, 2).id}"
    plan.change("inventory.review", record, reviewer=USER, reviewer_role="user")
    return (
        Planted(
            "owner_reviews_inventory",
            "sample-control-inventory",
            "inventory.review",
            record,
            "reviewed by somebody who does not own the system",
        ),
    )


def difference_left(plan: Plan, year: Year) -> tuple[Planted, ...]:
    """A scan found something that the inventory does not name, and nobody resolved it."""
    record = f"sample-discovery-{month_of(year, 4).id}"
    plan.change("discovery.review", record, differences=1, unresolved=1, resolution=None)
    return (Planted("discovery_reconciled", "LC-03", "discovery.review", record, "a difference that nobody resolved"),)


def no_second_factor(plan: Plan, _year: Year) -> tuple[Planted, ...]:
    """Privileged access without a second factor."""
    record = next(each.id for each in HELD if (each.subject, each.role) == (OPERATOR, "configure"))
    plan.change("access.grant", record, mfa="no")
    return (Planted("privileged_named", "LC-08", "access.grant", record, "privileged, and needs no second factor"),)


def _joined(person: str) -> str:
    return f"sample-roster-{person.removeprefix('sample-')}-joined"


def _grid(check: str, control: str, scope: str, interval: str, says: str) -> Planted:
    return Planted(check, control, "occurrence", f"{control}/{scope}/{interval.upper()}", says)


def _rows(plan: Plan, record: str) -> list[dict[str, Any]]:
    return [dict(row) for row in plan.find("access.review", record).body["rows"]]


FAULTS = (
    missed_inventory_review, late_inventory_review, backdated_access_review, unregistered_system, grant_before_approval,
    grant_by_oneself, leaver_with_key, undecided_row, reviewed_oneself, policy_overdue, missing_acknowledgement, blank_in_a_draft,
    training_ran_out,
    page_reviewed_by_another, difference_left, no_second_factor,
)  # fmt: skip
