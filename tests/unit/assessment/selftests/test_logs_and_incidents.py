"""Self-tests of the log, of alerts, incidents and exercises: gaps, damage, missing steps, lost actions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proofbook.assessment.selftests.table import CHECKS
from proofbook.primitives.verdict import Unknown
from support.facts_builder import RECORDER, FactsBuilder, at
from support.planted import BREAKS, COMING, EXCEPTION, LATE, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_documents import P4
from support.sound_records import sound_year

GAP, SOURCE = ("source.gap", f"{RECORDER}@{at('2026-03-10 09:10')}"), ("source", RECORDER)
CHECK, DISPOSAL, DESK = ("integrity.check", "ic-1"), ("disposal", "dp-1"), ("ai_system", "sample-desk")
ALERT, BECAME = ("alert.triage", "al-1"), ("alert.triage", "al-2")
INCIDENT, EXERCISE = ("incident.real", "in-1"), ("incident.exercise", "ex-1")
OPEN = {"what": "add memory", "owner": P4, "due": "2026-05-31"}


def gap(reason: str = "unclean_stop", since: str = "2026-03-10 09:10", until: str = "2026-03-10 10:30") -> Any:
    """The recorder says that it did not record."""
    return lambda builder: builder.gap(since, until, reason=reason)


def unclean(builder: FactsBuilder) -> None:
    """A run that began after one that ended without a word, and no gap tells of it."""
    builder.run("2025-12-01").run("2026-05-05", previous_end="unclean")


def silent(builder: FactsBuilder) -> None:
    """A recorder nobody heard of any more."""
    builder.run("2025-12-01", last_sign="2026-06-01")


def checked(size: int, recorded: str) -> Any:
    """Another verification."""
    fields = {"performed_by": "sample-job", "size": size, "root": "8" * 64, "outcome": "checks_out"}
    return lambda builder: builder.add("integrity.check", "ic-2", happened=recorded, **fields)


FAULTS = [
    Planted("log_complete", GAP, BREAKS, "nobody explained it", plant=gap(), drop=["outage"]),
    Planted("log_complete", GAP, NOT_SHOWN, "explained, but what happened in it is unknown", plant=gap()),
    Planted("log_complete", GAP, NOT_SHOWN, "stopped in order", plant=gap("stopped")),
    Planted("log_complete", GAP, NOT_SHOWN, "explained", {}, {("control.exception", "cx-1"): {"instances": [GAP[1]]}}, ["outage"],
            gap()),
    Planted("log_complete", SOURCE, BREAKS, "ended without a word, and no gap tells since when", plant=unclean),
    Planted("log_complete", SOURCE, NOT_SHOWN, "last heard of on 2026-06-01", plant=silent),
    Planted("log_complete", DESK, NOT_SHOWN, "kept for 30 days, the period has 365", {"log_retention_days": 30}),
    Planted("log_integrity_verified", CHECK, BREAKS, "found damaged", {"outcome": "damaged"}),
    Planted("log_integrity_verified", CHECK, NOT_SHOWN, "unclear", {"outcome": "unclear"}),
    Planted("log_integrity_verified", CHECK, NOT_SHOWN, "the checkpoint", {"root": None}),
    Planted("log_integrity_verified", CHECK, BREAKS, "covered 99999 entries, the book has", {"size": 99999}),
    Planted("log_integrity_verified", ("integrity.check", "ic-2"), NOT_SHOWN, "covered 5 entries, ic-1 before it 10",
            plant=checked(5, "2026-06-01")),
    Planted("log_integrity_verified", CHECK, EXCEPTION, "2 gaps without", {"gaps_open": 2}),
    Planted("log_integrity_verified", CHECK, EXCEPTION, "verified the log and reviewed", {"performed_by": P4}),
    Planted("log_integrity_verified", CHECK, NOT_SHOWN, "how many gaps", {"gaps_open": None}),
    Planted("disposal_on_schedule", DISPOSAL, EXCEPTION, "2 items of logs", {"failed": 2}),
    Planted("disposal_on_schedule", DISPOSAL, NOT_SHOWN, "nothing shows that logs are gone", {"verified": "not_verified"}),
    Planted("disposal_on_schedule", DISPOSAL, NOT_SHOWN, "rule of the schedule", {"schedule": None}),
    Planted("disposal_on_schedule", DISPOSAL, EXCEPTION, "left logs of 516 days, sample-desk keeps them for 400",
            {"older_than": "2025-01-01"}),
    Planted("alerts_triaged", ALERT, LATE, "was looked at on 2026-03-12 09:00 UTC, due by 2026-03-09 09:00",
            {"triaged_at": at("2026-03-12 09:00")}),
    Planted("alerts_triaged", ALERT, EXCEPTION, "nobody decided about it by", {"disposition": "undecided"}),
    Planted("alerts_triaged", ALERT, COMING, "to be looked at by", {"triaged_at": None, "disposition": "undecided"},
            as_of="2026-03-08 11:00"),
    Planted("alerts_triaged", ALERT, NOT_SHOWN, "reason not stated", {"reason": None}),
    Planted("alerts_triaged", BECAME, NOT_SHOWN, "which one is not stated", {"incident": None}),
    Planted("alerts_triaged", BECAME, EXCEPTION, "register has no such incident.real", {"incident": "nm-1"}),
    Planted("incident_steps_complete", INCIDENT, EXCEPTION, "closed on 2026-03-20 12:00 UTC without root_cause, containment",
            {"root_cause": None, "containment": []}),
    Planted("incident_steps_complete", INCIDENT, EXCEPTION, "without severity", {"severity": "unknown"}),
    Planted("incident_steps_complete", INCIDENT, NOT_SHOWN, "open; still missing: root_cause",
            {"closed_at": None, "root_cause": None}),
    Planted("incident_steps_complete", INCIDENT, COMING, "and open", {"closed_at": None}),
    Planted("incident_steps_complete", INCIDENT, NOT_SHOWN, "commitments to customers", {"commitment_impact": "unknown"}),
    Planted("incident_steps_complete", INCIDENT, NOT_SHOWN, "before it was noticed", {"classified_at": at("2026-03-01")}),
    Planted("incident_actions_closed", INCIDENT, EXCEPTION, "was due on 2026-05-31 and is open", {"actions": [OPEN]}),
    Planted("incident_actions_closed", EXERCISE, LATE, "and done on 2026-06-05", {"actions": [
        OPEN | {"done_at": at("2026-06-05"), "evidence": "ticket"}]}),
    Planted("incident_actions_closed", INCIDENT, NOT_SHOWN, "nothing shows", {"actions": [OPEN | {"done_at": at("2026-05-05")}]}),
    Planted("incident_actions_closed", INCIDENT, NOT_SHOWN, "no corrective action", {"actions": []}),
    Planted("exercise_held", ("control", "LC-99"), EXCEPTION, "no exercise held from 2026-01-01", drop=["incident.exercise"]),
    Planted("exercise_held", EXERCISE, EXCEPTION, "no action came of them", {"actions": []}),
    Planted("exercise_held", EXERCISE, NOT_SHOWN, "nobody is named who took part", {"participants": []}),
    Planted("exercise_held", EXERCISE, NOT_SHOWN, "could not be answered", {"gaps": None}),
    Planted("exercise_held", EXERCISE, NOT_SHOWN, "nobody signed it off", {"signed_off_by": None}),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each hole in the log and each missing step is told apart."""
    check_planted(planted)


@pytest.mark.parametrize(
    ("check", "year", "reason"),
    [
        ("log_complete", {"began": "2026-02-01"}, "the first recorder started on 2026-02-01"),
        ("log_integrity_verified", {"drop": ["integrity.check"]}, "no verification of the log"),
        ("log_integrity_verified", {"change": {CHECK: {"reviewer": None}}}, "names somebody who reviewed gaps"),
        ("disposal_on_schedule", {"drop": ["disposal"]}, "no disposal in the period"),
        ("alerts_triaged", {"drop": ["alert.triage"]}, "no alert was raised"),
        ("incident_steps_complete", {"drop": ["incident.real", "incident.near_miss"]}, "no incident or near miss"),
        ("incident_actions_closed", {"drop": ["incident.real", "incident.near_miss", "incident.exercise"]}, "no incident"),
        ("exercise_held", {"drop": ["incident.exercise"], "as_of": "2026-07-01"}, "no exercise has been held in the period yet"),
    ],
)
def test_nothing_to_look_at_is_unknown(check: str, year: dict[str, Any], reason: str) -> None:
    """Absence is never none."""
    check_unknown(check, reason, **year)


def test_a_book_without_a_recorder_is_unknown() -> None:
    """A book kept by hand alone says nothing of the log."""
    facts = replace(sound_year(), runs=(), sources=())
    assert isinstance(CHECKS["log_complete"](facts, "LC-20").verdict, Unknown)


def test_a_missing_number_breaks_the_trail() -> None:
    """An entry that is gone leaves its number behind."""
    facts = sound_year()
    short = replace(facts, sources=tuple(replace(each, entries=each.entries - 1) for each in facts.sources))
    (finding,) = CHECKS["log_complete"](short, "LC-20").findings
    assert finding.consequence is BREAKS
    assert "has 1 entries, and its last number is 2" in finding.what


def test_a_gap_outside_the_period_is_not_of_the_period() -> None:
    """It belongs to the audit of that time."""
    planted = Planted("log_complete", GAP, BREAKS, "", plant=gap(since="2027-01-02", until="2027-01-03"))
    assert outcome_of(planted).findings == ()


def test_an_action_that_was_done_before_the_period_is_not_of_the_period() -> None:
    """What was closed long ago is not looked at again."""
    old = {INCIDENT: {"happened": "2025-12-10", "actions": [OPEN | {"due": "2025-12-11", "done_at": at("2025-12-20")}]}}
    assert outcome_of(Planted("incident_actions_closed", INCIDENT, LATE, "", change=old)).findings == ()
