"""Was somebody recording the whole time? Silences of recorders against what they say about them.

Promises: an interval in which no recorder spoke is listed, with what is known about it; whether there was activity in it is
unknown, and never said to be none. A stop that was recorded before it and a start after it explain an interval; a recorded gap
explains why, not what happened. Does not look at traffic: an hour without requests and with heartbeats is covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.export.observation import Gap, Observation, Silence, SourceTrace, is_long
from proofbook.primitives.instants import parse_instant

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
    """Every interval in which a recorder was silent, clipped to the period; `as_of` is when the checkpoint was signed."""
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
    for silence in silences:
        clipped = _clip(silence, seen.start, until)
        if clipped is not None:
            found.append(_explain(clipped, seen.gaps))
    found += _unmatched_gaps(seen, found, until)
    return Coverage(
        tuple(trace.source for trace in recorders), until, tuple(sorted(found, key=lambda each: (each.since, each.source)))
    )


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


def _explain(silence: Silence, gaps: list[Gap]) -> Uncovered:
    if silence.after == "source.stopped" and silence.before in {"source.started", None}:
        return _uncovered(silence, explained=True, quiet=True, words="the recorder was stopped, and said so")
    for gap in gaps:
        if gap.source == silence.source and not is_long(silence.since, gap.since) and not is_long(gap.until, silence.until):
            words = f"recorded gap, reason {gap.reason}"
            return _uncovered(silence, explained=True, quiet=gap.reason == _STOPPED, words=words)
    return _uncovered(silence, explained=False, quiet=False, words="silence that nothing explains")


def _uncovered(silence: Silence, *, explained: bool, quiet: bool, words: str) -> Uncovered:
    return Uncovered(silence.source, silence.since, silence.until, explained=explained, quiet=quiet, words=words)


def _unmatched_gaps(seen: Observation, found: list[Uncovered], until: str) -> list[Uncovered]:
    """Gaps that a recorder states although it was not silent for long: short ones, or of an earlier run."""
    listed = []
    for gap in seen.gaps:
        since, end = max(gap.since, seen.start), min(gap.until, until)
        covered = any(each.source == gap.source and each.since < end and since < each.until for each in found)
        if since < end and not covered:
            words = f"recorded gap, reason {gap.reason}"
            listed.append(Uncovered(gap.source, since, end, explained=True, quiet=gap.reason == _STOPPED, words=words))
    return listed
