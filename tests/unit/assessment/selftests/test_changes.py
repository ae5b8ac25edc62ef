"""Self-tests of changes, upstream events and vendors: order, other hands, and time."""

from __future__ import annotations

from typing import Any

import pytest

from support.facts_builder import FactsBuilder, at
from support.planted import COMING, EXCEPTION, LATE, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import P1, P2
from support.sound_records import A, B

CHANGE, EMERGENCY, RUN = ("change", "ch-1"), ("change", "ch-2"), ("evaluation.run", "run-b")
EVENT, DECISION, WAIVER = ("upstream.event", "ue-1"), ("upstream.decision", "ud-1"), ("waiver", "wv-1")
DESK, PUBLISHER, REVIEW = ("ai_system", "sample-desk"), ("vendor", "sample-publisher"), ("vendor.review", "vr-publisher")
BRIDGE = {WAIVER: {"expires_on": "2026-07-31", "closed_at": None, "used_at": None}}


def late_decision(waiver: str | None = None) -> dict[tuple[str, str], Any]:
    """The decision, five days after it was due."""
    return {DECISION: {"happened": "2026-03-20", "waiver": waiver}}


def deferred(until: str | None, waiver: str | None = None) -> dict[tuple[str, str], Any]:
    """The decision to put it off."""
    return {DECISION: {"decision": "defer", "defer_until": until, "waiver": waiver}}


FAULTS = [
    Planted("change_approved_first", CHANGE, EXCEPTION, "before it was approved on 2026-07-02", {"approved_at": at("2026-07-02")}),
    Planted("change_approved_first", CHANGE, NOT_SHOWN, "approved_by and approved_at not stated",
            {"approved_by": None, "approved_at": None}),
    Planted("change_self_approval", CHANGE, EXCEPTION, "sample-person-2 asked for it and approved it", {"approved_by": P2}),
    Planted("change_self_approval", CHANGE, NOT_SHOWN, "requested_by not stated", {"requested_by": None}),
    Planted("change_tested_first", CHANGE, EXCEPTION, "without a test", {"test_outcome": "not_tested"}),
    Planted("change_tested_first", CHANGE, EXCEPTION, "did not meet its thresholds", {"test_outcome": "not_met"}),
    Planted("change_tested_first", CHANGE, EXCEPTION, "tested only on 2026-07-03", {"tested_at": at("2026-07-03")}),
    Planted("change_tested_first", CHANGE, NOT_SHOWN, "is not stated", {"tested_at": None}),
    Planted("change_tested_first", CHANGE, NOT_SHOWN, "run-z is not on record", {"evaluations": ["run-z"]}),
    Planted("change_tested_first", CHANGE, NOT_SHOWN, "no evaluation run is named", {"evaluations": []}),
    Planted("change_tested_first", CHANGE, EXCEPTION, "not on what was released", change={RUN: {"model": A}}),
    Planted("change_tested_first", CHANGE, EXCEPTION, "ended only on 2026-07-05", change={RUN: {"happened": "2026-07-05"}}),
    Planted("change_tested_first", CHANGE, NOT_SHOWN, "no waiver is on record", {"test_outcome": "waived"}),
    Planted("change_tested_first", CHANGE, EXCEPTION, "on waiver wv-1, which did not hold that day",
            {"test_outcome": "waived", "waiver": "wv-1"}),
    Planted("emergency_reviewed", EMERGENCY, LATE, "reviewed on 2026-08-09 12:00 UTC, due by 2026-08-06",
            {"reviewed_at": at("2026-08-09")}),
    Planted("emergency_reviewed", EMERGENCY, EXCEPTION, "nobody reviewed it by 2026-08-06",
            {"reviewed_at": None, "reviewed_by": None}),
    Planted("emergency_reviewed", EMERGENCY, COMING, "to be reviewed by 2026-08-06", {"reviewed_at": None, "reviewed_by": None},
            as_of="2026-08-03"),
    Planted("emergency_reviewed", EMERGENCY, EXCEPTION, "of their own", {"reviewed_by": P2}),
    Planted("emergency_reviewed", EMERGENCY, NOT_SHOWN, "who reviewed", {"reviewed_by": None}),
    Planted("emergency_reviewed", EMERGENCY, NOT_SHOWN, "who allowed it", {"approved_by": None}),
    Planted("upstream_decided_in_time", EVENT, LATE, "decided on 2026-03-20 12:00 UTC (ud-1), due by 2026-03-15", {},
            late_decision()),
    Planted("upstream_decided_in_time", EVENT, EXCEPTION, "nothing was decided by 2026-03-15", drop=[DECISION]),
    Planted("upstream_decided_in_time", EVENT, COMING, "to be decided by 2026-03-15", drop=[DECISION], as_of="2026-03-10"),
    Planted("upstream_decided_in_time", EVENT, EXCEPTION, "nothing was decided by 2026-03-15",
            change={DECISION: {"decision": "undecided"}}),
    Planted("upstream_decided_in_time", EVENT, NOT_SHOWN, "are not stated", {"decide_within_days": None}),
    Planted("upstream_decided_in_time", EVENT, EXCEPTION, "put off until 2026-04-30", {}, deferred("2026-04-30")),
    Planted("upstream_decided_in_time", EVENT, EXCEPTION, "without a waiver", {"classification": "security_critical"},
            deferred("2027-04-30")),
    Planted("upstream_decided_in_time", DECISION, NOT_SHOWN, "put off without a day", {}, deferred(None)),
    Planted("vendor_registered", ("model.artifact", A), EXCEPTION, "its quantizer sample-quantizer is not registered",
            drop=[("vendor", "sample-quantizer")]),
    Planted("vendor_registered", ("model.artifact", B), NOT_SHOWN, "names who published it", {},
            {("model.approval", "ma-b"): {"publisher": None}}),
    Planted("vendor_registered", DESK, EXCEPTION, "depends on sample-hub", {"upstreams": ["sample-hub"]}),
    Planted("vendor_registered", DESK, EXCEPTION, "hosted by Sample Racks, who is not registered",
            {"hosting": "colocation", "hosting_provider": "Sample Racks"}),
    Planted("vendor_registered", DESK, NOT_SHOWN, "by whom is not stated", {"hosting": "iaas"}),
    Planted("vendor_registered", PUBLISHER, EXCEPTION, "although refused", {"diligence_decision": "refused"}),
    Planted("vendor_registered", PUBLISHER, NOT_SHOWN, "is not stated", {"diligence_decision": "undecided"}),
    Planted("vendor_registered", PUBLISHER, EXCEPTION, "decided about only on 2026-01-05", {"diligence_at": at("2026-01-05")}),
    Planted("vendor_registered", PUBLISHER, NOT_SHOWN, "its tier is not stated", {"tier": "unknown"}),
    Planted("vendor_reviewed_in_time", PUBLISHER, EXCEPTION, "next review (annual) was due by 2026-05-02", drop=[REVIEW]),
    Planted("vendor_reviewed_in_time", PUBLISHER, LATE, "looked at on 2025-05-01 and then only on 2026-06-01", {},
            {REVIEW: {"happened": "2026-06-01"}}),
    Planted("vendor_reviewed_in_time", PUBLISHER, NOT_SHOWN, "how often", {"review_every": "unknown"}),
    Planted("vendor_reviewed_in_time", PUBLISHER, NOT_SHOWN, "nobody looked at it", {"diligence_at": None}, drop=[REVIEW]),
    Planted("vendor_reviewed_in_time", REVIEW, NOT_SHOWN, "nothing was decided", {"outcome": "undecided"}),
    Planted("vendor_reviewed_in_time", REVIEW, NOT_SHOWN, "report of sample-publisher", {},
            {PUBLISHER: {"relationship": "subservice_carve_out"}}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which a change or an upstream can go wrong is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("check", "drop", "reason"),
    [
        ("change_approved_first", ["change"], "not attested to be none"),
        ("change_self_approval", ["change"], "not attested to be none"),
        ("change_tested_first", ["change"], "not attested to be none"),
        ("emergency_reviewed", [EMERGENCY], "no emergency change"),
        ("upstream_decided_in_time", ["upstream.event"], "no upstream event"),
        ("vendor_registered", ["vendor", "ai_system"], "no upstream is on record"),
        ("vendor_reviewed_in_time", ["vendor"], "no vendor is on record"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, drop: list[Any], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, drop=drop, traffic=False)


def test_a_waiver_that_came_in_time_allows_a_later_decision() -> None:
    """More time that was agreed beforehand is time."""
    change = late_decision("wv-1") | BRIDGE
    assert outcome_of(Planted("upstream_decided_in_time", EVENT, LATE, "", change=change)).findings == ()


def test_a_test_that_was_waived_in_time_is_no_fault() -> None:
    """Somebody decided to release all the same, before the release, for that day."""
    change = BRIDGE | {CHANGE: {"test_outcome": "waived", "waiver": "wv-1"}}
    assert outcome_of(Planted("change_tested_first", CHANGE, EXCEPTION, "", change=change)).findings == ()


def test_an_emergency_is_not_held_against_earlier_approval_or_test() -> None:
    """The emergency path exists so that approval and test may come later; its own test looks at it."""
    change = {EMERGENCY: {"approved_at": at("2026-08-02")}}
    for check in ("change_approved_first", "change_tested_first"):
        assert outcome_of(Planted(check, EMERGENCY, EXCEPTION, "", change=change)).findings == ()


def test_no_emergency_is_shown_by_a_certificate_of_the_whole_period_only() -> None:
    """Non-occurrence needs a signed statement, whole and without unseen stretches."""

    def certified(**other: Any) -> Any:
        fields = {"population": "POP-12", "first": "2026-01-01", "last": "2026-12-31", "zone": "UTC", "query": "q", "gaps": []}
        more = {"heartbeat": "h", "secondary": ["chat: nothing"], "certified_by": P1, "happened": "2027-01-05"}

        def certify(builder: FactsBuilder) -> None:
            builder.add("nil_population", "nil-12", **(fields | more | other))

        outcome = outcome_of(Planted("emergency_reviewed", EMERGENCY, COMING, "", drop=[EMERGENCY], plant=certify))
        return type(outcome.verdict).__name__, outcome.examined

    assert certified() == ("Met", 0)
    assert certified(last="2026-11-30") == ("Unknown", 0)
    assert certified(gaps=None) == ("Unknown", 0)
    assert certified(population="POP-11") == ("Unknown", 0)
