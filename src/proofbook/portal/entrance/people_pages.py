"""The administration of people: who has an account, what for, until when; links, sessions and second factors of others.

Promises: every change is an entry that names the administrator, their own changes included; a link is shown once; whoever edits
says why, and finds out when somebody else was faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.people.account import Account
from proofbook.people.roles import Role
from proofbook.portal.entrance.account_acts import (
    AccountOrder,
    ChangeAccount,
    CreateAccount,
    StateOrder,
    account_of,
    change_account,
    create_account,
    end_sessions,
    make_link,
    people_of,
    reinstate_account,
    remove_second_factor,
    suspend_account,
)
from proofbook.portal.entrance.account_days import read_day, write_day
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.posting import Given, read_typed
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.portal.zones import zone_of
from proofbook.primitives.instants import format_instant

ROLE_WORDS: Final = {
    Role.ADMINISTRATOR: "Accounts, tokens, sessions. Sees records; writes and approves none; sees no content.",
    Role.PREPARER: "Writes records and decisions.",
    Role.REVIEWER: "Approves and signs off, sees redacted content for a stated purpose.",
    Role.LEAD: "Compliance lead: all that preparers and reviewers may, engagements, requests, answers, exports.",
    Role.AUDITOR: "One engagement, from and until stated days, to look, ask and choose. No other role beside it.",
}
"""Roles people can have, and what they mean."""
STATE_WORDS: Final = {
    "open": ("open", "plain"),
    "disabled": ("disabled", "notice"),
    "not_yet": ("not yet", "unknown"),
    "expired": ("time is over", "notice"),
}
_PLAIN: Final = {"end-sessions": end_sessions, "reset-second-factor": remove_second_factor}
_REASONED: Final = {"suspend": suspend_account, "reinstate": reinstate_account}


def show_people(desk: Desk, query: Query) -> Answer:
    """`/people`."""
    del query
    people, now = people_of(desk), format_instant(desk.now)
    newest: dict[str, str] = {}
    for session in people.sessions():
        newest.setdefault(session.account, session.last_seen)
    rows = [(each, STATE_WORDS[each.assess_at(now)], newest.get(each.id)) for each in people.roll.accounts.values()]
    return Page("entrance/people.html", {"rows": rows})


def show_new(desk: Desk, query: Query) -> Answer:
    """`/people/new`."""
    del query
    return _form(desk, None, _typed(Given({})), {})


def make_account(desk: Desk, given: Given) -> Answer:
    """An account and, since it signs in here, a link to hand over."""
    try:
        done = create_account(desk, read_typed(CreateAccount, _order(desk, given, None, "account")))
    except (InputError, RefusedError, ConflictError) as error:
        return _form(desk, None, _typed(given), mistakes_of(error))
    return _show_link(desk, done.subject)


def show_person(desk: Desk, query: Query, account: str) -> Answer:
    """`/people/{account}`."""
    del query
    found = people_of(desk).roll.accounts.get(account)
    return None if found is None else _form(desk, found, _stated(desk, found), {})


def change(desk: Desk, given: Given, account: str) -> Answer:
    """A new version of an account."""
    found = account_of(desk, account)
    try:
        order = read_typed(ChangeAccount, {**_order(desk, given, found, "version"), "account": account})
        done = change_account(desk, order)
    except (InputError, RefusedError, ConflictError) as error:
        return _form(desk, found, _typed(given), mistakes_of(error))
    return See(done.path, done.said)


def act_on_account(desk: Desk, given: Given, account: str, what: str) -> Answer:
    """A link, the end of sessions, the end of a second factor; suspending and reinstating."""
    if what == "link":
        return _show_link(desk, account)
    if what in _PLAIN:
        done = _PLAIN[what](desk, AccountOrder(account=account))
        return See(done.path, done.said)
    if what not in _REASONED:
        return None
    found = account_of(desk, account)
    try:
        done = _REASONED[what](desk, read_typed(StateOrder, {"account": account, "because": given.one("because")}))
    except (InputError, RefusedError, ConflictError) as error:
        return _form(desk, found, _stated(desk, found), {what: "; ".join(mistakes_of(error).values())})
    return See(done.path, done.said)


def _show_link(desk: Desk, account: str) -> Page:
    found, done = account_of(desk, account), make_link(desk, AccountOrder(account=account))
    return Page("entrance/link_made.html", {"account": found, "link": done.values, "purpose": done.values["purpose"]})


def _form(desk: Desk, account: Account | None, given: Mapping[str, Any], mistakes: Mapping[str, str]) -> Page:
    people = people_of(desk)
    proofs = None if account is None else people.roll.proofs_of(account.id)
    values = {
        "account": account,
        "given": given,
        "mistakes": mistakes,
        "roles": [(role, words) for role, words in ROLE_WORDS.items()],
        "engagements": desk.sources.engagements.known(desk.reader, desk.now),
        "state": None if account is None else STATE_WORDS[account.assess_at(format_instant(desk.now))],
        "has_password": proofs is not None and proofs.password is not None,
        "has_factor": proofs is not None and proofs.totp is not None,
        "sessions": () if account is None else people.sessions(account.id),
        "zone": zone_of(desk),
    }
    return Page("entrance/person.html", values, 422 if mistakes else 200)


def _order(desk: Desk, given: Given, before: Account | None, *names: str) -> dict[str, Any]:
    """The form as it asks: what is left empty is nothing, and what only auditors have is theirs alone; days as instants."""
    roles, zone = given.many("roles"), zone_of(desk)
    since, until = (None, None) if before is None else (before.terms.since, before.terms.until)
    stated = {name: given.one(name) or None for name in ("email", "engagement")}
    stated |= {"since": read_day(given.one("since"), since, zone), "until": read_day(given.one("until"), until, zone, last=True)}
    if Role.AUDITOR.value not in roles:
        stated |= {"engagement": None, "since": None}
    typed = {name: text for name in ("name", "because", *names) if (text := given.one(name))}
    return {**typed, **stated, "roles": roles}


def _stated(desk: Desk, account: Account) -> dict[str, Any]:
    terms, zone = account.terms, zone_of(desk)
    return {
        "name": terms.name,
        "email": terms.email or "",
        "roles": tuple(role.value for role in terms.roles),
        "engagement": terms.engagement or "",
        "since": write_day(terms.since, zone),
        "until": write_day(terms.until, zone, last=True),
        "version": account.version,
        "account": account.id,
        "because": "",
    }


def _typed(given: Given) -> dict[str, Any]:
    names = ("account", "name", "email", "engagement", "since", "until", "version", "because")
    return {**{name: given.one(name) for name in names}, "roles": given.many("roles")}
