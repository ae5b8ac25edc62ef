"""What calls for a control without a calendar, by when it was due, and what answers it."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.calling import calls_for
from proofbook.assessment.facts import Facts
from proofbook.assessment.happenings import Call
from proofbook.primitives.instants import format_instant
from support.facts_builder import PERSON, FactsBuilder, at, digest
from support.sound_records import Changed, sound_year

A, B = digest("a"), digest("b")
P2 = "sample-person-2"
END = "2026-12-31T23:59:59.999999Z"


def calls(control: str, change: Changed | None = None, **year: Any) -> dict[str, Call]:
    """Calls of a control in the sound year, by what called."""
    return {each.id: each for each in calls_for(control, sound_year(change, **year))}


def due(call: Call) -> str | None:
    """By when."""
    return None if call.due is None else format_instant(call.due)


def notes(call: Call) -> list[str]:
    """Why each answer does not suffice; empty text when it does."""
    return [each.note for each in call.replies]


def test_nothing_calls_for_a_control_of_the_calendar_or_for_an_own_one() -> None:
    """What is not known as an event cannot be missed as one."""
    assert calls_for("LC-02", sound_year()) == ()
    assert calls_for(None, sound_year()) == ()


def test_use_of_a_system_calls_for_its_registration() -> None:
    """LC-01: due at the first exchange, or at the end of the day it went live when that came first."""
    found = calls("LC-01")
    assert due(found["sample-desk"]) == "2025-06-01T23:59:59.999999Z"
    assert found["sample-desk"].happened == "2025-06-01T00:00:00.000000Z"
    assert found["sample-new"].replies[0].occurred == at("2026-04-20")
    busy = (
        FactsBuilder()
        .system("sample-a", go_live=None)
        .served("sample-a", None, "2026-03-02", "2026-03-03")
        .system("sample-b", go_live=None)
    )
    (call,) = calls_for("LC-01", busy.build())
    assert (call.id, due(call), call.replies[0].occurred) == ("sample-a", at("2026-03-02"), at("2025-12-01"))


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, ""),
        ({"outside_manifest": None}, "was not held against a manifest"),
        ({"manifest": None}, "was not held against a manifest"),
    ],
)
def test_build_of_an_index_calls_for_its_manifest(fields: dict[str, Any], note: str) -> None:
    """LC-10: a build nobody compared answers nothing."""
    call = calls("LC-10", {("index.build", "ib-7"): fields})["ib-7"]
    assert (call.system, notes(call)) == ("sample-desk", [note])


def test_build_without_a_system_belongs_to_none() -> None:
    """It is owed all the same."""
    assert calls("LC-10", {("index.build", "ib-7"): {"systems": []}})["ib-7"].system is None


def test_bytes_that_serve_call_for_an_approval() -> None:
    """LC-12: by the first exchange with them; a refusal is no approval."""
    found = calls("LC-12")
    assert (due(found[A]), notes(found[A])) == (at("2026-01-02 08:00"), [""])
    refused = calls("LC-12", {("model.approval", "ma-b"): {"decision": "refused"}})
    assert notes(refused[B]) == ["decision is refused"]
    assert calls("LC-12", drop=[("model.approval", "ma-b")])[B].replies == ()


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, ""),
        ({"approved_by": None}, "not stated: approved_by"),
        ({"test_outcome": "not_met"}, "not stated: test_outcome is not_met"),
        ({"tested_at": None}, "not stated: tested_at"),
    ],
)
def test_release_calls_for_test_and_approval(fields: dict[str, Any], note: str) -> None:
    """LC-14: both, and both before; what is missing is named."""
    call = calls("LC-14", {("change", "ch-1"): fields})["ch-1"]
    assert (due(call), notes(call)) == (at("2026-07-01 09:00"), [note])


def test_release_is_answered_by_the_later_of_test_and_approval() -> None:
    """A test after the approval moves the answer to the test."""
    assert calls("LC-14")["ch-1"].replies[0].occurred == at("2026-06-30")
    assert calls("LC-14", {("change", "ch-1"): {"approved_at": None, "tested_at": None}})["ch-1"].replies == ()


def test_emergency_is_reviewed_within_its_days_and_is_no_ordinary_change() -> None:
    """LC-15: the days are those the change states."""
    assert set(calls("LC-14")) == {"ch-1"}
    call = calls("LC-15")["ch-2"]
    assert (due(call), call.replies[0].occurred) == (at("2026-08-06"), at("2026-08-03"))
    assert calls("LC-15", {("change", "ch-2"): {"reviewed_at": None}})["ch-2"].replies == ()


def test_upstream_event_is_decided_within_the_days_of_the_policy() -> None:
    """LC-16: within those days, else by the end of the period; an open question is no decision."""
    assert due(calls("LC-16")["ue-1"]) == at("2026-03-15")
    assert (
        due(calls("LC-16", {("upstream.event", "ue-1"): {"decide_within_days": None}})["ue-1"]) == "2027-01-01T00:00:00.000000Z"
    )
    assert notes(calls("LC-16", {("upstream.decision", "ud-1"): {"decision": "undecided"}})["ue-1"]) == [
        "nothing was decided yet"
    ]
    assert calls("LC-16", drop=["upstream.decision"])["ue-1"].replies == ()


def test_change_of_a_model_calls_for_a_run_on_the_new_one() -> None:
    """LC-17: a run that names the change and was made on other bytes does not answer; other changes do not call."""
    assert set(calls("LC-17")) == {"ch-1"}
    assert notes(calls("LC-17")["ch-1"]) == [""]
    other = calls("LC-17", {("evaluation.run", "run-b"): {"model": A}})
    assert notes(other["ch-1"]) == ["was run on another artifact"]
    unnamed: Changed = {("evaluation.run", "run-b"): {"change": None}, ("change", "ch-1"): {"evaluations": []}}
    assert notes(calls("LC-17", unnamed)["ch-1"]) == [""]


def test_decision_is_reviewed_before_it_takes_effect() -> None:
    """LC-18: a decision that never took effect is due when it was made."""
    assert due(calls("LC-18")["dr-1"]) == at("2026-03-02 18:00")
    assert due(calls("LC-18")["dr-3"]) == at("2026-03-04 10:07")


def test_alert_is_looked_at_within_its_hours() -> None:
    """LC-22: an alert that is looked at and left undecided is not done with."""
    call = calls("LC-22", {("alert.triage", "al-1"): {"within_hours": 4}})["al-1"]
    assert (due(call), notes(call)) == (at("2026-03-08 13:00"), [""])
    open_ones: Changed = {("alert.triage", "al-1"): {"disposition": "undecided"}, ("alert.triage", "al-2"): {"triaged_at": None}}
    assert notes(calls("LC-22", open_ones)["al-1"]) == ["disposition is undecided"]
    assert calls("LC-22", open_ones)["al-2"].replies == ()


def test_incident_is_closed_when_its_actions_are_due() -> None:
    """LC-23: real ones and near misses, never exercises; while no action has a day nothing is due."""
    assert set(calls("LC-23")) == {"in-1", "nm-1"}
    assert due(calls("LC-23")["in-1"]) == "2026-05-31T23:59:59.999999Z"
    bare: Changed = {
        ("incident.real", "in-1"): {"actions": []},
        ("incident.near_miss", "nm-1"): {"actions": [], "closed_at": None},
    }
    assert due(calls("LC-23", bare)["in-1"]) == at("2026-03-20")
    assert due(calls("LC-23", bare)["nm-1"]) == at("2027-02-02")  # tomorrow, seen from the moment looked back from
    assert calls("LC-23", bare)["nm-1"].replies == ()


def test_first_use_of_an_upstream_calls_for_diligence() -> None:
    """LC-25: by the end of that day; registered and undecided is not assessed; never used is not owed."""
    key = ("vendor", "sample-publisher")
    assert due(calls("LC-25")["sample-publisher"]) == "2025-06-01T23:59:59.999999Z"
    assert notes(calls("LC-25", {key: {"diligence_decision": "undecided"}})["sample-publisher"]) == ["nothing was decided yet"]
    assert calls("LC-25", {key: {"diligence_at": None}})["sample-publisher"].replies == ()
    assert "sample-publisher" not in calls("LC-25", {key: {"first_used": None}})


def test_new_system_calls_for_an_assessment_of_risks() -> None:
    """LC-31: one that names the system, or was made because of it; the days of grace are the duty's."""
    found = calls("LC-31")
    assert (due(found["sample-new"]), len(found["sample-new"].replies)) == (None, 1)
    because: Changed = {("risk.assessment", "rs-2"): {"systems": [], "trigger_record": "sample-new"}}
    assert len(calls("LC-31", because)["sample-new"].replies) == 1
    assert calls_for("LC-31", FactsBuilder().system("sample-a", go_live=None).build()) == ()


def test_request_for_a_tool_is_decided_in_its_days() -> None:
    """LC-32: within the policy's days, else by the end of the period."""
    key = ("tool.request", "tr-1")
    assert due(calls("LC-32")["tr-1"]) == at("2026-02-11")
    assert due(calls("LC-32", {key: {"decide_within_days": None}})["tr-1"]) == "2027-01-01T00:00:00.000000Z"
    assert notes(calls("LC-32", {key: {"decision": "undecided"}})["tr-1"]) == ["nothing was decided yet"]
    assert calls("LC-32", {key: {"decided_at": None}})["tr-1"].replies == ()


def grant(**fields: Any) -> Facts:
    """One grant."""
    stated = {"system": "sample-desk", "subject_id": P2, "subject_kind": "person", "role": "use"}
    return FactsBuilder().system("sample-desk").add("access.grant", "g-1", happened="2026-03-02", **(stated | fields)).build()


def test_access_that_begins_calls_for_an_approval() -> None:
    """LC-04: by then; an approval of nobody does not suffice."""
    (call,) = calls_for("LC-04", grant(approved_by=PERSON, approved_at=at("2026-03-01")))
    assert (call.system, due(call), notes(call)) == ("sample-desk", at("2026-03-02"), [""])
    (call,) = calls_for("LC-04", grant(approved_at=at("2026-03-01")))
    assert notes(call) == ["who approved is not stated"]
    (call,) = calls_for("LC-04", grant())
    assert call.replies == ()


def test_approval_added_later_was_known_only_then() -> None:
    """The day it is said to have happened is one thing, the day it was said another."""
    builder = FactsBuilder().system("sample-desk")
    stated = {"system": "sample-desk", "subject_id": P2, "subject_kind": "person", "role": "use"}
    builder.add("access.grant", "g-1", happened="2026-03-02", recorded="2026-03-02 13:00", **stated)
    approved = stated | {"approved_by": PERSON, "approved_at": at("2026-03-01")}
    builder.add("access.grant", "g-1", happened="2026-03-02", recorded="2026-06-01", **approved)
    ((reply,),) = (call.replies for call in calls_for("LC-04", builder.build()))
    assert (reply.occurred, reply.recorded) == (at("2026-03-01"), at("2026-06-01"))


def leaver(**revocation: Any) -> FactsBuilder:
    """Somebody with a grant leaves on 2 March at noon; their access to sample-desk is revoked an hour later, if at all."""
    builder = FactsBuilder().system("sample-desk").system("sample-other")
    for number, system in enumerate(("sample-desk", "sample-other")):
        builder.add(
            "access.grant", f"g-{number}", happened="2026-01-05", system=system, subject_id=P2, subject_kind="person", role="use"
        )
    builder.add(
        "roster.change", "r-1", happened="2026-03-02", person=P2, change="left", roster="sample HR", revoke_within_hours=24
    )
    if revocation:
        stated = {"subject_id": P2, "revoked_by": PERSON, "reason": "leaver"}
        builder.add("access.revocation", "rv-1", happened="2026-03-02 13:00", **(stated | revocation))
    return builder


def test_leaver_is_done_with_when_every_access_ended() -> None:
    """LC-05: one of two is half of it."""
    (call,) = calls_for("LC-05", leaver(system=None).build())
    assert (due(call), notes(call), call.replies[0].occurred) == (at("2026-03-03"), [""], at("2026-03-02 13:00"))
    for half in ({"system": "sample-desk"}, {"grant": "g-0"}):
        (call,) = calls_for("LC-05", leaver(**half).build())
        assert notes(call) == ["1 of 2 accesses did not end"]
    (call,) = calls_for("LC-05", leaver().build())
    assert call.replies == ()


def test_key_of_a_leaver_has_to_end_too() -> None:
    """Access of a gateway key ends when the key is revoked or expires, not when a form says so."""
    for ended, note in (
        ({"revoked": "2026-03-02 14:00"}, ""),
        ({"expires": "2026-03-02 14:00"}, ""),
        ({}, "1 of 3 accesses did not end"),
    ):
        (call,) = calls_for("LC-05", leaver(system=None).key("k_1", P2, "sample-desk", "2026-01-05", **ended).build())
        assert notes(call) == [note]


def test_grant_that_ran_out_has_ended() -> None:
    """Access with a stated last day ends with it, once that day is over."""
    builder = FactsBuilder().system("sample-desk").add("access.grant", "g-1", happened="2026-01-05", system="sample-desk", subject_id=P2,
                                                       subject_kind="person", role="use", expires_on="2026-03-01")  # fmt: skip
    builder.add(
        "roster.change", "r-1", happened="2026-03-02", person=P2, change="left", roster="sample HR", revoke_within_hours=24
    )
    ((reply,),) = (call.replies for call in calls_for("LC-05", builder.build()))
    assert reply.occurred == "2026-03-01T23:59:59.999999Z"


def test_who_had_no_access_calls_for_nothing() -> None:
    """Most people who leave never had any; who joins is no leaver."""
    builder = FactsBuilder().add("roster.change", "r-1", happened="2026-03-02", person=P2, change="left", roster="sample HR")
    builder.add("roster.change", "r-2", happened="2026-03-02", person=PERSON, change="joined", roster="sample HR")
    assert calls_for("LC-05", builder.build()) == ()


@pytest.mark.parametrize(
    ("change", "role", "calls_"), [("joined", "user", 1), ("moved", "reviewer", 1), ("left", "user", 0), ("joined", "none", 0)]
)
def test_role_with_ai_calls_for_training(change: str, role: str, calls_: int) -> None:
    """LC-30: for who takes up such a role; the training must be theirs."""
    builder = FactsBuilder().add(
        "roster.change", "r-1", happened="2026-03-02", person=P2, change=change, roster="sample HR", ai_role=role
    )
    builder.add("training", "t-1", happened="2026-03-10", person=P2, role="user", course="sample")
    builder.add("training", "t-2", happened="2026-03-10", person=PERSON, role="user", course="sample")
    found = calls_for("LC-30", builder.build())
    assert [len(each.replies) for each in found] == [1] * calls_
