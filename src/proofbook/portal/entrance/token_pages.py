"""Tokens for programs: what was issued, to whom, for how long; issuing and revoking. A secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from proofbook.errors import InputError, RefusedError
from proofbook.people.roles import Permission
from proofbook.portal.entrance.own_account import MEANINGS
from proofbook.portal.entrance.people_pages import people_of
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.posting import Given
from proofbook.portal.surroundings import Answer, Desk, Page, Query, See
from proofbook.primitives.instants import format_instant

SCOPES: Final = tuple((each, MEANINGS[each]) for each in Permission if each is not Permission.ADMINISTER)
_TYPED: Final = ("account", "service", "days", "note")
_LIVES: Final = {"30": 30, "90": 90, "365": 365}
"""Days a token may live."""


def show_tokens(desk: Desk, query: Query) -> Answer:
    """`/tokens`."""
    del query
    return _page(desk, {**dict.fromkeys(_TYPED, ""), "days": "90", "scopes": ("push",)}, {})


def issue_token(desk: Desk, given: Given) -> Answer:
    """A token, shown once."""
    typed = {name: given.one(name) for name in _TYPED}
    try:
        days = _LIVES.get(typed["days"])
        if days is None:
            raise InputError("days: choose how long it lives")
        scopes = frozenset(Permission(each) for each in given.many("scopes") if each in {scope.value for scope, _ in SCOPES})
        made = people_of(desk).issue_token(
            by=desk.known.actor,
            scopes=scopes,
            expires=format_instant(desk.now + timedelta(days=days)),
            account=typed["account"] or None,
            service=typed["service"] or None,
            note=typed["note"],
        )
    except (InputError, RefusedError) as error:
        return _page(desk, {**typed, "scopes": given.many("scopes")}, mistakes_of(error))
    return Page("entrance/token_made.html", {"token": made})


def revoke_token(desk: Desk, given: Given, token: str) -> Answer:
    """It opens nothing any more."""
    people_of(desk).revoke_token(token, by=desk.known.actor, reason=given.one("reason"))
    return See("/tokens", "The token is revoked.")


def _page(desk: Desk, given: dict[str, Any], mistakes: dict[str, str]) -> Page:
    people, now = people_of(desk), format_instant(desk.now)
    values = {
        "tokens": tuple(reversed(people.tokens())),
        "now_text": now,
        "scopes": SCOPES,
        "account_choices": tuple((each.id, f"{each.terms.name} ({each.id})") for each in people.roll.accounts.values()),
        "given": given,
        "mistakes": mistakes,
    }
    return Page("entrance/tokens.html", values, 422 if mistakes else 200)
