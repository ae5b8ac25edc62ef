"""What is on record of the time after the period's end: the lists that subsequent events and a bridge letter are drawn from.

Promises: every list says what was asked for, counts what it found, and stands as a CSV of its own beside it; what was recorded
since and tells of the period itself is a list apart. A stretch in which no recorder was at work is unknown, never quiet. Nothing
is weighed. Pure but for reading the facts once more, as of the same checkpoint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from proofbook.artifacts.speaking import counted, label
from proofbook.assessment.facts import Facts, happened_at
from proofbook.assessment.grid import Grid, name_of
from proofbook.assessment.scope import Scope
from proofbook.bundle.parts import SCOPE_FOLDER
from proofbook.export.assessed import Assessed, read_assessed
from proofbook.export.parts.framing import csv_file
from proofbook.export.parts.planned import PartsFrom, PlannedFile
from proofbook.obligations.duty import State
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import Period, format_instant, parse_instant
from proofbook.readmodel.documents import DocumentVersion

FOLDER: Final = "since-period-end"
COLUMNS: Final = ("kind", "id", "version", "title", "said", "happened", "recorded", "recorded_by", "entry")
OWED: Final = ("occurrence", "control", "system", "due", "state", "reason", "entries")
BLIND: Final = ("from", "until", "why")
_EVENTS: Final = (
    "change", "incident.real", "incident.near_miss", "control.exception", "outage", "access.revocation", "roster.change",
)  # fmt: skip
_STANDING: Final = ("control", "ai_system", "policy", "vendor", "engagement", "index.manifest", "model.approval")
_TOLD_LATE: Final = ("change", "incident.real", "incident.near_miss", "control.exception", "outage")
_LOUD: Final = frozenset({State.MISSED, State.LATE, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: what was asked, in words; the population that holds the same; how it is said in a letter; its rows."""

    name: str
    title: str
    query: str
    populations: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...]
    said: str = ""

    def file(self) -> PlannedFile:
        """The list as CSV."""
        return csv_file(SCOPE_FOLDER, FOLDER, self.name, title=self.title, columns=self.columns, rows=self.rows)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The time from the end of the period to the checkpoint, and what is on record of it. `reported`: what the report is on."""

    reported: Scope
    assessed: Assessed
    listings: tuple[Listing, ...]

    @property
    def since(self) -> str:
        """Its first instant: that after the period."""
        return self.reported.until

    @property
    def until(self) -> str:
        """When the checkpoint was signed: nothing later is known."""
        return format_instant(self.assessed.facts.as_of)

    @property
    def days(self) -> int:
        """Days since the period, the last one begun counted whole."""
        period = self.assessed.facts.scope.period
        return (period.last - period.first).days + 1

    def listing(self, name: str) -> Listing:
        """One list by its name."""
        return next(each for each in self.listings if each.name == name)


def days_after(period: Period, signed_at: str) -> Period | None:
    """The days from the one after a period to that of a moment, in its zone; None while the period is not over."""
    moment = parse_instant(signed_at)
    if moment < period.end:
        return None
    last: date = moment.astimezone(ZoneInfo(period.zone)).date()
    return Period(period.last + timedelta(days=1), last, period.zone)


def read_afterwards(origin: PartsFrom, reported: Scope) -> Afterwards | None:
    """What is on record of the time after the period a report speaks of; None while that is not over at the checkpoint."""
    at = origin.checkpoint
    days = days_after(reported.period, at.signed_at)
    if days is None or origin.basis is None:
        return None
    assessed = origin.assessed
    if assessed.facts.scope.period != days:
        scope = replace(reported, period=days)
        assessed = read_assessed(origin.reader, scope, at.size, at.signed_at, origin.basis.seen.sources)
    return Afterwards(reported, assessed, tuple(_listings(assessed.facts, assessed.grid, reported)))


def _listings(facts: Facts, grid: Grid, reported: Scope) -> Iterator[Listing]:
    changes = sorted(facts.in_period("change"), key=happened_at)
    yield _of(
        "changes", "Changes released since", changes, "change records released since the period's end, newest versions",
        ("POP-08", "POP-09", "POP-10", "POP-11", "POP-12"), _sorts(changes),
    )  # fmt: skip
    standing = _recorded_since(facts, _STANDING, reported.until)
    yield _of(
        "versions", "Versions of controls, systems, policies, vendors, approvals and scope recorded since", standing,
        f"every version of {', '.join(_STANDING)} in scope that was recorded since the period's end",
        ("POP-01", "POP-20"), _kinds(standing),
    )  # fmt: skip
    real = sorted(facts.in_period("incident.real"), key=happened_at)
    yield _of(
        "incidents",
        "Incidents detected since",
        real,
        "incident.real detected since the period's end",
        ("POP-19",),
        _severities(real),
    )
    open_ = [
        each
        for each in facts.scoped("incident.real")
        if happened_at(each) < reported.until and _stood(each, "closed_at", reported)
    ]
    yield _of(
        "incidents-open",
        "Incidents of before that were open at the period's end",
        open_,
        "incident.real detected before, not closed by then",
        ("POP-19",),
    )
    yield from _looked_back(facts, grid, reported)


def _looked_back(facts: Facts, grid: Grid, reported: Scope) -> Iterator[Listing]:
    found = sorted(facts.in_period("control.exception"), key=happened_at)
    yield _of(
        "exceptions", "Control exceptions found since", found, "control.exception found since the period's end", ("POP-30",)
    )
    late = [
        each
        for each in _recorded_since(facts, _TOLD_LATE, reported.until)
        if reported.since <= happened_at(each) < reported.until
    ]
    yield _of(
        "told-late", "Of the period itself, recorded since", late,
        f"{', '.join(_TOLD_LATE)} that happened in the period and were recorded after it", ("POP-08", "POP-19", "POP-30"),
    )  # fmt: skip
    owed = tuple(_owed(grid))
    states = Counter(str(row[4]) for row in owed)
    said = ", ".join(f"{count} {label(state)}" for state, count in sorted(states.items()))
    yield Listing(
        "owed",
        "Control performances that were late, missed or unknown since",
        "occurrences due since the period's end",
        (),
        OWED,
        owed,
        said,
    )
    blind = tuple((each.start, each.end, each.why) for each in grid.duties.blinds if each.end > reported.until)
    yield Listing(
        "not-seen",
        "Stretches in which no recorder was at work",
        "recorders' own starts, stops, gaps and silences",
        (),
        BLIND,
        blind,
    )
    events = sorted((each for kind in _EVENTS for each in facts.in_period(kind)), key=happened_at)
    yield _of(
        "events",
        "Events since, in their order",
        events,
        f"{', '.join(_EVENTS)} that happened since the period's end",
        ("POP-04", "POP-23"),
    )


def _of(
    name: str, title: str, versions: Iterable[DocumentVersion], query: str, populations: tuple[str, ...], said: str = ""
) -> Listing:
    rows = tuple(
        (
            each.kind, each.id, each.version, each.body.get("title"), _gist(each), happened_at(each), each.recorded, each.actor,
            each.entry,
        )
        for each in versions
    )  # fmt: skip
    return Listing(name, title, query, populations, COLUMNS, rows, said)


def _recorded_since(facts: Facts, kinds: Iterable[str], moment: str) -> list[DocumentVersion]:
    found = [
        each
        for kind in kinds
        for newest in facts.scoped(kind)
        for each in facts.history(kind, newest.id)
        if each.recorded >= moment and (kind != "engagement" or each.id == facts.scope.engagement)
    ]
    return sorted(found, key=lambda each: each.index)


def _stood(version: DocumentVersion, field: str, reported: Scope) -> bool:
    ended = version.body.get(field)
    return ended is None or ended >= reported.until


def _owed(grid: Grid) -> Iterator[tuple[JsonValue, ...]]:
    for row in grid.rows:
        for cell in row.cells:
            if cell.state in _LOUD:
                owed = cell.occurrence
                yield (
                    name_of(cell), row.control, row.scope or None, owed.due.isoformat(), cell.state.value, cell.reason,
                    list(cell.entries),
                )  # fmt: skip


_GISTS: Final[dict[str, Callable[[DocumentVersion], str]]] = {
    "change": lambda each: (
        f"{label(each.body['what'])} of {each.body['system']}" + ("; emergency" if each.body["emergency"] else "")
    ),
    "incident.real": lambda each: f"severity {each.body['severity']}; commitments impaired: {each.body['commitment_impact']}",
    "control.exception": lambda each: f"{each.body['control']}, {each.body['status']}",
    "outage": lambda each: f"{each.body['system']}: {each.body['extent']}",
    "control": lambda each: f"{each.body['status']}, from {each.body['effective_on']} on",
    "ai_system": lambda each: label(each.body["status"]),
}


def _gist(version: DocumentVersion) -> str | None:
    make = _GISTS.get(version.kind)
    return None if make is None else make(version)


def _sorts(changes: Iterable[DocumentVersion]) -> str:
    known = tuple(changes)
    counts = Counter(label(each.body["what"]) for each in known)
    emergencies = sum(bool(each.body["emergency"]) for each in known)
    said = ", ".join(f"{count} of {what}" for what, count in sorted(counts.items()))
    return said + (f"; {emergencies} by the emergency path" if emergencies else "")


def _kinds(versions: Iterable[DocumentVersion]) -> str:
    counts = Counter(each.kind for each in versions)
    return ", ".join(counted(count, f"{label(kind).replace('.', ' ')} version") for kind, count in sorted(counts.items()))


def _severities(incidents: Iterable[DocumentVersion]) -> str:
    counts = Counter(str(each.body["severity"]) for each in incidents)
    return ", ".join(f"{count} of severity {severity}" for severity, count in sorted(counts.items()))
