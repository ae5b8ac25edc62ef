"""Making and changing accounts: the first one, those that administrators make, those that a provider's groups call for.

Promises: one change at a time in whatever process, each held against the newest roll; a version is recorded or refused with the
field and the fix; whoever changed it is named, administrators changing themselves included. Sessions that rest on what was taken
away end at their next look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.people.account import Account, Terms, check_account_id, check_administrators_left, check_terms
from proofbook.people.by_token import check_change
from proofbook.people.credentials import Credentials
from proofbook.people.passwords import Passwords, check_password
from proofbook.people.recording import Scribe
from proofbook.people.roles import Role
from proofbook.people.roll import Roll, RollSource
from proofbook.people.store import Store
from proofbook.records.envelope import Actor, ActorKind

_SEE: Final = "see `proofbook user list`"


class Accounts:
    """Safe to call from several threads."""

    def __init__(self, source: RollSource, scribe: Scribe, store: Store, credentials: Credentials, passwords: Passwords) -> None:
        self._source = source
        self._scribe = scribe
        self._store = store
        self._credentials = credentials
        self._passwords = passwords

    def set_first(self, account: str, name: str, password: str) -> Account:
        """The first account of a book, an administrator, made by whoever showed the key printed at start.

        Raises:
            ConflictError: there are accounts already. InputError: id, name or password cannot stand.
        """
        terms = Terms(name=name, roles=frozenset({Role.ADMINISTRATOR}))
        check_account_id(account)
        check_terms(terms)
        check_password(password, account=account, name=name)
        hashed, by = self._passwords.hash(password), Actor(account, ActorKind.PERSON, "start_key")
        with self._store.turn():
            if self._source.current().accounts:
                raise ConflictError("there is an account already", hint="sign in, or run `proofbook user link`")
            made = self._scribe.account(account, terms, "first account of this book", by, None)
            receipts = self._scribe.write(made, self._scribe.credential(account, "password_set", by))
            self._credentials.set_password(account, hashed, receipts[1].entry_id)
        return self._source.current().accounts[account]

    def set(self, account: str, terms: Terms, *, by: Actor, because: str, expected: str | None) -> Account:
        """Make an account (`expected` None) or change it (`expected`: the version that is to be changed).

        Raises:
            InputError: a field cannot stand. ConflictError: it exists already, or has changed meanwhile.
            RefusedError: nobody would be left to administer, or a token may not do this (`by_token`).
        """
        check_account_id(account)
        check_terms(terms)
        if not because.strip():
            raise InputError("because: is empty", hint="say why, e.g. a ticket")
        with self._store.turn():
            roll = self._source.current()
            before = roll.accounts.get(account)
            _check_expected(account, before, expected)
            if before is not None and before.terms == terms:
                return before
            self._check_binding(account, terms, roll)
            _check_name_free(account, before, roll, self._scribe.now)
            check_change(by, account, before, terms)
            check_administrators_left(roll.accounts, account, terms, self._scribe.now)
            self._scribe.write(self._scribe.account(account, terms, because, by, before))
        return self._source.current().accounts[account]

    def set_state(self, account: str, *, active: bool, by: Actor, because: str) -> Account:
        """Disable or enable an account. Raises as `set`, and InputError when there is none."""
        found = self.get(account)
        terms = replace(found.terms, state="active" if active else "disabled")
        return self.set(account, terms, by=by, because=because, expected=found.version)

    def follow_provider(self, account: str, terms: Terms, *, by: Actor, because: str, expected: str | None) -> Account:
        """A version that a provider's groups call for. Raises as `set`.

        It may leave nobody to administer: access ends where the provider ends it, and an operator can make an administrator.
        """
        check_account_id(account)
        check_terms(terms)
        with self._store.turn():
            roll = self._source.current()
            before = roll.accounts.get(account)
            _check_expected(account, before, expected)
            self._check_binding(account, terms, roll)
            _check_name_free(account, before, roll, self._scribe.now)
            self._scribe.write(self._scribe.account(account, terms, because, by, before))
        return self._source.current().accounts[account]

    def get(self, account: str) -> Account:
        """One account. Raises InputError when there is none."""
        found = self._source.current().accounts.get(account)
        if found is None:
            raise InputError(f"account {account[:80]!r}: there is no such account", hint=_SEE)
        return found

    def _check_binding(self, account: str, terms: Terms, roll: Roll) -> None:
        if terms.issuer is None or terms.provider_subject is None:
            return
        bound = roll.by_provider(terms.issuer, terms.provider_subject)
        if bound is not None and bound.id != account:
            raise RefusedError(f"that person of the provider has the account {bound.id}", hint="change that one")


def _check_name_free(account: str, before: Account | None, roll: Roll, now: str) -> None:
    """What is kept for one name must never be found by another holder of that name."""
    named = (each for each in roll.tokens.values() if each.holder_kind == "service" and each.holder == account)
    if before is None and any(each.revoked is None and each.expires > now for each in named):
        raise ConflictError(f"account {account}: is the name of a service that has a token", hint="take another id")


def _check_expected(account: str, before: Account | None, expected: str | None) -> None:
    if before is None and expected is not None:
        raise InputError(f"account {account[:80]!r}: there is no such account", hint=_SEE)
    if before is not None and expected is None:
        raise ConflictError(f"account {account}: is there already", hint="ids are never given twice; take another")
    if before is not None and before.version != expected:
        raise ConflictError(f"account {account}: somebody changed it meanwhile", hint="look at it and try again")
