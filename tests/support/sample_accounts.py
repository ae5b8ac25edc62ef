"""Visitors with roles, known by the cookie they carry: the portal's `Accounts`, whole, without passwords."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proofbook.people.roles import Role, permissions_of
from proofbook.people.visitor import Visitor


def sample_visitor(*roles: Role, engagement: str | None = None, account: str | None = None) -> Visitor:
    """Somebody signed in with some roles."""
    name = account or "-".join(["sample", *(role.value for role in roles)])
    return Visitor(name, name, frozenset(roles), permissions_of(roles), "local_account", f"s_{name}", engagement)


@dataclass(slots=True)
class SampleAccounts:
    """Cookie or token -> visitor."""

    sessions: Mapping[str, Visitor] = field(default_factory=dict)
    tokens: Mapping[str, Visitor] = field(default_factory=dict)

    def accounts_exist(self) -> bool:
        """Always."""
        return True

    def visit(self, cookie: str | None) -> Visitor | None:
        """Whose cookie that is."""
        return None if cookie is None else self.sessions.get(cookie)

    def visit_token(self, secret: str) -> Visitor | None:
        """Whose token that is."""
        return self.tokens.get(secret)
