"""Who stands before the portal in one request: an account as the book has it, and how it was shown to be theirs. Plain values.

A visitor whose account needs a second factor and has none yet may do nothing but set one up: the permissions are empty then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from proofbook.people.roles import Permission, Role
from proofbook.records.envelope import Actor, ActorKind


class Reason(StrEnum):
    """Why somebody was not let in; the words of `session.refused`."""

    UNKNOWN_ACCOUNT = "unknown_account"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason
    NO_PASSWORD = "no_password"  # noqa: S105 - a reason
    """The account signs in some other way, or its holder never set a password."""
    SECOND_FACTOR_MISSING = "second_factor_missing"
    """The password is right; ask for the code."""
    WRONG_SECOND_FACTOR = "wrong_second_factor"
    LOCKED = "locked"
    TOO_MANY = "too_many"
    """Too many attempts at this moment, from there or altogether."""
    DISABLED = "disabled"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NO_ROLE = "no_role"
    STALE_CREDENTIALS = "stale_credentials"
    """What is kept here is older than the book says: a restored store."""
    PROVIDER = "provider"
    """The provider did not vouch for anybody."""
    NO_ACCOUNT = "no_account"
    """The provider vouches for somebody who has no account here."""


TOKEN_METHOD: Final = "api_token"  # noqa: S105 - how somebody was known

_KEPT_QUIET: Final = frozenset({Reason.UNKNOWN_ACCOUNT, Reason.WRONG_PASSWORD, Reason.NO_PASSWORD, Reason.STALE_CREDENTIALS})
"""Who has shown nothing learns no more than that name and password do not fit together."""


class Ending(StrEnum):
    """How a session ended; the words of `session.ended`."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_EXPIRED = "account_expired"
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"
    REPLACED = "replaced"


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
    needs_second_factor: bool = False
    """Signed in, and may only set up a second factor."""

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles gives it."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """Whom entries name, and by which token, where it was one."""
        kind = ActorKind.SERVICE if Role.SERVICE in self.roles else ActorKind.PERSON
        method = f"{TOKEN_METHOD}:{self.session}" if self.method == TOKEN_METHOD else self.method
        return Actor(self.account, kind, method)


def token_of(actor: Actor) -> str | None:
    """Id of the token by which somebody acted; None: they signed in, or sat at the machine."""
    method, colon, token = actor.method.partition(":")
    return token if colon and method == TOKEN_METHOD else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened. `cookie` is what the browser keeps: it is nowhere else."""

    cookie: str
    visitor: Visitor


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nobody was let in. `seconds`: when trying again makes sense, where that is known."""

    reason: Reason
    seconds: int | None = None

    @property
    def told(self) -> Reason | None:
        """What whoever tries may be told; None: that name and password do not fit, and nothing else."""
        return None if self.reason in _KEPT_QUIET else self.reason


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was there and is over."""

    reason: Ending
