"""Getting in, and what stands before every page."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from proofbook import portal as portal_room
from proofbook.portal.guard import HEADERS, allowed_hosts
from support.sample_entries import SampleEntries
from support.sample_portal import ENTITY, NOW, Visitor, make_sources, running, write_book

PAGES = ("/", "/exchanges", "/models", "/gaps", "/exchanges/x", "/nothing", "/?key=wrong", "/style.css", "/exchanges?before=-1")


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Visitor]:
    """Somebody who was not let in yet."""
    entries = SampleEntries(NOW)
    entries.started()
    with running(make_sources(write_book(tmp_path, entries.raw), tmp_path / "r.sqlite"), inside=False) as visitor:
        yield visitor


def test_first_visit_trades_the_key_for_a_cookie_and_a_clean_address(outside: Visitor) -> None:
    """The key must not stay in the address bar, in bookmarks or in screenshots."""
    reply = outside.enter()
    assert reply.status == 303
    assert reply.headers["location"] == "/"
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert outside.key not in reply.headers["set-cookie"]
    assert outside.ask("/").status == 200


@pytest.mark.parametrize("path", ["/", "/exchanges", "/models", "/gaps", "/nothing", "/exchanges/x/request.entry.json"])
def test_without_a_session_every_page_says_how_to_get_in_and_nothing_else(outside: Visitor, path: str) -> None:
    """Not even whose book it is, nor which pages exist."""
    reply = outside.ask(path)
    assert reply.status == 403
    assert "proofbook portal" in reply.text
    assert ENTITY not in reply.text


@pytest.mark.parametrize("query", ["key=wrong", "key=", "key=%00%ff", "key=a&key=b", "key=" + "x" * 5000, "&".join("abcdefghi")])
def test_wrong_keys_do_not_open(outside: Visitor, query: str) -> None:
    """Whatever is sent as a key."""
    reply = outside.ask(f"/?{query}")
    assert reply.status == 403
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("cookie", ["proofbook_0=x", "=", "a=b; " * 50, 'x="', "\u00e9=1"])
def test_foreign_cookies_do_not_open(outside: Visitor, cookie: str) -> None:
    """Other programs on this machine set cookies for the same name."""
    assert outside.ask("/", headers={"Cookie": cookie.encode("latin-1").decode("latin-1")}).status == 403


def test_too_many_wrong_keys_close_the_door_for_a_while(outside: Visitor) -> None:
    """And who is in already stays in."""
    outside.enter()
    for _ in range(10):
        assert outside.ask("/?key=wrong").status == 403
    reply = outside.ask(f"/?key={outside.key}")
    assert reply.status == 429
    assert "Too many wrong keys" in reply.words
    assert outside.ask("/").status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost", "127.0.0.1:1", "", "localhost:{port}.evil.example"]
)
def test_other_host_names_are_refused_even_with_a_session(outside: Visitor, host: str) -> None:
    """DNS rebinding: a site of somebody else that resolves to this machine."""
    outside.enter()
    reply = outside.ask("/", host=host.format(port=outside.port) or " ")
    assert reply.status in {400, 421}
    assert ENTITY not in reply.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_names_of_this_machine_are_answered(outside: Visitor, host: str) -> None:
    """With the port it listens on."""
    outside.enter()
    assert outside.ask("/", host=f"{host}:{outside.port}").status == 200


def test_port_80_may_be_left_out() -> None:
    """Browsers do not send the default port."""
    assert "localhost" in allowed_hosts("127.0.0.1", 80)
    assert "localhost" not in allowed_hosts("127.0.0.1", 8401)


def test_listening_everywhere_allows_no_name_for_everywhere() -> None:
    """`0.0.0.0` is an address browsers can be sent to."""
    assert not [host for host in allowed_hosts("0.0.0.0", 8401) if host.startswith("0.0.0.0")]  # noqa: S104 - compared, not bound


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_methods_without_a_use_are_refused(outside: Visitor, method: str) -> None:
    """Before anything else is looked at."""
    outside.enter()
    reply = outside.ask("/", method=method)
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD, POST"


def test_a_page_that_takes_no_form_says_so(outside: Visitor) -> None:
    """Reading a page and acting on it are apart."""
    outside.enter()
    reply = outside.ask("/gaps", method="POST")
    assert reply.status == 405
    assert "GET" in reply.headers["allow"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_forms_of_other_addresses_are_refused(outside: Visitor, headers: dict[str, str]) -> None:
    """A page of somebody else must not act with the visitor's cookie."""
    outside.enter()
    reply = outside.ask("/gaps", method="POST", headers=headers)
    assert reply.status == 403
    assert "Not sent from here" in reply.words


def test_head_answers_without_a_body(outside: Visitor) -> None:
    """Same headers, no page."""
    outside.enter()
    reply = outside.ask("/", method="HEAD")
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("inside", [True, False])
def test_every_answer_carries_the_headers(outside: Visitor, path: str, *, inside: bool) -> None:
    """Errors and refusals included: those are what an attacker aims for."""
    if inside:
        outside.enter()
    reply = outside.ask(path)
    assert {name: reply.headers.get(name) for name, _ in HEADERS} == dict(HEADERS)
    assert "server" not in reply.headers


def test_wrong_host_and_wrong_method_carry_the_headers_too(outside: Visitor) -> None:
    """Refused before any page is looked at."""
    for reply in (outside.ask("/", host="evil.example"), outside.ask("/", method="PUT")):
        assert dict(HEADERS).items() <= reply.headers.items()


def test_policy_allows_scripts_of_this_address_only() -> None:
    """Files that lie in the package; nothing written into a page runs."""
    policy = dict(HEADERS)["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy


def test_the_script_is_the_one_that_was_published() -> None:
    """The digest in its README is that of the package it came from."""
    folder = Path(portal_room.__file__).parent / "static" / "vendored" / "htmx"
    digest = sha256((folder / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")
