"""Exchanges over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from proofbook.portal import chart
from proofbook.portal.coverage import Span
from proofbook.readmodel.activity import Activity

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)


def drawn(counts: list[Activity], uncovered: tuple[Span, ...] = ()) -> chart.Chart:
    """By hours until NOW."""
    window = chart.window_of(NOW, chart.HOURS)
    return chart.derive_chart(counts, uncovered, scale=chart.HOURS, window=window, now=NOW)


def test_window_ends_with_the_group_of_now() -> None:
    """The present hour is shown, not cut off."""
    window = chart.window_of(NOW, chart.HOURS)
    assert window == Span(datetime(2026, 2, 28, 13, tzinfo=UTC), datetime(2026, 3, 2, 13, tzinfo=UTC))


@pytest.mark.parametrize(
    ("history", "scale"),
    [
        (timedelta(), chart.FIVE_MINUTES),
        (timedelta(hours=3), chart.FIVE_MINUTES),
        (timedelta(hours=5), chart.QUARTERS),
        (timedelta(hours=13), chart.HOURS),
        (timedelta(days=9), chart.DAYS),
        (timedelta(days=900), chart.DAYS),
    ],
)
def test_scale_fits_the_history(history: timedelta, scale: chart.Scale) -> None:
    """A book of twenty minutes must not be one bar."""
    assert chart.choose_scale(NOW, NOW - history) == scale


def test_a_covered_hour_without_exchanges_is_zero() -> None:
    """Somebody was recording: zero is known."""
    bar = drawn([Activity("2026-03-02T11", 4)]).bars[-3]
    assert (bar.words, bar.covered) == ("0", "covered")


def test_an_uncovered_hour_is_unknown_and_never_zero() -> None:
    """The difference between no traffic and no recorder is the point of the chart."""
    hole = Span(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 11, 30, tzinfo=UTC))
    shown = drawn([Activity("2026-03-02T11", 4)], (hole,))
    assert [bar.words for bar in shown.bars[-4:]] == ["unknown", "unknown", "4, partly not covered", "0"]
    picture = ET.fromstring(chart.draw_chart(shown))  # noqa: S314 - our own drawing
    width = float(picture.get("viewBox", "").split()[2])
    told = {str(each[0].text): float(each[1].get("width", "")) for each in picture.iter() if each.get("class") == "pg-histbar"}
    assert {words: round(part / width * 48, 1) for words, part in told.items() if "unknown" in words} == {
        "2026-03-02 09:00:00 to 2026-03-02 11:30:00 UTC: not covered, unknown": 2.5
    }
    assert sum(words.startswith(("2026-03-02 09", "2026-03-02 10")) for words in told) == 1, "nothing is drawn as zero there"


def test_exchanges_in_an_uncovered_hour_are_counted_and_named() -> None:
    """Imported later or recorded by another: shown, with what is not known about the rest."""
    hole = Span(datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert drawn([Activity("2026-03-02T09", 2)], (hole,)).bars[-4].words == "2 recorded, interval not covered"


def test_the_present_group_is_uncovered_when_all_of_it_so_far_is() -> None:
    """The rest of the hour lies in the future and cannot be covered."""
    hole = Span(datetime(2026, 3, 2, 10, tzinfo=UTC), NOW)
    assert drawn([], (hole,)).bars[-1].words == "unknown"


@pytest.mark.parametrize(("most", "top"), [(0, 2), (1, 2), (3, 4), (9, 10), (14, 20), (101, 200), (9_999, 10_000)])
def test_axis_ends_at_a_number_that_reads_well(most: int, top: int) -> None:
    """The highest bar fits, and the middle is a whole number."""
    shown = drawn([Activity("2026-03-02T11", most)])
    assert shown.top == top
    assert max(bar.count for bar in shown.bars) == most <= top
    assert chart.middle(shown) * 2 == top


def test_minutes_fall_into_their_five_minutes() -> None:
    """The projection counts minutes; the chart shows fives."""
    window = chart.window_of(NOW, chart.FIVE_MINUTES)
    counts = [Activity("2026-03-02T12:15", 1), Activity("2026-03-02T12:19", 2), Activity("2026-03-02T12:20", 4)]
    shown = chart.derive_chart(counts, (), scale=chart.FIVE_MINUTES, window=window, now=NOW)
    assert [bar.count for bar in shown.bars[-2:]] == [3, 4]
    assert shown.total == 7


def test_peak_is_none_when_nothing_is_recorded() -> None:
    """An empty chart has no highest bar."""
    assert chart.peak(drawn([])) is None
