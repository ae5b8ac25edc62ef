"""The calendar of availability: what is not known is never counted as up."""

from __future__ import annotations

import re
from datetime import date

import pytest

from proofbook.obligations.duty import Blind
from proofbook.portal.staff.coverage.availability_page import _day
from support.sample_portal import Visitor

DAY = date(2026, 3, 14)
TODAY = date(2026, 3, 20)
OUTAGE = {"title": "Sample outage", "began_at": "2026-03-14T02:00:00.000000Z", "ended_at": "2026-03-14T03:00:00.000000Z"}
GAP = Blind("2026-03-14T02:00:00.000000Z", "2026-03-14T02:10:00.000000Z", "sample")


@pytest.mark.parametrize(
    ("ends", "outages", "blinds", "expected"),
    [
        ({}, [], [], "silent"),
        ({"complete": 3}, [], [], "answered"),
        ({"complete": 3, "upstream_error": 1}, [], [], "errors"),
        ({"complete": 3}, [], [GAP], "unknown"),
        ({"complete": 3}, [("o", {**OUTAGE, "planned": False})], [GAP], "outage"),
        ({"complete": 3}, [("o", {**OUTAGE, "planned": True})], [], "planned"),
        ({"complete": 3}, [("o", {**OUTAGE, "planned": False, "ended_at": "2026-03-13T00:00:00.000000Z"})], [], "answered"),
        ({"complete": 3}, [("o", {**OUTAGE, "planned": False, "ended_at": None})], [], "outage"),
    ],
)
def test_a_day_says_the_gravest_that_is_known_of_it(
    ends: dict[str, int], outages: list[tuple[str, dict[str, object]]], blinds: list[Blind], expected: str
) -> None:
    """A gap stands before traffic, an outage on record before both; silence is not known."""
    assert _day(DAY, TODAY, {"2026-03-14": ends}, outages, blinds).state == expected


def test_days_to_come_are_nothing_yet() -> None:
    """Neither up nor down."""
    assert _day(date(2026, 3, 21), TODAY, {}, [], []).state == "coming"


def test_the_sample_year_shows_its_outage_and_its_gap(year: Visitor) -> None:
    """Each day of each system in scope, once; letters have words."""
    reply = year.ask("/availability?engagement=sample-year")
    assert reply.status == 200
    assert len(re.findall(r'title="2025-03-20: [^"]*Sample outage', reply.text)) == 1
    assert "a recorder has a gap: not known" in reply.words
    assert len(re.findall(r'title="2024-08-29: ', reply.text)) == reply.text.count('class="calendar"') >= 3
