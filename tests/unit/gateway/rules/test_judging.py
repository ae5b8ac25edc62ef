"""What is lacking, and what the policy makes of it."""

from __future__ import annotations

import pytest

from proofbook.gateway.rules.judging import FLAGS, REFUSALS, find_size_refusal, judge_caller, judge_request
from proofbook.gateway.rules.settings import QUESTIONS, AdmissionSettings
from support.rule_records import (
    CALLER,
    DESK,
    OTHER_WEIGHTS,
    WEIGHTS,
    Records,
    asked,
    complete,
    held,
    seen,
    strict_but,
)

WITHOUT = {
    "grant": Records().page().approval(),
    "registered": Records().grant().approval(),
    "approved_weights": Records().grant().page(),
}


def test_what_is_on_record_passes_without_a_flag() -> None:
    """Strictness must cost those nothing whose records are in order."""
    verdict = judge_request(seen(complete().rules()), held(), CALLER, asked())
    assert (verdict.refusal, verdict.flags) == (None, ())


@pytest.mark.parametrize("question", WITHOUT)
def test_each_lack_is_refused_flagged_or_not_asked_about(question: str) -> None:
    """One lack, three policies; the others are in order."""
    now = seen(WITHOUT[question].rules())
    assert judge_request(now, held(), CALLER, asked()).refusal == REFUSALS[question]
    flagging = judge_request(now, held(strict_but(**{question: "flag"})), CALLER, asked())
    assert (flagging.refusal, flagging.flags) == (None, (FLAGS[question],))
    silent = judge_request(now, held(strict_but(**{question: "off"})), CALLER, asked())
    assert (silent.refusal, silent.flags) == (None, ())


def test_new_installation_serves_and_says_everything_that_is_lacking() -> None:
    """Ten minutes after the first command there are no records yet."""
    verdict = judge_request(seen(Records().rules()), held(AdmissionSettings()), CALLER, asked())
    assert verdict.refusal is None
    assert set(verdict.flags) == {"grant_missing", "system_unregistered", "model_unapproved"}


@pytest.mark.parametrize("protocol", ["openai.models", "ollama.models"])
def test_list_of_models_needs_no_approved_weights(protocol: str) -> None:
    """Nothing answers there but the engine's list."""
    records = Records().grant().page()
    assert judge_request(seen(records.rules()), held(), CALLER, asked(None)._replace(protocol=protocol)).refusal is None


def test_weights_that_are_unknown_or_elsewhere_are_said_so_apart() -> None:
    """Unknown weights are not unapproved ones, and a model on another host is both remote and unknown."""
    rules = complete().rules()
    assert judge_request(seen(rules), held(), CALLER, asked(None)).refusal == REFUSALS["unknown_weights"]
    remote = asked(None, remote="models.example")
    assert judge_request(seen(rules), held(), CALLER, remote).refusal == REFUSALS["remote_model"]
    flagged = judge_request(seen(rules), held(AdmissionSettings()), CALLER, remote)
    assert flagged.flags == ("remote_model", "weights_unknown")
    assert judge_request(seen(rules), held(), CALLER, asked(OTHER_WEIGHTS)).refusal == REFUSALS["approved_weights"]


@pytest.mark.parametrize(
    ("model", "artifact", "passes"),
    [("small", OTHER_WEIGHTS, True), ("large", WEIGHTS, True), ("large", OTHER_WEIGHTS, False), (None, None, False)],
)
def test_scope_of_a_grant_limits_models(model: str | None, artifact: str | None, *, passes: bool) -> None:
    """By the name that is asked for, or by the digest behind whatever name."""
    policy = strict_but(approved_weights="off", unknown_weights="off")
    rules = Records().page().grant(scope=f"models: small, {WEIGHTS}").rules()
    refusal = judge_request(seen(rules), held(policy), CALLER, asked(artifact, model)).refusal
    assert (refusal is None) is passes
    assert refusal is None or refusal.reason.value == "grant_missing"
    flagged = judge_request(
        seen(rules), held(strict_but(approved_weights="off", unknown_weights="off", grant="flag")), CALLER, asked(artifact, model)
    )
    assert flagged.flags == (() if passes else ("grant_missing",))


def test_scope_in_other_words_is_not_held_against_models() -> None:
    """An index is not what a gateway can see; `access explain` says so."""
    rules = Records().page().approval().grant(scope="the handbook index").rules()
    assert judge_request(seen(rules), held(), CALLER, asked()).refusal is None


def test_body_beyond_the_limit_of_its_system_is_refused() -> None:
    """A system may take less than the gateway does."""
    refusal = find_size_refusal(strict_but(body_bytes=10), 11)
    assert refusal is not None
    assert (refusal.reason.value, refusal.status) == ("request_too_large", 413)
    assert find_size_refusal(strict_but(body_bytes=10), 10) is None
    assert find_size_refusal(strict_but(), 1 << 40) is None


def test_hours_are_those_of_the_wall_clock_in_their_zone() -> None:
    """Seven in Berlin is five in June and six in January, UTC."""
    policy = held(strict_but(hours=("mon-fri 07:00-19:00",)), "Europe/Berlin")
    rules = Records().page().grant(since="2025-01-01").rules()
    for now, open_ in [
        ("2026-06-15T04:59:59.999999Z", False), ("2026-06-15T05:00:00.000000Z", True), ("2026-06-15T17:00:00.000000Z", False),
        ("2026-01-12T05:30:00.000000Z", False), ("2026-01-12T06:00:00.000000Z", True), ("2026-06-14T12:00:00.000000Z", False),
    ]:  # fmt: skip
        refusal = judge_caller(seen(rules, now), policy, CALLER).refusal
        assert (refusal is None) is open_, now


def test_stale_records_are_a_lack_of_their_own() -> None:
    """A revocation that nobody could read must not look like none."""
    rules = complete().rules()
    assert judge_caller(seen(rules, stale=True), held(), CALLER).refusal == REFUSALS["stale_records"]
    assert judge_caller(seen(rules, stale=True), held(AdmissionSettings()), CALLER).flags == ("records_stale",)


def test_sentences_name_nobody_and_say_what_to_do() -> None:
    """They go to callers: no grant of anybody, no record, no digest; and whom to ask."""
    for question in QUESTIONS:
        refusal = REFUSALS[question]
        assert refusal.reason.denial
        assert "Ask " in refusal.detail or "Try again" in refusal.detail
        assert not any(word in refusal.detail for word in (DESK, CALLER.principal, "sha256", "g-1"))
