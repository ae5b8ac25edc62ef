"""Limits of requests a minute and at once."""

from __future__ import annotations

import pytest

from proofbook.gateway.rules.pace import Crowd, Rate, too_fast

SYSTEM, CALLER, OTHER = ("desk",), ("desk", "one"), ("desk", "two")


def test_minute_worth_may_come_at_once_and_comes_back_with_time() -> None:
    """Three a minute: three now, the fourth in twenty seconds."""
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert [rate.take((SYSTEM, 3)) for _ in range(3)] == [0.0] * 3
    assert rate.take((SYSTEM, 3)) == pytest.approx(20.0)
    now[0] = 19.9
    assert rate.take((SYSTEM, 3)) == pytest.approx(0.1)
    now[0] = 20.0
    assert rate.take((SYSTEM, 3)) == 0.0
    assert rate.take((SYSTEM, 3)) > 0


def test_request_that_one_limit_turns_away_counts_against_none() -> None:
    """A caller who is too fast must not use up what the system has for others."""
    rate = Rate(lambda: 0.0)
    assert rate.take((SYSTEM, 3), (CALLER, 1)) == 0.0
    for _ in range(9):
        assert rate.take((SYSTEM, 3), (CALLER, 1)) > 0
    assert [rate.take((SYSTEM, 3), (OTHER, 2)) for _ in range(2)] == [0.0] * 2
    assert rate.take((SYSTEM, 3), (("desk", "three"), 9)) > 0


def test_quiet_callers_are_forgotten_and_fast_ones_are_not() -> None:
    """Any number of callers over the years, in bounded memory."""
    now = [0.0]
    rate = Rate(lambda: now[0])
    for number in range(9000):
        now[0] += 0.1
        rate.take(((str(number),), 60))
    rate.take((CALLER, 1))
    for number in range(9000):
        now[0] += 0.001
        rate.take(((f"again {number}",), 60))
    assert len(rate._due) < 9100
    assert rate.take((CALLER, 1)) > 0


def test_crowd_counts_until_each_has_left() -> None:
    """Two at once, whoever they are; one of each."""
    crowd = Crowd()
    assert crowd.enter((SYSTEM, 2), (CALLER, 1))
    assert not crowd.enter((SYSTEM, 2), (CALLER, 1))
    assert crowd.enter((SYSTEM, 2), (OTHER, 1))
    assert not crowd.enter((SYSTEM, 2), (("desk", "three"), 1))
    crowd.leave(SYSTEM, CALLER)
    assert crowd.enter((SYSTEM, 2), (CALLER, 1))
    crowd.leave(SYSTEM, CALLER)
    crowd.leave(SYSTEM, OTHER)
    assert crowd._open == {}


def test_wait_is_told_in_whole_seconds_that_suffice() -> None:
    """A client that waits as told must not be turned away again."""
    refusal = too_fast(1.2)
    assert (refusal.status, refusal.retry_after, refusal.reason.denial) == (429, 2, True)
    assert too_fast(0.001).retry_after == 1
