"""Finding exchanges that fit several filters at once, at a cost that does not grow with the book.

How: what is counted by day says on which days each value occurred and between which positions, so whole days that cannot hold a
hit are passed over. In what is left, the filter with an index that occurs least often leads the way; what it leads to is held
against everything that was asked. Every question is a file of its own; values are bound, never put into a text.
Promises: no exchange is shown twice or left out by turning pages in either direction. No more exchanges are looked at than
`budget`: a search that has not found enough by then says how many it looked at and where to go on.
Does not: count what fits. A range of days narrows by when exchanges occurred, while pages are in the order of the book.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from proofbook.readmodel.connection import Bindings, Reader

BEYOND: Final = 2**63 - 1
BUDGET: Final = 20_000
"""Exchanges looked at for one page: some tens of milliseconds."""
SHORTEST_PREFIX: Final = 8
"""Characters of an id, its first two included, that narrow to minutes: ids begin with their time."""
_FIRST_LOOK: Final = 256
_MOST_AT_ONCE: Final = 8_192
_WINDOW_COST: Final = 16
"""What opening a window costs, in exchanges looked at."""
_ALWAYS: Final = ("0001-01-01", "9999-12-31")
_FACETS: Final = (
    ("system", "system"),
    ("principal", "principal"),
    ("verified", "verified"),
    ("claimed", "claimed"),
    ("model", "model"),
    ("artifact", "artifact"),
    ("state", "state"),
    ("protocol", "protocol"),
    ("finish", "finish"),
    ("reason", "reason"),
    ("flag", "flag"),
    ("found", "class"),
)
"""Field of `Filters`, and the facet it is counted under."""
_LEADS: Final = {
    "system": "system",
    "principal": "principal",
    "verified": "verified",
    "claimed": "claimed",
    "artifact": "artifact",
    "state": "state",
    "found": "class",
}
"""Fields with an index, and the walk along it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a page is narrowed to; None does not narrow. `since` is inclusive, `until` exclusive, both instants.

    `verified` and `claimed`: end users; `model`: the name that was asked for; `reason`: of a refusal; `flag`: found lacking and
    let pass; `found`: a class of sensitive data; `prefix`: how the exchange's id begins. `tokens` (in and out), `latency`
    (milliseconds from forwarding to the last byte) and `bytes` (request and reply) are the least.
    """

    system: str | None = None
    principal: str | None = None
    state: str | None = None
    artifact: str | None = None
    since: str | None = None
    until: str | None = None
    verified: str | None = None
    claimed: str | None = None
    model: str | None = None
    protocol: str | None = None
    finish: str | None = None
    reason: str | None = None
    flag: str | None = None
    found: str | None = None
    conversation: str | None = None
    prefix: str | None = None
    tokens: int | None = None
    latency: int | None = None
    bytes: int | None = None


EVERYTHING: Final = Filters()


@dataclass(frozen=True, slots=True)
class Walked:
    """Positions that fit, in the order walked; how many exchanges were looked at; where to go on when not all were."""

    indexes: tuple[int, ...]
    looked: int
    resume: int | None
    """The last position looked at, when more may fit behind it."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """Exchanges of a day (UTC) that have a value, and between which positions they stand."""

    day: str
    exchanges: int
    first: int
    last: int


def walk(
    reader: Reader, filters: Filters, *, start: int | None = None, up: bool = False, limit: int, budget: int = BUDGET
) -> Walked:
    """The first `limit` positions that fit, from `start` (exclusive; None: from the end) down, or up. Raises StoreUnavailable."""
    low, high = (0 if start is None else start + 1, BEYOND) if up else (0, BEYOND if start is None else start - 1)
    windows, lead = _plan(reader, filters, low, high)
    ahead = _Ahead(reader, filters, lead, windows, up=up)
    found: list[int] = []
    looked, look, spent = 0, _FIRST_LOOK, 0
    while not ahead.over and spent < budget:
        some, opened = ahead.take(min(look, budget - spent))
        looked += len(some)
        spent += len(some) + opened * _WINDOW_COST
        found += sorted(_fitting(reader, filters, some), reverse=not up)
        if len(found) >= limit:
            return Walked(tuple(found[:limit]), looked, found[limit - 1])
        look = min(look * 4, _MOST_AT_ONCE)
    return Walked(tuple(found), looked, None if ahead.over else ahead.reached)


def days_of(reader: Reader, filters: Filters) -> tuple[tuple[DayCount, ...], str | None]:
    """Exchanges by day of the rarest value that was asked for, and which field that is; None: all exchanges.

    Days are those of UTC that the range touches. Other filters are not counted in.
    """
    span = _span(filters)
    best: tuple[tuple[DayCount, ...], str | None] | None = None
    for name, value, facet in _chosen(filters):
        days = _facet_days(reader, facet, value, span)
        if best is None or _sum(days) < _sum(best[0]):
            best = days, name
    return best or (tuple(_all_days(reader, filters, span)), None)


def values_of(reader: Reader, facet: str, prefix: str = "", limit: int = 50) -> tuple[str, ...]:
    """Values that occur, in their order, from those that begin with `prefix`."""
    rows = reader.rows("facet_values", {"facet": facet, "prefix": prefix, "limit": limit})
    return tuple(str(row[0]) for row in rows)


def position_of(reader: Reader, since: str) -> int | None:
    """Where the first exchange stands that occurred at or after a moment; None when none did."""
    row = reader.row("exchange_since", {"since": since})
    return None if row is None else row[0]


Window = tuple[int, int]


class _Ahead:
    """Positions along a lead through windows, taken some at a time. `reached`: all up to there have been taken."""

    __slots__ = ("_at", "_bound", "_question", "_reader", "_up", "_windows", "over", "reached")

    def __init__(self, reader: Reader, filters: Filters, lead: str, windows: Sequence[Window], *, up: bool) -> None:
        self._reader, self._up = reader, up
        self._windows = windows[::-1] if up else windows
        self._question = f"walk_{lead}_{'up' if up else 'down'}"
        value = getattr(filters, "found" if lead == "class" else lead, None)
        self._bound: Bindings = {} if lead in {"all", "open"} else {"value": value}
        if lead == "prefix":
            self._bound = {"value": value, "beyond": f"{value}\U0010ffff"}
        self._at = 0
        self.over = not windows
        self.reached = -1 if up else BEYOND

    def take(self, most: int) -> tuple[list[int], int]:
        """Up to `most` positions, and how many windows were opened for them."""
        taken: list[int] = []
        opened = 0
        while len(taken) < most and opened * _WINDOW_COST <= most and not self.over:
            low, high = self._windows[self._at]
            low, high = (max(low, self.reached + 1), high) if self._up else (low, min(high, self.reached - 1))
            asked = most - len(taken)
            rows = self._reader.rows(self._question, {**self._bound, "low": low, "high": high, "look": asked})
            some = [int(row[0]) for row in rows]
            taken += some
            opened += 1
            if len(some) == asked:
                self.reached = some[-1]
            else:
                self.reached = high if self._up else low
                self._at += 1
                self.over = self._at == len(self._windows)
        return taken, opened


def _plan(reader: Reader, filters: Filters, low: int, high: int) -> tuple[list[Window], str]:
    """Windows of positions that may fit, newest first, and the walk to take through them."""
    span = _span(filters)
    counted = {name: _facet_days(reader, facet, value, span) for name, value, facet in _chosen(filters)}
    days = [{each.day: (each.first, each.last) for each in found} for found in counted.values()]
    if filters.since or filters.until or filters.tokens or filters.latency or filters.bytes:
        days.append({each.day: (each.first, each.last) for each in _all_days(reader, filters, span)})
    windows = _merged(_common(days)) if days else [(0, BEYOND)]
    return _cut(windows, low, high), _lead(filters, counted)


def _lead(filters: Filters, counted: dict[str, tuple[DayCount, ...]]) -> str:
    if filters.conversation is not None:
        return "conversation"
    if filters.prefix is not None:
        return "prefix"
    if filters.state == "open":
        return "open"
    known = {
        name: _sum(days) for name, days in counted.items() if name in _LEADS and (name, filters.state) != ("state", "complete")
    }
    return _LEADS[min(known, key=known.__getitem__)] if known else "all"


def _chosen(filters: Filters) -> Iterator[tuple[str, str, str]]:
    """Fields that narrow to a value which is counted by day: name, value, facet."""
    for name, facet in _FACETS:
        value = getattr(filters, name)
        if value is not None and (name, value) != ("state", "open"):
            yield name, value, facet


def _span(filters: Filters) -> tuple[str, str]:
    """First and last day (UTC) that the range touches."""
    return (filters.since or _ALWAYS[0])[:10], (filters.until or _ALWAYS[1])[:10]


def _facet_days(reader: Reader, facet: str, value: str, span: tuple[str, str]) -> tuple[DayCount, ...]:
    rows = reader.rows("facet_days", {"facet": facet, "value": value, "first": span[0], "last": span[1]})
    return tuple(DayCount(*row) for row in rows)


def _all_days(reader: Reader, filters: Filters, span: tuple[str, str]) -> Iterator[DayCount]:
    least = (filters.tokens or 0, filters.latency or 0, filters.bytes or 0)
    for day, count, first, last, _, *most in reader.rows("exchange_days", {"first": span[0], "last": span[1]}):
        if all(high >= low for high, low in zip(most, least, strict=True)):
            yield DayCount(day, count, first, last)


def _common(days: list[dict[str, Window]]) -> Iterator[Window]:
    """What all of them have in common, day by day."""
    first, *others = sorted(days, key=len)
    for day, window in first.items():
        spans = [window, *(each[day] for each in others if day in each)]
        low, high = max(each[0] for each in spans), min(each[1] for each in spans)
        if len(spans) == len(days) and low <= high:
            yield low, high


def _merged(windows: Iterable[Window]) -> list[Window]:
    """Newest first, without overlaps."""
    made: list[Window] = []
    for low, high in sorted(windows):
        if made and low <= made[-1][1] + _WINDOW_COST:
            made[-1] = made[-1][0], max(made[-1][1], high)
        else:
            made.append((low, high))
    return made[::-1]


def _cut(windows: Iterable[Window], low: int, high: int) -> list[Window]:
    cut = ((max(low, first), min(high, last)) for first, last in windows)
    return [each for each in cut if each[0] <= each[1]]


def _fitting(reader: Reader, filters: Filters, indexes: Sequence[int]) -> list[int]:
    if filters == EVERYTHING or not indexes:
        return list(indexes)
    bindings: Bindings = {
        "indexes": json.dumps(indexes),
        **{name: getattr(filters, name) for name in Filters.__slots__},
    }
    return [int(row[0]) for row in reader.rows("exchanges_fit", bindings)]


def _sum(days: Iterable[DayCount]) -> int:
    return sum(each.exchanges for each in days)
