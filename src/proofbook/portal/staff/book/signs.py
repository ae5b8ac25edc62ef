"""Signs of life: every source that records by program, when it was last heard, and whether that is what it promised.

Promises: a source that went silent without a stop is unknown from then on; one that does not beat is said not to. Ages are ages,
never states. Does not: start anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from proofbook.portal import wording
from proofbook.portal.coverage import Duty
from proofbook.portal.surroundings import Desk
from proofbook.readmodel import artifacts, sources

_BY_HAND = "manual"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as a row: who, how it stands, when it was last heard."""

    source: sources.Source
    tone: str
    state: str
    heartbeat: str
    gaps: int


def read_signs(desk: Desk, duties: Sequence[Duty]) -> tuple[SourceLine, ...]:
    """Every source, by name."""
    looks = {each.collector: each for each in artifacts.latest_collections(desk.reader)}
    return tuple(_line(desk, each, duties, looks) for each in sources.every(desk.reader))


def by_program(lines: Sequence[SourceLine]) -> tuple[SourceLine, ...]:
    """Those that are no person's writing, the ones in doubt first."""
    kept = [each for each in lines if each.source.assurance != _BY_HAND]
    return tuple(sorted(kept, key=lambda each: (each.tone != "unknown", each.tone != "notice", each.source.source)))


def _line(desk: Desk, source: sources.Source, duties: Sequence[Duty], looks: dict[str, artifacts.Collection]) -> SourceLine:
    gaps = len(sources.gaps(desk.reader, source.source))
    duty = next((each for each in duties if each.source == source.source), None)
    newest = next(iter(sources.runs(desk.reader, source.source, 1)), None)
    if newest is None:
        look = looks.get(source.source.rpartition(":")[2])
        beat = "does not beat" if look is None else f"looked {wording.age(look.ended, desk.now)}"
        return SourceLine(source, "plain", "records when it is used", beat, gaps)
    beat = wording.age(source.last_heartbeat, desk.now) if source.last_heartbeat else "none recorded"
    if newest.stopped is not None:
        return SourceLine(source, "notice", f"stopped: {newest.stop_reason}", beat, gaps)
    if duty is None or duty.is_alive(desk.now, timedelta(seconds=desk.sources.heartbeat_seconds)):
        return SourceLine(source, "plain", "recording", beat, gaps)
    return SourceLine(source, "unknown", "not heard from: what happened since is unknown", beat, gaps)
