"""Where a day begins, in zones that make it hard."""

from __future__ import annotations

from datetime import date

import pytest

from proofbook.errors import MalformedRecord
from proofbook.obligations.midnights import LAST_DAY, Midnights


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", date(2026, 3, 1), "2026-03-01T00:00:00.000000Z"),
        ("Europe/Berlin", date(2026, 3, 30), "2026-03-29T22:00:00.000000Z"),
        ("Asia/Kolkata", date(2026, 1, 1), "2025-12-31T18:30:00.000000Z"),
        ("Asia/Kathmandu", date(2026, 1, 1), "2025-12-31T18:15:00.000000Z"),
        ("Pacific/Kiritimati", date(2026, 1, 1), "2025-12-31T10:00:00.000000Z"),
        ("Etc/GMT+12", date(2026, 1, 1), "2026-01-01T12:00:00.000000Z"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00:00.000000Z"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00.000000Z"),
    ],
)
def test_a_day_begins_at_its_first_moment(zone: str, day: date, begins: str) -> None:
    """Sao Paulo skipped that midnight and Havana has it twice: the day begins at the skip, and at the first of the two."""
    assert Midnights(zone).begins(day) == begins


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    """A fixed 24 hours would put the last hour of the long day into the next one."""
    midnights = Midnights("Europe/Berlin")
    first, after = (int(midnights.begins(one)[11:13]) for one in (day, date.fromordinal(day.toordinal() + 1)))
    assert (after - first) % 24 + (24 if (after - first) % 24 < 12 else 0) == hours


def test_samoa_has_no_30_december_2011() -> None:
    """The island crossed the date line: the day has no moment in which anything could be performed."""
    midnights = Midnights("Pacific/Apia")
    assert [midnights.begins(date(2011, 12, day)) for day in (30, 31)] == ["2011-12-30T10:00:00.000000Z"] * 2
    assert midnights.day_of("2011-12-30T09:59:59.999999Z") == date(2011, 12, 29)
    assert midnights.day_of("2011-12-30T10:00:00.000000Z") == date(2011, 12, 31)


def test_a_moment_beyond_the_calendar_falls_on_a_far_day() -> None:
    """A record may claim any year; it must not stop the grid with an overflow."""
    midnights = Midnights("Etc/GMT+12")
    assert midnights.day_of("0001-01-01T00:00:00.000000Z") == date(1899, 12, 31)
    assert Midnights("Pacific/Kiritimati").day_of("9999-12-31T23:59:59.999999Z") == LAST_DAY


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "a\0b"])
def test_an_unknown_zone_is_refused_by_name(zone: str) -> None:
    """Falling back to UTC would move every due day without a word."""
    with pytest.raises(MalformedRecord, match="time zone"):
        Midnights(zone)
