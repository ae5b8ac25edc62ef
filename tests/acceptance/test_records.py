"""Acceptance of kept records: what an auditor tries on them, through the command line alone.

Each test's first line says which check of the auditor's list (soc2.md section 19) it is, in our words.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proofbook.controls.criteria import load_criteria
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.wiring.home import open_home
from proofbook.wiring.recording import open_door
from support.kept_bodies import SAMPLE_DIGEST, document
from support.record_desk import SYSTEM, RecordDesk, days_ago, instant_ago
from support.sample_entries import artifact_body

POLICY: dict[str, Any] = {
    "type": "policy",
    "title": "Sample policy",
    "version": "1",
    "status": "approved",
    "owner": "sample-person-1",
    "author": "sample-person-1",
    "approver": "sample-person-2",
    "effective_on": "2026-01-01",
    "next_review": "2027-01-01",
}


def policy(**stated: Any) -> dict[str, Any]:
    """A policy that may be approved today."""
    return document("policy", "ai-use", **{**POLICY, "approved_at": instant_ago(0.01), **stated})


def test_check_6_a_backdated_review_is_seen_to_be_backdated(desk: RecordDesk) -> None:
    """Check 6: backdate an access review; when it happened, was recorded and was exported differ visibly, and it is flagged late."""
    stated = {"list_as_of": days_ago(41), "completed_at": days_ago(40), "reviewer": "sample-person-1", "list_source": "sample"}
    done = desk.apply(document("access.review", "q1", **stated))
    assert done.code == 0
    assert "create  access.review/q1  version 1  LATE" in done.out
    assert "record.completed_at happened 40 days before it is recorded; it is shown as late" in done.out
    told = desk.place.run("record", "history", "access.review", "q1", "--json").json
    (version,) = told["versions"]
    moments = [parse_instant(each) for each in (version["occurred"], version["recorded"], told["exported"])]
    assert (moments[1] - moments[0]).days == 40
    assert moments[1] < moments[2]
    assert version["late"] is True
    shown = desk.place.run("record", "history", "access.review", "q1").out
    assert "version 1  LATE" in shown
    assert all(each in shown for each in (version["occurred"], version["recorded"], "exported  "))
    (line,) = desk.place.run("record", "list", "access.review").out.splitlines()[1:]
    assert " late " in line


def test_check_6_a_backdated_approval_is_seen_to_be_backdated(desk: RecordDesk) -> None:
    """Check 6: backdate an approval; the plan says by how many days, and the history has the day it was really recorded."""
    decided = document("model.approval", "m-1", verification="unverified", decided_at=days_ago(30), decision="approved")
    assert "LATE" in desk.apply(decided).out
    assert desk.history("model.approval", "m-1")[0]["late"] is True
    told = desk.apply(policy(approved_at=days_ago(60)))
    assert told.code == 0
    assert "record.approved_at lies 60 days before it is recorded" in told.out
    assert desk.history("policy", "ai-use")[0]["record"]["approved_at"] < desk.history("policy", "ai-use")[0]["recorded"]
    assert "lies in the future" in desk.refused(policy(version="2", approved_at=days_ago(-1)))


def test_check_7_a_correction_leaves_the_original(desk: RecordDesk) -> None:
    """Check 7: edit an approved record; the original remains, the correction points to it, who did it is named."""
    approved = {"approved_at": instant_ago(0.01)}
    desk.file(policy(**approved))
    (original,) = desk.history("policy", "ai-use")
    desk.file(policy(**approved, version="1.1", notes="a sentence more", because="sample correction"))
    first, second = desk.history("policy", "ai-use")
    assert first == original
    assert second["supersedes"] == original["entry"]
    assert second["actor"]["id"].startswith("os:")
    assert (second["actor"]["kind"], second["actor"]["method"]) == ("person", "local_account")
    assert second["record"]["because"] == "sample correction"
    differing = desk.place.run("record", "diff", "policy", "ai-use", "--json").json["differences"]
    assert {each["field"] for each in differing} == {"version", "notes"}
    assert desk.place.run("book", "fsck").code == 0


def test_check_16_a_moved_threshold_does_not_move_the_run(desk: RecordDesk) -> None:
    """Check 16: change a threshold after a run; the run keeps the line it was held against, and the change is visible."""
    line = {"metric": "exact match", "family": "task_quality", "at_least": "0.90"}
    common = {"system": "help-desk", "effective_at": days_ago(0.5), "set_by": "sample-person-1"}
    (_, standard) = desk.file(SYSTEM, document("evaluation.standard", "help-desk", **common, thresholds=[line]))
    result = {"metric": "exact match", "value": "0.85", "n": 100, "threshold": "at least 0.90", "outcome": "not_met"}
    moments = {"started_at": instant_ago(0), "ended_at": instant_ago(0)}
    bound = {"system": "help-desk", "standard": "help-desk", "standard_entry": standard["entry"], "model": None}
    desk.file(document("evaluation.run", "run-1", **moments, **bound, results=[result]))
    moved = document("evaluation.standard", "help-desk", **common, thresholds=[line | {"at_least": "0.80"}])
    told = desk.apply(moved)
    assert "thresholds[0].at_least: 0.90 -> 0.80" in told.out
    assert "record.thresholds differ from version 1; runs that were held against it keep it" in told.out
    (run,) = desk.history("evaluation.run", "run-1")
    assert run["record"]["results"][0] | {"low": None} == {"family": "other", "high": None, "low": None} | result
    held = next(
        each for each in desk.history("evaluation.standard", "help-desk") if each["entry"] == run["record"]["standard_entry"]
    )
    assert (held["version"], held["record"]["thresholds"][0]["at_least"]) == (1, "0.90")
    difference = desk.place.run("record", "diff", "evaluation.standard", "help-desk").out
    assert "thresholds[0].at_least: 0.90 -> 0.80" in difference


def test_check_17_a_baseline_hash_is_not_a_verified_signature(desk: RecordDesk) -> None:
    """Check 17: a model of which only our own hash is known can never be recorded as verified by a signature."""
    body = {**artifact_body(SAMPLE_DIGEST, instant_ago(1)), "verification": "internal_baseline_only"}
    home = open_home(desk.folder / "home")
    collector = Actor("proofbook", ActorKind.SYSTEM, "process")
    draft = Draft("model.artifact", "sample", instant_ago(1), collector, "collector:models", Assurance.COLLECTED, body)
    with open_door(home) as door:
        receipt = door.recorder.record(draft)
    claims = {"decided_at": instant_ago(0), "decision": "approved"}
    for claimed in ("publisher_signature_verified", "third_party_signature_verified", "hash_matches_publisher_metadata"):
        told = desk.refused(document("model.approval", "m-1", verification=claimed, **claims))
        assert (
            f"claims {claimed}; of provenance records of these bytes entry {receipt.entry_id} shows internal_baseline_only"
            in told
        )
        assert "fix: state internal_baseline_only at most" in told
    desk.file(document("model.approval", "m-1", verification="internal_baseline_only", **claims))
    shown = desk.place.run("record", "get", "model.approval", "m-1").out
    assert "verification: internal_baseline_only" in shown
    assert "signature_verified" not in shown


@pytest.mark.parametrize(
    ("first", "second"),
    [("incident.exercise", "incident.real"), ("incident.real", "incident.exercise"), ("incident.exercise", "incident.near_miss")],
)
def test_check_18_an_exercise_is_never_an_incident(desk: RecordDesk, first: str, second: str) -> None:
    """Check 18: an exercise cannot be recorded as an incident, nor an incident as an exercise, and each list holds only its own."""
    moments = {"incident.exercise": "held_at"}
    one, other = (document(kind, "march", **{moments.get(kind, "detected_at"): instant_ago(0)}) for kind in (first, second))
    desk.file(one)
    told = desk.refused(other)
    assert f"'march' is the id of {first}/march already" in told
    assert "an exercise is never turned into an incident" in told
    assert "'april' is the id of" in desk.refused({**one, "id": "april"}, {**other, "id": "april"})
    assert len(desk.place.run("record", "list", first, "--json").json["records"]) == 1
    assert desk.place.run("record", "list", second, "--json").json["records"] == []


def test_check_26_only_criteria_that_exist(desk: RecordDesk) -> None:
    """Check 26: every criterion id a record names is one of the 61; an invented one is refused by name."""
    known = [each.id for each in load_criteria().criteria]
    assert len(known) == 61
    desk.file(policy(criteria=known))
    for invented in ("AI1.1", "CC6.9", "CC10.1", "A1.4", "cc6.1"):
        told = desk.refused(policy(version="2", criteria=["CC6.1", invented]))
        assert f"field record.criteria[1]: criterion '{invented}' is not known" in told
    finding = document("control.exception", "e-1", found_at=instant_ago(0), criteria=["CC99.1"])
    assert "criterion 'CC99.1' is not known" in desk.refused(finding)


def test_check_28_blanks_and_template_text_are_not_approved(desk: RecordDesk, tmp_path: Path) -> None:
    """Check 28: a blank, or text taken from a template as it was, blocks the status approved, and is listed."""
    blank = {"heading": "Scope", "text": "It holds for [[state whom it binds]]."}
    told = desk.refused(policy(sections=[blank], notes="[[note]]"))
    assert told.count("is still a blank, and status is approved") == 2
    assert "field record.sections[0].text" in told
    desk.file(policy(status="draft", sections=[blank]))
    (draft,) = desk.history("policy", "ai-use")
    signature = {"of_kind": "policy", "of_id": "ai-use", "of_entry": draft["entry"], "decision": "approved"}
    signed = document("sign_off", "s-1", **signature, signed_at=format_instant(parse_instant(draft["recorded"])))
    assert "policy/ai-use still has blanks: sections[0].text" in desk.refused(signed)
    desk.place.run("init", "--entity", "Sample Organisation", "--with-starter")
    draft_file = next((desk.folder / "home").rglob("policy/ai-use-policy.yaml"))
    shelf = draft_file.read_text("utf-8").replace("status: draft", "status: approved")
    (desk.folder / "shelf.yaml").write_text(shelf, "utf-8")
    untouched = desk.place.try_run("record", "apply", "shelf.yaml", "--yes")
    assert untouched.code == 4
    assert "is the starter text ai-use-policy/1, unedited, and status is approved" in untouched.err
    assert "is still a blank, and status is approved" in untouched.err
