"""An engine's counters against the book, stretch by stretch and in all: agrees, differs, or unknown with the reason.

Promises: an engine's figure inside the book's range agrees; one above it is traffic the book does not have, one below it traffic
the engine does not have; what cannot be told is unknown and never agrees. Where an engine counts requests these decide, else
tokens do. A stretch in which counters began anew can only differ upwards. The total is compared as a whole, so that what hides
behind exchanges under way at every look shows there. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from proofbook.reconciliation.accounting import Account, Stretch
from proofbook.reconciliation.choosing import Chosen
from proofbook.reconciliation.facts import Gap, Group, Scrape, Served
from proofbook.reconciliation.growth import Growth, began_anew, derive_growth
from proofbook.reconciliation.published import COMPARED, COUNTS_REQUESTS, PUBLISHERS, Measure

_SETTLE_SECONDS: Final = 2


class Standing(StrEnum):
    """Result of a comparison."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a result is unknown."""

    RESET = "reset"
    """The counters began anew: what was counted before is lost."""
    RECORDER_GAP = "recorder_gap"
    """A recorder was down without having been stopped."""
    CLOCK = "clock"
    """The clock was set back: what lies in which stretch cannot be told."""
    USAGE_NOT_STATED = "usage_not_stated"
    """Replies did not say how many tokens they had, so nothing bounds what the engine may have counted."""
    NOTHING_COUNTED = "nothing_counted"
    """The engine publishes no counter that the book has a figure for."""
    NOT_READ = "not_read"
    """There are fewer than two looks that read the counters."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one stretch. `difference`: engine minus the nearest end of the book's range, 0 inside it."""

    measure: Measure
    engine: int
    at_least: bool
    low: int
    high: int | None
    difference: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch between two looks. `reason` is set when it is unknown."""

    since: str
    until: str
    figures: tuple[Figure, ...]
    standing: Standing
    reason: Reason | None
    inside: int
    at_edges: int
    anew: bool
    """Whether the counters began anew in it."""
    entries: tuple[str, ...] = ()
    """The looks at its ends."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One engine against the book."""

    address: str
    upstreams: tuple[str, ...]
    product: str
    since: str | None
    until: str | None
    scrapes: int
    unread: int
    last_reason: str | None
    """Why the newest look could not read the counters; None when it could."""
    intervals: tuple[Interval, ...]
    total: Interval | None
    """The stretches in which the counters did not begin anew, as one."""
    standing: Standing
    reason: Reason | None

    def count(self, standing: Standing) -> int:
        """How many stretches have a standing."""
        return sum(each.standing is standing for each in self.intervals)


class Reckoning:
    """The comparison of one engine, while exchanges are told."""

    __slots__ = ("_segments", "_stretches", "chosen")

    def __init__(self, chosen: Chosen) -> None:
        self.chosen: Final = chosen
        product = chosen.newest.product
        settle = PUBLISHERS[product].settle_seconds if product in PUBLISHERS else _SETTLE_SECONDS
        self._stretches: Final = Account(chosen.looks, settle)
        self._segments: Final = Account(chosen.turns, settle)

    def add(self, served: Served) -> None:
        """One exchange of the engine's upstreams, in any order."""
        self._stretches.add(served)
        self._segments.add(served)

    def add_group(self, group: Group) -> bool:
        """Exchanges of the engine's upstreams at once. False, with nothing added, when they have to be told one by one."""
        if not (self._stretches.holds_whole(group) and self._segments.holds_whole(group)):
            return False
        self._stretches.add_group(group)
        self._segments.add_group(group)
        return True

    def close(self, gaps: Sequence[Gap]) -> Comparison:
        """The result; `gaps`: when a recorder was down without having been stopped."""
        chosen, looks = self.chosen, self.chosen.looks
        doubts = (*gaps, *chosen.steps)
        intervals = _intervals(looks, self._stretches, doubts)
        total = _total([each for each in _intervals(chosen.turns, self._segments, doubts) if not each.anew])
        standing, reason = _overall(intervals, total)
        return Comparison(
            address=chosen.newest.address,
            upstreams=chosen.upstreams,
            product=chosen.newest.product,
            since=looks[0].answered if looks else None,
            until=looks[-1].asked if looks else None,
            scrapes=chosen.scrapes,
            unread=chosen.unread,
            last_reason=chosen.newest.reason,
            intervals=intervals,
            total=total,
            standing=standing,
            reason=reason,
        )


def compare(chosen: Chosen, served: Iterable[Served], gaps: Sequence[Gap] = ()) -> Comparison:
    """`chosen`: the looks at one engine; `served`: the exchanges of its upstreams, in any order."""
    reckoning = Reckoning(chosen)
    for each in served:
        reckoning.add(each)
    return reckoning.close(gaps)


def deciding(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Counts of requests, where the engine has one that can be told; else every figure."""
    requests = tuple(each for each in figures if each.measure in COUNTS_REQUESTS and each.standing is not Standing.UNKNOWN)
    return requests or figures


def _intervals(looks: Sequence[Scrape], account: Account, doubts: Sequence[Gap]) -> tuple[Interval, ...]:
    pairs = zip(looks, looks[1:], account.stretches, strict=False)
    return tuple(_interval(before, after, stretch, doubts) for before, after, stretch in pairs)


def _interval(before: Scrape, after: Scrape, stretch: Stretch, doubts: Sequence[Gap]) -> Interval:
    grown = derive_growth(before, after)
    anew = began_anew(before, after)
    figures = tuple(
        _figure(measure, grown[measure], stretch.low[place], None if stretch.unbounded[place] else stretch.high[place])
        for place, measure in enumerate(COMPARED)
        if measure in grown
    )
    standing, reason = _stand(figures, anew=anew)
    if standing is Standing.DIFFERS:
        doubt = next((each for each in doubts if each.since <= after.answered and before.asked <= each.until), None)
        if doubt is not None:
            standing, reason = Standing.UNKNOWN, Reason.CLOCK if doubt.reason == Reason.CLOCK else Reason.RECORDER_GAP
    ends = (before.entry, after.entry)
    return Interval(before.answered, after.asked, figures, standing, reason, stretch.inside, stretch.at_edges, anew, ends)


def _figure(measure: Measure, growth: Growth, low: int, high: int | None) -> Figure:
    difference = 0
    if high is not None and growth.value > high:
        difference = growth.value - high
    elif growth.value < low and not growth.at_least:
        difference = growth.value - low
    inside = Standing.UNKNOWN if high is None or growth.at_least else Standing.AGREES
    standing = Standing.DIFFERS if difference else inside
    return Figure(measure, growth.value, growth.at_least, low, high, difference, standing)


def _stand(figures: tuple[Figure, ...], *, anew: bool) -> tuple[Standing, Reason | None]:
    found = {each.standing for each in deciding(figures)}
    if Standing.DIFFERS in found:
        return Standing.DIFFERS, None
    if anew:
        return Standing.UNKNOWN, Reason.RESET
    if Standing.AGREES in found:
        return Standing.AGREES, None
    return Standing.UNKNOWN, Reason.USAGE_NOT_STATED if figures else Reason.NOTHING_COUNTED


def _total(intervals: Sequence[Interval]) -> Interval | None:
    """Stretches without a new beginning, added up."""
    if not intervals:
        return None
    sums: dict[Measure, tuple[int, int, int | None]] = {}
    for interval in intervals:
        for each in interval.figures:
            engine, low, high = sums.get(each.measure, (0, 0, 0))
            more = None if high is None or each.high is None else high + each.high
            sums[each.measure] = (engine + each.engine, low + each.low, more)
    figures = tuple(
        _figure(measure, Growth(engine, at_least=False), low, high)
        for measure in COMPARED
        if measure in sums
        for engine, low, high in (sums[measure],)
    )
    standing, reason = _stand(figures, anew=False)
    doubted = next((each.reason for each in intervals if each.reason in {Reason.RECORDER_GAP, Reason.CLOCK}), None)
    if standing is Standing.DIFFERS and doubted is not None:
        standing, reason = Standing.UNKNOWN, doubted
    inside, edges = sum(each.inside for each in intervals), sum(each.at_edges for each in intervals)
    return Interval(intervals[0].since, intervals[-1].until, figures, standing, reason, inside, edges, anew=False)


def _overall(intervals: Sequence[Interval], total: Interval | None) -> tuple[Standing, Reason | None]:
    """Differs as soon as anything does; unknown as soon as anything is; else it agrees."""
    if not intervals:
        return Standing.UNKNOWN, Reason.NOT_READ
    parts = [*intervals, *([] if total is None else [total])]
    if any(each.standing is Standing.DIFFERS for each in parts):
        return Standing.DIFFERS, None
    return next(((each.standing, each.reason) for each in parts if each.standing is Standing.UNKNOWN), (Standing.AGREES, None))
