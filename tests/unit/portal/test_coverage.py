"""Which intervals nobody recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from proofbook.portal.coverage import Duty, Span, derive_uncovered

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEAT = timedelta(seconds=60)


def at(hour: float) -> datetime:
    """A time of that day."""
    return NOON.replace(hour=0) + timedelta(hours=hour)


def duty(
    *runs: tuple[float, float | None], heard: float = 12, gaps: tuple[tuple[float, float], ...] = (), name: str = "gateway:main"
) -> Duty:
    """What a recorder says, in hours of the day."""
    return Duty(
        name,
        tuple((at(start), None if stop is None else at(stop)) for start, stop in runs),
        tuple(Span(at(start), at(end)) for start, end in gaps),
        at(heard),
    )


def uncovered(*duties: Duty, since: float = 6) -> list[tuple[float, float]]:
    """Uncovered intervals in hours of the day, between `since` and noon."""
    found = derive_uncovered(duties, Span(at(since), NOON), BEAT)
    return [tuple((each - at(0)) / timedelta(hours=1) for each in (span.start, span.end)) for span in found]  # type: ignore[misc]


def test_nothing_is_covered_when_nobody_records() -> None:
    """An empty book says nothing about the past."""
    assert uncovered() == [(6, 12)]


def test_time_before_the_first_start_is_not_covered() -> None:
    """Zero exchanges before recording began would be a claim."""
    assert uncovered(duty((8, None))) == [(6, 8)]


def test_a_living_recorder_covers_until_now() -> None:
    """Quiet is not a gap."""
    assert uncovered(duty((2, None))) == []


def test_silence_is_not_covered_from_the_last_sign_of_life() -> None:
    """A recorder that died says nothing; the page must not go on as if it lived."""
    assert uncovered(duty((2, None), heard=10)) == [(10, 12)]


def test_between_a_stop_and_the_next_start_nothing_is_covered() -> None:
    """Even when the gap entry is missing."""
    assert uncovered(duty((2, 8), (9, None))) == [(8, 9)]


def test_after_a_clean_stop_nothing_is_covered() -> None:
    """A stopped gateway records nothing, whatever reaches the engine."""
    assert uncovered(duty((2, 8))) == [(8, 12)]


def test_a_recorder_that_stopped_for_good_leaves_the_rest_to_others() -> None:
    """Otherwise a retired gateway would hatch the chart for ever."""
    assert uncovered(duty((2, 8)), duty((7, None), name="gateway:second")) == []


def test_one_silent_recorder_of_two_leaves_the_time_uncovered() -> None:
    """What passed the silent one is unknown, though the other recorded."""
    assert uncovered(duty((2, None), heard=9), duty((2, None), name="gateway:second")) == [(9, 12)]


def test_recorded_gaps_are_joined_where_they_touch_and_cut_to_the_window() -> None:
    """Two reports of one outage are one interval."""
    found = uncovered(duty((2, None), gaps=((5, 7), (6.5, 8), (8, 9), (10, 10))))
    assert found == [(6, 9)]
