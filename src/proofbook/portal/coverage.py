"""When was anything recording? From runs, stops, gaps and signs of life to the intervals of which nothing is known.

Promises: pure. A recorder is on duty from its first start until it stopped for good. Within that, the time between a stop and the
next start, a recorded gap, and silence since the last sign of life are not covered. A time at which no recorder was on duty is
not covered either. Does not: say that nothing happened there; what happened is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from proofbook.portal.wording import moment
from proofbook.readmodel import sources
from proofbook.readmodel.connection import Reader

_IN_THE_PATH: Final = ("inline", "inline_partial")
_RUNS: Final = 1000
_GAPS: Final = 1000
_MISSED_BEATS: Final = 2.5
"""One late beat is the scheduler, two are silence."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to `end`, aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """What one recorder says about when it recorded. `runs` oldest first, an end only where a stop is recorded."""

    source: str
    runs: tuple[tuple[datetime, datetime | None], ...]
    gaps: tuple[Span, ...]
    last_heard: datetime

    def is_alive(self, now: datetime, heartbeat: timedelta) -> bool:
        """Whether its newest run lasts and it was heard of lately."""
        return self.runs[-1][1] is None and now - self.last_heard <= heartbeat * _MISSED_BEATS

    def end(self, now: datetime) -> datetime:
        """When its duty ended: its last clean stop, or not yet."""
        return self.runs[-1][1] or now

    def holes(self, now: datetime, heartbeat: timedelta) -> Iterable[Span]:
        """Intervals within its duty in which it did not record."""
        yield from self.gaps
        for (_, stopped), (started, _) in zip(self.runs, self.runs[1:], strict=False):
            if stopped is not None:
                yield Span(stopped, started)
        if self.runs[-1][1] is None and not self.is_alive(now, heartbeat):
            yield Span(self.last_heard, now)


def read_duties(reader: Reader) -> tuple[Duty, ...]:
    """Every recorder: a source in the path of the traffic that says when it starts."""
    return tuple(filter(None, (_duty(reader, each) for each in sources.every(reader) if each.assurance in _IN_THE_PATH)))


def derive_uncovered(duties: Sequence[Duty], window: Span, heartbeat: timedelta) -> tuple[Span, ...]:
    """The intervals of a window in which some recorder on duty did not record, or none was on duty. `window.end` is now."""
    now = window.end
    holes = [hole for duty in duties for hole in duty.holes(now, heartbeat)]
    on_duty = _merged((Span(duty.runs[0][0], duty.end(now)) for duty in duties), window)
    edges = [window.start, *(edge for span in on_duty for edge in (span.start, span.end)), window.end]
    idle = (Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return _merged((*holes, *idle), window)


def _merged(spans: Iterable[Span], window: Span) -> tuple[Span, ...]:
    """Spans cut to the window, joined where they touch, without empty ones."""
    cut = sorted(Span(max(each.start, window.start), min(each.end, window.end)) for each in spans)
    made: list[Span] = []
    for each in cut:
        if each.start >= each.end:
            continue
        if made and each.start <= made[-1].end:
            made[-1] = Span(made[-1].start, max(made[-1].end, each.end))
        else:
            made.append(each)
    return tuple(made)


def _duty(reader: Reader, source: sources.Source) -> Duty | None:
    runs = []
    for run in reversed(sources.runs(reader, source.source, _RUNS)):
        started = moment(run.started)
        if started is not None:
            runs.append((started, moment(run.stopped)))
    heard = moment(source.last_recorded)
    if not runs or heard is None:
        return None
    gaps = ((moment(gap.since), moment(gap.until)) for gap in sources.gaps(reader, source.source, _GAPS))
    spans = tuple(Span(since, until) for since, until in gaps if since is not None and until is not None)
    return Duty(source.source, tuple(runs), spans, heard)
