"""By how much an engine's counters grew between two looks, restarts and resets seen as such.

Promises: a counter that fell has begun anew (the rule of Prometheus), and so have all of them when the process started in
between; what was counted before that is lost, so the growth is then a least one, marked as such. A counter that is not published
before it first counts something stood at nought. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proofbook.primitives.instants import parse_instant
from proofbook.reconciliation.facts import Scrape, Series
from proofbook.reconciliation.published import COMPARED, Measure

_SAME_START: Final = timedelta(seconds=2)
"""Start times are derived from ticks and from a clock that is set now and then; closer than this they are one."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one measure. `at_least`: counted since the counters began anew, and perhaps more before."""

    value: int
    at_least: bool


def began_anew(before: Scrape, after: Scrape) -> bool:
    """Whether the engine restarted or its counters were reset between two looks that read them."""
    if is_restart(before, after):
        return True
    old, new = before.values or {}, after.values or {}
    return any(new.get(series, -1) < value for series, value in old.items())


def is_restart(before: Scrape, after: Scrape) -> bool:
    """Whether another process answers: a later start, or another product."""
    if before.product != after.product:
        return True
    if before.process_start is None or after.process_start is None or before.process_start == after.process_start:
        return False
    return abs(parse_instant(after.process_start) - parse_instant(before.process_start)) > _SAME_START


def derive_growth(before: Scrape, after: Scrape) -> Mapping[Measure, Growth]:
    """By measure that can be compared; both looks read the counters."""
    restart = is_restart(before, after)
    old, new = ({} if restart else before.values or {}), after.values or {}
    grown: dict[Measure, Growth] = {}
    for series in sorted(old.keys() | new.keys(), key=_order):
        measure = series[0]
        known = grown.get(measure, Growth(0, restart))
        step, at_least = _step(old, new, series)
        grown[measure] = Growth(known.value + step, known.at_least or at_least)
    return {measure: grown[measure] for measure in COMPARED if measure in _with_whole_prompts(grown)}


def _order(series: Series) -> tuple[str, str]:
    return series[0].value, series[1] or ""


def _step(old: Mapping[Series, int], new: Mapping[Series, int], series: Series) -> tuple[int, bool]:
    before, after = old.get(series, 0), new.get(series)
    if after is None:
        return 0, True
    return (after, True) if after < before else (after - before, False)


def _with_whole_prompts(grown: dict[Measure, Growth]) -> dict[Measure, Growth]:
    """Prompt tokens as a whole, where an engine tells those from a cache and the others apart."""
    processed, cached = grown.get(Measure.PROMPT_PROCESSED), grown.get(Measure.PROMPT_CACHED)
    if processed is not None and cached is not None:
        grown[Measure.PROMPT_TOKENS] = Growth(processed.value + cached.value, processed.at_least or cached.at_least)
        del grown[Measure.PROMPT_PROCESSED]
    return grown
