"""When could nobody have seen what happened? Stretches in which no recorder of the traffic was at work.

Promises: pure; what happened in such a stretch is unknown, never none. Stretches are recorded gaps, the time from a stop to the
next start, the time after a run that ended without a word, before the first start, and after the last sign of life. A stop said
in advance is passed over when it is shorter than `TOLERANCE`; everything else counts from its first moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

from proofbook.assessment.facts import Facts
from proofbook.obligations.duty import Blind
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.sources import Gap, Run, Source

TOLERANCE: Final = timedelta(minutes=5)
"""Five usual heartbeats: a restart, or a beat that comes late."""
_ON_PURPOSE: Final = "stopped"


def derive_blinds(facts: Facts) -> tuple[Blind, ...]:
    """Every stretch up to `as_of` in which a recorder did not record, oldest first."""
    now = format_instant(facts.as_of)
    runs = _runs_by_source(facts, now)
    found = [blind for source in facts.sources if source.source in runs for blind in _of(source, runs[source.source], facts, now)]
    starts = [each[0].started for each in runs.values()]
    first = min(starts, default=now)
    if facts.scope.since < first:
        why = "before the first recorder started" if starts else "no recorder ever started"
        found.append(Blind(facts.scope.since, first, why))
    return tuple(sorted(found, key=lambda blind: (blind.start, blind.end, blind.why)))


def _runs_by_source(facts: Facts, now: str) -> dict[str, list[Run]]:
    recorders = {source.source for source in facts.sources if source.assurance == "inline"}
    runs: dict[str, list[Run]] = {}
    for run in sorted(facts.runs, key=lambda run: (run.started, run.index)):
        if run.source in recorders and run.started <= now:
            runs.setdefault(run.source, []).append(run)
    return runs


def _of(source: Source, runs: list[Run], facts: Facts, now: str) -> Iterator[Blind]:
    name = source.source
    gaps = [gap for gap in facts.gaps if gap.source == name and gap.since < now]
    for gap in gaps:
        if gap.reason != _ON_PURPOSE or _is_long(gap.since, gap.until):
            yield Blind(gap.since, min(gap.until, now), f"{name}: recorded gap, {gap.reason.replace('_', ' ')}")
    for run, following in pairwise(runs):
        if run.stopped is not None:
            if _is_long(run.stopped, following.started):
                yield Blind(run.stopped, following.started, f"{name}: was stopped")
        elif not any(_tells(gap, run, following) for gap in gaps):
            yield Blind(run.started, following.started, f"{name}: a run ended without a word")
    last = runs[-1].stopped or source.last_recorded
    if _is_long(last, now):
        yield Blind(last, now, f"{name}: {'was stopped' if runs[-1].stopped else 'no sign of life since'}")


def _tells(gap: Gap, run: Run, following: Run) -> bool:
    """Whether a recorded gap says when a run that ended without a word had last recorded."""
    return run.started <= gap.since and not _is_long(following.started, gap.until) and not _is_long(gap.until, following.started)


def _is_long(since: str, until: str) -> bool:
    return until > since and parse_instant(until) - parse_instant(since) > TOLERANCE
