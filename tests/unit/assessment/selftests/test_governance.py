"""Self-tests of rules, people, risks and reliability: overdue, missing, expired, untested."""

from __future__ import annotations

from typing import Any

import pytest

from support.facts_builder import FactsBuilder, at
from support.planted import COMING, EXCEPTION, LATE, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import DOCUMENTS, P2, P5

POLICY, JOINED, TRAINED = ("policy", "sample-policy"), ("roster.change", "r-5"), ("training", "t-5")
RISK, ASSESSED, NEW, DESK = (
    ("risk", "rk-1"),
    ("risk.assessment", "rs-1"),
    ("ai_system", "sample-new"),
    ("ai_system", "sample-desk"),
)
WAIVER, REQUEST, TOOL = ("waiver", "wv-1"), ("tool.request", "tr-1"), ("approved_tool", "at-1")
EXCEPTION_, REPORT, OUTAGE = ("control.exception", "cx-1"), ("availability.report", "av-03"), ("outage", "out-1")
CAPACITY, BACKUP, RESTORE, CONTROL = (
    ("capacity.review", "cr-03"),
    ("backup.run", "bk-2"),
    ("restore.test", "rt-1"),
    ("control", "LC-99"),
)
TEXT: dict[str, Any] = next(fields for kind, _, fields in DOCUMENTS if kind == "policy")
OPEN = {"what": "repair", "owner": P2, "due": "2026-05-31"}


def version(**fields: Any) -> Any:
    """A later version of the policy."""
    return lambda builder: builder.add("policy", "sample-policy", **(TEXT | fields))


FAULTS = [
    Planted("policy_approved", POLICY, EXCEPTION, "wrote version 1 and approved it", {"approver": P2}),
    Planted("policy_approved", POLICY, NOT_SHOWN, "next_review not stated", {"next_review": None}),
    Planted("policy_approved", POLICY, EXCEPTION, "review was due on 2026-11-30", {"next_review": "2026-11-30"}),
    Planted("policy_approved", POLICY, EXCEPTION, "holds since 2025-11-01", {"effective_on": "2025-11-01"}),
    Planted("policy_approved", POLICY, EXCEPTION, "approved with 1 blank open: sections[0].text",
            {"sections": [{"heading": "Scope", "text": "of [[the company]]"}]}),
    Planted("policy_approved", POLICY, EXCEPTION, "is a draft: nobody approved it", {"status": "draft"}),
    Planted("policy_approved", POLICY, LATE, "review was due on 2026-05-01 and done on 2026-06-01", {"next_review": "2026-05-01"},
            plant=version(recorded="2026-06-01", version="2", approved_at=at("2026-06-01"), effective_on="2026-06-01")),
    Planted("policy_acknowledged", JOINED, EXCEPTION, "no acknowledgement of sample-policy is on record by 2026-03-04",
            drop=[("policy.acknowledgement", "ack-5")]),
    Planted("policy_acknowledged", JOINED, COMING, "has to accept sample-policy by 2026-03-04",
            drop=[("policy.acknowledgement", "ack-5")], as_of="2026-02-20"),
    Planted("policy_acknowledged", JOINED, LATE, "accepted sample-policy on 2026-05-01, due by 2026-03-04", {},
            {("policy.acknowledgement", "ack-5"): {"happened": "2026-05-01"}}),
    Planted("policy_acknowledged", JOINED, NOT_SHOWN, "AI role that is not stated", {"ai_role": "unknown"},
            drop=[("policy.acknowledgement", "ack-5")]),
    Planted("policy_acknowledged", ("policy.acknowledgement", "ack-9"), NOT_SHOWN, "version 9 of sample-policy",
            plant=lambda builder: builder.add("policy.acknowledgement", "ack-9", happened="2026-05-01", person=P5,
                                              policy="sample-policy", policy_version="9")),
    Planted("training_current", JOINED, EXCEPTION, "no training for it is on record by 2026-03-04", drop=[TRAINED]),
    Planted("training_current", JOINED, COMING, "has to be trained by 2026-03-04", drop=[TRAINED], as_of="2026-02-20"),
    Planted("training_current", JOINED, LATE, "trained on 2026-06-01, due by", change={TRAINED: {"happened": "2026-06-01"}}),
    Planted("training_current", JOINED, EXCEPTION, "ran out on 2026-08-31", change={TRAINED: {"valid_until": "2026-08-31"}}),
    Planted("training_current", JOINED, NOT_SHOWN, "AI role of sample-person-5", {"ai_role": "unknown"}),
    Planted("training_current", ("person", "sample-person-9"), EXCEPTION, "reviewed for the first time in the period on 2026-03-02",
            change={("decision.review", "dr-1"): {"reviewer": "sample-person-9"}}),
    Planted("risk_assessed", CONTROL, EXCEPTION, "no assessment of AI risks from", {}, {NEW: {"go_live": "2025-06-01"}},
            ["risk.assessment"]),
    Planted("risk_assessed", NEW, EXCEPTION, "no assessment that names it", drop=[("risk.assessment", "rs-2")]),
    Planted("risk_assessed", NEW, LATE, "risks were assessed on 2026-05-20", {}, {("risk.assessment", "rs-2"): {
        "happened": "2026-05-20"}}),
    Planted("risk_assessed", ASSESSED, NOT_SHOWN, "are not named", {"risks": []}),
    Planted("risk_assessed", RISK, NOT_SHOWN, "nobody owns it", {"owner": None}),
    Planted("risk_assessed", RISK, NOT_SHOWN, "undecided", {"treatment": "undecided"}),
    Planted("risk_assessed", RISK, NOT_SHOWN, "who accepted it", {"treatment": "accept"}),
    Planted("risk_assessed", RISK, EXCEPTION, "review was due on 2026-06-30", {"next_review": "2026-06-30"}),
    Planted("exceptions_followed_up", EXCEPTION_, NOT_SHOWN, "cause not stated", {"cause": None}),
    Planted("exceptions_followed_up", EXCEPTION_, NOT_SHOWN, "happening again", {"actions": []}),
    Planted("exceptions_followed_up", EXCEPTION_, NOT_SHOWN, "who was told", {"told": []}),
    Planted("exceptions_followed_up", EXCEPTION_, NOT_SHOWN, "management has not answered", drop=["management.response"]),
    Planted("exceptions_followed_up", EXCEPTION_, EXCEPTION, "untouched since 2026-03-15", {"status": "open"}),
    Planted("exceptions_followed_up", EXCEPTION_, EXCEPTION, "was due on 2026-05-31", {"actions": [OPEN]}),
    Planted("waiver_not_expired", WAIVER, EXCEPTION, "relied on until 2026-05-01", {"used_at": at("2026-05-01")}),
    Planted("waiver_not_expired", WAIVER, EXCEPTION, "closed on 2026-03-05", {"closed_at": at("2026-03-05")}),
    Planted("waiver_not_expired", WAIVER, NOT_SHOWN, "still relied on is not shown", {"closed_at": None}),
    Planted("waiver_not_expired", WAIVER, EXCEPTION, "asked for themselves", {"approved_by": P2}),
    Planted("waiver_not_expired", ("change", "ch-1"), EXCEPTION, "relied on waiver wv-1 on 2026-07-01", {"waiver": "wv-1"}),
    Planted("waiver_not_expired", ("change", "ch-1"), NOT_SHOWN, "waiver wv-9, which it relies on", {"waiver": "wv-9"}),
    Planted("waiver_not_expired", REQUEST, EXCEPTION, "decided by 2026-02-11, and undecided", {"decision": "undecided"}),
    Planted("waiver_not_expired", REQUEST, COMING, "decided by 2026-02-11, and undecided", {"decision": "undecided"},
            as_of="2026-02-08"),
    Planted("waiver_not_expired", REQUEST, LATE, "decided on 2026-02-15", {"decided_at": at("2026-02-15")}),
    Planted("waiver_not_expired", REQUEST, EXCEPTION, "by the same person", {"decided_by": P5}),
    Planted("waiver_not_expired", REQUEST, NOT_SHOWN, "reason not stated", {"reason": None}),
    Planted("waiver_not_expired", TOOL, NOT_SHOWN, "approved until 2026-06-30", {"expires_on": "2026-06-30"}),
    Planted("capacity_reviewed", CAPACITY, EXCEPTION, "1 threshold was exceeded without an action", {"actions": []}),
    Planted("capacity_reviewed", CAPACITY, NOT_SHOWN, "was not measured", {"breaches": None}),
    Planted("capacity_reviewed", CAPACITY, NOT_SHOWN, "no forecast", {"forecast": None}),
    Planted("availability_measured", REPORT, EXCEPTION, "1000 probes were due, and up 980, down 10, planned 0, unknown 0 make 990",
            {"unknown": 0}),
    Planted("availability_measured", REPORT, EXCEPTION, "10 probes failed and no outage is named", {"outages": []}),
    Planted("availability_measured", REPORT, NOT_SHOWN, "not on record: out-9", {"outages": ["out-1", "out-9"]}),
    Planted("availability_measured", REPORT, NOT_SHOWN, "does not name: out-2",
            plant=lambda builder: builder.add("outage", "out-2", happened="2026-03-20", system="sample-desk", extent="down",
                                              cause="power", ended_at=at("2026-03-20 13:00"))),
    Planted("availability_measured", REPORT, NOT_SHOWN, "no probe was due",
            {"probes_expected": 0, "up": 0, "down": 0, "unknown": 0}),
    Planted("availability_measured", REPORT, NOT_SHOWN, "nobody is named", {"reviewer": None}),
    Planted("availability_measured", OUTAGE, NOT_SHOWN, "cause not stated", {"cause": None}),
    Planted("availability_measured", NEW, NOT_SHOWN, "a share of 0.99 is promised", {"availability_target": "0.99"}),
    Planted("restore_tested", RESTORE, EXCEPTION, "book: not restored", {"outcome": "not_restored"}),
    Planted("restore_tested", RESTORE, EXCEPTION, "do not have the recorded hashes", {"hashes_match": "no"}),
    Planted("restore_tested", RESTORE, NOT_SHOWN, "hashes were not compared", {"hashes_match": "not_compared"}),
    Planted("restore_tested", CONTROL, EXCEPTION, "no restore test from 2026-01-01", drop=["restore.test"]),
    Planted("restore_tested", BACKUP, EXCEPTION, "nightly failed on 2026-03-02", {"resolved": None}),
    Planted("restore_tested", BACKUP, NOT_SHOWN, "is unknown", {"outcome": "unknown"}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which rules, people or machines fall short is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("check", "year", "reason"),
    [
        ("policy_approved", {"drop": ["policy"]}, "no policy is in force"),
        ("policy_acknowledged", {"drop": ["roster.change"]}, "no staff roster is recorded"),
        ("policy_acknowledged", {"drop": ["policy"]}, "nothing could be accepted"),
        ("training_current", {"drop": ["roster.change"]}, "no staff roster is recorded"),
        ("risk_assessed", {"drop": ["risk.assessment", "ai_system"], "as_of": "2026-07-01"}, "have not been assessed"),
        ("exceptions_followed_up", {"drop": ["control.exception"]}, "no exception is on record"),
        (
            "waiver_not_expired",
            {"drop": ["waiver", "tool.request", "approved_tool", "nil_population"]},
            "no waiver, request or approved tool is on record",
        ),
        ("capacity_reviewed", {"drop": ["capacity.review"]}, "no capacity review"),
        ("availability_measured", {"drop": ["availability.report", "outage", "ai_system"]}, "no report of availability"),
        ("restore_tested", {"drop": ["backup.run"]}, "no backup job"),
        ("restore_tested", {"drop": ["restore.test"], "as_of": "2026-07-01"}, "no restore has been tried"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, year: dict[str, Any], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, **year)


def test_a_draft_on_top_of_an_approved_version_does_not_take_its_place() -> None:
    """Somebody works on the next version; the approved one holds meanwhile."""
    draft = version(recorded="2026-06-01", version="2", status="draft", approver=None, approved_at=None, effective_on=None)
    assert outcome_of(Planted("policy_approved", POLICY, COMING, "", plant=draft)).findings == ()


def test_who_left_soon_after_joining_owes_nothing_any_more() -> None:
    """A person who was gone before the days were over is not missing."""

    def leaves(builder: FactsBuilder) -> None:
        builder.add("roster.change", "r-55", happened="2026-02-20", person=P5, change="left", roster="sample HR")

    for check, drop in (("policy_acknowledged", ("policy.acknowledgement", "ack-5")), ("training_current", TRAINED)):
        assert outcome_of(Planted(check, JOINED, EXCEPTION, "", drop=[drop], plant=leaves)).findings == ()


def test_a_policy_that_came_later_is_owed_from_its_first_day() -> None:
    """Nobody can have accepted what did not hold yet."""
    later = {POLICY: {"effective_on": "2026-06-01", "approved_at": at("2026-05-30")}} | {
        ("policy.acknowledgement", f"ack-{each}"): {"happened": "2026-06-15"} for each in (1, 2, 3, 5)
    }
    assert outcome_of(Planted("policy_acknowledged", JOINED, LATE, "", change=later)).findings == ()
