"""Growth of counters, choice of looks, verdicts and their words: restarts, resets, gaps, clocks, and which figure decides."""

from __future__ import annotations

from typing import Any

import pytest

from proofbook.reconciliation.choosing import choose
from proofbook.reconciliation.comparing import Comparison, Reason, Standing, compare
from proofbook.reconciliation.facts import Gap, Scrape, Series, Served
from proofbook.reconciliation.growth import began_anew, derive_growth
from proofbook.reconciliation.published import COMPARED, Measure, product_of
from proofbook.reconciliation.wording import describe_comparison, describe_interval

REQUESTS, PROMPT, ANSWER = Measure.REQUESTS, Measure.PROMPT_TOKENS, Measure.COMPLETION_TOKENS
PROCESSED, CACHED = Measure.PROMPT_PROCESSED, Measure.PROMPT_CACHED


def at(minute: int) -> str:
    """A minute of a morning; from 60 on, of the next hour."""
    return f"2026-03-01T{10 + minute // 60:02}:{minute % 60:02}:00.000000Z"


def look(minute: int, values: dict[Measure, int] | None, **more: Any) -> Scrape:
    """One look at an engine that does not tell models apart."""
    series: dict[Series, int] | None = None if values is None else {(each, None): value for each, value in values.items()}
    given = {"product": "llama.cpp", "process_start": None, "address": "127.0.0.1:8080", "upstreams": ("engine",)}
    return Scrape(minute, f"e{minute}", asked=at(minute), answered=at(minute), values=series, **(given | more))


def served(minute: int, tokens: int = 10, *, stated: bool = True) -> Served:
    """An exchange that took half a minute; its prompt and its answer have as many tokens."""
    high = tokens if stated else None
    by_measure = {Measure.HTTP_REQUESTS: (1, 1), REQUESTS: (1, 1)}
    start, end = at(minute).replace(":00.0", ":10.0"), at(minute).replace(":00.0", ":40.0")
    return Served(start, end, tuple(by_measure.get(each, (tokens if stated else 0, high)) for each in COMPARED))


def compared(looks: list[Scrape], exchanges: list[Served], gaps: tuple[Gap, ...] = ()) -> Comparison:
    """Look by look."""
    return compare(choose(looks, "look", "UTC"), exchanges, gaps)


def test_counter_that_fell_began_anew_and_counts_from_there() -> None:
    """The rule that everybody who reads such counters uses."""
    before, after = look(0, {PROMPT: 900, ANSWER: 40}), look(10, {PROMPT: 30, ANSWER: 55})
    assert began_anew(before, after)
    grown = derive_growth(before, after)
    assert (grown[PROMPT].value, grown[PROMPT].at_least) == (30, True)
    assert (grown[ANSWER].value, grown[ANSWER].at_least) == (15, False)


def test_later_start_is_a_restart_even_if_no_counter_fell() -> None:
    """A busy engine may have outgrown its old counters by the next look."""
    before = look(0, {PROMPT: 5}, process_start=at(0))
    assert derive_growth(before, look(10, {PROMPT: 50}, process_start=at(5)))[PROMPT].at_least
    close = at(0).replace(":00.0", ":01.0")
    assert not began_anew(before, look(10, {PROMPT: 50}, process_start=close))
    assert began_anew(before, look(10, {PROMPT: 50}, product="vllm"))


def test_series_that_appear_stood_at_nought_and_those_that_vanish_began_anew() -> None:
    """Some engines publish a counter with its first count, and drop a model's with the model."""
    grown = derive_growth(look(0, {}), look(10, {REQUESTS: 3}))
    assert (grown[REQUESTS].value, grown[REQUESTS].at_least) == (3, False)
    assert began_anew(look(0, {REQUESTS: 3}), look(10, {}))


def test_prompts_are_whole_where_the_cache_is_counted_apart() -> None:
    """Newer llama.cpp counts reused tokens too, older does not."""
    whole = derive_growth(look(0, {PROCESSED: 1, CACHED: 0}), look(10, {PROCESSED: 13, CACHED: 11}))
    assert {measure: each.value for measure, each in whole.items()} == {PROMPT: 23}
    older = derive_growth(look(0, {PROCESSED: 1}), look(10, {PROCESSED: 13}))
    assert {measure: each.value for measure, each in older.items()} == {PROCESSED: 12}


def test_look_that_failed_does_not_interrupt_the_comparison() -> None:
    """The looks around it still bound what was counted."""
    result = compared([look(0, {ANSWER: 5}), look(5, None), look(10, {ANSWER: 15})], [served(3)])
    assert (result.standing, result.unread, len(result.intervals)) == (Standing.AGREES, 1, 1)


def test_restart_is_unknown_unless_even_the_new_counters_show_too_much() -> None:
    """What was lost cannot be told; what is there can."""
    lost = compared([look(0, {ANSWER: 500}), look(10, {ANSWER: 4})], [served(3)])
    assert (lost.standing, lost.reason, lost.total) == (Standing.UNKNOWN, Reason.RESET, None)
    around = compared([look(0, {ANSWER: 500}), look(10, {ANSWER: 44})], [served(3)])
    assert around.standing is Standing.DIFFERS
    assert "at least 44 answer tokens" in describe_interval(around.intervals[0])


def test_requests_decide_and_tokens_stand_beside_them() -> None:
    """Engines count tokens in their own ways; a request is a request."""
    looks = [look(0, {REQUESTS: 1, ANSWER: 5}), look(10, {REQUESTS: 2, ANSWER: 16})]
    result = compared(looks, [served(3)])
    assert result.standing is Standing.AGREES
    words = describe_interval(result.intervals[0])
    assert words.startswith("1 requests, the book accounts for 1")
    assert "the engine counted 11 answer tokens, the book accounts for 10: 1 more" in words


def test_unstated_usage_bounds_nothing() -> None:
    """Where replies do not say their tokens and requests are not counted, agreement would be a guess."""
    result = compared([look(0, {ANSWER: 5}), look(10, {ANSWER: 15})], [served(3, stated=False)])
    assert (result.standing, result.reason) == (Standing.UNKNOWN, Reason.USAGE_NOT_STATED)
    assert "nothing bounds" in describe_comparison(result)


def test_engine_with_fewer_than_recorded_differs_downwards() -> None:
    """Another engine answered, or its counters were lost without a trace."""
    result = compared([look(0, {ANSWER: 5}), look(10, {ANSWER: 6})], [served(3)])
    assert result.standing is Standing.DIFFERS
    assert result.intervals[0].figures[0].difference == -9
    assert "9 fewer: its counters were lost, or another engine answered" in describe_interval(result.intervals[0])


@pytest.mark.parametrize(("reason", "expected"), [("unclean_stop", Reason.RECORDER_GAP), ("clock", Reason.CLOCK)])
def test_difference_in_a_gap_of_the_recorder_is_unknown(reason: str, expected: Reason) -> None:
    """What was served while nobody recorded is not known to have gone around."""
    looks = [look(0, {ANSWER: 5}), look(10, {ANSWER: 95}), look(20, {ANSWER: 95})]
    result = compared(looks, [], (Gap(at(4), at(6), reason),))
    assert [(each.standing, each.reason) for each in result.intervals] == [(Standing.UNKNOWN, expected), (Standing.AGREES, None)]
    assert result.standing is Standing.UNKNOWN
    assert result.total is not None
    assert result.total.standing is Standing.UNKNOWN


def test_clock_set_back_makes_no_differences() -> None:
    """Looks out of order are passed over; the stretch in which they lie is named if it would differ."""
    looks = [look(0, {ANSWER: 0}), look(30, {ANSWER: 10}), look(20, {ANSWER: 20}), look(40, {ANSWER: 30})]
    result = compared(looks, [served(5), served(22), served(35)])
    assert [each.since for each in result.intervals] == [at(0), at(30)]
    assert {each.standing for each in result.intervals} <= {Standing.UNKNOWN, Standing.AGREES}
    assert Reason.CLOCK in {each.reason for each in result.intervals}


def test_what_hides_at_every_look_shows_in_the_total() -> None:
    """An exchange under way at each look could hide one request around the gateway each time, but not over the whole time."""
    looks = [look(minute, {REQUESTS: count}) for minute, count in ((0, 0), (10, 2), (20, 4), (30, 6))]
    long = [Served(at(start), at(start + 8), ((1, 1),) * len(COMPARED)) for start in (5, 15)]
    result = compared(looks, long)
    assert result.total is not None
    assert result.total.standing is Standing.DIFFERS
    assert result.total.figures[0].difference == 4


def test_days_are_cut_where_they_are_counted_and_restarts_stay_visible() -> None:
    """A year of looks is compared day by day; the new beginning lies between the two looks around it."""
    looks = [look(minute, {ANSWER: value}) for minute, value in ((0, 9), (50, 19), (70, 2), (80, 4), (130, 5))]
    chosen = choose(looks, "hour", "UTC")
    assert [each.asked for each in chosen.looks] == [at(0), at(50), at(70), at(130)]
    assert [each.asked for each in chosen.turns] == [at(0), at(50), at(70), at(130)]
    assert [each.asked for each in choose(looks[:2], "day", "Asia/Tokyo").looks] == [at(0), at(50)]


def test_nothing_to_compare_is_unknown_with_its_reason() -> None:
    """One look, none that could read, or counters without a name that is known."""
    assert compared([look(0, {ANSWER: 1})], []).reason is Reason.NOT_READ
    unread = compared([look(0, None, reason="the engine did not answer")], [])
    assert (unread.standing, describe_comparison(unread)) == (Standing.UNKNOWN, "the engine did not answer")
    assert compared([look(0, {}), look(9, {})], []).reason is Reason.NOTHING_COUNTED


def test_products_are_told_by_names_only_they_have() -> None:
    """`http_requests_total` is everybody's."""
    assert product_of(frozenset({"http_requests_total", "vllm:prompt_tokens_total"})) == "vllm"
    assert product_of(frozenset({"http_requests_total"})) is None
