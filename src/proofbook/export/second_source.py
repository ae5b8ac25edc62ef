"""The second source for the population of exchanges: what the engines' own counters say of the period.

Promises: engine and book are compared day by day as of the checkpoint; days that differ or cannot be told are named. More on an
engine's side is traffic that is not in the population, and keeps it from being shown complete; fewer, or what cannot be told,
does not. Conclusions are the reader's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from proofbook.export.checks import Check, Result
from proofbook.export.engagement import Engagement
from proofbook.export.observation import MAX_LISTED
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.counters import reconcile
from proofbook.reconciliation.comparing import Comparison, Reason, Standing, deciding
from proofbook.reconciliation.wording import describe_comparison, describe_interval

ID: Final = "engine_reconciliation"
_WHAT: Final = "exchanges recorded against the engines' own counters, two sources, day by day"


def compare_engines(reader: Reader, engagement: Engagement, size: int) -> tuple[Comparison, ...]:
    """Every engine of the period, as the first `size` entries tell it. Raises StoreUnavailable."""
    period = engagement.period
    return reconcile(reader, format_instant(period.start), format_instant(period.end), size, zone=period.zone)


def check_engine_counters(comparisons: Sequence[Comparison]) -> Check:
    """What the comparison came to, over all engines."""
    if not comparisons:
        return Check(ID, _WHAT, Result.UNKNOWN, "no counters of any engine were collected in the period")
    items = tuple(_items(comparisons))
    shown = (*items[:MAX_LISTED], *([f"and {len(items) - MAX_LISTED} more"] if len(items) > MAX_LISTED else []))
    days = {standing: sum(each.count(standing) for each in comparisons) for standing in Standing}
    detail = ", ".join(
        (
            f"stretches that agree: {days[Standing.AGREES]}",
            f"that differ: {days[Standing.DIFFERS]}",
            f"unknown: {days[Standing.UNKNOWN]}",
        )
    )
    found = {each.standing for each in comparisons}
    if Standing.DIFFERS in found:
        return Check(ID, _WHAT, Result.DIFFERS, detail, shown, _around(comparisons))
    if found == {Standing.AGREES}:
        return Check(ID, _WHAT, Result.AGREE, detail, shown)
    restarts = {each.reason for one in comparisons for each in one.intervals if each.standing is Standing.UNKNOWN}
    only_restarts = restarts == {Reason.RESET} and all(each.intervals for each in comparisons)
    return Check(ID, _WHAT, Result.GAP_EXPLAINED if only_restarts else Result.UNKNOWN, detail, shown)


def _around(comparisons: Sequence[Comparison]) -> str | None:
    """Why the population is not shown complete: engines served what it does not have."""
    more = [
        each.upstreams[0]
        for each in comparisons
        for interval in (*each.intervals, *([] if each.total is None else [each.total]))
        if interval.standing is Standing.DIFFERS and any(figure.difference > 0 for figure in deciding(interval.figures))
    ]
    names = ", ".join(dict.fromkeys(more))
    return f"engines counted more than is recorded ({names}): traffic that is not in this population" if more else None


def _items(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for comparison in comparisons:
        engine = ", ".join(comparison.upstreams)
        yield f"{engine} ({comparison.product}): {comparison.standing.value}: {describe_comparison(comparison)}"
        for each in comparison.intervals:
            if each.standing is not Standing.AGREES:
                yield f"{engine}, {each.since} to {each.until}: {each.standing.value}: {describe_interval(each)}"
