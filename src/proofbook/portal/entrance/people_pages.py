"""The administration of people: who has an account, what for, until when; links, sessions and second factors of others.

Promises: every change is an entry that names the administrator, their own changes included; a link is shown once; whoever edits
says why, and finds out when somebody else was faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.people.account import Account, Terms, propose_account_id
from proofbook.people.people import People
from proofbook.people.roles import Role
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.primitives.instants import format_instant, parse_instant

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
    """An account and, for one that signs in here, a link to hand over."""
    people = people_of(desk)
    try:
        terms = _terms(given, None)
        account = given.one("account") or propose_account_id(terms.name, people.roll.accounts)
        made = people.set_account(account, terms, by=desk.known.actor, because=given.one("because"), expected=None)
    except (InputError, RefusedError, ConflictError) as error:
        return _form(desk, None, _typed(given), mistakes_of(error))
    link = people.make_link(made.id, "invitation", desk.known.actor)
    return Page("entrance/link_made.html", {"account": made, "link": link, "purpose": "invitation"})


def show_person(desk: Desk, query: Query, account: str) -> Answer:
    """`/people/{account}`."""
    del query
    found = people_of(desk).roll.accounts.get(account)
    return None if found is None else _form(desk, found, _stated(found), {})


def change_account(desk: Desk, given: Given, account: str) -> Answer:
    """A new version of an account."""
    people = people_of(desk)
    found = people.roll.accounts.get(account)
    if found is None:
        return None
    try:
        terms = _terms(given, found)
        people.set_account(
            account, terms, by=desk.known.actor, because=given.one("because"), expected=given.one("version") or None
        )
    except (InputError, RefusedError, ConflictError) as error:
        return _form(desk, found, _typed(given), mistakes_of(error))
    return See(f"/people/{account}", "The account is changed. That is an entry with your name.")


def act_on_account(desk: Desk, given: Given, account: str, what: str) -> Answer:
    """A link, the end of sessions, the end of a second factor."""
    del given
    people, by = people_of(desk), desk.known.actor
    found = people.roll.accounts.get(account)
    if found is None:
        return None
    match what:
        case "link":
            purpose: Literal["invitation", "reset"] = "reset" if people.roll.proofs_of(account).password else "invitation"
            link = people.make_link(account, purpose, by)
            return Page("entrance/link_made.html", {"account": found, "link": link, "purpose": purpose})
        case "end-sessions":
            count = people.end_sessions(account, by)
            return See(f"/people/{account}", f"{count} session{'' if count == 1 else 's'} ended.")
        case "reset-second-factor":
            people.proving.reset_second_factor(account, by)
            return See(f"/people/{account}", "The second factor is taken away; sessions have ended.")
    return None


def people_of(desk: Desk) -> People:
    """The people of this home. Raises RefusedError when there are none."""
    if desk.sources.people is None:
        raise RefusedError("this portal has no people", hint="start it with `proofbook portal`")
    return desk.sources.people


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
        "proposed_until": (desk.now + timedelta(days=90)).date().isoformat(),
    }
    return Page("entrance/person.html", values, 422 if mistakes else 200)


def _terms(given: Given, before: Account | None) -> Terms:
    roles = frozenset(Role(each) for each in given.many("roles") if each in {role.value for role in ROLE_WORDS})
    auditor = Role.AUDITOR in roles
    kept = None if before is None else before.terms
    return Terms(
        name=given.one("name"),
        roles=roles,
        email=given.one("email") or None,
        engagement=given.one("engagement") or None if auditor else None,
        since=_day(given.one("since"), "since") if auditor else None,
        until=_day(given.one("until"), "until", last=True) if given.one("until") else None,
        state="disabled" if given.one("state") == "disabled" else "active",
        sign_in="local" if kept is None else kept.sign_in,
        issuer=None if kept is None else kept.issuer,
        provider_subject=None if kept is None else kept.provider_subject,
    )


def _day(text: str, field: str, *, last: bool = False) -> str | None:
    """The beginning of a UTC day, or its end: the day that is named still counts."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo("UTC"))
    except ValueError as error:
        raise InputError(f"{field}: {text[:20]!r} is not a day", hint="write it as 2026-03-31") from error
    return format_instant(day + timedelta(days=1) if last else day)


def _stated(account: Account) -> dict[str, Any]:
    terms = account.terms
    return {
        "name": terms.name,
        "email": terms.email or "",
        "roles": tuple(role.value for role in terms.roles),
        "engagement": terms.engagement or "",
        "since": (terms.since or "")[:10],
        "until": "" if terms.until is None else (parse_instant(terms.until) - timedelta(microseconds=1)).date().isoformat(),
        "state": terms.state,
        "version": account.version,
        "account": account.id,
        "because": "",
    }


def _typed(given: Given) -> dict[str, Any]:
    names = ("account", "name", "email", "engagement", "since", "until", "state", "version", "because")
    return {**{name: given.one(name) for name in names}, "roles": given.many("roles")}
