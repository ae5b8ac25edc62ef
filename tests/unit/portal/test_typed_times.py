"""Times that people type: in the zone that the field names, and the same instant again when the form is shown once more."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from proofbook.portal.entrance.account_days import read_day, write_day
from proofbook.portal.typed_times import NoSuchTime, read_moment, write_typed

KATHMANDU, NEW_YORK = ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("zone", "typed", "instant"),
    [
        (KATHMANDU, "2026-03-28T14:45", "2026-03-28T09:00:00.000000Z"),
        (KATHMANDU, "2026-03-28T00:00:07", "2026-03-27T18:15:07.000000Z"),
        (NEW_YORK, "2026-03-08T03:00", "2026-03-08T07:00:00.000000Z"),
        (NEW_YORK, "2026-11-01T01:30:00-04:00", "2026-11-01T05:30:00.000000Z"),
        (NEW_YORK, "2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00.000000Z"),
        (NEW_YORK, "2026-11-01T05:30:00Z", "2026-11-01T05:30:00.000000Z"),
    ],
)
def test_a_typed_time_is_that_of_the_zone_and_comes_back(zone: ZoneInfo, typed: str, instant: str) -> None:
    """A form that is sent twice says the same twice."""
    assert read_moment(typed, zone) == instant
    _, shown = write_typed(instant, zone)
    assert read_moment(shown, zone) == instant


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            "2026-03-08T02:30",
            "was skipped by the clocks of America/New_York: write a time that they showed, such as 2026-03-08T03:30",
        ),
        ("2026-11-01T01:30", "came twice in America/New_York: write 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00"),
    ],
)
def test_an_hour_that_was_skipped_or_came_twice_is_asked_about(typed: str, words: str) -> None:
    """The answer names what can be written instead, and the field has room for it."""
    with pytest.raises(NoSuchTime) as raised:
        read_moment(typed, NEW_YORK)
    assert words in str(raised.value)
    assert write_typed(typed, NEW_YORK) == ("text", typed)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", ("datetime-local", "")),
        ("2026-03-28T09:00:00.000000Z", ("datetime-local", "2026-03-28T05:00:00")),
        ("2026-03-28T05:00", ("datetime-local", "2026-03-28T05:00:00")),
        ("2026-03-28T09:00:00.250000Z", ("text", "2026-03-28T05:00:00.250000-04:00")),
        ("2026-11-01T06:30:00.000000Z", ("text", "2026-11-01T01:30:00-05:00")),
        ("2026-02-30T05:00", ("text", "2026-02-30T05:00")),
        ("soon", ("text", "soon")),
    ],
)
def test_a_field_is_one_that_can_show_what_stands_in_it(text: str, field: tuple[str, str]) -> None:
    """A browser empties a field of local times that holds anything else, and what was typed would be gone."""
    assert write_typed(text, NEW_YORK) == field


def test_days_of_an_account_are_those_of_the_zone() -> None:
    """An auditor's last day ends at midnight where they are let in, not in the early morning."""
    until = read_day("2026-03-31", None, "Asia/Kathmandu", last=True)
    assert until == "2026-03-31T18:15:00.000000Z"
    assert write_day(until, "Asia/Kathmandu", last=True) == "2026-03-31"
    since = read_day("2026-03-31", None, "Asia/Kathmandu")
    assert since == "2026-03-30T18:15:00.000000Z"
    assert write_day(since, "Asia/Kathmandu") == "2026-03-31"


def test_a_day_that_was_only_shown_moves_nothing() -> None:
    """An account that was made in UTC keeps its hour when somebody in Kathmandu changes its name."""
    recorded = "2026-04-01T00:00:00.000000Z"
    shown = write_day(recorded, "Asia/Kathmandu", last=True)
    assert shown == "2026-04-01"
    assert read_day(shown, recorded, "Asia/Kathmandu", last=True) == recorded
    assert read_day("2026-04-02", recorded, "Asia/Kathmandu", last=True) == "2026-04-02T18:15:00.000000Z"


@pytest.mark.parametrize(("text", "found"), [("", None), (None, None), ("tomorrow", "tomorrow"), ("2026-02-30", "2026-02-30")])
def test_what_is_no_day_is_left_for_who_reads_it(text: str | None, found: str | None) -> None:
    """Taken away is taken away; nonsense is refused by the account's own rules."""
    assert read_day(text, "2026-04-01T00:00:00.000000Z", "Asia/Kathmandu") == found


def test_an_account_without_days_shows_none() -> None:
    """Not the first day there is."""
    assert write_day(None, "Asia/Kathmandu") == ""
