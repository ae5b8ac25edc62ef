"""What the entries tell about their own recording: who recorded when, who was silent, what is missing, what was served.

Promises: one look at every entry, in order; memory does not grow with their number (lists are bounded, the counts beside them
are not). Silence is measured between a recorder's own entries by the writer's clock; a heartbeat is an entry like any other.
Does not judge: `checks` does. Hostile input: entries only have to have the envelope's form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from proofbook.primitives.instants import parse_instant

TOLERANCE: Final = timedelta(minutes=5)
"""A recorder that says nothing for longer than this was silent: five times the usual heartbeat."""

MAX_LISTED: Final = 200
"""Places listed of one sort; all are counted."""

_RECORDING: Final = frozenset({"source.started", "source.heartbeat", "exchange.request", "exchange.refused"})

_NOTED: Final = frozenset(
    {
        "content.revealed", "population.exported", "room.exported", "retention.run", "content.erased", "content.held",
        "content.released", "access.key_limited", "account.set", "token.issued", "token.revoked", "portal.viewed",
        "session.opened", "session.ended", "session.refused", "receipt.given", "sample.drawn",
    }
)  # fmt: skip

_KNOWN: Final = frozenset({"account.set", "token.issued"})


@dataclass(slots=True)
class Listed:
    """Some of many: the first MAX_LISTED in words, and how many there are."""

    items: list[str] = field(default_factory=list)
    total: int = 0

    def add(self, text: str) -> None:
        """One more."""
        self.total += 1
        if len(self.items) < MAX_LISTED:
            self.items.append(text)


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without any entry of a recorder. `after` and `before` are the kinds of the entries around it, None at an edge."""

    source: str
    since: str
    until: str
    after: str | None
    before: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval in which a recorder says it did not record."""

    source: str
    since: str
    until: str
    reason: str


@dataclass(slots=True)
class SourceTrace:
    """One source so far."""

    source: str
    assurance: str
    first_recorded: str
    entries: int = 0
    last_seq: int = 0
    last_recorded: str = ""
    last_kind: str = ""
    recorder: bool = False
    program: str = "unknown"
    version: str = "unknown"
    heartbeats: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """The newest look of a collector."""

    collector: str
    ended: str
    found: int
    skipped: int


@dataclass(slots=True)
class Observation:
    """Everything seen so far; `start` and `end` are the instants of the period."""

    start: str
    end: str
    sources: dict[str, SourceTrace] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    broken_numbers: Listed = field(default_factory=Listed)
    silences: list[Silence] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    clock_steps: Listed = field(default_factory=Listed)
    scans: dict[str, Scan] = field(default_factory=dict)
    served: Counter[str] = field(default_factory=Counter)
    """Artifact digest -> requests in the period; `unknown` where no digest is known."""
    recorded_artifacts: set[str] = field(default_factory=set)
    first_recorded: str = ""
    noted: Counter[str] = field(default_factory=Counter)
    """Entries of rare kinds recorded in the period, by kind."""
    subjects: dict[str, set[str]] = field(default_factory=dict)
    """Accounts and tokens recorded before the end of the period, by kind."""
    sums: Counter[str] = field(default_factory=Counter)
    """What those entries add up: conversations erased by runs, and by what made them be erased."""
    revealed: Counter[str] = field(default_factory=Counter)
    """Looks at content recorded in the period, by the hour: its text up to the hour."""
    looked_at: set[str] = field(default_factory=set)
    """Exchanges whose content somebody looked at in the period."""
    held: dict[str, str] = field(default_factory=dict)
    """Conversations under a hold and not released yet -> when the hold was recorded."""
    under_hold: Listed = field(default_factory=Listed)
    """Erasures of content that was under a hold."""
    coverage: tuple[tuple[str, int], Any] | None = field(default=None, repr=False, compare=False)
    """What `coverage` derived from all this, and from how much."""

    def see(self, index: int, value: Mapping[str, Any]) -> None:
        """The next entry."""
        kind, recorded = value["kind"], value["recorded"]
        self.kinds[kind] += 1
        self.first_recorded = self.first_recorded or recorded
        self._see_source(index, value, kind, recorded)
        if kind == "exchange.request":
            if self.start <= value["occurred"] < self.end:
                self.served[value["body"]["model"]["artifact"] or "unknown"] += 1
        elif kind != "exchange.response":
            if kind in _NOTED:
                self._note(index, kind, recorded, value["body"])
                if kind in _KNOWN and recorded < self.end:
                    self.subjects.setdefault(kind, set()).add(value["subject"])
            self._see_event(index, kind, value["source"]["id"], value["body"])

    def _note(self, index: int, kind: str, recorded: str, body: Mapping[str, Any]) -> None:
        inside = self.start <= recorded < self.end
        self.noted[kind] += inside
        match kind:
            case "content.held":
                self.held[body["conversation"]] = recorded
            case "content.released":
                self.held.pop(body["conversation"], None)
            case "content.erased":
                self.sums[f"erased by {body['trigger']}"] += inside
                if body["conversation"] in self.held and inside:
                    self.under_hold.add(f"entry {index}: {body['conversation']}, held since {self.held[body['conversation']]}")
            case "retention.run":
                self.sums["erased in runs"] += body["erased"] * inside
            case "content.revealed":
                self.revealed[recorded[:13]] += inside
                if inside:
                    self.looked_at.add(body["exchange"])
            case _:
                pass

    def _see_source(self, index: int, value: Mapping[str, Any], kind: str, recorded: str) -> None:
        source, seq = value["source"]["id"], value["source"]["seq"]
        trace = self.sources.get(source)
        if trace is None:
            trace = self.sources[source] = SourceTrace(source, value["source"]["assurance"], recorded)
        elif trace.recorder and recorded[:16] > trace.last_recorded[:16]:  # another minute: cheap, before the exact look
            self._see_silence(trace, kind, recorded)
        if seq != trace.last_seq + 1:
            self.broken_numbers.add(f"entry {index}: {source} goes from number {trace.last_seq} to {seq}")
        trace.entries += 1
        trace.last_seq, trace.last_recorded, trace.last_kind = seq, recorded, kind
        if kind in _RECORDING:
            trace.recorder = True
            trace.heartbeats += kind == "source.heartbeat"
        if kind == "source.started":
            trace.program, trace.version = value["body"]["program"], value["body"]["version"]

    def _see_silence(self, trace: SourceTrace, kind: str, recorded: str) -> None:
        silence = Silence(trace.source, trace.last_recorded, recorded, trace.last_kind, kind)
        if self.is_inside(silence.since, silence.until) and is_long(silence.since, silence.until):
            self.silences.append(silence)

    def _see_event(self, index: int, kind: str, source: str, body: Mapping[str, Any]) -> None:
        match kind:
            case "source.gap":
                if self.is_inside(body["from"], body["until"]):
                    self.gaps.append(Gap(source, body["from"], body["until"], body["reason"]))
            case "clock.stepped":
                if self.is_inside(body["after"], body["before"]):
                    self.clock_steps.add(f"entry {index}: from {body['before']} back to {body['after']}")
            case "collection.run":
                scan = Scan(body["collector"], body["ended"], body["found"], body["skipped_total"])
                self.scans[scan.collector] = scan
            case "model.artifact":
                self.recorded_artifacts.add(body["artifact"])
            case _:
                pass

    def is_inside(self, since: str, until: str) -> bool:
        """Whether an interval touches the period."""
        return since < self.end and until > self.start


def is_long(since: str, until: str) -> bool:
    """Whether an interval is longer than the tolerance."""
    return since < until and parse_instant(until) - parse_instant(since) > TOLERANCE
