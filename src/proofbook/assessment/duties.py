"""From controls and facts to what `obligations` works on: rules, what is on file, events, waivers, blind stretches.

Promises: a duty per system exists from the day the system served users to its last day; a duty of the organisation, as long as
its control's version holds. A system the engagement names without an inventory page owes its duties all the same. A control with
several duties gets a key for each, so that what was done for one never fills another. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from proofbook.assessment.calling import calls_for
from proofbook.assessment.control_set import HeldControl, Promise, derive_controls
from proofbook.assessment.facts import Facts
from proofbook.assessment.happenings import Call
from proofbook.assessment.performing import Shelf
from proofbook.assessment.sight import derive_blinds
from proofbook.controls.control import EvidenceRule
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Blind, Event, Performance, Rule, Waiver
from proofbook.obligations.midnights import Midnights
from proofbook.primitives.instants import format_instant
from proofbook.readmodel.documents import DocumentVersion

SEPARATOR: Final = "#"
OBSERVED: Final = frozenset({"LC-07", "LC-13", "LC-20"})
"""Illustrative controls that the recorder itself watches: what it did not see of them is unknown, whatever people filed."""
_LONG_BEFORE: Final = timedelta(days=366)
_USED: Final = frozenset({"pilot", "production"})


@dataclass(frozen=True, slots=True)
class Life:
    """Days on which a system served users, both inclusive; None: still does."""

    system: str
    owner: str
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Duties:
    """All that was promised, and all that is on file about it."""

    controls: tuple[HeldControl, ...]
    lives: tuple[Life, ...]
    keys: Mapping[str, str]
    """Key of a duty -> id of its control."""
    rules: tuple[Rule, ...]
    performances: tuple[Performance, ...]
    events: tuple[Event, ...]
    calls: Mapping[tuple[str, str], Call]
    """(control, event entry) -> what called."""
    waivers: tuple[Waiver, ...]
    blinds: tuple[Blind, ...]
    book_began: str


def derive_duties(facts: Facts) -> Duties:
    """Everything `obligations.assess` needs."""
    controls = derive_controls(facts)
    lives = tuple(system_lives(facts))
    shelf = Shelf(facts, (life.system for life in lives))
    rules: list[Rule] = []
    performances: list[Performance] = []
    events: list[Event] = []
    calls: dict[tuple[str, str], Call] = {}
    for control in controls:
        rules += _rules(facts, control, lives)
        performances += _on_file(shelf, control)
        for call in calls_for(control.based_on, facts) if _is_called(control) else ():
            scope = (call.system or "") if _per_system(control) else ""
            calls[control.id, call.entry] = call
            events.append(Event(call.entry, control.id, scope, call.happened, call.due))
            performances += _answers(control.id, scope, call)
    began = facts.book_began or format_instant(facts.as_of)
    return Duties(
        controls, lives, {key: control.id for control in controls for key in _keys(control).values()}, tuple(rules),
        tuple(performances), _each_once(events), calls, tuple(_waivers(facts, controls, calls)), derive_blinds(facts), began,
    )  # fmt: skip


def system_lives(facts: Facts) -> Iterator[Life]:
    """When each system in scope served users; where its page does not say, from its first exchange or first day in use."""
    midnights = Midnights(facts.scope.period.zone)
    pages = {page.id: page for page in facts.systems()}
    for system in sorted({*pages, *(each for each in facts.scope.systems if facts.covers(each))}):
        page = pages.get(system)
        served = min((row.first for row in facts.served if row.system == system and not row.refused), default=None)
        if page is None:
            yield Life(system, "unknown", midnights.day_of(served) if served else facts.scope.period.first, None)
            continue
        live, ended = page.body.get("go_live"), page.body.get("retired_on")
        used = min((each.occurred for each in facts.history("ai_system", system) if each.body["status"] in _USED), default=None)
        known = [midnights.day_of(moment) for moment in (served, used) if moment is not None]
        first = date.fromisoformat(live) if live else min(known, default=None)
        if first is not None:
            last = date.fromisoformat(ended) if ended else _retired(page, midnights)
            yield Life(system, _owner(page), first, None if last is None else max(first, last))


def _retired(page: DocumentVersion, midnights: Midnights) -> date | None:
    return midnights.day_of(page.occurred) if page.body["status"] == "retired" else None


def _owner(page: DocumentVersion) -> str:
    return str(page.body.get("business_owner") or page.body.get("technical_owner") or "unknown")


def _keys(control: HeldControl) -> dict[Cadence, str]:
    """The key of each duty: the control's id, and the cadence behind it where some version has several by the calendar."""
    cadences = {promise.cadence for version in control.versions for promise in version.promises}
    crowded = any(len({each.cadence for each in version.promises} - {Cadence.PER_EVENT}) > 1 for version in control.versions)
    return {
        cadence: f"{control.id}{SEPARATOR}{cadence}" if crowded and cadence is not Cadence.PER_EVENT else control.id
        for cadence in cadences
    }


def _rules(facts: Facts, control: HeldControl, lives: Iterable[Life]) -> Iterator[Rule]:
    long_before = facts.scope.period.first - _LONG_BEFORE
    everywhere = Life("", "", long_before, None)
    keys = _keys(control)
    for version in control.versions:
        for promise in version.promises:
            # an event may belong to no one system even where the duty is per system: a grant for all of them
            alike = (everywhere,) if promise.cadence is Cadence.PER_EVENT or not promise.per_system else ()
            for life in (*alike, *(lives if promise.per_system else ())):
                starts = max(version.first or life.first, life.first)
                ends = min((day for day in (version.last, life.last) if day is not None), default=None)
                if ends is None or starts <= ends:
                    yield Rule(
                        keys[promise.cadence], life.system, promise.cadence, facts.scope.period.zone, starts, ends,
                        promise.grace_days, observed=control.based_on in OBSERVED and promise.cadence is Cadence.CONTINUOUS,
                    )  # fmt: skip


def _on_file(shelf: Shelf, control: HeldControl) -> Iterator[Performance]:
    seen: set[tuple[str, bool, str]] = set()
    keys = _keys(control)
    for promise, rule in _evidence(control):
        key = keys[promise.cadence]
        mark = (key, promise.per_system, f"{rule.kind} {rule.at} {rule.where}")
        if promise.cadence is not Cadence.PER_EVENT and mark not in seen:
            seen.add(mark)
            yield from shelf.performances(control, rule, key=key, per_system=promise.per_system)


def _evidence(control: HeldControl) -> Iterator[tuple[Promise, EvidenceRule]]:
    for version in control.versions:
        for promise in version.promises:
            for rule in promise.evidence:
                yield promise, rule


def _is_called(control: HeldControl) -> bool:
    return any(promise.cadence is Cadence.PER_EVENT for version in control.versions for promise in version.promises)


def _per_system(control: HeldControl) -> bool:
    return any(
        promise.per_system and promise.cadence is Cadence.PER_EVENT
        for version in control.versions
        for promise in version.promises
    )


def _answers(control: str, scope: str, call: Call) -> Iterator[Performance]:
    for reply in call.replies:
        yield Performance(
            reply.entry, control, scope, reply.occurred, reply.recorded, not reply.note, reply.note, event=call.entry
        )


def _each_once(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(dict.fromkeys(events))


def _waivers(facts: Facts, controls: Iterable[HeldControl], calls: Mapping[tuple[str, str], Call]) -> Iterator[Waiver]:
    """Decisions that something does not apply. One about an event may name the event's record in place of its entry."""
    for said in facts.scoped("not_applicable"):
        body = said.body
        for control in controls:
            if body["control"] not in control.names:
                continue
            interval = next(
                (call.entry for (own, _), call in calls.items() if own == control.id and call.id == body["interval"]), None
            )
            for key in sorted(set(_keys(control).values())):
                yield Waiver(
                    said.entry, key, str(body.get("system") or ""), interval or body["interval"], body["reason"],
                    body["approved_by"], body["requested_by"],
                )  # fmt: skip
