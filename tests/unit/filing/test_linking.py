"""References, criteria, claims about bytes, incidents and exercises, standards and runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofbook.filing.remark import Code
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.provenance import VerificationStatus
from support.filing_room import NOW, Desk, parsed
from support.kept_bodies import SAMPLE_DIGEST, SAMPLE_ENTRY, document
from support.sample_entries import artifact_body

COLLECTOR = Actor("proofbook", ActorKind.SYSTEM, "process")


def provenance(desk: Desk, verification: str) -> None:
    """A provenance record of the sample bytes."""
    body = {**artifact_body(SAMPLE_DIGEST, NOW), "verification": str(verification)}
    desk.enter(Draft("model.artifact", "sample", NOW, COLLECTOR, "collector:models", Assurance.COLLECTED, body))


def approval(verification: str) -> dict[str, Any]:
    """An approval that claims that much."""
    return document("model.approval", "a-1", verification=verification, decided_at=NOW)


def test_what_a_reference_leads_to(desk: Desk) -> None:
    """Shipped controls, own controls, systems, vendors, artifacts and entries."""
    performance = {"performed_at": NOW, "system": "help-desk"}
    unknown = [
        document("control.performance", "p-1", **performance),
        document("control.performance", "p-2", **performance | {"control": "LC-99"}),
        document("sign_off", "s-1", of_entry=SAMPLE_ENTRY, signed_at=NOW),
    ]
    assert desk.notes(*unknown[:2]) == [
        (Code.UNKNOWN_REFERENCE, ("system",)),
        (Code.UNKNOWN_REFERENCE, ("control",)),
        (Code.UNKNOWN_REFERENCE, ("system",)),
    ]
    desk.apply(document("ai_system", "help-desk"))
    own = document("control", "own-1")
    assert desk.notes(*unknown[:1], document("control.performance", "p-2", **performance | {"control": "own-1"}), own) == []


def test_an_artifact_that_was_never_looked_at_is_told(desk: Desk) -> None:
    """An approval of bytes nobody has seen."""
    assert desk.notes(approval("unverified")) == [(Code.UNKNOWN_REFERENCE, ("artifact_digest",))]
    provenance(desk, "unverified")
    assert desk.notes(approval("unverified")) == []


@pytest.mark.parametrize("kind", ["policy", "control", "control.exception"])
@pytest.mark.parametrize("criterion", ["CC1.9", "CC10.1", "AI1.1", "cc6.1", "CC6.1 ", "P9.1", ""])
def test_an_invented_criterion_is_refused(desk: Desk, kind: str, criterion: str) -> None:
    """There are 61; a 62nd would be evidence for nothing."""
    text = json.dumps(document(kind, "x-1", criteria=["CC6.1", criterion], **({"found_at": NOW} if "exception" in kind else {})))
    if not criterion:
        assert parsed(text, "x.json")[1]
        return
    (refusal,) = desk.refusals(json.loads(text))
    assert "field record.criteria[1]: criterion " in refusal


@pytest.mark.parametrize("shown", list(VerificationStatus))
@pytest.mark.parametrize("claimed", list(VerificationStatus))
def test_nothing_is_claimed_beyond_what_was_seen(desk: Desk, shown: VerificationStatus, claimed: VerificationStatus) -> None:
    """Admitting less is always allowed."""
    order = ["mismatch", "unverified", "internal_baseline_only", "hash_matches_independent_source"]
    order += ["hash_matches_publisher_metadata", "third_party_signature_verified", "publisher_signature_verified"]
    provenance(desk, shown)
    assert bool(desk.refusals(approval(claimed))) == (order.index(claimed) > order.index(shown))


@pytest.mark.parametrize("claimed", list(VerificationStatus))
def test_without_a_provenance_record_only_the_own_baseline_can_be_claimed(desk: Desk, claimed: VerificationStatus) -> None:
    """A signature that only a file of ours mentions was not verified here."""
    allowed = {"mismatch", "unverified", "internal_baseline_only"}
    assert bool(desk.refusals(approval(claimed))) == (claimed not in allowed)


@pytest.mark.parametrize("second", ["incident.real", "incident.near_miss", "incident.exercise"])
@pytest.mark.parametrize("first", ["incident.real", "incident.near_miss", "incident.exercise"])
def test_an_exercise_is_never_an_incident(desk: Desk, first: str, second: str) -> None:
    """Neither in the same run nor against what the book has."""
    times = {"incident.exercise": {"held_at": NOW}}
    one, other = (document(kind, "i-1", **times.get(kind, {"detected_at": NOW})) for kind in (first, second))
    if first != second:
        assert len(desk.refusals(one, other)) == 2
    desk.apply(one)
    assert bool(desk.refusals(other)) == (first != second)


def standard(line: str) -> dict[str, Any]:
    """A standard with one line."""
    return document("evaluation.standard", "st", system="s-1", effective_at=NOW, thresholds=[{"metric": "m", "at_least": line}])


def run(**stated: Any) -> dict[str, Any]:
    """A run against it."""
    values = {"system": "s-1", "standard": "st", "started_at": NOW, "ended_at": NOW, "model": None}
    return document("evaluation.run", "run-1", **{**values, **stated})


def test_moved_thresholds_are_told(desk: Desk) -> None:
    """And only when they were moved."""
    desk.apply(document("ai_system", "s-1"), standard("0.90"))
    assert desk.notes({**standard("0.90"), "record": {**standard("0.90")["record"], "set_by": "another"}}) == []
    assert desk.notes(standard("0.80")) == [(Code.THRESHOLDS_CHANGED, ("thresholds",))]


def test_a_run_is_held_against_the_line_that_stood_before_it(desk: Desk) -> None:
    """A line drawn after the measurement is told; one of another standard is refused; none at all is told with the one to name."""
    (_, first) = desk.apply(document("ai_system", "s-1"), standard("0.90"))
    desk.now = "2026-03-31T08:00:00.000000Z"
    (second,) = desk.apply(standard("0.80"))
    assert desk.notes(run(standard_entry=first)) == []
    assert desk.notes(run(standard_entry=second)) == [(Code.STANDARD_AFTER_RUN, ("standard_entry",))]
    assert desk.notes(run()) == [(Code.NO_STANDARD_VERSION, ("standard_entry",))]
    assert f"it was {first}" in desk.plan(run()).planned[0].remarks[0].fix
    assert desk.notes(run(standard_entry=SAMPLE_ENTRY)) == [(Code.UNKNOWN_REFERENCE, ("standard_entry",))]
    assert "is an entry of evaluation.standard/st, not of" in desk.refusals(run(standard="other", standard_entry=first))[0]
