"""Signing in and out: name and password, a second factor, the first account of a book, one-time links.

Promises: the page says the same whether or not there is such an account; where to go on is a path of this portal and nothing
else; what was typed is in no answer but for the account's name. Does not: judge anything itself (`people` does).
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import quote

from proofbook.errors import InputError, ProofbookError, RefusedError
from proofbook.people.people import People
from proofbook.people.visitor import Ended, Opened, Reason, Refusal
from proofbook.portal.posting import FormMistakes, Given
from proofbook.portal.surroundings import Answer, Cookie, Desk, Page, Query, See
from proofbook.portal.visiting import KEY_METHOD

TOLD: Final = {
    Reason.WRONG_SECOND_FACTOR: "The code is not the one that counts now. Check the clock of the device, or use a recovery code.",
    Reason.LOCKED: "Too many attempts with this account. No password is looked at for a while.",
    Reason.TOO_MANY: "Too many attempts at this moment. Wait a minute.",
    Reason.DISABLED: "This account is disabled. An administrator can enable it.",
    Reason.NOT_YET: "This account opens nothing yet: its time begins later.",
    Reason.EXPIRED: "The time of this account is over.",
    Reason.NO_ROLE: "This account has no role here. An administrator gives roles.",
    Reason.PROVIDER: "The provider did not vouch for anybody. Try again.",
    Reason.NO_ACCOUNT: "The provider vouches for somebody who has no account here.",
}
"""What may be told, in words; for everything else the two that nobody can learn from."""
NOT_FITTING: Final = "Account and password do not fit together."
ENDINGS: Final = {
    "signed_out": "You signed out.",
    "idle": "You were signed out because nothing happened for a while.",
    "absolute": "You were signed out because the session had lasted as long as one may.",
    "account_changed": "You were signed out because your account changed.",
    "account_expired": "The time of your account is over.",
    "ended_by_administrator": "Your session was ended.",
    "replaced": "You signed in elsewhere, and this session made room.",
    "password": "Your password is set. Sign in with it.",
}
"""How a session ended, in words."""


def show_sign_in(desk: Desk, query: Query) -> Answer:
    """`/sign-in`."""
    people = _people(desk)
    if desk.visitor is not None and desk.visitor.method != KEY_METHOD:
        return See(safe_next(query.get("next", "")))
    found = people.assess_visit(desk.carried)
    ended = found.reason.value if isinstance(found, Ended) else ""
    told = ENDINGS.get("password" if query.get("done") == "password" else ended, "")
    return _form(desk, next_path=safe_next(query.get("next", "")), told=told)


def sign_in(desk: Desk, given: Given) -> Answer:
    """Let somebody in, or say why not."""
    people, account, next_path = _people(desk), given.one("account"), safe_next(given.one("next"))
    found = people.sign_in(
        account,
        given.fields.get("password", ("",))[0],
        code=given.one("code") or None,
        recovery_code=given.one("recovery_code") or None,
        address=desk.address,
        replacing=desk.carried,
    )
    if isinstance(found, Opened):
        return See("/account" if found.visitor.needs_second_factor else next_path, cookie=Cookie(found.cookie))
    return _form(desk, account=account, next_path=next_path, refusal=found, asks_code=_asks_code(found))


def go_to_provider(desk: Desk, query: Query, provider: str) -> Answer:
    """`/sign-in/{provider}`: on to somebody else's sign-in; what belongs to it is kept in the browser until the way back.

    Whoever is in stays in: a link of a foreign site must not put anything in the place of their session.
    """
    del query
    if desk.visitor is not None and desk.visitor.method != KEY_METHOD:
        return See("/")
    begun = _people(desk).begin_at_provider(provider, _way_back(desk, provider))
    return None if begun is None else See(begun.url, cookie=Cookie(begun.kept))


def come_from_provider(desk: Desk, query: Query, provider: str) -> Answer:
    """`/sign-in/{provider}/back`: who the provider vouches for."""
    found = _people(desk).finish_at_provider(provider, desk.carried or "", returned=dict(query), address=desk.address)
    if found is None:
        return None
    if isinstance(found, Opened):
        return See("/account" if found.visitor.needs_second_factor else "/", cookie=Cookie(found.cookie))
    return _form(desk, next_path="/", refusal=found)


def sign_out(desk: Desk, given: Given) -> Answer:
    """End the session."""
    del given
    if desk.carried is not None and desk.sources.people is not None:
        desk.sources.people.sign_out(desk.carried)
    return See("/sign-in", cookie=Cookie(None))


def show_first(desk: Desk, query: Query) -> Answer:
    """`/first`: the first account of a book, made by whoever holds the key printed at start."""
    del query
    _check_first(desk)
    return Page("entrance/first.html", {"given": {"account": "", "name": ""}, "mistakes": {}})


def make_first(desk: Desk, given: Given) -> Answer:
    """Make it and sign in."""
    _check_first(desk)
    typed = {"account": given.one("account"), "name": given.one("name")}
    try:
        password = _new_password(given)
        opened = _people(desk).first_account(typed["account"], typed["name"], password, address=desk.address)
    except InputError as error:
        return Page("entrance/first.html", {"given": typed, "mistakes": mistakes_of(error)}, 422)
    return See("/people", cookie=Cookie(opened.cookie))


def show_link(desk: Desk, query: Query, secret: str) -> Answer:
    """`/link/{secret}`: a password by a one-time link. Looking does not use it up."""
    del query
    account = _people(desk).proving.look_at_link(secret)
    values: dict[str, Any] = {"account": account, "secret": secret, "mistakes": {}}
    return Page("entrance/link.html", values, 200 if account is not None else 404, cookie=_fresh(desk))


def use_link(desk: Desk, given: Given, secret: str) -> Answer:
    """Set the password; the link is used up."""
    people = _people(desk)
    try:
        people.use_link(secret, _new_password(given))
    except InputError as error:
        account = people.proving.look_at_link(secret)
        values = {"account": account, "secret": secret, "mistakes": mistakes_of(error)}
        return Page("entrance/link.html", values, 422)
    return See("/sign-in?done=password")


def safe_next(path: str) -> str:
    """A path of this portal; the first page for anything else."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\", "/sign-in", "/link/"))
    return path if plain and path.isprintable() and "\\" not in path and len(path) <= 2000 else "/"


def mistakes_of(error: ProofbookError) -> dict[str, str]:
    """An error as what is wrong with a field, where its message names one."""
    if isinstance(error, FormMistakes):
        return error.by_field
    field, colon, words = error.message.partition(": ")
    named = colon and field.isidentifier()
    told = words if named else error.message
    return {field if named else "": f"{told}; {error.hint}" if error.hint else told}


def _people(desk: Desk) -> People:
    if desk.sources.people is None:
        raise RefusedError("nobody has an account here", hint="open the address that was printed when the page was started")
    return desk.sources.people


def _form(
    desk: Desk,
    *,
    next_path: str,
    account: str = "",
    told: str = "",
    refusal: Refusal | None = None,
    asks_code: bool = False,
) -> Page:
    wrong = "" if refusal is None or refusal.reason is Reason.SECOND_FACTOR_MISSING else NOT_FITTING
    if wrong and refusal is not None and refusal.told is not None:
        wrong = TOLD.get(refusal.told, NOT_FITTING)
    values = {
        "account": account,
        "next_path": next_path,
        "told": told,
        "wrong": wrong,
        "seconds": None if refusal is None else refusal.seconds,
        "asks_code": asks_code,
        "providers": _people(desk).providers,
        "empty": not _people(desk).accounts_exist(),
    }
    return Page("entrance/sign_in.html", values, 200 if not wrong else 403, cookie=_fresh(desk))


def _asks_code(refusal: Refusal) -> bool:
    return refusal.reason in {Reason.SECOND_FACTOR_MISSING, Reason.WRONG_SECOND_FACTOR}


def _way_back(desk: Desk, provider: str) -> str:
    return f"{desk.origin}/sign-in/{quote(provider, safe='')}/back"


def _fresh(desk: Desk) -> Cookie | None:
    """Something for the form's token to follow from, where the browser carries nothing yet."""
    return Cookie(token_urlsafe(32)) if desk.carried is None else None


def _new_password(given: Given) -> str:
    first, again = (given.fields.get(name, ("",))[0] for name in ("password", "again"))
    if first != again:
        raise InputError("again: is not the same password", hint="type both once more")
    return first


def _check_first(desk: Desk) -> None:
    if desk.known.method != KEY_METHOD:
        raise RefusedError("the first account is made with the key printed at start", hint="start `proofbook portal` anew")
    if _people(desk).accounts_exist():
        raise RefusedError("there is an account already", hint="sign in with it, or run `proofbook user link`")
