"""Resources about accounts, sessions and tokens: for tokens that were issued to administer, and one's own sessions for any."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.api import people_shapes, reading_people
from proofbook.portal.api.answers import Nothing
from proofbook.portal.api.resource import Doing, Reading, Resource
from proofbook.portal.entrance import account_acts, token_acts
from proofbook.portal.entrance.session_act import END_OWN_SESSION
from proofbook.portal.places import Reach

ADMINISTER: Final = Permission.ADMINISTER
_ACCOUNT: Final = "/accounts/{account}"

PEOPLE_RESOURCES: Final[tuple[Resource, ...]] = (
    Reading(
        path="/me/sessions",
        name="me.sessions",
        summary="Sessions of the token's holder",
        need=Reach.SIGNED_IN,
        find=reading_people.list_own_sessions,
        gives=people_shapes.SessionsShape,
        pages=("/account",),
    ),
    Doing(path="/me/sessions/{session}/end", act=END_OWN_SESSION, gives=Nothing, status=200),
    Reading(
        path="/accounts",
        name="accounts.list",
        summary="Accounts, what for and until when",
        need=ADMINISTER,
        find=reading_people.list_accounts,
        gives=people_shapes.AccountsShape,
        pages=("/people",),
    ),
    Reading(
        path=_ACCOUNT,
        name="accounts.read",
        summary="One account with its sessions",
        need=ADMINISTER,
        find=reading_people.read_account,
        gives=people_shapes.AccountShape,
        pages=("/people/{account}",),
    ),
    Doing(path="/accounts", act=account_acts.CREATE_ACCOUNT, gives=people_shapes.AccountVersion),
    Doing(path=_ACCOUNT, act=account_acts.CHANGE_ACCOUNT, gives=people_shapes.AccountVersion, tag="version"),
    Doing(path=f"{_ACCOUNT}/suspend", act=account_acts.SUSPEND_ACCOUNT, gives=people_shapes.AccountVersion),
    Doing(path=f"{_ACCOUNT}/reinstate", act=account_acts.REINSTATE_ACCOUNT, gives=people_shapes.AccountVersion),
    Doing(path=f"{_ACCOUNT}/link", act=account_acts.MAKE_LINK, gives=people_shapes.LinkValues, keeps=False),
    Doing(path=f"{_ACCOUNT}/end-sessions", act=account_acts.END_SESSIONS, gives=people_shapes.EndedSessions, status=200),
    Doing(path=f"{_ACCOUNT}/remove-second-factor", act=account_acts.REMOVE_SECOND_FACTOR, gives=Nothing),
    Reading(
        path="/tokens",
        name="tokens.list",
        summary="Tokens, whose, what for and until when",
        need=ADMINISTER,
        find=reading_people.list_tokens,
        gives=people_shapes.TokensShape,
        pages=("/tokens",),
    ),
    Doing(path="/tokens", act=token_acts.ISSUE_TOKEN, gives=people_shapes.NewTokenValues, keeps=False),
    Doing(path="/tokens/{token}/revoke", act=token_acts.REVOKE_TOKEN, gives=people_shapes.RevokedToken),
)
