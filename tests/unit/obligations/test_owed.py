"""Which occurrences are owed, and to which period they belong."""

from __future__ import annotations

from datetime import date

import pytest

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Rule
from proofbook.obligations.owed import duties, expected
from proofbook.primitives.instants import Period
from support.duty_builder import grid, rule, states, year


def names(stated: Rule, period: Period) -> list[str]:
    """Ids of the intervals owed."""
    return [one.interval for one in expected(stated, period)]


@pytest.mark.parametrize(
    ("cadence", "number"),
    [
        (Cadence.ANNUAL, 1),
        (Cadence.SEMI_ANNUAL, 2),
        (Cadence.QUARTERLY, 4),
        (Cadence.MONTHLY, 12),
        (Cadence.WEEKLY, 52),
        (Cadence.DAILY, 365),
        (Cadence.CONTINUOUS, 12),
        (Cadence.PER_EVENT, 0),
    ],
)
def test_a_year_owes_what_the_cadence_says(cadence: Cadence, number: int) -> None:
    """The number an auditor works out by head. Week 53 of 2026 ends in 2027 and belongs there."""
    assert len(expected(rule(cadence), year(2026))) == number


def test_due_is_the_last_day_and_the_grace() -> None:
    """Due days are counted from the interval's last day, over a month's end."""
    first = expected(rule(grace=15), year(2026))[0]
    assert (first.first, first.last, first.due, first.part) == (date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 15), False)


def test_an_interval_belongs_to_the_period_of_its_last_day() -> None:
    """A quarter cut by the period's start is owed in it, marked as a part; one cut by its end is owed in the next."""
    found = expected(rule(), Period(date(2026, 2, 15), date(2026, 11, 15), "UTC"))
    assert [(one.interval, one.part) for one in found] == [("2026-Q1", True), ("2026-Q2", False), ("2026-Q3", False)]


def test_an_annual_duty_may_not_fall_into_a_short_period() -> None:
    """Six months from January hold no year's end; six months to December hold one, of which they are a part."""
    assert names(rule(Cadence.ANNUAL), Period(date(2026, 1, 1), date(2026, 6, 30), "UTC")) == []
    found = expected(rule(Cadence.ANNUAL), Period(date(2026, 7, 1), date(2026, 12, 31), "UTC"))
    assert [(one.interval, one.part) for one in found] == [("2026", True)]


@pytest.mark.parametrize(("starts", "owed"), [(date(2026, 2, 15), True), (date(2026, 2, 16), False)])
def test_a_duty_that_begins_in_mid_interval_owes_it_from_the_half(starts: date, *, owed: bool) -> None:
    """Q1 of 2026 has 90 days: 45 days from 15 February are half of it, 44 are not."""
    found = expected(rule(starts=starts), year(2026))
    assert [(one.interval, one.part) for one in found if one.part] == ([("2026-Q1", True)] if owed else [])


@pytest.mark.parametrize(("ends", "owed"), [(date(2026, 8, 15), True), (date(2026, 8, 14), False)])
def test_a_duty_that_ends_in_mid_interval_owes_it_from_the_half(ends: date, *, owed: bool) -> None:
    """Q3 has 92 days; retiring a system the day before the quarter ends does not excuse its review."""
    assert names(rule(ends=ends), year(2026)) == ["2026-Q1", "2026-Q2", *(["2026-Q3"] if owed else [])]


def test_a_continuous_duty_owes_every_month_it_touched() -> None:
    """It is not performed once a month but all the time, so one day counts."""
    found = expected(rule(Cadence.CONTINUOUS, starts=date(2026, 3, 31), ends=date(2026, 5, 1)), year(2026))
    assert [(one.interval, one.part) for one in found] == [("2026-03", True), ("2026-04", False), ("2026-05", True)]


def test_a_new_version_of_a_control_in_mid_quarter_excuses_nothing() -> None:
    """Three versions of a month each: none exists for half a quarter, together they do. The newest one's grace counts."""
    versions = [
        rule(starts=date(2026, 1, 1), ends=date(2026, 1, 31), grace=1),
        rule(starts=date(2026, 2, 1), ends=date(2026, 2, 28), grace=2),
        rule(starts=date(2026, 3, 1), ends=date(2026, 3, 31), grace=3),
    ]
    cells = grid(versions)
    assert [(cell.occurrence.interval, cell.occurrence.due, cell.occurrence.part) for cell in cells] == [
        ("2026-Q1", date(2026, 4, 3), False)
    ]


def test_days_without_any_version_are_not_counted() -> None:
    """A duty that rested for most of the quarter does not owe it."""
    assert states(grid([rule(ends=date(2026, 1, 20)), rule(starts=date(2026, 3, 15))])) == {
        "2026-Q2": "missed",
        "2026-Q3": "missed",
        "2026-Q4": "missed",
    }


def test_a_cadence_may_change_and_each_part_is_owed_by_its_own() -> None:
    """Quarterly until mid-February, monthly from then on: half a quarter and half a February are owed, both in parts."""
    cells = grid([rule(ends=date(2026, 2, 14)), rule(Cadence.MONTHLY, starts=date(2026, 2, 15), ends=date(2026, 4, 30))])
    assert [(one.occurrence.interval, one.occurrence.part) for one in cells] == [
        ("2026-02", True),
        ("2026-Q1", True),
        ("2026-03", False),
        ("2026-04", False),
    ]


def test_the_day_samoa_left_out_is_not_owed() -> None:
    """A daily control cannot be missed on a day that never was; the week and the month around it are owed as ever."""
    period = Period(date(2011, 12, 28), date(2012, 1, 1), "Pacific/Apia")
    duty = rule(Cadence.DAILY, "Pacific/Apia", starts=date(2011, 1, 1))
    assert names(duty, period) == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]
    assert names(rule(Cadence.WEEKLY, "Pacific/Apia", starts=date(2011, 1, 1)), period) == ["2011-W52"]


def test_29_february_is_owed_in_leap_years() -> None:
    """366 days, and the leap day among them."""
    found = names(rule(Cadence.DAILY), year(2024))
    assert len(found) == 366
    assert "2024-02-29" in found


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(date(1, 1, 1), date(1, 1, 1)), (date(1, 1, 1), date(1899, 12, 31)), (date(9000, 12, 31), date.max), (date(1, 1, 1), None)],
)
@pytest.mark.parametrize("cadence", list(Cadence))
def test_lives_beyond_the_calendar_do_not_break_it(cadence: Cadence, starts: date, ends: date | None) -> None:
    """People write 0001-01-01 and 9999-12-31 for always."""
    owed = names(rule(cadence, starts=starts, ends=ends), year(2026))
    assert bool(owed) == (ends is None and cadence is not Cadence.PER_EVENT)


def test_one_duty_has_one_zone() -> None:
    """Two zones would let one moment lie in two quarters."""
    with pytest.raises(MalformedRecord, match=r"stated in UTC and in Europe/Berlin"):
        duties([rule(ends=date(2026, 1, 31)), rule(zone="Europe/Berlin", starts=date(2026, 2, 1))])


def test_one_duty_has_one_cadence_at_a_time() -> None:
    """A weekly and a monthly duty under one name would take each other's performances."""
    with pytest.raises(MalformedRecord, match=r"weekly and monthly on 2026-03-31"):
        duties([rule(Cadence.WEEKLY, ends=date(2026, 3, 31)), rule(Cadence.MONTHLY, starts=date(2026, 3, 31))])
    assert len(duties([rule(Cadence.WEEKLY, ends=date(2026, 3, 31)), rule(Cadence.MONTHLY, starts=date(2026, 4, 1))])) == 1
    assert len(duties([rule(), rule(), rule(Cadence.PER_EVENT), rule(Cadence.MONTHLY, scope="sample-other")])) == 2
