"""One's own account: what it may do, its sessions, its password and its second factor.

Promises: whoever changes a proof shows the present password; secrets and recovery codes are shown once, on the answer to the form
that made them.
"""

from __future__ import annotations

import io
from typing import Final

import segno
from markupsafe import Markup

from proofbook.errors import InputError, ProofbookError, RefusedError
from proofbook.people.people import People
from proofbook.people.roles import Permission
from proofbook.portal.entrance.signing_in import mistakes_of
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.surroundings import Answer, Cookie, Desk, Page, Query, See

MEANINGS: Final = {
    Permission.READ: "look at records, coverage and the metadata of exchanges",
    Permission.READ_CONTENT: "see redacted content of exchanges, for a purpose you state",
    Permission.PREPARE: "write records",
    Permission.REVIEW: "approve, sign off and ask for changes; never your own work",
    Permission.DECIDE: "record decisions on outputs and spot checks",
    Permission.LEAD: "lead engagements, answer the auditor's requests",
    Permission.EXPORT: "take populations and evidence rooms away",
    Permission.OVERSEE: "see who came in, looked, took something away, and what administrators changed",
    Permission.ADMINISTER: "administer accounts, tokens and sessions",
    Permission.PUSH: "send records by program",
    Permission.AUDIT: "look at one engagement, choose samples, ask for evidence",
}
"""What each permission lets somebody do, in words."""


def show_account(desk: Desk, query: Query) -> Answer:
    """`/account`."""
    del query
    return _page(desk)


def set_password(desk: Desk, given: Given) -> Answer:
    """Change one's own password."""
    old, new, again = (given.fields.get(name, ("",))[0] for name in ("old", "password", "again"))
    try:
        if new != again:
            raise InputError("again: is not the same password", hint="type both once more")
        opened = _people(desk).proving.set_password(_cookie(desk), old, new)
    except (InputError, RefusedError) as error:
        return _page(desk, password_mistakes=_at(error, "old"), status=422)
    return See("/account", "Your password is changed; every other session of yours has ended.", Cookie(opened.cookie))


def begin_second_factor(desk: Desk, given: Given) -> Answer:
    """Make a secret for an authenticator."""
    del given
    _people(desk).proving.begin_totp(_cookie(desk), f"Proofbook {desk.sources.entity}"[:60])
    return See("/account")


def confirm_second_factor(desk: Desk, given: Given) -> Answer:
    """The secret counts from here on; recovery codes are shown once."""
    password = given.fields.get("password", ("",))[0]
    try:
        enrolled = _people(desk).proving.confirm_totp(_cookie(desk), given.one("code"), password)
    except (InputError, RefusedError) as error:
        return _page(desk, factor_mistakes=_at(error, "password"), status=422)
    return Page("entrance/recovery_codes.html", {"codes": enrolled.recovery_codes}, cookie=Cookie(enrolled.opened.cookie))


def make_recovery_codes(desk: Desk, given: Given) -> Answer:
    """New codes in the place of the old ones."""
    try:
        codes = _people(desk).proving.make_recovery_codes(_cookie(desk), given.fields.get("password", ("",))[0])
    except (InputError, RefusedError) as error:
        return _page(desk, factor_mistakes=_at(error, "password"), status=422)
    return Page("entrance/recovery_codes.html", {"codes": codes})


def remove_second_factor(desk: Desk, given: Given) -> Answer:
    """Give it up."""
    try:
        opened = _people(desk).proving.remove_totp(_cookie(desk), given.fields.get("password", ("",))[0])
    except (InputError, RefusedError) as error:
        return _page(desk, factor_mistakes=_at(error, "password"), status=422)
    return See("/account", "Your account has no second factor any more.", Cookie(opened.cookie))


def session_again(desk: Desk, given: Given, mistakes: FormMistakes, session: str) -> Answer:
    """The account, with why a session could not be ended."""
    del given, session
    return _page(desk, factor_mistakes=mistakes.by_field, status=422)


def draw_code(uri: str) -> Markup:
    """A picture an authenticator reads: one path, no style, no script."""
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=3, dark="#000", light="#fff")
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by us from modules, no text of anybody in it


def _page(
    desk: Desk,
    *,
    password_mistakes: dict[str, str] | None = None,
    factor_mistakes: dict[str, str] | None = None,
    status: int = 200,
) -> Page:
    people, visitor = _people(desk), desk.known
    account = people.roll.accounts.get(visitor.account)
    local = account is not None and account.terms.sign_in == "local"
    proofs = people.roll.proofs_of(visitor.account)
    issuer = f"Proofbook {desk.sources.entity}"[:60]
    offered = people.proving.offered_totp(_cookie(desk), issuer) if local and proofs.totp is None else None
    values = {
        "account": account,
        "local": local,
        "may": [MEANINGS[each] for each in Permission if visitor.may(each)],
        "sessions": people.sessions(visitor.account),
        "enrolled": proofs.totp is not None,
        "codes_left": people.proving.recovery_codes_left(visitor.account),
        "offered": offered,
        "picture": None if offered is None else draw_code(offered.uri),
        "password_mistakes": password_mistakes or {},
        "factor_mistakes": factor_mistakes or {},
    }
    return Page("entrance/account.html", values, status)


def _people(desk: Desk) -> People:
    if desk.sources.people is None or desk.sources.people.roll.accounts.get(desk.known.account) is None:
        raise RefusedError("this session belongs to no account", hint="sign in with an account")
    return desk.sources.people


def _cookie(desk: Desk) -> str:
    return desk.carried or ""


def _at(error: ProofbookError, field: str) -> dict[str, str]:
    """A refusal is about the password that was shown."""
    return mistakes_of(error) if isinstance(error, InputError) else {field: f"{error.message}; {error.hint}"}
