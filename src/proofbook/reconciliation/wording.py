"""What a comparison says, in plain words. States what was counted and what that may mean, and concludes nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from proofbook.reconciliation.comparing import Comparison, Figure, Interval, Reason, Standing, deciding
from proofbook.reconciliation.published import Measure

NAMES: Final[Mapping[str, str]] = {
    Measure.HTTP_REQUESTS: "calls",
    Measure.REQUESTS: "requests",
    Measure.FAILURES: "failures",
    Measure.PROMPT_TOKENS: "prompt tokens",
    Measure.PROMPT_PROCESSED: "prompt tokens not from a cache",
    Measure.PROMPT_CACHED: "prompt tokens from a cache",
    Measure.COMPLETION_TOKENS: "answer tokens",
}
"""By measure."""

_MORE: Final = "traffic that did not come through the gateway"
_FEWER: Final = "its counters were lost, or another engine answered"
_REASONS: Final[Mapping[Reason, str]] = {
    Reason.RESET: "the counters began anew; what was counted before that is lost",
    Reason.RECORDER_GAP: "a recorder has a gap in it, so what was served then is not known",
    Reason.CLOCK: "the clock was set back in it, so what lies in it cannot be told",
    Reason.USAGE_NOT_STATED: "replies did not say how many tokens they had, so nothing bounds what the engine may have counted",
    Reason.NOTHING_COUNTED: "the engine published no counter that can be compared",
    Reason.NOT_READ: "the counters were not read at least twice",
}


def describe_interval(interval: Interval) -> str:
    """One stretch."""
    match interval.standing:
        case Standing.DIFFERS:
            told = [_differing(each) for each in deciding(interval.figures) if each.difference]
            up = any(each.difference > 0 for each in deciding(interval.figures))
            return f"{'; '.join(told)}: {_MORE if up else _FEWER}"
        case Standing.AGREES:
            return "; ".join(_agreeing(each) for each in deciding(interval.figures) if each.standing is Standing.AGREES) + _aside(
                interval
            )
        case _:
            seen = [_differing(each) for each in deciding(interval.figures) if each.difference]
            return _REASONS[interval.reason or Reason.NOTHING_COUNTED] + (f" ({'; '.join(seen)})" if seen else "")


def describe_comparison(comparison: Comparison) -> str:
    """All of it, in one or two sentences."""
    if comparison.standing is Standing.UNKNOWN and not comparison.intervals:
        return comparison.last_reason or _REASONS[comparison.reason or Reason.NOT_READ]
    total = "" if comparison.total is None else describe_interval(comparison.total)
    counts = [
        f"{words}: {comparison.count(standing):,} of {len(comparison.intervals):,}"
        for standing, words in ((Standing.DIFFERS, "stretches that differ"), (Standing.UNKNOWN, "stretches that are unknown"))
        if comparison.count(standing)
    ]
    return "; ".join([*counts, *([f"in all: {total}"] if total else [])])


def book_words(figure: Figure) -> str:
    """The book's figure: a number, or from where to where it reaches."""
    if figure.high is None:
        return f"{figure.low:,} or more"
    return f"{figure.low:,}" if figure.low == figure.high else f"{figure.low:,} to {figure.high:,}"


def _differing(figure: Figure) -> str:
    name, least = NAMES[figure.measure], "at least " if figure.at_least else ""
    word = "more" if figure.difference > 0 else "fewer"
    counted = f"the engine counted {least}{figure.engine:,} {name}, the book accounts for {book_words(figure)}"
    return f"{counted}: {least}{abs(figure.difference):,} {word}"


def _agreeing(figure: Figure) -> str:
    return f"{figure.engine:,} {NAMES[figure.measure]}, the book accounts for {book_words(figure)}"


def _aside(interval: Interval) -> str:
    """What a reader of 'agrees' should know: how much could hide, and where tokens are counted otherwise."""
    told: list[str] = []
    if interval.at_edges:
        number = interval.at_edges
        told.append(f"{number} {'exchange was' if number == 1 else 'exchanges were'} under way at an end")
    decided = deciding(interval.figures)
    told += [_differing(each) for each in interval.figures if each not in decided and each.difference]
    return f" ({'; '.join(told)})" if told else ""
