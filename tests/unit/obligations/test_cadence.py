"""Calendar intervals, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from proofbook.obligations.cadence import LONGEST_DAYS, Cadence, following, interval_of, intervals_ending


@pytest.mark.parametrize(
    ("cadence", "day", "name", "first", "last"),
    [
        (Cadence.ANNUAL, date(2026, 7, 1), "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (Cadence.SEMI_ANNUAL, date(2026, 6, 30), "2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        (Cadence.SEMI_ANNUAL, date(2026, 7, 1), "2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        (Cadence.QUARTERLY, date(2026, 3, 31), "2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (Cadence.QUARTERLY, date(2026, 12, 31), "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (Cadence.MONTHLY, date(2024, 2, 10), "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (Cadence.MONTHLY, date(2026, 12, 1), "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        (Cadence.CONTINUOUS, date(2026, 2, 28), "2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        (Cadence.PER_EVENT, date(2026, 4, 1), "2026-04", date(2026, 4, 1), date(2026, 4, 30)),
        (Cadence.WEEKLY, date(2026, 3, 1), "2026-W09", date(2026, 2, 23), date(2026, 3, 1)),
        (Cadence.WEEKLY, date(2027, 1, 3), "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        (Cadence.WEEKLY, date(2024, 12, 30), "2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        (Cadence.DAILY, date(2024, 2, 29), "2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_day_lies_in_the_interval_a_calendar_shows(cadence: Cadence, day: date, name: str, first: date, last: date) -> None:
    """The id is what people read in the grid and write into a waiver; it must be the one of the wall calendar."""
    interval = interval_of(cadence, day)
    assert (interval.id, interval.first, interval.last) == (name, first, last)


def test_2026_has_53_weeks_and_2025_has_52() -> None:
    """A weekly control of 2026 has one occurrence more; a fixed 52 would lose the last week."""
    counts = {
        number: len(list(intervals_ending(Cadence.WEEKLY, date(number, 1, 4), date(number + 1, 1, 3)))) for number in (2025, 2026)
    }
    assert counts == {2025: 52, 2026: 53}


@pytest.mark.parametrize("cadence", list(Cadence))
def test_intervals_follow_each_other_without_gap_over_a_leap_year_end(cadence: Cadence) -> None:
    """A gap between two intervals is a day on which nothing is owed; an overlap owes a day twice."""
    interval = interval_of(cadence, date(2023, 12, 20))
    for _ in range(80):
        after = following(cadence, interval)
        assert (after.first - interval.last).days == 1
        assert 1 <= after.days <= LONGEST_DAYS[cadence]
        interval = after


def test_only_intervals_that_end_inside_are_listed() -> None:
    """The quarter that is still running on the last day belongs to the next period."""
    found = [one.id for one in intervals_ending(Cadence.QUARTERLY, date(2026, 2, 15), date(2026, 11, 15))]
    assert found == ["2026-Q1", "2026-Q2", "2026-Q3"]
