"""Who stands before the portal in one request: an account as the book has it, and how it was shown to be theirs. A plain value."""

from __future__ import annotations

from dataclasses import dataclass

from proofbook.people.roles import Permission, Role
from proofbook.records.envelope import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor of one request. `engagement`, `since` and `until` (instants) bound an auditor; `session` is its public id."""

    account: str
    name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    method: str
    """How it was shown: local_account, oidc, start_key, api_token."""
    session: str
    engagement: str | None = None
    since: str | None = None
    until: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles gives it."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """Whom entries name."""
        kind = ActorKind.SERVICE if Role.SERVICE in self.roles else ActorKind.PERSON
        return Actor(self.account, kind, self.method)
