"""Telling the engines' reckonings what the book has of a stretch of time: by the quarter of an hour, or exchange by exchange.

Promises: the comparison is what it would be if each exchange were told by itself. What ended is told in sums of a quarter of an
hour, unless a look at the counters was made meanwhile; what is open, what lies around looks, at the ends of the stretch, or on
days that went on since the size that is asked for, is told one by one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from proofbook.readmodel.by_day import Split, split
from proofbook.readmodel.connection import Reader, Row
from proofbook.readmodel.tallies import most_of
from proofbook.reconciliation.comparing import Reckoning
from proofbook.reconciliation.facts import Group, Served
from proofbook.reconciliation.serving import Told, derive_served, shift

BEGINNING: Final = "0001-01-01T00:00:00.000000Z"
_BEFORE: Final = timedelta(days=1)
"""An exchange that began so long before a stretch may still have been under way when it began."""
_QUARTER: Final = timedelta(minutes=15)
_MEASURES: Final = 5

Reckonings: TypeAlias = Mapping[str, list[Reckoning]]
"""By upstream."""


def tell(reader: Reader, since: str, until: str, size: int, reckonings: Reckonings) -> None:
    """Tells the exchanges of [since, until), or under way at its beginning, as the first `size` entries have them."""
    after = BEGINNING if since <= BEGINNING else shift(since, -_BEFORE)
    parts = split(reader, after, until, size)
    for begin, end in parts.spans:
        _add(told(reader, begin, end, size), reckonings)
    if parts.first:
        _add(_told(reader.rows("exchanges_told_open", parts.bindings)), reckonings)
        _by_quarter(reader, parts, reckonings)


def _by_quarter(reader: Reader, parts: Split, reckonings: Reckonings) -> None:
    apart: defaultdict[str, list[tuple[str, Reckoning]]] = defaultdict(list)
    for row in reader.rows("told_by_quarter", parts.bindings):
        quarter, name, exchanges, start, end = row[:5]
        low, high, unbounded = row[5 : 5 + _MEASURES], row[5 + _MEASURES : 5 + 2 * _MEASURES], row[5 + 2 * _MEASURES :]
        group = Group(start, end, exchanges, low, high, unbounded)
        apart[quarter] += [(name, each) for each in reckonings.get(name, ()) if not each.add_group(group)]
    for quarter, wanting in apart.items():
        if wanting:
            begin = f"{quarter}:00.000000Z"
            ended = ((name, each) for name, each in told(reader, begin, shift(begin, _QUARTER), parts.size) if each.end)
            by_name: defaultdict[str, list[Reckoning]] = defaultdict(list)
            for name, reckoning in wanting:
                by_name[name].append(reckoning)
            _add(ended, by_name)


def _add(found: Iterable[tuple[str, Served]], reckonings: Reckonings) -> None:
    for name, served in found:
        for each in reckonings.get(name, ()):
            each.add(served)


def told(reader: Reader, since: str, until: str, size: int) -> Iterator[tuple[str, Served]]:
    """What an engine may have counted for each exchange that occurred in [since, until), with its upstream."""
    return _told(reader.rows("exchanges_told", {"since": since, "until": until, "size": size}))


def _told(rows: Iterable[Row]) -> Iterator[tuple[str, Served]]:
    for row in rows:
        *plain, finish, parameters = row
        most = None if plain[9] is not None else most_of(parameters)
        served = derive_served(Told._make((*plain, _choices(finish), most)))
        if served is not None:
            yield plain[0], served


@lru_cache(maxsize=1024)
def _choices(finish: str | None) -> int:
    return 0 if finish is None else len(json.loads(finish))
