"""The plan of a year: every entry to be, with the moment it is recorded, before any fault is planted and after.

Promises: bodies are held against their models when they are planned, so that a plan that exists can be written. A reference to
another entry, whose id nobody knows before it is written, is a mark made from kind and record id; the writer puts the id in its
place. Order is by moment, then by the order of planning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from proofbook.journal.receipt import Submission
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.kept import KEPT
from proofbook.records.kinds import KINDS

DESK: Final = "desk:records"
GENERATOR: Final = Actor("sample-generator", ActorKind.SYSTEM, "process")
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_SOON: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry to be, recorded at `recorded`."""

    recorded: datetime
    kind: str
    id: str
    body: Mapping[str, Any]
    occurred: str
    actor: Actor
    source: str
    assurance: Assurance

    def submission(self) -> Submission:
        """What goes through the door."""
        return Submission(Draft(self.kind, self.id, self.occurred, self.actor, self.source, self.assurance, self.body))


def mark_entry(kind: str, record: str) -> str:
    """Stands for the entry id of the newest version of a record at the time of writing; has the form of one."""
    drawn = int.from_bytes(sha256(f"{kind}/{record}".encode()).digest()[:16], "big")
    return "e_" + "".join(_ALPHABET[(drawn >> shift) & 31] for shift in range(0, 130, 5))


def keep(kind: str, record: str, by: str, recorded: datetime | None = None, /, **fields: Any) -> Step:
    """One version of a kept record by a person. Without `recorded` it is written down twenty minutes after it happened."""
    model = KEPT[kind]
    body = model(**_plain(fields)).to_body()
    happened = body.get(model.happened) if model.happened else None
    if recorded is None:
        if happened is None:
            raise ValueError(f"{kind} {record}: says neither when it happened nor when it was recorded")
        recorded = parse_instant(happened) + _SOON
    actor = Actor(by, ActorKind.PERSON, "local_account")
    return Step(recorded, kind, record, body, happened or format_instant(recorded), actor, DESK, Assurance.MANUAL)


def observe(kind: str, record: str, source: str, recorded: datetime, /, **fields: Any) -> Step:
    """One entry of a program."""
    body = KINDS[kind](**_plain(fields)).to_body()
    assurance = Assurance.INLINE if source.startswith("gateway:") else Assurance.COLLECTED
    return Step(recorded, kind, record, body, format_instant(recorded), GENERATOR, source, assurance)


@dataclass(slots=True)
class Plan:
    """All steps of a year. Faults are planted by editing it."""

    steps: list[Step] = field(default_factory=list)
    around: list[tuple[str, int, int]] = field(default_factory=list)
    """What the engine answered and no recorder saw: instant, tokens of prompts, tokens of answers."""

    def add(self, *steps: Step) -> None:
        """Further steps."""
        self.steps += steps

    def find(self, kind: str, record: str) -> Step:
        """The first version of a record. Raises KeyError when there is none."""
        for step in self.steps:
            if (step.kind, step.id) == (kind, record):
                return step
        raise KeyError(f"{kind} {record}")

    def drop(self, kind: str, record: str) -> None:
        """Leave a record out, all its versions. Raises KeyError when there is none."""
        self.find(kind, record)
        self.steps = [step for step in self.steps if (step.kind, step.id) != (kind, record)]

    def change(self, kind: str, record: str, /, recorded: datetime | None = None, **fields: Any) -> None:
        """State other values in every version of a record; with `recorded`, write it down then. Raises KeyError."""
        self.find(kind, record)
        self.steps = [_changed(step, recorded, fields) if (step.kind, step.id) == (kind, record) else step for step in self.steps]

    def in_order(self) -> tuple[Step, ...]:
        """As they are to be written."""
        return tuple(sorted(self.steps, key=lambda step: step.recorded))

    def of(self, kind: str) -> Iterator[Step]:
        """Steps of one kind, in the order of planning."""
        return (step for step in self.steps if step.kind == kind)


def _changed(step: Step, recorded: datetime | None, fields: Mapping[str, Any]) -> Step:
    model = KINDS[step.kind]
    body = model(**{**step.body, **_plain(fields)}).to_body()
    name = KEPT[step.kind].happened if step.kind in KEPT else None
    happened = body.get(name) if name else None
    occurred = happened if isinstance(happened, str) else step.occurred
    if recorded is None and occurred != step.occurred:
        recorded = parse_instant(occurred) + _SOON
    return replace(step, recorded=recorded or step.recorded, body=body, occurred=occurred)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
