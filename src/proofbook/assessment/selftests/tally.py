"""Keeps the account of one self-test: what was looked at, what was found, what could not be told; gives the outcome.

Promises: one finding per record and scope (several faults of one record are one finding with the gravest consequence); Unmet as
soon as something happened that should not have, Unknown when evidence is missing or nothing was there to look at, Met only for
what was looked at, or where somebody attested that there was nothing. Absence by itself is never Met.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any, Final

from proofbook.assessment.facts import Facts, happened_at, systems_of
from proofbook.assessment.finding import Consequence, Finding, Outcome
from proofbook.assessment.selftests.reading import text_of
from proofbook.assessment.selftests.wording import CANNOT_BE_UNDONE, counted, state_in
from proofbook.primitives.instants import format_instant
from proofbook.primitives.verdict import Met, Unknown, Unmet, Verdict
from proofbook.primitives.visible import visible
from proofbook.readmodel.documents import DocumentVersion

_REASONS: Final = 5
_PARTS: Final = 8
"""Faults of one record that are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a finding is about: a record, or a thing without one."""

    kind: str
    id: str
    scope: str = ""
    owner: str = "unknown"
    entries: tuple[str, ...] = ()


@dataclass(slots=True)
class _Fault:
    consequence: Consequence
    fix: str
    parts: dict[str, None]
    matter: Matter


class Tally:
    """The account of one check of one control."""

    __slots__ = ("_check", "_control", "_doubts", "_entries", "_faults", "_remarks", "examined", "facts", "now", "since", "until")

    def __init__(self, facts: Facts, check: str, control: str) -> None:
        self.facts: Final = facts
        self.examined = 0
        self.now: Final = format_instant(facts.as_of)
        self.since: Final = facts.scope.since
        self.until: Final = facts.scope.until
        self._check: Final = check
        self._control: Final = control
        self._entries: Final[list[str]] = []
        self._faults: Final[dict[tuple[str, str, str], _Fault]] = {}
        self._doubts: Final[list[str]] = []
        self._remarks: Final[list[str]] = []

    @property
    def horizon(self) -> str:
        """First moment that is not looked at: the end of the period, or now."""
        return min(self.until, self.now)

    @property
    def is_over(self) -> bool:
        """Whether the period lies in the past."""
        return self.until <= self.now

    def events(self, kind: str, field: str = "", words: Container[Any] = ()) -> Iterator[DocumentVersion]:
        """Events of the period that have happened, each looked at; with `field` only those in which it has one of the words."""
        for version in self.facts.scoped(kind):
            if field and version.body.get(field) not in words:
                continue
            happened = happened_at(version)
            if self.since <= happened < self.until and happened <= self.now:
                yield self.look(version)

    def documents(self, kind: str) -> Iterator[DocumentVersion]:
        """Newest versions in scope, each looked at."""
        for version in self.facts.scoped(kind):
            yield self.look(version)

    def look(self, version: DocumentVersion) -> DocumentVersion:
        """Counts a record as looked at."""
        self.examined += 1
        self._entries.append(version.entry)
        return version

    def rest_on(self, *entries: str) -> None:
        """Names entries the outcome rests on, besides those looked at."""
        self._entries.extend(entries)

    def fault(self, about: DocumentVersion | Matter, consequence: Consequence, what: str, fix: str) -> None:
        """Something an auditor would not accept. Several of one record become one finding."""
        matter = matter_of(self.facts, about) if isinstance(about, DocumentVersion) else about
        known = self._faults.get((matter.kind, matter.id, matter.scope))
        if known is None:
            self._faults[matter.kind, matter.id, matter.scope] = _Fault(consequence, fix, {what: None}, matter)
            return
        known.parts[what] = None
        if consequence < known.consequence:
            known.consequence, known.fix = consequence, fix

    def deviates(self, about: DocumentVersion | Matter, what: str) -> None:
        """Something that happened and cannot be undone."""
        self.fault(about, Consequence.EXCEPTION, what, CANNOT_BE_UNDONE)

    def unstated(self, version: DocumentVersion, what: str, fields: str) -> None:
        """Something a record does not state, so that it cannot be told. `fields`: what a new version has to state."""
        self.fault(version, Consequence.NOT_SHOWN, what, state_in(version.kind, version.id, fields))

    def doubt(self, reason: str) -> None:
        """Something that cannot be told and belongs to no record: the outcome is not Met."""
        self._doubts.append(reason)

    def remark(self, reason: str) -> None:
        """Something a reader of Met should know, such as what the check cannot see."""
        self._remarks.append(reason)

    def findings(self) -> tuple[Finding, ...]:
        """What was found, the gravest first."""
        found = sorted(
            self._faults.values(), key=lambda each: (each.consequence, each.matter.kind, each.matter.id, each.matter.scope)
        )
        return tuple(self._finding(each) for each in found)

    def outcome(self, *, sound: str, empty: str, population: str | None = None) -> Outcome:
        """The result. `sound` completes "N looked at: …"; `empty` says that nothing was there; `population`: of what."""
        findings = self.findings()
        verdict = self._verdict(findings, sound, empty, population)
        return Outcome(self._check, self._control, verdict, findings, tuple(dict.fromkeys(self._entries)), self.examined)

    def _verdict(self, findings: tuple[Finding, ...], sound: str, empty: str, population: str | None) -> Verdict:
        reasons = (*_told(findings), *self._doubts)
        consequences = {each.consequence for each in findings}
        if consequences & {Consequence.BREAKS_THE_TRAIL, Consequence.EXCEPTION, Consequence.LATE}:
            return Unmet(reasons)
        if Consequence.NOT_SHOWN in consequences or self._doubts:
            return Unknown(reasons)
        if self.examined:
            return Met((f"{self.examined} looked at: {sound}", *reasons, *self._remarks))
        certificate = self._certificate(population)
        if certificate is None:
            return Unknown((f"{empty}; not attested to be none" if population else empty, *reasons))
        self._entries.append(certificate.entry)
        return Met((f"nothing to look at: {population} is attested to be empty by nil_population {certificate.id}", *reasons))

    def _certificate(self, population: str | None) -> DocumentVersion | None:
        """A signed statement that the population was empty for the whole period, with nothing unseen in it."""
        if population is None:
            return None
        first, last = self.facts.scope.period.first.isoformat(), self.facts.scope.period.last.isoformat()
        for version in self.facts.scoped("nil_population"):
            body = version.body
            whole = body.get("population") == population and body.get("first", "") <= first and last <= body.get("last", "")
            if whole and body.get("gaps") == [] and body.get("certified_at", "") <= self.now:
                return version
        return None

    def _finding(self, fault: _Fault) -> Finding:
        matter = fault.matter
        parts = list(fault.parts)[:_PARTS]
        if len(fault.parts) > _PARTS:
            parts.append(f"and {len(fault.parts) - _PARTS} more of the kind")
        return Finding(
            check=self._check,
            control=self._control,
            kind=matter.kind,
            id=matter.id,
            what=visible(f"{matter.kind} {matter.id}: {'; '.join(parts)}"),
            fix=visible(fault.fix),
            consequence=fault.consequence,
            scope=matter.scope,
            owner=matter.owner,
            entries=matter.entries,
        )


def matter_of(facts: Facts, version: DocumentVersion) -> Matter:
    """What a finding about a record says of it: its system, and who answers for that."""
    named = tuple(systems_of(version))
    scope = next((each for each in named if facts.scope.includes(each)), "")
    owner = text_of(version.body, "owner") or (owner_of(facts, scope) if scope else "unknown")
    return Matter(version.kind, version.id, scope, owner, (version.entry,))


def system_matter(facts: Facts, system: str) -> Matter:
    """What a finding about a system says of it, whether or not it has a page."""
    page = facts.current("ai_system", system)
    return Matter("ai_system", system, system, owner_of(facts, system), () if page is None else (page.entry,))


def owner_of(facts: Facts, system: str) -> str:
    """Who answers for a system, as its page says; `unknown` otherwise."""
    page = facts.current("ai_system", system)
    if page is None:
        return "unknown"
    return text_of(page.body, "business_owner") or text_of(page.body, "technical_owner") or "unknown"


def _told(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    told = tuple(each.what for each in findings[:_REASONS])
    more = len(findings) - len(told)
    return (*told, f"and {counted(more, 'more finding', 'more findings')}") if more else told
