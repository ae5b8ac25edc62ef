"""Malformed values are refused when they are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from proofbook.errors import MalformedRecord
from proofbook.obligations.duty import Blind, Event, Performance
from support.duty_builder import LONG_AGO, at, rule


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: rule(zone="Nowhere/Land"), "time zone"),
        (lambda: rule(starts=date(2026, 2, 1), ends=date(2026, 1, 31)), "before it starts"),
        (lambda: rule(starts=date(9001, 1, 1)), "starts on 9001-01-01"),
        (lambda: rule(grace=-1), "-1 days of grace"),
        (lambda: rule(grace=3651), "3651 days of grace"),
        (lambda: Performance("e", "c", "s", "yesterday", LONG_AGO, True, ""), "not an instant"),
        (lambda: Performance("e", "c", "s", LONG_AGO, "2026-01-01", True, ""), "not an instant"),
        (lambda: Event("e", "c", "s", "2026-01-01T00:00:00Z", None), "not an instant"),
        (lambda: Event("e", "c", "s", LONG_AGO, datetime(2026, 1, 1)), "without a time zone"),  # noqa: DTZ001 - what is refused
        (lambda: Event("e", "c", "s", LONG_AGO, datetime(9001, 1, 1, tzinfo=UTC)), "year 9001"),
        (lambda: Blind(at("2026-01-02"), at("2026-01-01"), "clock"), "before it starts"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(make: Callable[[], object], says: str) -> None:
    """What gets past here would be compared as text, and sort somewhere."""
    with pytest.raises(MalformedRecord, match=says):
        make()


def test_a_duty_may_begin_and_end_on_one_day() -> None:
    """Both ends are inclusive."""
    assert rule(starts=date(2026, 1, 1), ends=date(2026, 1, 1)).ends == date(2026, 1, 1)
