"""One thing that called for a control, and what answers it: the values that `calling` and its parts make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from proofbook.assessment.facts import Facts
from proofbook.obligations.midnights import Midnights
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """Something that answers a call. `note`: why it does not suffice; empty when it does."""

    entry: str
    occurred: str
    recorded: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """An event. `due` None: the duty's days of grace. `system` None: no one system."""

    system: str | None
    kind: str
    id: str
    entry: str
    happened: str
    due: datetime | None
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the engagement's zone as moments."""

    midnights: Midnights

    def begin(self, day: str) -> str:
        """First moment of a day."""
        return self.midnights.begins(date.fromisoformat(day))

    def end(self, day: str) -> datetime:
        """Last moment of a day."""
        return parse_instant(self.midnights.begins(date.fromisoformat(day) + _DAY)) - timedelta(microseconds=1)


def days_of(facts: Facts) -> Days:
    """Days of the engagement."""
    return Days(Midnights(facts.scope.period.zone))


def when(moment: str) -> datetime:
    """An instant as a value."""
    return parse_instant(moment).astimezone(UTC)


def system_of(version: DocumentVersion) -> str | None:
    """The one system a record names."""
    value = version.body.get("system")
    return value if isinstance(value, str) else None


def first_saying(facts: Facts, version: DocumentVersion, field: str) -> str:
    """When a field's value was first recorded."""
    said = (each for each in facts.history(version.kind, version.id) if each.body.get(field) == version.body.get(field))
    return next(said, version).recorded
