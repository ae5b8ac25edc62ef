"""What records say about who may use what: to the moment, to the letter, and never more than they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.rule_records import CALLER, DESK, JUNE, OTHER_WEIGHTS, WEIGHTS, Records

LAST = "2026-06-15"


def may(records: Records, now: str = JUNE, *, zone: str = "UTC", system: str = DESK, **caller: Any) -> bool:
    """Whether a grant to the caller is in force."""
    called = CALLER._replace(system=system, **caller)
    return any(each.holds(system, now) for each in records.rules(zone).grants_of(called))


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        ("2026-01-01T11:59:59.999999Z", False),
        ("2026-01-01T12:00:00.000000Z", True),
        ("2026-06-15T21:59:59.999999Z", True),
        ("2026-06-15T22:00:00.000000Z", False),
    ],
)
def test_grant_holds_from_its_instant_through_its_last_day_in_the_zone(now: str, *, holds: bool) -> None:
    """A last day in Berlin ends at ten in the evening UTC in summer, and not a moment later."""
    assert may(Records().grant(expires_on=LAST), now, zone="Europe/Berlin") is holds


@pytest.mark.parametrize("role", ["configure", "approve_models", "read_logs", "other"])
def test_other_roles_do_not_allow_use(role: str) -> None:
    """Whoever configures a system is not thereby one of its users."""
    assert not may(Records().grant(role=role))


@pytest.mark.parametrize(
    ("grant", "caller", "holds"),
    [
        ({}, {}, True),
        ({}, {"principal": "Sample-Person-1"}, False),
        ({"system": None}, {}, True),
        ({"system": "other-desk"}, {}, False),
        ({"subject_id": "somebody", "via": "api_key", "reference": "k_1"}, {}, True),
        ({"subject_id": "somebody", "via": "api_key", "reference": "k_1"}, {"method": "oidc"}, False),
        ({"subject_id": "somebody", "via": "local_account", "reference": "k_1"}, {}, False),
        ({"subject_id": "staff", "subject_kind": "group"}, {"groups": ("staff",)}, True),
        ({"subject_id": "staff", "subject_kind": "group"}, {"principal": "staff"}, False),
        (
            {"subject_id": "The staff", "subject_kind": "group", "via": "idp_group", "reference": "staff"},
            {"groups": ("staff",)},
            True,
        ),
        ({"subject_id": "staff", "subject_kind": "group"}, {"groups": ("others",)}, False),
    ],
    ids=str,
)
def test_grant_holds_for_whom_it_names(grant: dict[str, Any], caller: dict[str, Any], *, holds: bool) -> None:
    """Letter by letter: two principals that differ in case may be two people."""
    assert may(Records().grant(**grant), **caller) is holds


@pytest.mark.parametrize(
    ("revocation", "ended"),
    [
        ({"grant": "g-1"}, True),
        ({"grant": "g-2"}, False),
        ({}, True),
        ({"system": DESK}, True),
        ({"system": "other-desk"}, False),
        ({"grant": "g-1", "system": "other-desk"}, True),
        ({"subject_id": "somebody-else"}, False),
        ({"grant": "g-1", "subject_id": "somebody-else"}, True),
        ({"at": "2026-06-15T12:00:00.000001Z"}, False),
        ({"at": JUNE}, True),
        ({"at": "2025-12-31"}, False),
        ({"at": "2025-12-31", "grant": "g-1"}, True),
    ],
    ids=str,
)
def test_revocation_ends_what_it_names(revocation: dict[str, Any], *, ended: bool) -> None:
    """In doubt it ends: naming the grant is enough, whatever else it says."""
    assert may(Records().grant().revocation(**revocation)) is not ended


def test_revocation_for_one_system_leaves_a_grant_for_all_standing_elsewhere() -> None:
    """And takes it away there."""
    records = Records().grant(system=None).revocation(system=DESK)
    assert not may(records)
    assert may(records, system="other-desk")


def test_grant_given_anew_after_a_revocation_holds() -> None:
    """Somebody who came back: the old end is not the end of the new grant, under a new id or as a new version of the old one."""
    assert may(Records().grant().revocation(at="2026-03-01").grant("g-2", since="2026-05-01"))
    assert may(Records().grant().revocation(at="2026-03-01", grant="g-1").grant(since="2026-05-01"))


@pytest.mark.parametrize(
    ("page", "registered"),
    [
        ({}, True),
        ({"status": "pilot"}, True),
        ({"status": "proposed"}, False),
        ({"status": "retired"}, False),
        ({"status": "unknown"}, False),
        ({"retired_on": "2026-06-14"}, False),
        ({"retired_on": "2026-06-15"}, True),
        ({"system": "other-desk"}, False),
    ],
    ids=str,
)
def test_system_is_registered_while_its_page_says_it_is_in_use(page: dict[str, Any], *, registered: bool) -> None:
    """A page that proposes a system is not one that lets it be used."""
    assert Records().page(**page).rules().is_registered(DESK, JUNE) is registered


Add = Callable[[Records], Records]


@pytest.mark.parametrize(
    ("add", "approved"),
    [
        (lambda them: them, True),
        (lambda them: them.approval(decision="approved_with_conditions"), True),
        (lambda them: them.approval(decision="withdrawn"), False),
        (lambda them: them.approval(systems=[]), False),
        (lambda them: them.approval(systems=["other-desk"]), False),
        (lambda them: them.approval(since="2026-06-16"), False),
        (lambda them: them.approval(expires_on="2026-06-14"), False),
        (lambda them: them.approval(expires_on="2026-06-15"), True),
        (lambda them: them.approval("a-2", "2026-05-01", decision="refused"), False),
        (lambda them: them.approval("a-2", "2026-05-01", decision="refused", systems=[]), False),
        (lambda them: them.approval("a-2", "2026-05-01", decision="undecided", systems=[]), True),
        (lambda them: them.approval("a-2", "2026-05-01", decision="refused", systems=["other-desk"]), True),
        (lambda them: them.approval("a-2", "2025-05-01", decision="refused"), True),
        (lambda them: them.approval("a-2", "2026-07-01", decision="refused"), True),
        (lambda them: them.approval("a-2", "2026-05-01", decision="refused", artifact_digest=OTHER_WEIGHTS), True),
    ],
)
def test_last_decision_about_weights_and_system_stands(add: Add, *, approved: bool) -> None:
    """What was decided stands until the next decision; the newest version of a record is what it says."""
    assert add(Records().approval()).rules().is_approved(DESK, WEIGHTS, JUNE) is approved
    assert not add(Records().approval()).rules().is_approved("third-desk", WEIGHTS, JUNE)
