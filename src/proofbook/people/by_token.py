"""What a token that administers may not do, though its holder may: last longer, reach further, take over.

A token is a secret in a file; whoever finds it is not its holder. So it changes nothing of the account it acts for, makes and
changes no administrator (it may suspend one, and end sessions), and issues no token that opens more, lasts longer, or speaks for
another person. Held against the actor that the entry will name, so that no way in goes past it. Pure rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from proofbook.errors import RefusedError
from proofbook.people.account import Account, Terms
from proofbook.people.roles import Permission, permissions_of
from proofbook.people.roll import Roll, Token
from proofbook.people.visitor import token_of
from proofbook.records.envelope import Actor

_BY_A_PERSON: Final = "sign in and do it on the page, or use the `proofbook` command"


def check_change(by: Actor, account: str, before: Account | None, terms: Terms) -> None:
    """Raises RefusedError for a version of an account that a token may not write."""
    if token_of(by) is None:
        return
    _check_other(by, account)
    suspends = before is not None and terms == replace(before.terms, state="disabled")
    administers = _administers(terms) or (before is not None and _administers(before.terms))
    if administers and not suspends:
        raise RefusedError("a token neither makes nor changes an administrator", hint=_BY_A_PERSON)
    if terms.sign_in == "provider" and (before is None or _vouched(terms) != _vouched(before.terms)):
        raise RefusedError("email: tells a provider whose account this is, and a token does not change that", hint=_BY_A_PERSON)


def check_proof(by: Actor, account: Account) -> None:
    """Raises RefusedError where a token may not give or take what an account is shown with."""
    if token_of(by) is None:
        return
    _check_other(by, account.id)
    if _administers(account.terms):
        raise RefusedError("a token makes no link for an administrator and takes no second factor of one", hint=_BY_A_PERSON)


def may_issue(by: Token, roll: Roll, now: str) -> frozenset[Permission]:
    """What a token can hand on at a moment: what it opens itself, as long as it administers; nothing afterwards."""
    holder = roll.accounts.get(by.holder) if by.holder_kind == "account" and by.through is None else None
    if holder is None or by.revoked is not None or by.expires <= now or holder.assess_at(now) != "open":
        return frozenset()
    may = by.scopes & holder.permissions
    return may if Permission.ADMINISTER in may else frozenset()


def check_issue(by: Token, may: frozenset[Permission], scopes: frozenset[Permission], expires: str, holder: str | None) -> None:
    """Raises RefusedError for a token that `by`, which may hand on `may`, does not issue. `holder` None: a service."""
    if Permission.ADMINISTER in scopes:
        raise RefusedError("scopes: a token issues none that administers", hint=_BY_A_PERSON)
    if scopes - may:
        raise RefusedError(
            f"scopes: {', '.join(sorted(scopes - may))}: the token that issues it does not have that",
            hint=f"choose from {', '.join(sorted(may - {Permission.ADMINISTER})) or 'none'}",
        )
    if expires > by.expires:
        raise RefusedError("expires: is later than the end of the token that issues it", hint=f"at most {by.expires}")
    if holder is not None and holder != by.holder:
        raise RefusedError("account: a token issues none in the name of another person", hint=_BY_A_PERSON)


def _check_other(by: Actor, account: str) -> None:
    if account == by.id:
        raise RefusedError("a token changes nothing of the account it acts for", hint=_BY_A_PERSON)


def _vouched(terms: Terms) -> tuple[str | None, ...]:
    """By what a provider's person gets the account: its subject, or the address at the first sign-in."""
    return terms.issuer, terms.provider_subject, terms.email


def _administers(terms: Terms) -> bool:
    return Permission.ADMINISTER in permissions_of(terms.roles)
