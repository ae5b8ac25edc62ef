"""Administering accounts, for pages and programs alike: make, change, suspend, reinstate, hand over a link, end sessions.

Promises: what is asked for names its fields one by one, so nothing else of an account can be set from outside (how somebody signs
in, whom a provider vouches for); every act is an entry that names who did it and why; a change is one of the version that was
seen. What a token may not do though its holder may, is refused in `people`, whatever way it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from pydantic import Field

from proofbook.errors import InputError, RefusedError
from proofbook.people.account import Account, Terms, propose_account_id
from proofbook.people.people import People
from proofbook.people.recording import gather_receipts
from proofbook.people.roles import Permission, Role
from proofbook.portal.acts import Act, Done, NotThere, Order
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.posting import FormMistakes
from proofbook.portal.surroundings import Desk
from proofbook.primitives.instants import format_instant, parse_instant

PersonRole = Literal["administrator", "preparer", "reviewer", "lead", "auditor"]
"""Roles that accounts get from a page; a service's account is made at the terminal."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_WHEN: Final = "a day (UTC, counted whole) or an instant as 2026-03-31T00:00:00.000000Z"


class CreateAccount(Order):
    """An account to be made."""

    account: str | None = Field(default=None, max_length=80, description="its id; null: made of the name")
    name: str = Field(max_length=200, description="whose it is, as it appears in evidence")
    roles: list[PersonRole] = Field(max_length=10, description="what it is for")
    email: str | None = Field(default=None, max_length=300, description="address; nothing is sent to it")
    engagement: str | None = Field(default=None, max_length=200, description="the one engagement of an auditor")
    since: str | None = Field(default=None, max_length=40, description=f"from when it opens anything: {_WHEN}; null: at once")
    until: str | None = Field(default=None, max_length=40, description=f"until when: {_WHEN}; null: no end is set")
    because: str = Field(min_length=1, max_length=2_000, description="why; recorded")


class ChangeAccount(Order):
    """What an account is to be from here on. Nothing is left as it was by leaving it out."""

    account: str = Field(max_length=80, description="its id")
    version: str = Field(max_length=80, description="the version that is to be changed: its entry id")
    name: str = Field(max_length=200, description="whose it is, as it appears in evidence")
    roles: list[PersonRole] = Field(max_length=10, description="what it is for; empty: nothing at all")
    email: str | None = Field(max_length=300, description="address; null: not stated")
    engagement: str | None = Field(max_length=200, description="the one engagement of an auditor; null for everybody else")
    since: str | None = Field(max_length=40, description=f"from when it opens anything: {_WHEN}; null: at once")
    until: str | None = Field(max_length=40, description=f"until when: {_WHEN}; null: no end is set")
    because: str = Field(min_length=1, max_length=2_000, description="why; recorded")


class StateOrder(Order):
    """An account that is to open nothing any more, or to open again what it did."""

    account: str = Field(max_length=80, description="its id")
    because: str = Field(min_length=1, max_length=2_000, description="why; recorded")


class AccountOrder(Order):
    """Which account is meant."""

    account: str = Field(max_length=80, description="its id")


def people_of(desk: Desk) -> People:
    """The people of this home. Raises RefusedError when there are none."""
    if desk.sources.people is None:
        raise RefusedError("this portal has no people", hint="start it with `proofbook portal`")
    return desk.sources.people


def account_of(desk: Desk, account: str) -> Account:
    """One account. Raises NotThere."""
    found = people_of(desk).roll.accounts.get(account)
    if found is None:
        raise NotThere("there is no such account", hint="look at the list of accounts")
    return found


def create_account(desk: Desk, order: CreateAccount) -> Done:
    """Make an account; its holder needs a link then. Raises FormMistakes, ConflictError, RefusedError."""
    people = people_of(desk)
    terms = Terms(
        name=order.name,
        roles=frozenset(map(Role, order.roles)),
        email=order.email,
        engagement=order.engagement,
        since=_moment(order.since, "since"),
        until=_moment(order.until, "until", last=True),
    )
    account = order.account or propose_account_id(terms.name, people.roll.accounts)
    return _write(desk, account, terms, order.because, None, "The account is made. That is an entry with your name.")


def change_account(desk: Desk, order: ChangeAccount) -> Done:
    """Write a version of an account over the one that was seen. Raises as `create_account`, and NotThere."""
    terms = replace(
        account_of(desk, order.account).terms,
        name=order.name,
        roles=frozenset(map(Role, order.roles)),
        email=order.email,
        engagement=order.engagement,
        since=_moment(order.since, "since"),
        until=_moment(order.until, "until", last=True),
    )
    said = "The account is changed. That is an entry with your name."
    return _write(desk, order.account, terms, order.because, order.version, said)


def suspend_account(desk: Desk, order: StateOrder) -> Done:
    """It opens nothing from here on: sessions and tokens stop at once."""
    return _set_state(desk, order, "disabled", "The account is suspended: its sessions and tokens open nothing any more.")


def reinstate_account(desk: Desk, order: StateOrder) -> Done:
    """It opens again what it did."""
    return _set_state(desk, order, "active", "The account is reinstated; tokens that were not revoked open again, too.")


def make_link(desk: Desk, order: AccountOrder) -> Done:
    """A link that works once; earlier ones open nothing any more. The answer is the only place where it stands."""
    people, found = people_of(desk), account_of(desk, order.account)
    purpose: Literal["invitation", "reset"] = "reset" if people.roll.proofs_of(found.id).password else "invitation"
    with gather_receipts() as receipts:
        link = people.make_link(found.id, purpose, desk.known.actor)
    values = {"link": link.id, "path": link.path, "purpose": purpose, "expires": link.expires}
    return Done(_place(found.id), "The link is made. It is shown this one time.", found.id, tuple(receipts), values)


def end_sessions(desk: Desk, order: AccountOrder) -> Done:
    """End every session of an account."""
    found = account_of(desk, order.account)
    with gather_receipts() as receipts:
        count = people_of(desk).end_sessions(found.id, desk.known.actor)
    said = f"{count} session{'' if count == 1 else 's'} ended."
    return Done(_place(found.id), said, found.id, tuple(receipts), {"ended": count})


def remove_second_factor(desk: Desk, order: AccountOrder) -> Done:
    """Take away the second factor of somebody who lost it; their sessions end."""
    found = account_of(desk, order.account)
    with gather_receipts() as receipts:
        people_of(desk).proving.reset_second_factor(found.id, desk.known.actor)
    return Done(_place(found.id), "The second factor is taken away; sessions have ended.", found.id, tuple(receipts))


def _set_state(desk: Desk, order: StateOrder, state: Literal["active", "disabled"], said: str) -> Done:
    found = account_of(desk, order.account)
    return _write(desk, found.id, replace(found.terms, state=state), order.because, found.version, said)


def _write(desk: Desk, account: str, terms: Terms, because: str, expected: str | None, said: str) -> Done:
    try:
        with gather_receipts() as receipts:
            made = people_of(desk).set_account(account, terms, by=desk.known.actor, because=because, expected=expected)
    except InputError as error:
        raise FormMistakes(mistakes_of(error)) from error
    said = said if receipts else "Nothing differs from the newest version; nothing was recorded."
    return Done(_place(account), said, account, tuple(receipts), {"account": account, "version": made.version})


def _moment(text: str | None, field: str, *, last: bool = False) -> str | None:
    """An instant; of a day its beginning in UTC, or its end: the last day that is named still counts."""
    if not text:
        return None
    try:
        if _DAY.fullmatch(text) is None:
            return format_instant(parse_instant(text))
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        return format_instant(day + timedelta(days=1) if last else day)
    except (InputError, ValueError, OverflowError) as error:
        raise FormMistakes({field: f"{text[:20]!r} is neither a day nor an instant; write it as 2026-03-31"}) from error


def _place(account: str) -> str:
    return f"/people/{account}"


def _act(name: str, summary: str, takes: type[Any], do: Callable[..., Done]) -> Act[Any]:
    return Act(name, summary, Permission.ADMINISTER, takes, do)


CREATE_ACCOUNT: Final = _act("accounts.create", "Make an account", CreateAccount, create_account)
CHANGE_ACCOUNT: Final = _act("accounts.change", "Change an account's name, roles and dates", ChangeAccount, change_account)
SUSPEND_ACCOUNT: Final = _act("accounts.suspend", "Suspend an account: it opens nothing any more", StateOrder, suspend_account)
REINSTATE_ACCOUNT: Final = _act("accounts.reinstate", "Reinstate a suspended account", StateOrder, reinstate_account)
MAKE_LINK: Final = _act("accounts.link", "Make a one-time link by which a password is set", AccountOrder, make_link)
END_SESSIONS: Final = _act("accounts.end_sessions", "End every session of an account", AccountOrder, end_sessions)
REMOVE_SECOND_FACTOR: Final = _act(
    "accounts.remove_second_factor", "Take away an account's second factor", AccountOrder, remove_second_factor
)
ACCOUNT_ACTS: Final = (
    CREATE_ACCOUNT,
    CHANGE_ACCOUNT,
    SUSPEND_ACCOUNT,
    REINSTATE_ACCOUNT,
    MAKE_LINK,
    END_SESSIONS,
    REMOVE_SECOND_FACTOR,
)
