"""Tokens for programs: what was issued, to whom, for how long; issuing and revoking. A secret is shown once."""

from __future__ import annotations

from typing import Any, Final

from proofbook.errors import InputError, RefusedError
from proofbook.people.roles import Permission
from proofbook.portal.entrance.account_acts import people_of
from proofbook.portal.entrance.own_account import MEANINGS
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.entrance.token_acts import IssueToken, issue_token
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.primitives.instants import format_instant

SCOPES: Final = tuple((each, MEANINGS[each]) for each in Permission)
_TYPED: Final = ("account", "service", "days", "note")


def show_tokens(desk: Desk, query: Query) -> Answer:
    """`/tokens`."""
    del query
    return _page(desk, {**dict.fromkeys(_TYPED, ""), "days": "90", "scopes": ("push",)}, {})


def issue(desk: Desk, given: Given) -> Answer:
    """A token, shown once."""
    try:
        done = issue_token(desk, given.read(IssueToken))
    except (InputError, RefusedError) as error:
        return _page(desk, {**{name: given.one(name) for name in _TYPED}, "scopes": given.many("scopes")}, mistakes_of(error))
    return Page("entrance/token_made.html", {"token": done.values})


def again(desk: Desk, given: Given, mistakes: FormMistakes, token: str) -> Answer:
    """The list, with why a token was not revoked."""
    del given, token
    return _page(desk, {**dict.fromkeys(_TYPED, ""), "scopes": ()}, mistakes.by_field)


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
