"""How often a token may ask, with a clock that is moved."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from proofbook.config.settings import PortalSettings
from proofbook.errors import ConfigurationError
from proofbook.portal.api.pace import Pace
from proofbook.portal.api.refusals import TooMany


@dataclass(slots=True)
class Moved:
    """Seconds that go by when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The present second."""
        return self.now


def allowed(pace: Pace, token: str, most: int = 1000) -> int:
    """How many requests of a token are answered until one is not."""
    for number in range(most):
        try:
            pace.check(token)
        except TooMany:
            return number
    return most


def test_a_minutes_requests_may_come_at_once_and_no_more() -> None:
    """A burst is fine; a loop is not."""
    clock = Moved()
    pace = Pace(60, clock)
    assert allowed(pace, "a") == 60
    clock.now += 2.0
    assert allowed(pace, "a") == 2
    clock.now += 3600.0
    assert allowed(pace, "a") == 60


def test_who_waits_as_long_as_told_is_answered() -> None:
    """The time that is told is neither too short nor endless."""
    clock = Moved()
    pace = Pace(3, clock)
    assert allowed(pace, "a") == 3
    with pytest.raises(TooMany) as refused:
        pace.check("a")
    assert refused.value.seconds == 20
    clock.now += refused.value.seconds
    pace.check("a")


def test_tokens_do_not_share_and_many_tokens_do_not_fill_memory() -> None:
    """What one spends, another keeps; the longest silent is forgotten first."""
    pace = Pace(1, Moved())
    assert [allowed(pace, f"t{number}", 1) for number in range(5000)] == [1] * 5000
    assert allowed(pace, "t4999") == 0
    assert allowed(pace, "t0") == 1


@pytest.mark.parametrize("pace", [0, -1, 10_000_000])
def test_a_pace_that_is_none_is_refused(pace: int) -> None:
    """Zero would lock every program out without a word."""
    with pytest.raises(ConfigurationError, match="api_requests_a_minute"):
        PortalSettings(api_requests_a_minute=pace)
