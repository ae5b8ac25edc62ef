"""Limits of tokens: what was used counts for its stretch, and whoever used too much hears when to come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.gateway.admission import Used
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.rules.budget import Budget, TokenLimit, count_tokens, find_limits
from proofbook.gateway.rules.settings import AdmissionSettings
from proofbook.gateway.wire.facts import ProtocolName, ReplyFacts, TokenUsage
from proofbook.records.exchange import RefusalReason
from support.rule_records import CALLER, JUNE, GivenTime, complete, enforcing, strict_but

KEY = ("support-desk",)
STATED = ReplyFacts(usage=TokenUsage(40, 60))


def test_what_was_used_counts_for_the_stretch_and_no_longer() -> None:
    """A minute back from now, not from the full minute: nobody gets twice the limit around a turn of the clock."""
    now = GivenTime(1000.0)
    budget = Budget(now)
    budget.spend(60, (KEY, "minute"))
    now.seconds += 30
    budget.spend(50, (KEY, "minute"))
    assert (budget.spent(KEY, "minute"), budget.wait((KEY, "minute", 111))) == (110, 0.0)
    assert 30 <= budget.wait((KEY, "minute", 100)) <= 31
    assert 60 <= budget.wait((KEY, "minute", 50)) <= 61
    now.seconds += 31
    assert (budget.spent(KEY, "minute"), budget.wait((KEY, "minute", 100))) == (50, 0.0)
    now.seconds += 31
    assert budget.spent(KEY, "minute") == 0


@given(st.lists(st.tuples(st.floats(0, 90), st.integers(0, 1000)), max_size=30), st.integers(1, 3000))
def test_after_the_wait_that_is_told_less_than_the_limit_was_used(uses: list[tuple[float, int]], limit: int) -> None:
    """`Retry-After` must not send a caller away twice."""
    now = GivenTime(50_000.0)
    budget = Budget(now)
    for pause, tokens in uses:
        now.seconds += pause
        budget.spend(tokens, (KEY, "minute"))
    wait = budget.wait((KEY, "minute", limit))
    assert (wait == 0.0) == (budget.spent(KEY, "minute") < limit)
    now.seconds += wait
    assert budget.spent(KEY, "minute") < limit


def test_what_was_used_before_this_process_began_counts() -> None:
    """A restart is no way to a fresh day."""
    now = GivenTime(5.0)
    budget = Budget(now)
    budget.spend(900, (KEY, "day"), ago=80_000.0)
    budget.spend(200, (KEY, "day"), ago=10.0)
    assert budget.spent(KEY, "day") == 1100
    now.seconds += 10_000.0
    assert budget.spent(KEY, "day") == 200


@pytest.mark.parametrize(
    ("protocol", "facts", "tokens"),
    [
        ("openai.chat", STATED, 100),
        ("generic.rerank", STATED, 100),
        ("openai.chat", ReplyFacts(usage=TokenUsage(40)), 40),
        ("openai.chat", ReplyFacts(chunks=7), 107),
        ("ollama.generate", ReplyFacts(), 300),
        ("openai.embeddings", ReplyFacts(), 100),
        ("generic.audio", ReplyFacts(chunks=7), 0),
        ("openai.models", ReplyFacts(), 0),
    ],
)
def test_tokens_are_the_engines_or_an_estimate(protocol: ProtocolName, facts: ReplyFacts, tokens: int) -> None:
    """Not asking a stream for its usage must be no way round a limit."""
    assert count_tokens(protocol, facts, 400, 800) == tokens


def test_limits_are_those_that_are_set() -> None:
    """Six settings, two of them here."""
    policy = AdmissionSettings(tokens_per_hour=5, principal_tokens_per_day=7)
    assert find_limits(policy) == (TokenLimit(False, "hour", 5), TokenLimit(True, "day", 7))
    assert find_limits(AdmissionSettings()) == ()


def test_a_caller_who_used_up_its_tokens_is_turned_away_until_they_are_old() -> None:
    """The others of the system go on, until all of them together have used up theirs."""
    now = GivenTime()
    policy = strict_but(principal_tokens_per_minute=150, tokens_per_hour=300)
    admission, _ = enforcing(complete().grant("g-2", subject_id="sample-person-2"), policy, now=now)
    other = CALLER._replace(principal="sample-person-2")
    for _ in range(2):
        assert admission.assess_caller(CALLER, JUNE) is None
        admission.spent(CALLER, Used("openai.chat", STATED, 1, 1))
    refusal = admission.assess_caller(CALLER, JUNE)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.status, refusal.retry_after) == (RefusalReason.RATE_LIMITED, 429, 61)
    assert admission.assess_caller(other, JUNE) is None
    now.seconds += 61
    assert admission.assess_caller(CALLER, JUNE) is None
    admission.spent(other, Used("openai.chat", STATED, 1, 1))
    refused = admission.assess_caller(other, JUNE)
    assert refused is not None
    assert refused.retry_after is not None
    assert refused.retry_after > 3000
