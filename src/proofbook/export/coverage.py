"""Was somebody recording the whole time? Silences of recorders against what they say about them.

Promises: an interval in which no recorder spoke is listed, with what is known about it; whether there was activity in it is
unknown, and never said to be none. A stop that was recorded before it and a start after it explain an interval; a recorded gap
explains why, not what happened. Does not look at traffic: an hour without requests and with heartbeats is covered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from proofbook.export.observation import TOLERANCE, Gap, Observation, Silence, SourceTrace, is_long
from proofbook.primitives.instants import format_instant, parse_instant

_STOPPED: Final = "stopped"
_UNKNOWN: Final = "activity unknown"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """An interval without a recorder. `explained` by a recorded stop or gap; `quiet` when the recorder was stopped on purpose."""

    source: str
    since: str
    until: str
    explained: bool
    quiet: bool
    words: str

    def sentence(self) -> str:
        """For the header."""
        return f"{self.source}: {self.since} to {self.until}: {self.words}; {_UNKNOWN}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of the recording over the period up to `until`, the end or the checkpoint, whichever is earlier."""

    recorders: tuple[str, ...]
    until: str
    uncovered: tuple[Uncovered, ...]


def derive_coverage(seen: Observation, as_of: str) -> Coverage:
    """Every interval in which a recorder was silent, clipped to the period; `as_of` is when the checkpoint was signed.

    Every population asks for the same: it is worked out once for what was seen so far.
    """
    so_far = (as_of, seen.kinds.total())
    if seen.coverage is None or seen.coverage[0] != so_far:
        seen.coverage = (so_far, _derive(seen, as_of))
    found: Coverage = seen.coverage[1]
    return found


def _derive(seen: Observation, as_of: str) -> Coverage:
    recorders = tuple(trace for _, trace in sorted(seen.sources.items()) if trace.recorder)
    until = min(seen.end, as_of)
    found: list[Uncovered] = []
    if recorders:
        first = min(trace.first_recorded for trace in recorders)
        if is_long(seen.start, min(first, until)):
            words = "before the first record of any recorder"
            found.append(Uncovered("all recorders", seen.start, min(first, until), explained=False, quiet=False, words=words))
    silences = [each for each in seen.silences if seen.sources[each.source].recorder]
    silences += [
        Silence(trace.source, trace.last_recorded, until, trace.last_kind, None)
        for trace in recorders
        if is_long(trace.last_recorded, until)
    ]
    gaps = _Gaps(seen.gaps)
    for silence in silences:
        clipped = _clip(silence, seen.start, until)
        if clipped is not None:
            found.append(_explain(clipped, gaps))
    found += _unmatched_gaps(seen, found, until)
    return Coverage(
        tuple(trace.source for trace in recorders), until, tuple(sorted(found, key=lambda each: (each.since, each.source)))
    )


class _Gaps:
    """Gaps by source and beginning, so that those around an interval are found without looking at all."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self._of: dict[str, list[tuple[str, int, Gap]]] = {}
        for number, each in enumerate(gaps):
            self._of.setdefault(each.source, []).append((each.since, number, each))
        self._furthest: dict[str, list[str]] = {}
        for source, known in self._of.items():
            known.sort(key=lambda each: each[:2])
            self._furthest[source] = list(accumulate((each.until for _, _, each in known), max))

    def around(self, source: str, since: str, until: str) -> Gap | None:
        """The first stated gap of a source that begins by `since` and ends at or after `until`, give or take the tolerance."""
        known = self._of.get(source, [])
        found: list[tuple[int, Gap]] = []
        for place in range(bisect_right(known, _later(since), key=lambda each: each[0]) - 1, -1, -1):
            if is_long(self._furthest[source][place], until):
                break
            _, number, gap = known[place]
            if not is_long(since, gap.since) and not is_long(gap.until, until):
                found.append((number, gap))
        return min(found, key=lambda each: each[0])[1] if found else None


def recorder_words(trace: SourceTrace) -> str:
    """One recorder in a sentence."""
    return f"{trace.source}: numbers 1 to {trace.last_seq}, {trace.heartbeats} heartbeats, last recorded {trace.last_recorded}"


def hours(intervals: tuple[Uncovered, ...]) -> str:
    """Total length of intervals, in words."""
    seconds = sum((parse_instant(each.until) - parse_instant(each.since)).total_seconds() for each in intervals)
    return f"{seconds / 3600:.1f} hours"


def _clip(silence: Silence, start: str, until: str) -> Silence | None:
    since, end = max(silence.since, start), min(silence.until, until)
    return Silence(silence.source, since, end, silence.after, silence.before) if is_long(since, end) else None


def _explain(silence: Silence, gaps: _Gaps) -> Uncovered:
    if silence.after == "source.stopped" and silence.before in {"source.started", None}:
        return _uncovered(silence, explained=True, quiet=True, words="the recorder was stopped, and said so")
    gap = gaps.around(silence.source, silence.since, silence.until)
    if gap is not None:
        words = f"recorded gap, reason {gap.reason}"
        return _uncovered(silence, explained=True, quiet=gap.reason == _STOPPED, words=words)
    return _uncovered(silence, explained=False, quiet=False, words="silence that nothing explains")


def _uncovered(silence: Silence, *, explained: bool, quiet: bool, words: str) -> Uncovered:
    return Uncovered(silence.source, silence.since, silence.until, explained=explained, quiet=quiet, words=words)


def _unmatched_gaps(seen: Observation, found: list[Uncovered], until: str) -> list[Uncovered]:
    """Gaps that a recorder states although it was not silent for long: short ones, or of an earlier run."""
    listed = []
    intervals: dict[str, list[tuple[str, str]]] = {}
    for each in found:
        intervals.setdefault(each.source, []).append((each.since, each.until))
    furthest = {}
    for source, known in intervals.items():
        known.sort()
        furthest[source] = list(accumulate((end for _, end in known), max))
    for gap in seen.gaps:
        since, end = max(gap.since, seen.start), min(gap.until, until)
        begun = bisect_left(intervals.get(gap.source, []), (end, ""))
        covered = begun > 0 and furthest[gap.source][begun - 1] > since
        if since < end and not covered:
            words = f"recorded gap, reason {gap.reason}"
            listed.append(Uncovered(gap.source, since, end, explained=True, quiet=gap.reason == _STOPPED, words=words))
    return listed


def _later(instant: str) -> str:
    return format_instant(parse_instant(instant) + TOLERANCE)
