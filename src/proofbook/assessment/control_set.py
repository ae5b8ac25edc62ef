"""The controls that are assessed: the organisation's own in place of the illustrative ones they were made from, by version.

Promises: each version holds from its day to the day before the next one, and both stay visible; a draft holds nothing. A control
is left out only when none of its criteria is in scope, or when the engagement names its controls and this is not among them.
Pure. Hostile text in own controls stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal

from proofbook.assessment.facts import LATE_AFTER, Facts
from proofbook.assessment.scope import Scope
from proofbook.controls.control import Control, Duty, EvidenceRule, load_controls
from proofbook.controls.criteria import Category, load_criteria
from proofbook.obligations.cadence import Cadence
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion

SLOTS: Final = ("who", "what", "when", "standard", "record")
_DAY: Final = timedelta(days=1)
_STATED: Final = EvidenceRule(
    kind="control.performance", at="performed_at", scope="system", where=None, complete_when={"outcome": ("complete",)}
)
"""A performance that names the control itself counts for any control."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One duty of one version: how often, for what, and which records count."""

    cadence: Cadence
    per_system: bool
    grace_days: int
    evidence: tuple[EvidenceRule, ...]


@dataclass(frozen=True, slots=True)
class ControlVersion:
    """A control as it held from `first` to `last`, both inclusive; None: without a stated edge."""

    version: int
    title: str
    slots: Mapping[str, str | None]
    owner: str
    nature: str
    criteria: tuple[str, ...]
    promises: tuple[Promise, ...]
    first: date | None = None
    last: date | None = None
    entry: str | None = None
    """Entry of the own record; None for an illustrative control."""
    recorded: str | None = None
    design_change: str | None = None
    backdated: bool = False
    """Recorded long after the day from which it is said to hold, in place of another version."""

    def dates(self) -> str:
        """`from 2026-01-01 to 2026-06-30`."""
        if self.first is None and self.last is None:
            return "no dates stated"
        ends = "" if self.last is None else f" to {self.last}"
        return f"from {self.first}{ends}" if self.first else ends.strip()


@dataclass(frozen=True, slots=True)
class HeldControl:
    """One control with its versions, oldest first; at least one."""

    id: str
    based_on: str | None
    """Illustrative control it stands for: its own id when it is one."""
    own: bool
    versions: tuple[ControlVersion, ...]
    artifacts: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    procedure: str | None = None

    @property
    def newest(self) -> ControlVersion:
        """The version that holds last."""
        return self.versions[-1]

    @property
    def names(self) -> frozenset[str]:
        """Ids under which records may speak of it."""
        return frozenset({self.id, *((self.based_on,) if self.based_on else ())})

    @property
    def criteria(self) -> tuple[str, ...]:
        """Criteria that any version supports."""
        return tuple(dict.fromkeys(each for version in self.versions for each in version.criteria))


def criteria_in_scope(scope: Scope) -> frozenset[str]:
    """Ids of the criteria of the categories in scope; security always is."""
    known = {each.value for each in Category}
    return frozenset(
        entry.id for entry in load_criteria().within(frozenset(Category(each) for each in scope.categories if each in known))
    )


def derive_controls(facts: Facts) -> tuple[HeldControl, ...]:
    """Every control in scope, by id: own ones, then illustrative ones that no own control stands for."""
    base = {control.id: control for control in load_controls().controls}
    own = tuple(filter(None, (_own(facts, newest, base) for newest in facts.scoped("control"))))
    replaced = {control.based_on for control in own} | {control.id for control in own}
    every = (*own, *(_illustrative(control) for control in base.values() if control.id not in replaced))
    wanted = criteria_in_scope(facts.scope)
    return tuple(
        sorted((each for each in every if _in_scope(each, facts.scope, wanted)), key=lambda each: each.based_on or each.id)
    )


def _in_scope(control: HeldControl, scope: Scope, criteria: frozenset[str]) -> bool:
    if scope.controls is not None:
        return bool(control.names & set(scope.controls))
    return not criteria.isdisjoint(control.criteria)


def _illustrative(control: Control) -> HeldControl:
    version = ControlVersion(
        control.version,
        control.title,
        {slot: getattr(control, slot) for slot in SLOTS},
        control.owner,
        control.nature.value,
        tuple(control.criteria),
        tuple(_promise(duty, duty.evidence) for duty in control.duties),
    )
    return HeldControl(
        control.id, control.id, own=False, versions=(version,), artifacts=tuple(control.artifacts),
        populations=tuple(control.populations), checks=tuple(control.checks), procedure=control.procedure,
    )  # fmt: skip


def _own(facts: Facts, newest: DocumentVersion, base: Mapping[str, Control]) -> HeldControl | None:
    made_from = base.get(str(newest.body.get("based_on") or newest.id))
    versions: list[ControlVersion] = []
    for each in facts.history("control", newest.id):
        versions = _after(versions, each, made_from)
    if not versions:
        return None
    name = made_from.id if made_from else None
    if made_from is None:
        return HeldControl(newest.id, name, own=True, versions=tuple(versions))
    return HeldControl(
        newest.id, name, own=True, versions=tuple(versions), artifacts=tuple(made_from.artifacts),
        populations=tuple(made_from.populations), checks=tuple(made_from.checks), procedure=made_from.procedure,
    )  # fmt: skip


def _after(held: list[ControlVersion], said: DocumentVersion, made_from: Control | None) -> list[ControlVersion]:
    """What holds once one more version was recorded: from its day on it takes the place of those before."""
    body = said.body
    begins, ends = date.fromisoformat(body["effective_on"]), _day(body.get("ends_on"))
    if body["status"] == "draft":
        return held
    if body["status"] == "retired":
        cut = begins if ends is None else ends + _DAY
        return _cut(held, cut)
    before = _cut(held, begins)
    replaces = any(each.last is None or each.last >= begins for each in held)
    made = _version(said, made_from, begins, ends)
    late = parse_instant(said.recorded).date() - begins > LATE_AFTER
    return [*before, replace(made, backdated=replaces and late and made.promises != held[-1].promises)]


def _cut(held: Iterable[ControlVersion], begins: date) -> list[ControlVersion]:
    last = begins - _DAY
    return [
        each if each.last is not None and each.last <= last else replace(each, last=last)
        for each in held
        if each.first is None or each.first <= last
    ]


def _version(said: DocumentVersion, made_from: Control | None, first: date, last: date | None) -> ControlVersion:
    body = said.body
    stated = tuple(str(each) for each in body.get("criteria") or ())
    return ControlVersion(
        said.version,
        str(body["title"]),
        {slot: body.get(slot) for slot in SLOTS},
        str(body.get("owner") or "unknown"),
        str(body.get("nature") or "unknown"),
        stated or (tuple(made_from.criteria) if made_from else ()),
        _promises(body, made_from),
        first,
        last,
        said.entry,
        said.recorded,
        body.get("design_change"),
    )


def _promises(body: Mapping[str, Any], made_from: Control | None) -> tuple[Promise, ...]:
    duties = tuple(body.get("duties") or ())
    if not duties:
        return tuple(_promise(duty, duty.evidence) for duty in made_from.duties) if made_from else ()
    return tuple(_own_promise(duty, made_from) for duty in duties)


def _own_promise(duty: Mapping[str, Any], made_from: Control | None) -> Promise:
    evidence: tuple[EvidenceRule, ...] = ()
    if made_from is not None:
        alike = [each for each in made_from.duties if each.cadence.value == duty["cadence"]]
        evidence = alike[0].evidence if alike else made_from.evidence
    per: Literal["system", "organisation"] = duty["per"]
    return Promise(Cadence(duty["cadence"]), per == "system", int(duty["grace_days"]), _with_stated(evidence))


def _promise(duty: Duty, evidence: tuple[EvidenceRule, ...]) -> Promise:
    return Promise(Cadence(duty.cadence.value), duty.per.value == "system", duty.grace_days, _with_stated(evidence))


def _with_stated(evidence: Iterable[EvidenceRule]) -> tuple[EvidenceRule, ...]:
    rest = tuple(each for each in evidence if each.kind != _STATED.kind)
    return (*rest, _STATED)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
