"""The records that bear on admission, at one moment, as values that answer at once: grants, systems, approvals.

Promises: pure and frozen; the same record versions give the same rules, in whatever order they come. The newest version of a
record is what it says. Where records contradict each other, what takes away counts: recording a revocation, a refusal or a
withdrawal never lets anybody in. Last days are whole days of the zone given.
Does not: know who is in a group (a grant to a group holds for callers whose verified token names it), nor tell issuers apart: a
grant names a principal as the gateway's records name it, letter by letter.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.primitives.instants import format_instant, parse_period

GRANT: Final = "access.grant"
REVOCATION: Final = "access.revocation"
SYSTEM: Final = "ai_system"
APPROVAL: Final = "model.approval"
KINDS: Final = (GRANT, REVOCATION, SYSTEM, APPROVAL)
"""The kinds of records that rules are made of."""

IN_USE: Final = frozenset({"pilot", "production"})
APPROVED: Final = frozenset({"approved", "approved_with_conditions"})
_TAKEN_AWAY: Final = frozenset({"refused", "withdrawn"})
_SCOPE: Final = ("models:", "model:")
NEVER: Final = "9999-12-31T23:59:59.999999Z"


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """The newest version of one record. `index` is its place in the book."""

    kind: str
    id: str
    index: int
    entry: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """A recorded end of a grant, for one system or (None) for all; `at` is its first moment without access."""

    id: str
    entry: str
    system: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody may use a system (None: all) from `since` until before `until`."""

    id: str
    entry: str
    system: str | None
    since: str
    until: str
    """First moment after its last day; the end of time when none is stated."""
    endings: tuple[Ending, ...]
    scope: str | None
    """As it was written."""
    models: frozenset[str] | None
    """Names or digests of models it is limited to; None when it is not, or not in words that a gateway can hold."""

    @property
    def turns(self) -> tuple[str, ...]:
        """Instants at which it begins or ends somewhere."""
        return (self.since, self.until, *(each.at for each in self.endings))

    def holds(self, system: str, now: str) -> bool:
        """Whether it gives access to a system at an instant."""
        return (
            self.system in {None, system}
            and self.since <= now < self.until
            and not any(each.system in {None, system} and each.at <= now for each in self.endings)
        )

    def covers(self, model: str | None, artifact: str | None) -> bool:
        """Whether its scope takes in a model, by the name that was asked for or by the digest behind it."""
        return self.models is None or model in self.models or artifact in self.models


@dataclass(frozen=True, slots=True)
class Registration:
    """The inventory page of a system."""

    id: str
    entry: str
    status: str
    until: str

    def holds(self, now: str) -> bool:
        """Whether it says that the system is in use at an instant."""
        return self.status in IN_USE and now < self.until


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about an artifact, from `since` on."""

    id: str
    entry: str
    artifact: str
    systems: frozenset[str]
    word: str
    since: str
    until: str

    def concerns(self, system: str) -> bool:
        """Whether it speaks of a system; a refusal or withdrawal that names none speaks of all."""
        return system in self.systems or (not self.systems and self.word in _TAKEN_AWAY)

    def holds(self, now: str) -> bool:
        """Whether it allows the artifact at an instant."""
        return self.word in APPROVED and self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that is asked of records for a request."""

    grants: Mapping[tuple[str, str], tuple[Grant, ...]] = field(default_factory=dict)
    """By what they are given to: (`principal` | `group` | `key`, name)."""
    systems: Mapping[str, Registration] = field(default_factory=dict)
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    """By artifact, in the order they were decided."""
    turns: tuple[str, ...] = ()
    """Every instant at which something begins or ends, in order: between two of them every answer stays the same."""

    def same_until(self, now: str) -> str:
        """The first instant after `now` at which an answer may be another."""
        place = bisect_right(self.turns, now)
        return self.turns[place] if place < len(self.turns) else NEVER

    def grants_of(self, caller: VerifiedCaller) -> Iterable[Grant]:
        """Every grant that was ever given to a caller, its key or a group it is verified to be in."""
        yield from self.grants.get(("principal", caller.principal), ())
        if caller.method == "api_key" and caller.credential is not None:
            yield from self.grants.get(("key", caller.credential), ())
        for group in caller.groups:
            yield from self.grants.get(("group", group), ())

    def is_registered(self, system: str, now: str) -> bool:
        """Whether a system is in the inventory as in use."""
        found = self.systems.get(system)
        return found is not None and found.holds(now)

    def decision_about(self, system: str, artifact: str, now: str) -> Decision | None:
        """The last decision that concerns both, by an instant; it stands until the next one."""
        found = None
        for each in self.decisions.get(artifact, ()):
            if each.since <= now and each.concerns(system):
                found = each
        return found

    def is_approved(self, system: str, artifact: str, now: str) -> bool:
        """Whether an artifact may serve a system."""
        decision = self.decision_about(system, artifact, now)
        return decision is not None and decision.holds(now)


def derive_rules(versions: Iterable[RecordVersion], zone: str) -> Rules:
    """Rules from the newest version of each record; `zone` is the one in which last days end."""
    by_kind: defaultdict[str, list[RecordVersion]] = defaultdict(list)
    for each in sorted(versions, key=lambda version: version.index):
        by_kind[each.kind].append(each)
    grants: defaultdict[tuple[str, str], list[Grant]] = defaultdict(list)
    ends = _Ends(by_kind[REVOCATION])
    for each in by_kind[GRANT]:
        if each.body.get("role") == "use":
            for name in _names(each.body):
                grants[name].append(_grant(each, ends.of(each), zone))
    decisions: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in sorted((_decision(each, zone) for each in by_kind[APPROVAL]), key=lambda each: each.since):
        decisions[decision.artifact].append(decision)
    systems = {each.id: _registration(each, zone) for each in by_kind[SYSTEM]}
    turns = {each.until for each in systems.values()}
    turns |= {moment for found in grants.values() for each in found for moment in each.turns}
    turns |= {moment for found in decisions.values() for each in found for moment in (each.since, each.until)}
    return Rules(
        {name: tuple(found) for name, found in grants.items()},
        systems,
        {artifact: tuple(found) for artifact, found in decisions.items()},
        tuple(sorted(turns)),
    )


class _Ends:
    """Revocations, by the grant they name or else by the subject whose every grant they end."""

    def __init__(self, revocations: Iterable[RecordVersion]) -> None:
        self._by_grant: defaultdict[str, list[RecordVersion]] = defaultdict(list)
        self._by_subject: defaultdict[str, list[RecordVersion]] = defaultdict(list)
        for each in revocations:
            grant = each.body.get("grant")
            if grant is None:
                self._by_subject[_name(each.body.get("subject_id"))].append(each)
            else:
                self._by_grant[str(grant)].append(each)

    def of(self, grant: RecordVersion) -> tuple[Ending, ...]:
        """Those that end a grant. An end before its beginning is of an earlier one, unless it came later and names it."""
        began, subject = str(grant.body.get("granted_at")), _name(grant.body.get("subject_id"))
        named = [each for each in self._by_grant.get(grant.id, ()) if _moment(each) >= began or each.index > grant.index]
        whole = [each for each in self._by_subject.get(subject, ()) if _moment(each) >= began]
        return tuple(Ending(each.id, each.entry, self._system(each, grant), _moment(each)) for each in (*named, *whole))

    @staticmethod
    def _system(revocation: RecordVersion, grant: RecordVersion) -> str | None:
        """Which system it ends access to; None for all: also when it names the grant and a system the grant is not for."""
        system = revocation.body.get("system")
        if revocation.body.get("grant") is not None and grant.body.get("system") is not None:
            return None
        return None if system is None else str(system)


def _moment(revocation: RecordVersion) -> str:
    return str(revocation.body.get("revoked_at"))


def _names(body: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Whom a grant is for: its subject, and the group or key that its reference names."""
    subject, reference = _name(body.get("subject_id")), _name(body.get("reference"))
    named = {("group" if body.get("subject_kind") == "group" else "principal", subject)}
    if reference and body.get("via") in {"idp_group", "api_key"}:
        named.add(("group" if body.get("via") == "idp_group" else "key", reference))
    return named


def _name(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _grant(version: RecordVersion, endings: tuple[Ending, ...], zone: str) -> Grant:
    body = version.body
    system, scope = body.get("system"), body.get("scope")
    return Grant(
        version.id,
        version.entry,
        None if system is None else str(system),
        str(body.get("granted_at")),
        _after(body.get("expires_on"), zone),
        endings,
        None if scope is None else str(scope),
        _models(scope),
    )


def _models(scope: object) -> frozenset[str] | None:
    text = _name(scope)
    for begins in _SCOPE:
        if text.lower().startswith(begins):
            return frozenset(each.strip() for each in text[len(begins) :].split(",") if each.strip())
    return None


def _registration(version: RecordVersion, zone: str) -> Registration:
    return Registration(version.id, version.entry, str(version.body.get("status")), _after(version.body.get("retired_on"), zone))


def _decision(version: RecordVersion, zone: str) -> Decision:
    body = version.body
    systems = frozenset(str(each) for each in body.get("systems") or ())
    since, until = str(body.get("decided_at")), _after(body.get("expires_on"), zone)
    return Decision(version.id, version.entry, str(body.get("artifact_digest")), systems, str(body.get("decision")), since, until)


def _after(last_day: object, zone: str) -> str:
    """First moment after a day, or the end of time when none is stated."""
    return NEVER if not isinstance(last_day, str) else format_instant(parse_period(last_day, last_day, zone).end)
