"""Records that bear on admission, in short: grants, revocations, inventory pages, approvals, held against their published models."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from proofbook.gateway.admission import Asked
from proofbook.gateway.identity.caller import VerifiedCaller
from proofbook.gateway.rules.enforcing import Enforcement, Known, hold
from proofbook.gateway.rules.judging import Held, Seen
from proofbook.gateway.rules.limits import limits_of_one
from proofbook.gateway.rules.settings import QUESTIONS, AdmissionSettings
from proofbook.gateway.rules.snapshot import RecordVersion, Rules, derive_rules
from proofbook.primitives.instants import Clock, parse_instant
from proofbook.records.kept import KEPT

DESK = "support-desk"
CALLER = VerifiedCaller("sample-person-1", "person", "api_key", "k_1", DESK)
WEIGHTS = "sha256:" + "a" * 64
OTHER_WEIGHTS = "sha256:" + "b" * 64
JUNE = "2026-06-15T12:00:00.000000Z"
STRICT = AdmissionSettings(**dict.fromkeys(QUESTIONS, "refuse"))  # type: ignore[arg-type]  # every question's stance is one


def strict_but(**other: Any) -> AdmissionSettings:
    """Everything is refused that is lacking, but for what is given."""
    return replace(STRICT, **other)


def day(text: str) -> str:
    """`2026-06-15` is its noon; an instant is itself."""
    return text if text.endswith("Z") else f"{text}T12:00:00.000000Z"


@dataclass
class Records:
    """Collects the newest versions of records; a later one of the same id takes the earlier one's place."""

    found: dict[tuple[str, str], RecordVersion] = field(default_factory=dict)

    def add(self, kind: str, id: str, **fields: Any) -> Records:  # noqa: A002 - what it is called
        body = KEPT[kind](**{"title": f"Sample {id}", **fields}).to_body()
        index = len(self.found) + max((each.index for each in self.found.values()), default=0)
        self.found[kind, id] = RecordVersion(kind, id, index, f"e_{index:026d}", body)
        return self

    def grant(self, id: str = "g-1", since: str = "2026-01-01", **fields: Any) -> Records:  # noqa: A002 - what it is called
        given = {"subject_id": CALLER.principal, "subject_kind": "person", "system": DESK, "role": "use"}
        return self.add("access.grant", id, granted_at=day(since), **(given | fields))

    def revocation(self, id: str = "r-1", at: str = "2026-03-01", **fields: Any) -> Records:  # noqa: A002 - what it is called
        given = {"subject_id": CALLER.principal, "revoked_by": "sample-person-2", "reason": "leaver"}
        return self.add("access.revocation", id, revoked_at=day(at), **(given | fields))

    def page(self, system: str = DESK, status: str = "production", **fields: Any) -> Records:
        return self.add("ai_system", system, purpose="sample", status=status, **fields)

    def approval(self, id: str = "a-1", since: str = "2026-01-01", **fields: Any) -> Records:  # noqa: A002 - what it is called
        given = {"artifact_digest": WEIGHTS, "systems": [DESK], "verification": "internal_baseline_only", "decision": "approved"}
        return self.add("model.approval", id, decided_at=day(since), **(given | fields))

    def rules(self, zone: str = "UTC") -> Rules:
        return derive_rules(self.found.values(), zone)


def complete() -> Records:
    """Records by which `CALLER` may use `DESK` with `WEIGHTS`."""
    return Records().grant().page().approval()


def seen(rules: Rules, now: str = JUNE, *, stale: bool = False) -> Seen:
    """The rules at a moment."""
    return Seen(rules, stale, now, parse_instant(now).astimezone(UTC))


def held(policy: AdmissionSettings = STRICT, zone: str = "UTC") -> Held:
    """A policy in force."""
    return hold(policy, zone)


def asked(artifact: str | None = WEIGHTS, model: str | None = "m", *, remote: str | None = None, size: int = 2) -> Asked:
    """A chat with a model, and what stands behind it."""
    reason = None if artifact is not None else "the engine does not say"
    return Asked("openai.chat", {"asked": model, "artifact": artifact, "reason": reason, "remote_host": remote}, size)


@dataclass
class FixedRules:
    """Rules that change when the test says so."""

    rules: Rules
    stale: bool = False

    def current(self) -> Known:
        return Known(self.rules, self.stale)


@dataclass
class GivenTime:
    """A clock whose seconds are counted by the test."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def enforcing(
    records: Records,
    policy: AdmissionSettings = STRICT,
    *,
    now: GivenTime | None = None,
    zone: str = "UTC",
    clock: Clock | None = None,
) -> tuple[Enforcement, FixedRules]:
    """The gateway's admission over these records for `DESK`, at the present moment unless a clock is given; and the rules."""
    source = FixedRules(records.rules(zone))
    return Enforcement(source, {DESK: policy}, zone, clock or PresentClock(), limits_of_one(now or GivenTime())), source


@dataclass
class GivenClock:
    """Tells the instant it was given last."""

    instant: str = JUNE

    def now(self) -> datetime:
        return parse_instant(self.instant)


class PresentClock:
    """The real time: the gateway's requests are of now."""

    def now(self) -> datetime:
        return datetime.now(UTC)
