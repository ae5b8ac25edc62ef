"""From whom a provider vouches for to an account of the book.

Promises: an account belongs to issuer and subject, never to an e-mail address alone; an address that the provider verified serves
once, for the first sign-in to an account that an administrator made for it. Where groups are configured, roles follow them at
each sign-in, as a version that names the groups; whoever is in none is refused, with a version that says so. Auditors' roles
stand in the book alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from proofbook.errors import ConflictError
from proofbook.people.account import Account, Terms, propose_account_id
from proofbook.people.accounts import Accounts
from proofbook.people.entrance import Entrance, assess_entry
from proofbook.people.id_token import Identity
from proofbook.people.recording import Scribe
from proofbook.people.roles import Role
from proofbook.people.roll import RollSource
from proofbook.people.sessions import Sessions
from proofbook.people.settings import ProviderSettings
from proofbook.people.visitor import Opened, Reason, Refusal
from proofbook.records.people import SecondFactor

OIDC: Final = "oidc"


class Vouching:
    """Safe to call from several threads."""

    def __init__(self, source: RollSource, scribe: Scribe, accounts: Accounts, entrance: Entrance, sessions: Sessions) -> None:
        self._source = source
        self._scribe = scribe
        self._accounts = accounts
        self._entrance = entrance
        self._sessions = sessions

    def enter(
        self, identity: Identity, settings: ProviderSettings, *, address: str | None, replacing: str | None
    ) -> Opened | Refusal:
        """A session for whom the provider vouches for, or why there is none. Raises StoreUnavailable, ConflictError."""
        try:
            account = self._find(identity, settings)
        except ConflictError:  # two browsers of one person at the first sign-in, or an administrator in between: look again
            account = self._find(identity, settings)
        if isinstance(account, Reason):
            return self.refuse(None, account)
        reason = assess_entry(account, self._scribe.now)
        if reason is not None:
            return self.refuse(account, reason)
        second: SecondFactor = "by_provider" if identity.second_factor else "unknown"
        return self._sessions.open(account, method=OIDC, second_factor=second, address=address, replacing=replacing)

    def refuse(self, account: Account | None, reason: Reason) -> Refusal:
        """Keep account of an attempt that did not succeed."""
        return self._entrance.refuse(account, reason, method=OIDC)

    def _find(self, identity: Identity, settings: ProviderSettings) -> Account | Reason:
        account = self._source.current().by_provider(identity.issuer, identity.subject) or self._bind(identity)
        if account is None:
            return self._make(identity, settings)
        return account if _stands_in_the_book_alone(account, settings) else self._follow(account, identity, settings)

    def _bind(self, identity: Identity) -> Account | None:
        """The account that waits for this person, bound to them from here on."""
        if identity.email is None:
            return None
        for account in self._source.current().accounts.values():
            terms = account.terms
            waits = terms.sign_in == "provider" and terms.issuer == identity.issuer and terms.provider_subject is None
            if waits and terms.email is not None and terms.email.casefold() == identity.email.casefold():
                return self._set(account, replace(terms, provider_subject=identity.subject), "first sign-in by this address")
        return None

    def _make(self, identity: Identity, settings: ProviderSettings) -> Account | Reason:
        roles = derive_roles(identity, settings)
        if not settings.create_accounts:
            return Reason.NO_ACCOUNT
        if not roles:
            return Reason.NO_ROLE
        terms = Terms(
            name=identity.name,
            roles=roles,
            email=identity.email,
            sign_in="provider",
            issuer=identity.issuer,
            provider_subject=identity.subject,
        )
        account = propose_account_id(identity.handle, self._source.current().accounts)
        because = _because(identity, settings)
        return self._accounts.follow_provider(account, terms, by=self._scribe.itself, because=because, expected=None)

    def _follow(self, account: Account, identity: Identity, settings: ProviderSettings) -> Account:
        roles = derive_roles(identity, settings)
        if roles == account.terms.roles:
            return account
        return self._set(account, replace(account.terms, roles=roles), _because(identity, settings))

    def _set(self, account: Account, terms: Terms, because: str) -> Account:
        by = self._scribe.itself
        return self._accounts.follow_provider(account.id, terms, by=by, because=because, expected=account.version)


def derive_roles(identity: Identity, settings: ProviderSettings) -> frozenset[Role]:
    """What the groups of a person give."""
    return frozenset(Role(role) for each in settings.groups if each.group in identity.groups for role in each.roles)


def _stands_in_the_book_alone(account: Account, settings: ProviderSettings) -> bool:
    return not settings.groups or Role.AUDITOR in account.terms.roles


def _because(identity: Identity, settings: ProviderSettings) -> str:
    """The groups that decide, as the settings spell them."""
    groups = [each.group for each in settings.groups if each.group in identity.groups]
    return f"groups at {settings.name}: {', '.join(groups)}" if groups else f"in no group at {settings.name} that has a role here"
