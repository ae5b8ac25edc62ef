"""Questions about the engines' own counters, and about the exchanges they are held against."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from proofbook.readmodel import sources
from proofbook.readmodel.connection import Reader
from proofbook.reconciliation.choosing import Width, choose
from proofbook.reconciliation.comparing import Comparison, Reckoning
from proofbook.reconciliation.facts import Gap, Scrape, Series, Served
from proofbook.reconciliation.published import Measure
from proofbook.reconciliation.serving import Told, derive_served, shift

BEGINNING: Final = "0001-01-01T00:00:00.000000Z"
_BEFORE: Final = timedelta(days=1)
"""An exchange that began so long before a stretch may still have been under way when it began."""
_MOST: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens", "num_predict")
_ALL: Final = 2**31 - 1


def reconcile(
    reader: Reader, since: str, until: str, size: int, *, width: Width = "day", zone: str = "UTC", upstream: str | None = None
) -> tuple[Comparison, ...]:
    """Every engine's counters against the book in [since, until), as the first `size` entries tell it, by address.

    `upstream`: only the engine of that name. Raises StoreUnavailable.
    """
    reckonings = [
        Reckoning(choose(looks, width, zone))
        for looks in scrapes(reader, since, until, size).values()
        if upstream is None or any(upstream in each.upstreams for each in looks)
    ]
    by_upstream: defaultdict[str, list[Reckoning]] = defaultdict(list)
    for each in reckonings:
        for (
            name
        ) in each.chosen.upstreams:  # a name may have moved to another engine: what lies outside an engine's looks adds nothing
            by_upstream[name].append(each)
    for name, served in told(reader, since, until, size) if by_upstream else ():
        for each in by_upstream.get(name, ()):
            each.add(served)
    gaps = tuple(
        Gap(gap.since, gap.until, gap.reason)
        for gap in sources.gaps(reader, limit=_ALL)
        if gap.index < size and gap.reason != "stopped"
    )
    return tuple(each.close(gaps) for each in reckonings)


def scrapes(reader: Reader, since: str, until: str, size: int) -> Mapping[str, tuple[Scrape, ...]]:
    """Looks in [since, until) in the first `size` entries, by address, in the order of the book."""
    found: defaultdict[str, list[Scrape]] = defaultdict(list)
    for row in reader.rows("engine_counters", {"since": since, "until": until, "size": size}):
        scrape = _scrape(row)
        found[scrape.address].append(scrape)
    return {address: tuple(looks) for address, looks in found.items()}


def newest(reader: Reader, address: str) -> Scrape | None:
    """The newest look at one engine."""
    row = reader.row("engine_counters_newest", {"address": address})
    return None if row is None else _scrape(row)


def told(reader: Reader, since: str, until: str, size: int) -> Iterator[tuple[str, Served]]:
    """What an engine may have counted for each exchange in [since, until) or under way at its beginning, with its upstream."""
    after = BEGINNING if since <= BEGINNING else shift(since, -_BEFORE)
    for row in reader.rows("exchanges_told", {"since": after, "until": until, "size": size}):
        *plain, finish, parameters = row
        most = None if plain[9] is not None else _most(parameters)
        served = derive_served(Told._make((*plain, _choices(finish), most)))
        if served is not None:
            yield plain[0], served


def _scrape(row: tuple[Any, ...]) -> Scrape:
    index, entry, address, upstreams, product, _, asked, answered, status, reason, process_start, counters = row
    values = _values(counters) if status == "read" else None
    return Scrape(index, entry, address, tuple(json.loads(upstreams)), product, asked, answered, process_start, values, reason)


@lru_cache(maxsize=64)
def _values(counters: str) -> Mapping[Series, int]:
    found: dict[Series, int] = {}
    for each in json.loads(counters):
        series = Measure(each["measure"]), each["model"]
        found[series] = found.get(series, 0) + each["value"]
    return found


@lru_cache(maxsize=1024)
def _choices(finish: str | None) -> int:
    return 0 if finish is None else len(json.loads(finish))


@lru_cache(maxsize=1024)
def _most(parameters: str | None) -> int | None:
    """The most tokens one answer was allowed to have."""
    stated = json.loads(parameters or "{}")
    found = [stated[name] for name in _MOST if type(stated.get(name)) is int and stated[name] > 0]
    return min(found, default=None)
