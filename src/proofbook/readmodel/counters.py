"""Questions about the engines' own counters, and about the exchanges they are held against."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from proofbook.readmodel import sources
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.telling import tell
from proofbook.reconciliation.choosing import Width, choose
from proofbook.reconciliation.comparing import Comparison, Reckoning
from proofbook.reconciliation.facts import Gap, Scrape, Series
from proofbook.reconciliation.published import Measure

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
    if by_upstream:
        tell(reader, since, until, size, by_upstream)
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
