"""Access in the sample year: the roster, grants and keys, how they end, quarterly reviews, and who read the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal

from proofbook.demo.year.calendar import Span, Year
from proofbook.demo.year.cast import (
    APPROVER,
    CHAT_SERVICE,
    CHECKER,
    HANDBOOK,
    HELP_DESK,
    JOINED,
    JOINER,
    KEYS,
    LATE_LEAVER,
    LATE_LEFT,
    LEAVER,
    LEFT,
    NOTES,
    NOTES_LIVE,
    OPERATOR,
    OWNER,
    REVIEWER,
    TRIAGE,
    TRIAGE_SERVICE,
    USER,
    live_systems,
)
from proofbook.demo.year.plan import Step, keep, observe
from proofbook.primitives.instants import parse_instant

KEY_DESK: Final = "sample-desk:keys"
_FIRST: Final = -22
_GRANT_HOURS: Final = 3


@dataclass(frozen=True, slots=True)
class Held:
    """Access that somebody has from a day on, and perhaps up to one."""

    subject: str
    role: str
    system: str | None
    day: int
    until: int | None = None
    kind: Literal["person", "service"] = "person"
    privileged: bool = False

    @property
    def id(self) -> str:
        """Id of the grant."""
        return f"sample-grant-{self.subject.removeprefix('sample-')}-{self.role.replace('_', '-')}-{self.where}"

    @property
    def where(self) -> str:
        """System, short."""
        return "all" if self.system is None else self.system.removeprefix("sample-")

    def holds(self, system: str, day: int) -> bool:
        """Whether it gives access to a system on a day."""
        return self.system in {None, system} and self.day <= day and (self.until is None or day <= self.until)


HELD: Final = (
    Held(USER, "use", HELP_DESK, _FIRST),
    Held(REVIEWER, "use", HANDBOOK, _FIRST),
    Held(REVIEWER, "review_outputs", HELP_DESK, _FIRST),
    Held(REVIEWER, "review_outputs", TRIAGE, _FIRST),
    Held(LEAVER, "use", HANDBOOK, _FIRST, LEFT),
    Held(LATE_LEAVER, "use", HELP_DESK, _FIRST, LATE_LEFT),
    Held(JOINER, "use", HANDBOOK, JOINED + 7),
    Held(OWNER, "use", NOTES, NOTES_LIVE - 2),
    Held(CHECKER, "review_outputs", NOTES, NOTES_LIVE + 3),
    Held(OPERATOR, "administer_hosts", None, _FIRST, privileged=True),
    Held(OPERATOR, "configure", None, _FIRST, privileged=True),
    Held(APPROVER, "approve_models", None, _FIRST, privileged=True),
    Held(CHECKER, "read_logs", None, _FIRST, privileged=True),
    Held(TRIAGE_SERVICE, "use", TRIAGE, _FIRST, kind="service"),
    Held(CHAT_SERVICE, "use", HELP_DESK, _FIRST, kind="service"),
)
_JOINED: Final[dict[str, tuple[int, str]]] = {
    OWNER: (-39, "approver"), OPERATOR: (-39, "operator"), USER: (-39, "user"), APPROVER: (-39, "approver"),
    REVIEWER: (-39, "reviewer"), LEAVER: (-39, "user"), LATE_LEAVER: (-39, "user"), CHECKER: (-39, "reviewer"),
    JOINER: (JOINED, "user"),
}  # fmt: skip


def plan_access(year: Year) -> Iterator[Step]:
    """All of it."""
    yield from _roster(year)
    for held in HELD:
        yield _grant(year, held)
        if held.until is not None:
            yield _revocation(year, held)
    yield from _keys(year)
    seen = year.at(year.setup, 8)
    for quarter in year.quarters():
        yield from _reviews(year, quarter)
        review = _log_access(year, quarter, seen)
        seen = parse_instant(str(review.body["covers_until"]))
        yield review


def people_on(day: int) -> tuple[str, ...]:
    """People of the organisation on a day."""
    left = {LEAVER: LEFT, LATE_LEAVER: LATE_LEFT}
    return tuple(person for person, (joined, _) in _JOINED.items() if joined <= day and left.get(person, day) >= day)


def role_of(person: str) -> str:
    """What somebody does with AI systems."""
    return _JOINED[person][1]


def joined_on(person: str) -> int:
    """Day somebody joined."""
    return _JOINED[person][0]


def _roster(year: Year) -> Iterator[Step]:
    for person, (day, role) in _JOINED.items():
        yield keep(
            "roster.change", f"sample-roster-{person.removeprefix('sample-')}-joined", APPROVER,
            title=f"{person} joined (sample)", person=person, change="joined", effective_at=year.at(year.day(day), 8),
            roster="sample HR system", reference=f"sample-hr-{person[-1]}", ai_role=role,
        )  # fmt: skip
    for person, day in ((LEAVER, LEFT), (LATE_LEAVER, LATE_LEFT)):
        yield keep(
            "roster.change", f"sample-roster-{person.removeprefix('sample-')}-left", APPROVER,
            title=f"{person} left (sample)", person=person, change="left", effective_at=year.at(year.day(day), 17),
            roster="sample HR system", reference=f"sample-hr-{person[-1]}", ai_role=role_of(person),
        )  # fmt: skip


def _grant(year: Year, held: Held) -> Step:
    granted = year.at(year.day(held.day), 14)
    approver = OWNER if held.subject == APPROVER else APPROVER
    key = next((each.id for each in KEYS if (each.principal, each.system) == (held.subject, held.system)), None)
    return keep(
        "access.grant", held.id, approver,
        title=f"{held.subject}: {held.role.replace('_', ' ')}, {held.where}",
        subject_id=held.subject,
        subject_kind=held.kind,
        system=held.system,
        role=held.role,
        via="api_key" if held.role == "use" else "local_account",
        reference=key or f"sample-account-{held.subject.removeprefix('sample-')}",
        requested_by=OPERATOR if held.kind == "service" else held.subject,
        requested_at=granted - timedelta(hours=2 * _GRANT_HOURS),
        approved_by=approver,
        approved_at=granted - timedelta(hours=_GRANT_HOURS),
        ticket=f"sample-ticket-{held.id.removeprefix('sample-grant-')}",
        granted_at=granted,
        privileged="yes" if held.privileged else "no",
        mfa="yes" if held.kind == "person" else "no",
    )  # fmt: skip


def _revocation(year: Year, held: Held) -> Step:
    return keep(
        "access.revocation", f"sample-revocation-{held.id.removeprefix('sample-grant-')}", OPERATOR,
        title=f"{held.subject}: no more {held.role.replace('_', ' ')}, {held.where}", grant=held.id, subject_id=held.subject,
        system=held.system, revoked_at=year.at(year.day(held.until or 0), 18), revoked_by=OPERATOR, reason="leaver",
        verified="requeried",
    )  # fmt: skip


def _keys(year: Year) -> Iterator[Step]:
    for key in KEYS:
        yield observe(
            "access.key_issued", key.id, KEY_DESK, year.at(year.day(key.issued), 15), key=key.id, principal=key.principal,
            principal_kind=key.kind, system=key.system, expires=None, note="generated sample data; opens nothing",
            secret_sha256=f"sha256:{sha256(f'no secret of {key.id}'.encode()).hexdigest()}",
        )  # fmt: skip
        if key.revoked is not None:
            moment = year.at(year.day(key.revoked), 18, 5)
            yield observe("access.key_revoked", key.id, KEY_DESK, moment, key=key.id, reason="sample leaver: access ended")


def _reviews(year: Year, quarter: Span) -> Iterator[Step]:
    day = year.before(quarter, 7)
    number = (day - year.first).days
    for place, system in enumerate(live_systems(year, day)):
        completed = year.at(day, 13, 10 * place)
        rows = [_row(held) for held in HELD if held.holds(system.id, number)]
        yield keep(
            "access.review", f"{system.id}-access-{quarter.id}", OWNER,
            title=f"Sample access review of {system.name}, {quarter.id}", system=system.id,
            list_as_of=completed - timedelta(hours=4), list_source="key list and local accounts of the gateway (sample)",
            places=["gateway keys", "local accounts", "host accounts"], rows_in_source=len(rows), rows=rows, reviewer=OWNER,
            second_reviewer=APPROVER, completed_at=completed, roster_reconciled="yes", lookback="nothing to look back at",
        )  # fmt: skip


def _row(held: Held) -> dict[str, Any]:
    return {
        "subject_id": held.subject, "role": held.role, "decision": "keep",
        "decided_by": APPROVER if held.subject == OWNER else OWNER,
        "reason": "needed for the role" if held.privileged else None, "verified": "not_needed",
    }  # fmt: skip


def _log_access(year: Year, quarter: Span, seen: datetime) -> Step:
    performed = year.at(year.before(quarter, 4), 16)
    return keep(
        "log_access.review", f"sample-log-access-{quarter.id}", APPROVER,
        title=f"Sample review of who read the log, {quarter.id}", performed_at=performed, reviewer=APPROVER,
        covers_from=seen,
        covers_until=performed - timedelta(hours=1),
        accesses=2 + year.number(f"log access {quarter.id}", 6), unexplained=0,
    )  # fmt: skip
