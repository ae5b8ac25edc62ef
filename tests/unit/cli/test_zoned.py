"""Moments in sentences, told in the zone of an engagement."""

from __future__ import annotations

import pytest

from proofbook.cli.zoned import tell_in_zone


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "from 2026-03-28T23:30:00.000000Z to 2026-03-29T02:00:00.123456Z (gap)",
            "from 2026-03-29 00:30 to 2026-03-29 04:00 (gap)",
        ),
        ("decided on 2026-07-01 22:15 UTC; late", "decided on 2026-07-02 00:15; late"),
        ("2026-03-28T23:30:00.000000Z", "2026-03-29 00:30"),
    ],
    ids=["instants, over the change of clocks", "to the minute", "alone"],
)
def test_moments_are_those_of_the_zone(said: str, told: str) -> None:
    """Who reads "due by 28 March" beside "23:30 UTC" takes a late review for one in time."""
    assert tell_in_zone(said, "Europe/Berlin") == told


@pytest.mark.parametrize(
    "said",
    [
        "source.gap gateway:main@2026-03-28T23:00:00.000000Z",
        "2026-03-28",
        "2026-13-45 99:99 UTC",
        "2026-02-30T12:00:00.000000Z",
        "0001-01-01T00:00:00.000000Z-x",
        "2026-03-28 09:00 UTCs",
    ],
    ids=["part of a name", "a day", "no moment", "no such day", "part of a word", "another word"],
)
def test_what_is_no_moment_stays_as_it_is(said: str) -> None:
    """A name that was changed could not be found any more; hostile text must not stop the list."""
    assert tell_in_zone(said, "America/New_York") == said


def test_first_and_last_moments_do_not_fail() -> None:
    """Beyond the calendar there is no local time."""
    assert tell_in_zone("0001-01-01T00:00:00.000000Z", "America/New_York") == "0001-01-01T00:00:00.000000Z"
