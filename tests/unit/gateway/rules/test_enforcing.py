"""What was judged is remembered, and never a moment longer than it holds."""

from __future__ import annotations

import pytest

from proofbook.gateway.admission import Admitted
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.rules.enforcing import Enforcement
from support.rule_records import (
    CALLER,
    JUNE,
    OTHER_WEIGHTS,
    GivenClock,
    GivenTime,
    Records,
    asked,
    complete,
    enforcing,
    strict_but,
)

NOON = JUNE, "2026-06-15T11:59:59.999999Z"
MIDNIGHT = "2026-06-16T00:00:00.000000Z", "2026-06-15T23:59:59.999999Z"


def passes(admission: Enforcement, clock: GivenClock, now: str) -> tuple[bool, bool]:
    """Whether the head passes at an instant, and whether the request does."""
    clock.instant = now
    head, request = admission.assess_caller(CALLER, now), admission.assess_request(CALLER, asked())
    return head is None, isinstance(request, Admitted)


@pytest.mark.parametrize(
    ("records", "turn", "head"),
    [
        (complete().revocation(at=JUNE), NOON, False),
        (complete().grant(expires_on="2026-06-15"), MIDNIGHT, False),
        (complete().page(retired_on="2026-06-15"), MIDNIGHT, False),
        (complete().approval(expires_on="2026-06-15"), MIDNIGHT, True),
        (complete().approval("a-2", since=JUNE, decision="refused"), NOON, True),
    ],
)
def test_what_ends_ends_at_its_instant_though_it_was_judged_just_before(
    records: Records, turn: tuple[str, str], *, head: bool
) -> None:
    """Nobody records anything then: the rules are the same, only time goes on. And back, for a clock may be set back."""
    clock, (after, before) = GivenClock(), turn
    admission, _ = enforcing(records, clock=clock)
    for _time in range(2):
        assert passes(admission, clock, before) == (True, True)
        assert passes(admission, clock, before) == (True, True)
        assert passes(admission, clock, after) == (head, False)


def test_what_begins_begins_at_its_instant() -> None:
    """A grant from noon on lets nobody in a moment earlier."""
    clock = GivenClock()
    admission, _ = enforcing(complete().grant(since=JUNE), clock=clock)
    assert passes(admission, clock, NOON[1]) == (False, False)
    assert passes(admission, clock, NOON[0]) == (True, True)


def test_hours_end_within_the_same_rules() -> None:
    """Eight in the evening comes by itself."""
    clock = GivenClock()
    admission, _ = enforcing(complete(), strict_but(hours=("mon-sun 08:00-20:00",)), clock=clock)
    assert passes(admission, clock, "2026-06-15T19:59:59.999999Z") == (True, True)
    assert passes(admission, clock, "2026-06-15T20:00:00.000000Z") == (False, False)


def test_other_rules_and_stale_ones_are_judged_anew() -> None:
    """A swap of the snapshot counts for the next request; so does the loss of contact with the book."""
    clock = GivenClock()
    admission, source = enforcing(complete(), clock=clock)
    assert passes(admission, clock, JUNE) == (True, True)
    source.rules = complete().page(status="retired").rules()
    assert passes(admission, clock, JUNE) == (False, False)
    source.rules = complete().rules()
    assert passes(admission, clock, JUNE) == (True, True)
    source.stale = True
    assert passes(admission, clock, JUNE) == (False, False)


def test_callers_models_and_weights_are_judged_apart() -> None:
    """What is remembered of one is no answer for another."""
    clock = GivenClock()
    admission, _ = enforcing(complete(), clock=clock)
    assert isinstance(admission.assess_request(CALLER, asked()), Admitted)
    assert isinstance(admission.assess_request(CALLER, asked(OTHER_WEIGHTS)), Refusal)
    assert isinstance(admission.assess_request(CALLER, asked(remote="models.example")), Refusal)
    assert isinstance(admission.assess_request(CALLER, asked()._replace(protocol="openai.models")), Admitted)
    assert isinstance(admission.assess_request(CALLER._replace(principal="somebody-else"), asked()), Refusal)
    assert admission.assess_caller(CALLER._replace(system="other-desk"), JUNE) is None  # not configured: the defaults flag


def test_what_is_remembered_is_bounded() -> None:
    """A model's name is the caller's to choose."""
    admission, _ = enforcing(complete(), clock=GivenClock())
    for number in range(9000):
        admission.assess_request(CALLER, asked(model=f"m{number}"))
    assert len(admission._judged) <= 4096


def test_rate_is_taken_once_a_request_and_only_by_those_who_may_call() -> None:
    """A denied caller does not use up what others have."""
    time = GivenTime()
    admission, _ = enforcing(complete(), strict_but(requests_per_minute=2), now=time, clock=GivenClock())
    for _ in range(5):
        assert admission.assess_caller(CALLER._replace(principal="somebody-else"), JUNE) is not None
    assert [admission.assess_caller(CALLER, JUNE) for _ in range(2)] == [None, None]
    for _ in range(5):
        assert isinstance(admission.assess_request(CALLER, asked()), Admitted)
    refusal = admission.assess_caller(CALLER, JUNE)
    assert refusal is not None
    assert (refusal.reason.value, refusal.retry_after) == ("rate_limited", 30)
