"""The way in, over HTTP and against a real home: the first account, invitations, second factors, tokens, the end of access."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.people.roles import Role
from proofbook.people.second_factor import derive_code
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.access import operator
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.starting import Start, start_home
from proofbook.wiring.system import CLOCK
from support.staffed_portal import PASSWORD, Staffed, staffed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of its own for this module."""
    folder: Path = tmp_path_factory.mktemp("way-in")
    start_home(folder / "home", Start(entity="Sample", fence=folder / "fence", proposals=(), portal_port=0))
    return open_home(folder / "home")


@pytest.fixture(scope="module")
def portal(home: Home) -> Iterator[Staffed]:
    """Its portal."""
    with staffed(home) as found:
        yield found


def entries(home: Home, kind: str) -> list[Entry]:
    """Every entry of a kind."""
    with BookReader(home.book) as book:
        parsed = [parse_entry(data) for _, data in book.entries(0, book.size())]
    return [each for each in parsed if each.kind == kind]


def test_the_first_account_is_made_with_the_start_key_and_once(tmp_path: Path) -> None:
    """Whoever started the program decides who administers; afterwards the page is closed."""
    start_home(tmp_path / "home", Start(entity="Sample", fence=tmp_path / "fence", proposals=(), portal_port=0))
    with staffed(open_home(tmp_path / "home"), administrator=False) as portal:
        assert portal.browser().get("/book").status == 403
        browser = portal.browser()
        assert browser.get(f"/?key={portal.key}").status == 303
        typed = {"name": "Sample Administrator", "account": "admin", "password": PASSWORD, "again": PASSWORD}
        reply = browser.post("/first", {**typed, "again": "something else"}, page="/first")
        assert reply.status == 422
        assert "not the same password" in reply.words
        reply = browser.post("/first", typed, page="/first")
        assert (reply.status, reply.headers["location"]) == (303, "/people")
        assert "Sample Administrator" in browser.get("/people").words
        again = portal.browser()
        again.get(f"/?key={portal.key}")
        assert again.get("/first").status == 403


def test_an_invitation_is_shown_once_and_opens_once(portal: Staffed) -> None:
    """From the administrator's form to the first page of somebody new."""
    admin = portal.browser("admin")
    made = admin.post(
        "/people", {"name": "Sample Lead", "account": "lead", "roles": ["lead"], "because": "x"}, page="/people/new"
    )
    found = re.search(r"/link/[\w-]+", made.text)
    assert found is not None
    someone = portal.browser()
    assert "lead" in someone.get(found[0]).words
    short = someone.post(found[0], {"password": "short", "again": "short"}, page=found[0])
    assert (short.status, "shorter than" in short.words) == (422, True)
    set_it = someone.post(found[0], {"password": PASSWORD, "again": PASSWORD}, page=found[0])
    assert set_it.headers["location"] == "/sign-in?done=password"
    assert portal.browser().get(found[0]).status == 404
    reply = someone.sign_in("lead")
    assert (reply.status, reply.headers["location"]) == (303, "/")
    assert someone.get("/exchanges").status == 200
    assert someone.get("/people").status == 403


@pytest.mark.parametrize(("account", "password"), [("admin", "not the password at all"), ("nobody-there", PASSWORD)])
def test_a_refusal_says_the_same_whatever_was_wrong(portal: Staffed, account: str, password: str) -> None:
    """Nobody learns which names have accounts; and what was typed is not said back."""
    reply = portal.browser().sign_in(account, password)
    assert reply.status == 403
    assert "do not fit together" in reply.words
    assert password not in reply.text


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/sign-in"]
)
def test_going_on_after_signing_in_stays_in_this_portal(portal: Staffed, place: str) -> None:
    """An open redirect would lend this portal's name to somebody else's page."""
    browser = portal.browser()
    reply = browser.post("/sign-in", {"account": "admin", "password": PASSWORD, "next": place}, page="/sign-in")
    assert (reply.status, reply.headers["location"]) == (303, "/")


def test_the_session_is_another_one_after_signing_in(portal: Staffed) -> None:
    """A cookie that somebody else planted before must not become the session (fixation)."""
    browser = portal.browser()
    browser.get("/sign-in")
    planted = dict(browser.cookies)
    browser.sign_in("admin")
    assert browser.cookies != planted
    thief = portal.browser()
    thief.cookies.update(planted)
    assert thief.get("/people").status == 303


def test_a_form_without_its_token_does_nothing(portal: Staffed) -> None:
    """Neither a missing token nor that of somebody else's page acts for the visitor."""
    admin, other = portal.browser("admin"), portal.browser("admin")
    theirs = other.hidden("/people/new")
    for token in ("", theirs["csrf"], "x" * 44):
        reply = admin.post("/people", {"csrf": token, "name": "Sample X", "roles": ["lead"], "because": "x"}, page="/people/new")
        assert reply.status == 403
    assert "Sample X" not in admin.get("/people").words


def test_a_second_factor_is_asked_for_once_it_is_set_up(portal: Staffed) -> None:
    """Set up on one's own account; then the password alone opens nothing."""
    portal.add("factor", Role.REVIEWER)
    browser = portal.browser("factor")
    browser.post("/account/second-factor", {}, page="/account")
    secret = re.search(r'class="secret">([A-Z2-7]+)<', browser.get("/account").text)
    assert secret is not None
    code = derive_code(decode(secret[1]), int(CLOCK.now().timestamp()) // 30)
    reply = browser.post("/account/second-factor/confirm", {"code": code, "password": PASSWORD}, page="/account")
    codes = re.findall(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b", reply.text)
    assert len(codes) == 10
    alone = portal.browser().sign_in("factor")
    assert (alone.status, "Code of your authenticator" in alone.words) == (200, True)
    helped = portal.browser()
    typed = {"account": "factor", "password": PASSWORD, "recovery_code": codes[0], "next": "/"}
    assert helped.post("/sign-in", typed, page="/sign-in").status == 303
    assert portal.browser().post("/sign-in", typed, page="/sign-in").status == 403


def test_access_that_ends_ends_in_the_middle_of_a_session(portal: Staffed) -> None:
    """The next look of an auditor whose time is over is a look at the sign-in page."""
    portal.add("leaving", Role.PREPARER)
    browser = portal.browser("leaving")
    assert browser.get("/exchanges").status == 200
    people = portal.sources.people
    assert people is not None
    account = people.roll.accounts["leaving"]
    ended = replace(account.terms, until=format_instant(CLOCK.now()))
    people.set_account("leaving", ended, by=operator(), because="sample", expected=account.version)
    reply = browser.get("/exchanges")
    assert (reply.status, reply.headers["location"]) == (303, "/sign-in?next=%2Fexchanges")


def test_what_happened_here_is_in_the_book_and_no_secret_is(portal: Staffed, home: Home) -> None:
    """Sign-ins, refusals, changes of accounts: entries that an administrator cannot remove."""
    portal.browser().sign_in("admin", "not the password at all")
    portal.browser("admin")
    portal.sources.people.sweep() if portal.sources.people else None
    for kind in ("account.set", "account.credential", "session.opened"):
        assert entries(home, kind), kind
    raw = b"".join(str(each.body).encode() for kind in ("account.set", "account.credential") for each in entries(home, kind))
    assert PASSWORD.encode() not in raw
    assert b"argon2" not in raw


def decode(secret: str) -> bytes:
    """A secret as people type it."""
    from base64 import b32decode

    return b32decode(secret + "=" * (-len(secret) % 8))
