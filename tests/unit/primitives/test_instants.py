"""Instants are fixed-width UTC text whose order is the order of time; periods are whole days of a named zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from proofbook.errors import MalformedRecord
from proofbook.primitives.instants import FixedClock, Period, format_instant, parse_instant, parse_period


def test_an_instant_comes_back_as_it_went() -> None:
    """Microseconds included; other zones are the same moment in UTC."""
    moment = datetime(2026, 11, 21, 4, 12, 28, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert format_instant(moment) == "2026-11-21T03:12:28.123456Z"
    assert parse_instant(format_instant(moment)) == moment


def test_early_years_keep_the_width() -> None:
    """Text order is time order only while every instant has the same width."""
    assert format_instant(datetime(99, 1, 1, tzinfo=UTC)) == "0099-01-01T00:00:00.000000Z"


def test_a_moment_without_zone_is_refused() -> None:
    """Guessing the zone would move the moment."""
    with pytest.raises(MalformedRecord, match="time zone"):
        format_instant(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21",
        "2026-11-21T03:12:28Z",
        "2026-11-21T03:12:28.123456+00:00",
        "2026-11-21 03:12:28.123456Z",
        "2026-11-21T03:12:28.123456Z\n",
        "٢٠٢٦-11-21T03:12:28.123456Z",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    """Digits of other scripts included: they would sort elsewhere."""
    with pytest.raises(MalformedRecord, match="is not an instant"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00.000000Z", "2026-01-01T24:00:01.000000Z", "0000-01-01T00:00:00.000000Z"])
def test_moments_that_do_not_exist_are_refused(text: str) -> None:
    """The form alone does not make a moment."""
    with pytest.raises(MalformedRecord, match="calendar"):
        parse_instant(text)


def test_a_period_includes_its_last_day_in_its_zone() -> None:
    """People write inclusive dates; the end is the first moment of the day after, across a clock change."""
    period = parse_period("2026-03-01", "2026-03-31", "Europe/Berlin")
    assert (format_instant(period.start), format_instant(period.end)) == (
        "2026-02-28T23:00:00.000000Z",
        "2026-03-31T22:00:00.000000Z",
    )
    assert period.covers(period.start)
    assert period.covers(period.end - timedelta(microseconds=1))
    assert not period.covers(period.end)
    assert not period.covers(period.start - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("first", "last", "zone", "words"),
    [
        ("2026-02-01", "2026-01-31", "UTC", "before it starts"),
        ("2026-01-01", "2026-01-31", "Mars/Olympus", "time zone"),
        ("2026-01-01", "2026-01-31", "../../etc/passwd", "time zone"),
        ("2026-01-01", "2026-01-31", "Europe", "time zone"),
        ("2026-01-01", "9999-12-31", "UTC", "outside the years"),
        ("0001-01-01", "2026-01-31", "Asia/Tokyo", "outside the years"),
        ("2026-13-01", "2026-12-31", "UTC", "not a day"),
        ("20260101", "2026-12-31", "UTC", "not a day"),
        ("2026-W01-1", "2026-12-31", "UTC", "not a day"),
    ],
)
def test_a_period_that_is_none_is_refused(first: str, last: str, zone: str, words: str) -> None:
    """Each message names the part that is wrong."""
    with pytest.raises(MalformedRecord, match=words):
        parse_period(first, last, zone)


def test_the_first_and_last_years_still_have_an_end() -> None:
    """Within the bounds nothing overflows."""
    period = Period(date(1900, 1, 1), date(9000, 12, 31), "Pacific/Kiritimati")
    assert period.start < period.end


def test_the_fixed_clock_moves_only_when_told() -> None:
    """Backwards too: that is how stepped clocks are tested."""
    clock = FixedClock(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    clock.advance(timedelta(seconds=-1))
    assert clock.now() == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "hours"), [(datetime.max, -14), (datetime.min, 14)])  # noqa: DTZ901  # the edges are the point
def test_a_moment_beyond_the_calendar_is_refused(moment: datetime, hours: int) -> None:
    """The calendar's edge in another zone has no UTC form; a clock set there must not end in a crash."""
    with pytest.raises(MalformedRecord, match="beyond the calendar"):
        format_instant(moment.replace(tzinfo=timezone(timedelta(hours=hours))))
