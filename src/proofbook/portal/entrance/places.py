"""The places of the entrance."""

from __future__ import annotations

from typing import Final

from proofbook.people.roles import Permission
from proofbook.portal.entrance.account_acts import (
    ACCOUNT_ACTS,
    CHANGE_ACCOUNT,
    CREATE_ACCOUNT,
    END_SESSIONS,
    MAKE_LINK,
    REINSTATE_ACCOUNT,
    REMOVE_SECOND_FACTOR,
    SUSPEND_ACCOUNT,
)
from proofbook.portal.entrance.own_account import (
    begin_second_factor,
    confirm_second_factor,
    make_recovery_codes,
    remove_second_factor,
    session_again,
    set_password,
    show_account,
)
from proofbook.portal.entrance.people_pages import (
    act_on_account,
    change,
    make_account,
    show_new,
    show_people,
    show_person,
)
from proofbook.portal.entrance.session_act import END_OWN_SESSION
from proofbook.portal.entrance.signing_in import (
    come_from_provider,
    go_to_provider,
    make_first,
    show_first,
    show_link,
    show_sign_in,
    sign_in,
    sign_out,
    use_link,
)
from proofbook.portal.entrance.token_acts import ISSUE_TOKEN, REVOKE_TOKEN, TOKEN_ACTS
from proofbook.portal.entrance.token_pages import again, issue, show_tokens
from proofbook.portal.places import Place, Reach

ANYBODY: Final = Reach.ANYBODY
SIGNED_IN: Final = Reach.SIGNED_IN
ADMINISTER: Final = Permission.ADMINISTER

_ON_ACCOUNTS: Final = (MAKE_LINK, END_SESSIONS, REMOVE_SECOND_FACTOR, SUSPEND_ACCOUNT, REINSTATE_ACCOUNT)

ENTRANCE_ACTS: Final = (*ACCOUNT_ACTS, *TOKEN_ACTS, END_OWN_SESSION)

ENTRANCE_PLACES: Final = (
    Place(path="/sign-in", need=ANYBODY, show=show_sign_in, act=sign_in),
    Place(path="/sign-in/{provider}", need=ANYBODY, show=go_to_provider),
    Place(path="/sign-in/{provider}/back", need=ANYBODY, show=come_from_provider),
    Place(path="/sign-out", need=SIGNED_IN, act=sign_out),
    Place(path="/first", need=Permission.READ, show=show_first, act=make_first),
    Place(path="/link/{secret}", need=ANYBODY, show=show_link, act=use_link),
    Place(path="/account", need=SIGNED_IN, show=show_account),
    Place(path="/account/password", need=SIGNED_IN, act=set_password),
    Place(path="/account/second-factor", need=SIGNED_IN, act=begin_second_factor),
    Place(path="/account/second-factor/confirm", need=SIGNED_IN, act=confirm_second_factor),
    Place(path="/account/second-factor/codes", need=SIGNED_IN, act=make_recovery_codes),
    Place(path="/account/second-factor/remove", need=SIGNED_IN, act=remove_second_factor),
    Place(path="/account/sessions/{session}/end", need=SIGNED_IN, act=END_OWN_SESSION.by_form(session_again)),
    Place(
        path="/people",
        need=ADMINISTER,
        show=show_people,
        act=make_account,
        does=(CREATE_ACCOUNT.name, MAKE_LINK.name),
    ),
    Place(path="/people/new", need=ADMINISTER, show=show_new),
    Place(path="/people/{account}", need=ADMINISTER, show=show_person, act=change, does=(CHANGE_ACCOUNT.name,)),
    Place(path="/people/{account}/{what}", need=ADMINISTER, act=act_on_account, does=tuple(each.name for each in _ON_ACCOUNTS)),
    Place(path="/tokens", need=ADMINISTER, show=show_tokens, act=issue, does=(ISSUE_TOKEN.name,)),
    Place(path="/tokens/{token}/revoke", need=ADMINISTER, act=REVOKE_TOKEN.by_form(again)),
)
