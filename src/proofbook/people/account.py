"""An account as the book has it, and the rules every version of one must keep.

Promises: what breaks a rule is refused with the field and the fix, before anything is recorded; an auditor's account is an
auditor's alone, confined to one engagement and ends; nothing an administrator does leaves nobody who administers. Pure values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from proofbook.errors import InputError, RefusedError
from proofbook.people.roles import Permission, Role, permissions_of
from proofbook.primitives.instants import parse_instant
from proofbook.records.people import AccountSet
from proofbook.records.record import ID_FORM

MAX_NAME: Final = 128
_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,190}")
_ID: Final = re.compile(ID_FORM)
_NOT_AN_ID: Final = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an account is: whose, what for, for how long, how its holder signs in. Instants are text."""

    name: str
    roles: frozenset[Role]
    email: str | None = None
    engagement: str | None = None
    since: str | None = None
    until: str | None = None
    state: Literal["active", "disabled"] = "active"
    sign_in: Literal["local", "provider"] = "local"
    issuer: str | None = None
    provider_subject: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account at its newest version. `version` is the id of that entry."""

    id: str
    terms: Terms
    version: str
    index: int
    recorded: str
    recorded_by: str
    because: str

    @property
    def permissions(self) -> frozenset[Permission]:
        """What its roles give; whether it may be used now is another question."""
        return permissions_of(self.terms.roles)

    def assess_at(self, now: str) -> Literal["open", "disabled", "not_yet", "expired"]:
        """Whether the account opens anything at an instant."""
        terms = self.terms
        if terms.state == "disabled":
            return "disabled"
        if terms.since is not None and now < terms.since:
            return "not_yet"
        return "expired" if terms.until is not None and now >= terms.until else "open"


def check_account_id(text: str) -> str:
    """`text` when it can be an account's id. Raises InputError."""
    if _ID.match(text) is None or "\n" in text:
        raise InputError(
            f"account: {text[:40]!r} cannot be an id", hint="small letters, digits, dot, hyphen, underscore; 1 to 80 of them"
        )
    return text


def propose_account_id(name: str, taken: Iterable[str]) -> str:
    """An id made of a name or address, different from all that are taken."""
    stem = _NOT_AN_ID.sub("-", name.partition("@")[0].strip().lower()).strip("._-")[:60] or "account"
    used, number, found = set(taken), 1, stem
    while found in used:
        number += 1
        found = f"{stem}-{number}"
    return found


def is_address(email: str) -> bool:
    """Whether this is an address as accounts keep them: local part and domain (RFC 5321, 4.1.2), no quotes, comments, spaces."""
    return _EMAIL.fullmatch(email) is not None


def check_terms(terms: Terms) -> None:
    """Raises InputError naming the field that cannot stand."""
    if not terms.name.strip() or len(terms.name) > MAX_NAME or not terms.name.isprintable():
        raise InputError("name: is not a name", hint=f"1 to {MAX_NAME} printable characters")
    if terms.email is not None and not is_address(terms.email):
        raise InputError("email: is not an address", hint="write it as name@example.org, or leave it out")
    for field, moment in (("from", terms.since), ("until", terms.until)):
        if moment is not None:
            _check_moment(field, moment)
    if terms.since is not None and terms.until is not None and terms.until <= terms.since:
        raise InputError("until: is not after from", hint="give the end of the access")
    _check_roles(terms)
    _check_sign_in(terms)


def check_administrators_left(before: Mapping[str, Account], account: str, terms: Terms, now: str) -> None:
    """Raises RefusedError when a version would leave nobody who may administer, without an end that is set."""
    lasting = [terms] if account not in before else []
    lasting += [terms if each.id == account else each.terms for each in before.values()]
    for each in lasting:
        starts = each.since is None or each.since <= now
        if Role.ADMINISTRATOR in each.roles and each.state == "active" and each.until is None and starts:
            return
    raise RefusedError(
        "this would leave no active administrator" if before else "the first account must be an administrator",
        hint="give the role administrator to another account first" if before else "give it the role administrator",
    )


def format_account(account: str, terms: Terms, because: str) -> dict[str, Any]:
    """The body of `account.set`."""
    body = {
        "account": account,
        "name": terms.name,
        "email": terms.email,
        "roles": sorted(role.value for role in terms.roles),
        "engagement": terms.engagement,
        "from": terms.since,
        "until": terms.until,
        "state": terms.state,
        "sign_in": terms.sign_in,
        "issuer": terms.issuer,
        "provider_subject": terms.provider_subject,
        "because": because,
    }
    return AccountSet.model_validate(body).to_body()


def read_terms(body: Mapping[str, Any]) -> Terms:
    """Terms from the body of an `account.set` entry, which was checked when it was recorded."""
    return Terms(
        name=body["name"],
        roles=frozenset(map(Role, body["roles"])),
        email=body["email"],
        engagement=body["engagement"],
        since=body["from"],
        until=body["until"],
        state=body["state"],
        sign_in=body["sign_in"],
        issuer=body["issuer"],
        provider_subject=body["provider_subject"],
    )


def _check_roles(terms: Terms) -> None:
    for alone in (Role.AUDITOR, Role.SERVICE):
        if alone in terms.roles and len(terms.roles) > 1:
            raise InputError(f"roles: {alone} goes with no other role", hint="make an account of its own for it")
    if Role.AUDITOR in terms.roles:
        if terms.engagement is None:
            raise InputError("engagement: an auditor is confined to one", hint="name the engagement")
        if terms.until is None:
            raise InputError("until: an auditor's access ends", hint="give the moment, e.g. the end of fieldwork")
    elif terms.engagement is not None:
        raise InputError("engagement: only an auditor is confined to one", hint="leave it out")


def _check_sign_in(terms: Terms) -> None:
    if terms.sign_in == "local" and (terms.issuer is not None or terms.provider_subject is not None):
        raise InputError("issuer: a local account has none", hint="leave issuer and subject out")
    if terms.sign_in == "provider":
        if terms.issuer is None:
            raise InputError("issuer: is missing", hint="name the provider's issuer as the settings have it")
        if terms.provider_subject is None and terms.email is None:
            raise InputError("email: is missing", hint="the provider's verified e-mail tells whose first sign-in it is")
        if Role.SERVICE in terms.roles:
            raise InputError("roles: a service does not sign in through a provider", hint="issue a token for it")


def _check_moment(field: str, moment: str) -> None:
    try:
        parse_instant(moment)
    except InputError as error:
        raise InputError(f"{field}: {error.message}", hint=error.hint) from error
