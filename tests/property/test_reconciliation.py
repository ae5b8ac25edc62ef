"""Random traffic, random looks, restarts: what a comparison says against what truly happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from proofbook.primitives.instants import format_instant
from proofbook.reconciliation.choosing import Width, choose
from proofbook.reconciliation.comparing import Comparison, Figure, Standing, compare
from proofbook.reconciliation.facts import Scrape, Served
from proofbook.reconciliation.published import COMPARED, Measure

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
TICKS = 400
"""Moments of the simulated day; one every three minutes, so that nothing settles while it is looked at."""


def at(tick: int) -> str:
    """The instant of a tick."""
    return format_instant(BEGIN + timedelta(minutes=3 * tick))


@dataclass(frozen=True)
class Request:
    """A request that took from one tick to another; the engine counts it at its end."""

    began: int
    ended: int
    tokens: int
    recorded: bool

    def served(self) -> Served:
        one = (1, 1)
        tokens = (self.tokens, self.tokens)
        by_measure = {Measure.HTTP_REQUESTS: one, Measure.REQUESTS: one}
        return Served(at(self.began), at(self.ended), tuple(by_measure.get(each, tokens) for each in COMPARED))


REQUESTS = st.builds(
    lambda began, length, tokens, recorded: Request(began, min(began + length, TICKS), tokens, recorded),
    st.integers(0, TICKS - 1),
    st.integers(0, 40),
    st.integers(1, 50),
    st.booleans(),
)
RECORDED = REQUESTS.map(lambda each: Request(each.began, each.ended, each.tokens, recorded=True))
LOOKS = st.sets(st.integers(0, TICKS), min_size=2, max_size=30).map(sorted)
RESTARTS = st.sets(st.integers(1, TICKS - 1), max_size=3).map(sorted)


def count(requests: list[Request], tick: int, restarts: list[int]) -> dict[tuple[Measure, str | None], int]:
    """What the engine's counters show at a tick: what ended since it last started; a restart ends nothing by itself."""
    since = max((each for each in restarts if each <= tick), default=-1)
    done = [each for each in requests if since < each.ended <= tick or (since == -1 and each.ended <= tick)]
    return {(Measure.REQUESTS, "m"): len(done), (Measure.COMPLETION_TOKENS, "m"): sum(each.tokens for each in done)}


def look_at(requests: list[Request], looks: list[int], restarts: list[int], *, starts_known: bool = False) -> list[Scrape]:
    """What looks at these ticks see."""
    found: list[Scrape] = []
    for number, tick in enumerate(looks):
        started = max((each for each in restarts if each <= tick), default=-1)
        # A look lies between ticks, after what ended at its own and before what begins at the next.
        asked, answered = BEGIN + timedelta(minutes=3 * tick + 1), BEGIN + timedelta(minutes=3 * tick + 1, milliseconds=5)
        found.append(
            Scrape(
                index=number,
                entry=f"e{number}",
                address="127.0.0.1:8000",
                upstreams=("engine",),
                product="vllm",
                asked=format_instant(asked),
                answered=format_instant(answered),
                process_start=at(started) if starts_known else None,
                values=count(requests, tick, restarts),
            )
        )
    return found


def compared(requests: list[Request], scrapes: list[Scrape], width: Width = "look") -> Comparison:
    """The engine against what is on record of these requests."""
    chosen = choose(scrapes, width, "UTC")
    return compare(chosen, (each.served() for each in requests if each.recorded))


def figure_of(figures: tuple[Figure, ...], measure: Measure) -> Figure:
    """The figure of one measure."""
    return next(each for each in figures if each.measure is measure)


@given(st.lists(RECORDED, max_size=40), LOOKS)
def test_agrees_when_nothing_went_around(requests: list[Request], looks: list[int]) -> None:
    """Whatever was under way at a look: traffic that is all on record never looks like a difference."""
    result = compared(requests, look_at(requests, looks, []))
    assert result.standing is Standing.AGREES
    assert all(each.standing is Standing.AGREES for each in result.intervals)
    assert compared(requests, look_at(requests, looks, []), "day").standing is Standing.AGREES


@given(st.lists(RECORDED, max_size=40), LOOKS, RESTARTS, st.booleans())
def test_restart_is_never_a_difference(requests: list[Request], looks: list[int], restarts: list[int], known: bool) -> None:  # noqa: FBT001  # whether the engine says when it started
    """Counters that begin anew lose what they had; what is lost is unknown, not missing from anything."""
    survivors = [each for each in requests if not any(each.began < cut <= each.ended for cut in restarts)]
    result = compared(survivors, look_at(survivors, looks, restarts, starts_known=known))
    assert all(figure.difference <= 0 for each in result.intervals for figure in each.figures)
    if known:
        assert not [each for each in result.intervals if each.standing is Standing.DIFFERS]


@given(st.lists(REQUESTS, max_size=40), LOOKS)
def test_difference_is_exactly_what_went_around(requests: list[Request], looks: list[int]) -> None:
    """Where nothing was under way at either end, the difference is the number of requests the book does not have."""
    result = compared(requests, look_at(requests, looks, []))
    for interval, (since, until) in zip(result.intervals, pairwise(looks), strict=True):
        if interval.at_edges:
            continue
        around = [each for each in requests if not each.recorded and since < each.ended <= until]
        requested = figure_of(interval.figures, Measure.REQUESTS)
        assert requested.difference == len(around)
        assert (interval.standing is Standing.DIFFERS) == bool(around)
        assert figure_of(interval.figures, Measure.COMPLETION_TOKENS).difference == sum(each.tokens for each in around)


@given(st.lists(REQUESTS, max_size=40), LOOKS)
def test_never_agrees_when_more_went_around_than_was_under_way(requests: list[Request], looks: list[int]) -> None:
    """Requests under way at a look are all that can hide behind it, and how many they are is said."""
    result = compared(requests, look_at(requests, looks, []))
    for interval, (since, until) in zip(result.intervals, pairwise(looks), strict=True):
        around = sum(not each.recorded and since < each.ended <= until for each in requests)
        if around > interval.at_edges:
            assert interval.standing is Standing.DIFFERS
    assert result.total is not None
    around = sum(not each.recorded and looks[0] < each.ended <= looks[-1] for each in requests)
    if around > result.total.at_edges:
        assert result.standing is Standing.DIFFERS


@given(st.lists(RECORDED, min_size=1, max_size=40), LOOKS, st.integers(0, 39))
def test_book_with_more_than_the_engine_is_a_difference(requests: list[Request], looks: list[int], which: int) -> None:
    """A request on record that the engine never counted: its counters were lost, or another engine answered."""
    missing = requests[which % len(requests)]
    rest = [each for place, each in enumerate(requests) if place != which % len(requests)]
    result = compare(choose(look_at(rest, looks, []), "look", "UTC"), (each.served() for each in requests))
    surely = any(since < missing.began and missing.ended <= until for since, until in pairwise(looks))
    if surely:
        down = [each for each in result.intervals if figure_of(each.figures, Measure.REQUESTS).difference < 0]
        edges = [each for each in result.intervals if each.at_edges]
        assert down or edges
