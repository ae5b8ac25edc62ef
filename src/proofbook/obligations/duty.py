"""The values of this room: what is owed, what is on file, what comes out.

Promises: a value that exists is well formed; states form a closed list in which unknown is a member. Instants are fixed-width UTC
text. Does not judge anything. Hostile text in free fields (notes, reasons) is carried as it is and must be escaped where it is
shown; malformed instants, days or zones raise MalformedRecord.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.midnights import Midnights
from proofbook.primitives.instants import LAST_YEAR, format_instant, parse_instant

LONGEST_GRACE_DAYS = 3650


class State(StrEnum):
    """What became of one occurrence. There is no state that says a control works: that is for the auditor."""

    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    NOT_DUE = "not_due"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a duty. Several rules of one control and scope, one after the other, are one duty that changed.

    `scope` is a system's id, or "" for the organisation. The duty exists from `starts` to `ends`, both inclusive (None: still
    does). `grace_days` are added to an interval's last day. `observed`: the evidence is recorded by a program, so a gap of the
    recorder can have lost it; what people file by hand is not lost that way.
    """

    control: str
    scope: str
    cadence: Cadence
    zone: str
    starts: date
    ends: date | None
    grace_days: int
    observed: bool = False

    def __post_init__(self) -> None:
        Midnights(self.zone)
        if self.starts.year > LAST_YEAR:
            raise MalformedRecord(
                f"the duty {self.control[:80]!r} starts on {self.starts}", hint=f"start it by the year {LAST_YEAR}"
            )
        if self.ends is not None and self.ends < self.starts:
            raise MalformedRecord(f"the duty {self.control[:80]!r} ends on {self.ends}, before it starts on {self.starts}")
        if not 0 <= self.grace_days <= LONGEST_GRACE_DAYS:
            raise MalformedRecord(
                f"the duty {self.control[:80]!r} has {self.grace_days} days of grace",
                hint=f"state 0 to {LONGEST_GRACE_DAYS}",
            )


@dataclass(frozen=True, slots=True)
class Performance:
    """Something on file that says a control was performed.

    `complete` False: begun, with corrections still open (`note` says which). `event`: the entry of the event it answers.
    `interval`: the interval it says it was made for; it then counts for that one and for no other.
    """

    entry: str
    control: str
    scope: str
    occurred: str
    recorded: str
    complete: bool
    note: str
    event: str | None = None
    interval: str | None = None

    def __post_init__(self) -> None:
        parse_instant(self.occurred)
        parse_instant(self.recorded)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that calls for a control: a grant, a change, an advisory. `due` None: the rule's days of grace after its day."""

    entry: str
    control: str
    scope: str
    happened: str
    due: datetime | None

    def __post_init__(self) -> None:
        parse_instant(self.happened)
        if self.due is not None and format_instant(self.due) > f"{LAST_YEAR + 1}":
            raise MalformedRecord(f"the event {self.entry[:80]!r} is due in the year {self.due.year}")


@dataclass(frozen=True, slots=True)
class Waiver:
    """A recorded decision that one occurrence does not apply. `interval` is the interval's id, or the entry of the event."""

    entry: str
    control: str
    scope: str
    interval: str
    reason: str
    approver: str
    requester: str


@dataclass(frozen=True, slots=True)
class Blind:
    """A stretch [start, end) in which nothing could have been seen. `scope` "": everywhere; otherwise one system only."""

    start: str
    end: str
    why: str
    scope: str = ""

    def __post_init__(self) -> None:
        if parse_instant(self.end) < parse_instant(self.start):
            raise MalformedRecord(f"a blind stretch ends at {self.end}, before it starts at {self.start}")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that is owed once.

    `first` and `last` are the interval's days (for an event: its day), `due` is the last day in time. `part`: the interval lies
    only partly in the period, or the duty existed for only a part of it. `event`: the event's entry, "" if not owed per event.
    """

    control: str
    scope: str
    interval: str
    first: date
    last: date
    due: date
    part: bool
    cadence: Cadence
    event: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """An occurrence and its state.

    The first of `entries` of a done or late cell is what it rests on; then follows whatever else is on file. `late_recorded`:
    what it rests on was written down later than the settable number of days after it happened.
    """

    occurrence: Occurrence
    state: State
    reason: str
    entries: tuple[str, ...]
    late_recorded: bool
