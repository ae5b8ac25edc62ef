"""Self-tests of models: unrecorded, overstated, unapproved, unchanged; the one extra hash that served."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.assessment.selftests.table import CHECKS
from proofbook.primitives.verdict import Met
from support.facts_builder import FactsBuilder, digest
from support.planted import EXCEPTION, NOT_SHOWN, Planted, check_planted, check_unknown, outcome_of
from support.sound_records import A, B, sound_year

DESK, CHANGE = ("ai_system", "sample-desk"), ("change", "ch-1")
OLD, NEW, C = ("model.artifact", A), ("model.artifact", B), digest("c")
EXTRA, FIRST, SECOND = ("model.artifact", C), ("model.approval", "ma-a"), ("model.approval", "ma-b")


def extra(builder: FactsBuilder) -> None:
    """One more hash served for a day."""
    builder.served("sample-desk", C, "2026-09-01", "2026-09-02", 7, binding="resolved")


def unbound(builder: FactsBuilder) -> None:
    """Exchanges of which nobody knows what answered."""
    builder.served("sample-desk", None, "2026-09-01", "2026-09-02", 7, binding="unknown")


def found(verification: str) -> Any:
    """A provenance record of the second artifact, found again."""
    return lambda builder: builder.artifact(B, "2026-06-01", verification=verification)


def decided(decision: str, when: str) -> Any:
    """A later version of the second approval."""

    def decide(builder: FactsBuilder) -> None:
        builder.add("model.approval", "ma-b", happened=when, artifact_digest=B, systems=["sample-desk"], decision=decision,
                    verification="internal_baseline_only")  # fmt: skip

    return decide


FAULTS = [
    Planted("served_model_recorded", EXTRA, EXCEPTION, "served 7 exchanges of sample-desk", plant=extra),
    Planted("served_model_recorded", DESK, NOT_SHOWN, "unknown for 7 exchanges from 2026-09-01", plant=unbound),
    Planted("provenance_verified_honestly", SECOND, EXCEPTION, "shows only internal_baseline_only",
            {"verification": "publisher_signature_verified"}),
    Planted("provenance_verified_honestly", SECOND, EXCEPTION, "do not match", plant=found("mismatch")),
    Planted("provenance_verified_honestly", ("model.approval", "ma-c"), NOT_SHOWN, "no provenance record has these bytes",
            plant=lambda builder: builder.add(
                "model.approval", "ma-c", happened="2026-05-01", artifact_digest=C, decision="approved", license_decision="allowed",
                verification="internal_baseline_only", scan_result="nothing_found")),
    Planted("provenance_verified_honestly", SECOND, NOT_SHOWN, "no waiver names it", {"verification": "unverified"}),
    Planted("provenance_verified_honestly", SECOND, EXCEPTION, "licence was refused", {"license_decision": "refused"}),
    Planted("provenance_verified_honestly", SECOND, NOT_SHOWN, "about its licence", {"license_decision": "undecided"}),
    Planted("provenance_verified_honestly", SECOND, NOT_SHOWN, "no scan", {"scan_result": "not_scanned"}),
    Planted("provenance_verified_honestly", SECOND, NOT_SHOWN, "the scan had findings", {"scan_result": "findings"}),
    Planted("served_hash_approved", EXTRA, EXCEPTION, "nobody approved it on record", plant=extra),
    Planted("served_hash_approved", NEW, EXCEPTION, "approved only on 2026-07-02", {}, {SECOND: {"happened": "2026-07-02"}}),
    Planted("served_hash_approved", NEW, EXCEPTION, "do not name this system", {}, {SECOND: {"systems": ["sample-new"]}}),
    Planted("served_hash_approved", NEW, EXCEPTION, "its approval (ma-b) ended on 2026-09-30", {},
            {SECOND: {"expires_on": "2026-09-30"}}),
    Planted("served_hash_approved", NEW, EXCEPTION, "although withdrawn on 2026-10-01", plant=decided("withdrawn", "2026-10-01")),
    Planted("served_hash_approved", NEW, EXCEPTION, "the last decision (ma-b) was refused", plant=decided("refused", "2026-06-21")),
    Planted("served_hash_approved", ("boundary.test", "bt-altered_weights_refused"), EXCEPTION, "not refused: loaded",
            {"outcome": "not_as_expected", "observed": "loaded"}),
    Planted("served_hash_approved", DESK, NOT_SHOWN, "which weights answered is unknown", plant=unbound),
    Planted("served_model_has_change", EXTRA, EXCEPTION, "no change to it is on record", plant=extra),
    Planted("served_model_has_change", NEW, EXCEPTION, "(ch-1) was released on 2026-07-02", {}, {CHANGE: {"happened": "2026-07-02"}}),
    Planted("served_model_has_change", NEW, EXCEPTION, "no change to it", {}, {CHANGE: {"what": "prompt"}}),
    Planted("served_model_has_change", OLD, EXCEPTION, "no change to it",
            plant=lambda builder: builder.add("change", "ch-0", happened="2025-12-20", system="sample-desk", what="model",
                                              description="to another one", after=C)),
    Planted("served_model_has_change", DESK, NOT_SHOWN, "which weights answered is unknown", plant=unbound),
]  # fmt: skip


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_fault_is_found(planted: Planted) -> None:
    """Each way in which a model can serve that should not is told apart."""
    check_planted(planted)


@pytest.mark.parametrize("check", ["served_model_recorded", "served_hash_approved", "served_model_has_change"])
def test_without_traffic_nothing_can_be_told(check: str) -> None:
    """An empty serving log does not show that nothing served."""
    check_unknown(check, "nothing served", traffic=False)


def test_without_approvals_nothing_can_be_told_of_honesty() -> None:
    """The same for what nobody approved."""
    check_unknown("provenance_verified_honestly", "no approval of a model", drop=["model.approval"])


def test_waiver_that_names_the_approval_covers_an_unverified_model() -> None:
    """That is what the waiver is for."""
    waiver = {("waiver", "wv-1"): {"rule": "LC-12, model.approval ma-b"}, SECOND: {"verification": "unverified"}}
    assert outcome_of(Planted("provenance_verified_honestly", SECOND, NOT_SHOWN, "", change=waiver)).findings == ()


def test_what_a_system_began_with_needs_no_change_and_is_named() -> None:
    """Somebody has to see which artifact was taken to be the first."""
    outcome = CHECKS["served_model_has_change"](sound_year(), "LC-14")
    assert isinstance(outcome.verdict, Met)
    assert any(A in reason and "began with" in reason for reason in outcome.verdict.reasons)


def test_two_models_that_the_first_page_named_need_no_change() -> None:
    """A system may begin with several models, when its page said so before it served."""
    named = {DESK: {"models": [A, C]}}
    planted = Planted(
        "served_model_has_change", EXTRA, EXCEPTION, "", change=named,
        plant=lambda builder: builder.served("sample-desk", C, "2026-01-03", "2026-09-02", 7, binding="resolved"),
    )  # fmt: skip
    assert outcome_of(planted).findings == ()


def test_an_approval_that_is_renewed_holds_from_the_first_decision_on() -> None:
    """A later version of an approval renews it; what was decided first stands for the time before."""
    assert outcome_of(Planted("served_hash_approved", NEW, EXCEPTION, "", plant=decided("approved", "2026-08-01"))).findings == ()
