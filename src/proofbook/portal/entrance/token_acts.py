"""Tokens for programs, issued and revoked by pages and programs alike. The secret stands in one answer and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pydantic import Field

from proofbook.errors import InputError
from proofbook.people.recording import gather_receipts
from proofbook.people.roles import Permission
from proofbook.people.visitor import token_of
from proofbook.portal.acts import Act, Done, NotThere, Order
from proofbook.portal.entrance.account_acts import people_of
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.posting import FormMistakes
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant

LONGEST_DAYS: Final = 365


class IssueToken(Order):
    """A token to be issued: to an account or, by name, to a service."""

    account: str | None = Field(default=None, max_length=80, description="account it acts for, and never more than that may")
    service: str | None = Field(default=None, max_length=200, description="name of the program, for a token of nobody's account")
    scopes: list[Permission] = Field(max_length=20, description="what it may do; `administer` is never among them unless named")
    days: int = Field(ge=1, le=LONGEST_DAYS, description="days it lives; through a token: until that one ends at most")
    note: str = Field(default="", max_length=2_000, description="what it is for; recorded")


class RevokeToken(Order):
    """A token that is to open nothing any more."""

    token: str = Field(max_length=80, description="its public id")
    reason: str = Field(min_length=1, max_length=2_000, description="why; recorded")


def issue_token(desk: Desk, order: IssueToken) -> Done:
    """Issue a token. Raises FormMistakes, RefusedError; nothing was issued then."""
    people, by = people_of(desk), desk.known.actor
    expires = format_instant(desk.now + timedelta(days=order.days))
    issuer = people.roll.tokens.get(token_of(by) or "")
    try:
        with gather_receipts() as receipts:
            made = people.issue_token(
                by=by,
                scopes=order.scopes,
                expires=expires if issuer is None else min(expires, issuer.expires),
                account=order.account,
                service=order.service,
                note=order.note,
            )
    except InputError as error:
        raise FormMistakes(mistakes_of(error)) from error
    values = {"token": made.id, "secret": made.secret, "expires": made.expires}
    return Done("/tokens", "The token is issued. It is shown this one time.", made.id, tuple(receipts), values)


def revoke_token(desk: Desk, order: RevokeToken) -> Done:
    """It opens nothing any more, and what was issued through it neither. Raises NotThere, FormMistakes."""
    people = people_of(desk)
    if order.token not in people.roll.tokens:
        raise NotThere("there is no such token", hint="look at the list of tokens")
    try:
        with gather_receipts() as receipts:
            people.revoke_token(order.token, by=desk.known.actor, reason=order.reason)
    except InputError as error:
        raise FormMistakes(mistakes_of(error)) from error
    return Done("/tokens", "The token is revoked.", order.token, tuple(receipts), {"token": order.token})


ISSUE_TOKEN: Final = Act("tokens.issue", "Issue a token", Permission.ADMINISTER, IssueToken, issue_token)
REVOKE_TOKEN: Final = Act("tokens.revoke", "Revoke a token", Permission.ADMINISTER, RevokeToken, revoke_token)
TOKEN_ACTS: Final = (ISSUE_TOKEN, REVOKE_TOKEN)
