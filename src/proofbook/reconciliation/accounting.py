"""What the book accounts for between looks at the counters: for each stretch the least and the most.

Promises: an exchange that began after one look and ended before the next belongs to the stretch between them, exactly; one that
was under way at a look may have been counted on either side of it, so it adds nothing to the least and everything to the most of
each stretch it touches. One pass over the exchanges, in any order; memory grows with the looks only. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from proofbook.reconciliation.facts import Group, Scrape, Served
from proofbook.reconciliation.published import COMPARED
from proofbook.reconciliation.serving import shift

_MEASURES: Final = len(COMPARED)


@dataclass(slots=True)
class Stretch:
    """What the book accounts for between two looks, by measure in the order of `COMPARED`."""

    low: list[int] = field(default_factory=lambda: [0] * _MEASURES)
    high: list[int] = field(default_factory=lambda: [0] * _MEASURES)
    unbounded: list[int] = field(default_factory=lambda: [0] * _MEASURES)
    """Exchanges of which the most is not known."""
    inside: int = 0
    """Exchanges that lie in it whole."""
    at_edges: int = 0
    """Exchanges that were under way at one of its ends."""


class Account:
    """The stretches between looks; `scrapes` are in order of time, none answered before the one before it."""

    __slots__ = ("_counted_by", "_not_before", "stretches")

    def __init__(self, scrapes: Sequence[Scrape], settle_seconds: int) -> None:
        settle = timedelta(seconds=-settle_seconds)
        self._not_before: Final = [each.answered for each in scrapes]
        """By look: what starts from here on is not in it."""
        self._counted_by: Final = [shift(each.asked, settle) for each in scrapes]
        """By look: what ended up to here is in it."""
        self.stretches: Final = tuple(Stretch() for _ in scrapes[1:])

    def add(self, served: Served) -> None:
        """One exchange."""
        first = bisect_right(self._not_before, served.start)
        last = len(self._counted_by) if served.end is None else bisect_left(self._counted_by, served.end)
        if first >= last:  # every look either has it whole or has nothing of it
            if 0 < first <= len(self.stretches):
                self._add_whole(self.stretches[first - 1], served)
            return
        for stretch in self.stretches[max(first - 1, 0) : last]:
            self._add_edge(stretch, served)

    def holds_whole(self, group: Group) -> bool:
        """Whether no look can have been made while any exchange of a group was under way."""
        return bisect_right(self._not_before, group.start) >= bisect_left(self._counted_by, group.end)

    def add_group(self, group: Group) -> None:
        """Exchanges that lie in one stretch together: what `add` gives for each of them."""
        place = bisect_right(self._not_before, group.start) - 1
        if not 0 <= place < len(self.stretches):
            return
        stretch = self.stretches[place]
        stretch.inside += group.exchanges
        for sums, more in ((stretch.low, group.low), (stretch.high, group.high), (stretch.unbounded, group.unbounded)):
            for measure, each in enumerate(more):
                sums[measure] += each

    @staticmethod
    def _add_whole(stretch: Stretch, served: Served) -> None:
        stretch.inside += 1
        for place, (low, high) in enumerate(served.amounts):
            stretch.low[place] += low
            if high is None:
                stretch.unbounded[place] += 1
            else:
                stretch.high[place] += high

    @staticmethod
    def _add_edge(stretch: Stretch, served: Served) -> None:
        stretch.at_edges += 1
        for place, (_, high) in enumerate(served.amounts):
            if high is None:
                stretch.unbounded[place] += 1
            else:
                stretch.high[place] += high
