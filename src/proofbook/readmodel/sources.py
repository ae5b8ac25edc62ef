"""Questions about sources: when each was last heard, how its runs ended, what it says it missed, numbers that do not follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from proofbook.readmodel.connection import Reader

PreviousEnd: TypeAlias = Literal["none", "clean", "unclean"]


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its last sign of life. `last_seq` is the number its next entry must follow."""

    source: str
    assurance: str
    entries: int
    last_seq: int
    last_index: int
    first_recorded: str
    last_recorded: str
    last_heartbeat: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a source, from source.started; `stopped` is None while it lasts, and for ever when it ended without a word."""

    index: int
    source: str
    run: str
    program: str
    version: str
    config: str | None
    started: str
    previous_end: str
    stopped_index: int | None
    stopped: str | None
    stop_reason: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval in which a source says it did not record. What happened in it is unknown."""

    index: int
    source: str
    since: str
    until: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class SequenceBreak:
    """A number that is not the one that had to follow."""

    index: int
    source: str
    expected: int
    found: int


def every(reader: Reader) -> tuple[Source, ...]:
    """All sources, by name."""
    return tuple(Source(*row) for row in reader.rows("sources"))


def one(reader: Reader, source: str) -> Source | None:
    """One source, or None when it never recorded anything."""
    row = reader.row("source_by_id", {"source": source})
    return None if row is None else Source(*row)


def runs(reader: Reader, source: str, limit: int = 100) -> tuple[Run, ...]:
    """Runs of a source, newest first."""
    return tuple(Run(*row) for row in reader.rows("source_runs", {"source": source, "limit": limit}))


def gaps(reader: Reader, source: str | None = None, limit: int = 1000) -> tuple[Gap, ...]:
    """Recorded gaps of one source or of all, newest first."""
    return tuple(Gap(*row) for row in reader.rows("source_gaps", {"source": source, "limit": limit}))


def sequence_breaks(reader: Reader) -> tuple[SequenceBreak, ...]:
    """Numbers that did not follow, oldest first. A sound book has none."""
    return tuple(SequenceBreak(*row) for row in reader.rows("sequence_breaks"))


def previous_end(reader: Reader, source: str) -> PreviousEnd:
    """How the newest run of a source ended, for the `source.started` entry of the next one."""
    newest = runs(reader, source, limit=1)
    if not newest:
        return "none"
    return "unclean" if newest[0].stopped is None else "clean"
