"""API tokens: bound to an account or a service, with scopes and an end; looked up in the roll.

Promises: a token is shown once and only its digest is kept, in the book; it never has more than its holder has now; one that
administers ends within a stated time and is issued by a person; one that was issued through another opens nothing once that one
does not. A wrong secret is answered as an unknown token. Revoking counts from the entry on.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from proofbook.errors import InputError, RefusedError
from proofbook.people.account import MAX_NAME, Account
from proofbook.people.by_token import check_issue, may_issue
from proofbook.people.entrance import STATES
from proofbook.people.recording import Scribe
from proofbook.people.roles import Permission, Role
from proofbook.people.roll import Roll, RollSource, Token
from proofbook.people.visitor import TOKEN_METHOD, Reason, Visitor, token_of
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.records.envelope import Actor
from proofbook.records.people import TokenIssued, TokenRevoked

PREFIX: Final = "pbt_"
FOR_SERVICES: Final = frozenset({Permission.PUSH, Permission.READ, Permission.EXPORT})
"""What a token of a service that is nobody's account may have."""
ADMINISTERS_DAYS: Final = 90
"""The longest life of a token that administers."""
_LONGEST: Final = 256
_NO_TOKEN: Final = sha256_digest(b"no token has this digest")


class Refuse(Protocol):
    """Keeps account of an attempt that did not succeed."""

    def __call__(self, account: Account | None, reason: Reason, *, method: str) -> object:
        """Count it."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once."""

    id: str
    secret: str
    expires: str


class Tokens:
    """Safe to call from several threads."""

    def __init__(self, source: RollSource, scribe: Scribe, entropy: Callable[[int], bytes], refuse: Refuse) -> None:
        self._source = source
        self._refuse = refuse
        self._scribe = scribe
        self._entropy = entropy

    def issue(
        self,
        *,
        by: Actor,
        scopes: Iterable[Permission],
        expires: str,
        account: str | None = None,
        service: str | None = None,
        note: str = "",
    ) -> NewToken:
        """A token of an account or, by name, of a service.

        Raises:
            InputError: no such account, not a name, no scope, or an end that cannot be.
            RefusedError: more than the holder may do, or than a token through which it is issued may give (`by_token`).
        """
        wanted = frozenset(scopes)
        if (account is None) == (service is None):
            raise InputError("a token is for an account or for a service", hint="give one of the two")
        self._check_end(expires, wanted)
        found = None if account is None else self._account(account)
        self._check_scopes(wanted, FOR_SERVICES if found is None else found.permissions)
        holder = found.id if found is not None else self._check_service(service or "")
        through = token_of(by)
        if through is not None:
            roll = self._source.current()
            check_issue(self._found(through), may_issue(self._found(through), roll, self._scribe.now), wanted, expires, account)
        token_id = self._entropy(6).hex()
        secret = f"{PREFIX}{token_id}_{self._entropy(32).hex()}"
        body = TokenIssued(
            token=token_id,
            holder=holder,
            holder_kind="service" if found is None else "account",
            scopes=sorted(scope.value for scope in wanted),
            engagement=None if found is None else found.terms.engagement,
            expires=expires,
            secret_sha256=sha256_digest(secret.encode()),
            note=note,
        ).to_body()
        self._scribe.write(self._scribe.draft("token.issued", token_id, by, body))
        return NewToken(token_id, secret, expires)

    def revoke(self, token: str, *, by: Actor, reason: str) -> None:
        """A token opens nothing any more. Raises InputError when there is none or it was revoked before."""
        found = self._found(token)
        if found.revoked is not None:
            raise InputError(
                f"token {token}: was revoked at {found.revoked} already", hint="it opens nothing; nothing is to be done"
            )
        if not reason.strip():
            raise InputError("reason: is empty", hint="say why")
        body = TokenRevoked(token=token, reason=reason).to_body()
        self._scribe.write(self._scribe.draft("token.revoked", token, by, body))

    def every(self) -> tuple[Token, ...]:
        """All tokens ever issued, in order of issue."""
        return tuple(self._source.current().tokens.values())

    def visit(self, secret: str) -> Visitor | None:
        """Whose token this is and what it opens now; None when it opens nothing, which is counted. Raises StoreUnavailable."""
        found = self._judge(secret)
        if isinstance(found, Visitor):
            return found
        self._refuse(*found, method=TOKEN_METHOD)
        return None

    def _judge(self, secret: str) -> Visitor | tuple[Account | None, Reason]:
        roll, now = self._source.current(), self._scribe.now
        token = roll.tokens.get(secret[:_LONGEST].removeprefix(PREFIX).partition("_")[0])
        digest = sha256_digest(secret.encode("utf-8", "surrogatepass") if len(secret) <= _LONGEST else b"")
        if not hmac.compare_digest(digest, _NO_TOKEN if token is None else token.secret_sha256) or token is None:
            return None, Reason.UNKNOWN_ACCOUNT
        account = roll.accounts.get(token.holder) if token.holder_kind == "account" else None
        most = _most(token, roll, now)
        if token.revoked is not None or not most:
            return account, Reason.DISABLED
        if token.expires <= now:
            return account, Reason.EXPIRED
        if token.holder_kind == "service":
            return _service_visitor(token, most)
        if account is None or account.terms.engagement != token.engagement:
            return account, Reason.NO_ROLE
        state = account.assess_at(now)
        return _account_visitor(token, account, most) if state == "open" else (account, STATES[state])

    def _account(self, account: str) -> Account:
        found = self._source.current().accounts.get(account)
        if found is None:
            raise InputError(f"account {account[:80]!r}: there is no such account", hint="see `proofbook user list`")
        if found.terms.state != "active":
            raise RefusedError(f"account {account}: is disabled", hint="enable it first")
        return found

    def _found(self, token: str) -> Token:
        found = self._source.current().tokens.get(token)
        if found is None:
            raise InputError(f"token {token[:80]!r}: there is no such token", hint="see `proofbook token list`")
        return found

    def _check_end(self, expires: str, scopes: frozenset[Permission]) -> None:
        parse_instant(expires)
        if expires <= self._scribe.now:
            raise InputError("expires: is past", hint="give a moment to come")
        latest = format_instant(self._scribe.clock.now() + timedelta(days=ADMINISTERS_DAYS))
        if Permission.ADMINISTER in scopes and expires > latest:
            raise InputError(f"expires: a token that administers lives {ADMINISTERS_DAYS} days at most", hint=f"at most {latest}")

    def _check_service(self, name: str) -> str:
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise InputError("service: is not a name", hint=f"1 to {MAX_NAME} printable characters")
        if name in self._source.current().accounts:
            raise InputError("service: is the name of an account", hint="take another name, or issue it to the account")
        return name

    @staticmethod
    def _check_scopes(wanted: frozenset[Permission], most: frozenset[Permission]) -> None:
        if not wanted:
            raise InputError("scopes: is empty", hint=f"choose from {', '.join(sorted(most)) or 'none'}")
        if wanted - most:
            raise RefusedError(
                f"scopes: {', '.join(sorted(wanted - most))}: the holder may not", hint=f"choose from {', '.join(sorted(most))}"
            )


def _most(token: Token, roll: Roll, now: str) -> frozenset[Permission]:
    """What a token opens at most. One that was issued through another: no more than that one now, and nothing after it."""
    if token.through is None:
        return token.scopes
    issuer = roll.tokens.get(token.through)
    return frozenset() if issuer is None else token.scopes & may_issue(issuer, roll, now)


def _service_visitor(token: Token, most: frozenset[Permission]) -> Visitor:
    return Visitor(
        account=token.holder,
        name=token.holder,
        roles=frozenset({Role.SERVICE}),
        permissions=most & FOR_SERVICES,
        method=TOKEN_METHOD,
        session=token.id,
        until=token.expires,
    )


def _account_visitor(token: Token, account: Account, most: frozenset[Permission]) -> Visitor:
    terms = account.terms
    return Visitor(
        account=account.id,
        name=terms.name,
        roles=terms.roles,
        permissions=most & account.permissions,
        method=TOKEN_METHOD,
        session=token.id,
        engagement=terms.engagement,
        since=terms.since,
        until=terms.until,
    )
