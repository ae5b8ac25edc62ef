"""Which performance stands for which occurrence.

Promises: a performance stands for one occurrence at most, the order of the input does not matter, and one more performance
never leaves fewer occurrences in time, nor fewer in time or late. In four steps: performances that name an interval go to that
one; the others go, in order of time, to the open occurrence that is due first; a late one that names its interval goes to that;
a late one that names none counts only if it could not have been meant for anything else, which is when no occurrence was open.
So a second performance in one quarter never repairs the quarter before: nobody has said that it was meant to. Pure; the time
taken grows like n log n.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heappop, heappush
from itertools import chain

from proofbook.obligations.duty import Performance
from proofbook.obligations.owed import Slot
from proofbook.primitives.instants import parse_instant

SKEW = timedelta(days=1)
"""How much earlier than it occurred a performance may be recorded (clocks and zones differ) and still be evidence of it."""

Key = tuple[str, str]
Filled = dict[Key, Performance]


@dataclass(frozen=True, slots=True)
class OnFile:
    """The performances of one control and scope that were known at the moment asked for, oldest first.

    `named`: by the interval they name; `free`: naming none. `short` and `named_short`: likewise, those that cannot count (not
    complete, or not yet true when they were written down).
    """

    named: dict[str, tuple[Performance, ...]]
    free: tuple[Performance, ...]
    named_short: dict[str, tuple[Performance, ...]]
    short: tuple[Performance, ...]

    def counting(self) -> tuple[Performance, ...]:
        """All that can count, oldest first."""
        return tuple(sorted((*self.free, *chain.from_iterable(self.named.values())), key=by_time))

    def falling_short(self) -> tuple[Performance, ...]:
        """All that cannot, oldest first."""
        return tuple(sorted((*self.short, *chain.from_iterable(self.named_short.values())), key=by_time))


@dataclass(frozen=True, slots=True)
class Match:
    """`unused`: the free performances that stand for nothing, oldest first."""

    on_time: Filled
    late: Filled
    unused: tuple[Performance, ...]


def by_time(performance: Performance) -> tuple[str, str, str, bool, str, str, str]:
    """A total order, so that the order of the input cannot matter."""
    it = performance
    return it.occurred, it.recorded, it.entry, it.complete, it.note, it.interval or "", it.event or ""


def between(performances: Sequence[Performance], opens: str, closes: str) -> Sequence[Performance]:
    """Of performances sorted by time, those in [opens, closes)."""
    start = bisect_left(performances, opens, key=_moment)
    return performances[start : bisect_left(performances, closes, lo=start, key=_moment)]


def _moment(performance: Performance) -> str:
    return performance.occurred


def is_credible(performance: Performance, as_of: str) -> bool:
    """Whether it had happened by `as_of`, and was not written down before it is said to have happened."""
    if performance.occurred > as_of:
        return False
    if performance.occurred <= performance.recorded:
        return True
    return parse_instant(performance.occurred) - parse_instant(performance.recorded) <= SKEW


def sort_out(performances: Iterable[Performance], as_of: str) -> OnFile:
    """Sorts performances of one control and scope. Those recorded after `as_of` were not known and are left out."""
    counting: dict[str | None, list[Performance]] = defaultdict(list)
    falling_short: dict[str | None, list[Performance]] = defaultdict(list)
    for one in sorted(set(performances), key=by_time):
        if one.recorded <= as_of:
            pile = counting if one.complete and is_credible(one, as_of) else falling_short
            pile[one.interval].append(one)
    return OnFile(_named(counting), tuple(counting[None]), _named(falling_short), tuple(falling_short[None]))


def _named(pile: dict[str | None, list[Performance]]) -> dict[str, tuple[Performance, ...]]:
    return {interval: tuple(found) for interval, found in pile.items() if interval is not None}


def match(on_file: OnFile, slots: Sequence[Slot], is_tardy: Callable[[Performance], bool]) -> Match:
    """The four steps, then prefers what was recorded in time (`is_tardy` False) to what was not, within one interval."""
    on_time = _take_named(on_file, slots, is_tardy, late=False)
    open_slots = [(slot.opens, slot.closes, slot.key) for slot in slots if slot.key not in on_time]
    swept, left = _sweep(on_file.free, open_slots)
    on_time |= swept
    late = _take_named(on_file, [slot for slot in slots if slot.key not in on_time], is_tardy, late=True)
    overdue = [(slot.closes, slot.lapses, slot.key) for slot in slots if slot.key not in on_time and slot.key not in late]
    swept, _ = _sweep(_strays(left, slots), overdue)
    late |= swept
    used = set(swept.values())
    unused = _prefer_punctual(on_time, [one for one in left if one not in used], slots, is_tardy)
    return Match(on_time, late, tuple(unused))


def _take_named(on_file: OnFile, slots: Iterable[Slot], is_tardy: Callable[[Performance], bool], *, late: bool) -> Filled:
    taken: Filled = {}
    for slot in slots:
        opens, closes = (slot.closes, slot.lapses) if late else (slot.opens, slot.closes)
        fitting = [one for one in on_file.named.get(slot.occurrence.interval, ()) if opens <= one.occurred < closes]
        if fitting:
            taken[slot.key] = min(fitting, key=lambda one: (is_tardy(one), by_time(one)))
    return taken


def _sweep(points: Sequence[Performance], windows: Iterable[tuple[str, str, Key]]) -> tuple[Filled, list[Performance]]:
    """In order of time, each point to the open window that closes first; also the points that found none."""
    coming = sorted(windows, reverse=True)
    waiting: list[tuple[str, str, Key]] = []
    filled: Filled = {}
    left: list[Performance] = []
    for point in points:
        while coming and coming[-1][0] <= point.occurred:
            opens, closes, key = coming.pop()
            heappush(waiting, (closes, opens, key))
        while waiting and waiting[0][0] <= point.occurred:
            heappop(waiting)
        if waiting:
            filled[heappop(waiting)[2]] = point
        else:
            left.append(point)
    return filled, left


def _strays(points: Iterable[Performance], slots: Iterable[Slot]) -> list[Performance]:
    """Those at a moment when no occurrence was open, filled or not."""
    coming = sorted(((slot.opens, slot.closes) for slot in slots), reverse=True)
    strays: list[Performance] = []
    closed_from = ""
    for point in points:
        while coming and coming[-1][0] <= point.occurred:
            closed_from = max(closed_from, coming.pop()[1])
        if closed_from <= point.occurred:
            strays.append(point)
    return strays


def _prefer_punctual(
    on_time: Filled, unused: Sequence[Performance], slots: Iterable[Slot], is_tardy: Callable[[Performance], bool]
) -> list[Performance]:
    """Where an interval has both, lets it rest on what was recorded in time. Changes `on_time`; returns what is unused then."""
    better_used: set[Performance] = set()
    released: list[Performance] = []
    for slot in slots:
        chosen = on_time.get(slot.key)
        if chosen is None or not is_tardy(chosen):
            continue
        inside = between(unused, slot.opens, slot.ends)
        better = next((one for one in inside if one not in better_used and not is_tardy(one)), None)
        if better is not None:
            on_time[slot.key] = better
            better_used.add(better)
            if chosen.interval is None:
                released.append(chosen)
    return sorted([one for one in unused if one not in better_used] + released, key=by_time)
