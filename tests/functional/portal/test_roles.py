"""Every place against every role: who may come, and that nobody else may. What no role gives, nobody may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.people.roles import Permission, Role
from proofbook.portal.places import Place, Reach
from proofbook.portal.posting import make_token
from proofbook.portal.site import PLACES, SECTIONS
from support.sample_accounts import SampleAccounts, sample_visitor
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, Reply, Visitor, make_sources, running, write_book

NOT_ADMITTED = "Not for your roles"
COOKIES = {f"cookie-of-{role.value}": sample_visitor(role, engagement="e" if role is Role.AUDITOR else None) for role in Role}
OPEN = {"/sign-in", "/sign-in/{provider}", "/sign-in/{provider}/back", "/link/{secret}"}
"""The only places that anybody may see; a new one must be entered here on purpose."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A portal that knows one visitor of each role."""
    folder: Path = tmp_path_factory.mktemp("roles")
    entries = SampleEntries(NOW)
    entries.started()
    accounts = SampleAccounts(sessions=COOKIES)
    sources = replace(make_sources(write_book(folder, entries.raw), folder / "r.sqlite"), accounts=accounts)
    with running(sources, inside=False) as visitor:
        yield visitor


def ask(portal: Visitor, place: Place, method: str, cookie: str | None) -> Reply:
    """One request to a place, with made-up parts of its path and the token of its visitor."""
    path = re.sub(r"\{[^}]+\}", "x", place.path)
    headers = {} if cookie is None else {"Cookie": f"proofbook_{portal.port}={cookie}"}
    if method == "POST":
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{portal.port}"}
        return portal.ask(path, method=method, headers=headers, body=f"csrf={make_token(cookie or '')}".encode())
    return portal.ask(path, method=method, headers=headers)


def methods(place: Place) -> list[str]:
    """What a place answers."""
    return [method for method, there in (("GET", place.show), ("POST", place.act)) if there is not None]


CASES = [(place, method) for place in PLACES for method in methods(place)]


@pytest.mark.parametrize(("place", "method"), CASES, ids=[f"{method} {place.path}" for place, method in CASES])
def test_a_place_admits_whom_it_states_and_nobody_else(portal: Visitor, place: Place, method: str) -> None:
    """All roles at once: a role that is forgotten here would be a hole that nobody sees."""
    need = place.needed(method)
    for cookie, visitor in COOKIES.items():
        reply = ask(portal, place, method, cookie)
        admitted = isinstance(need, Reach) or visitor.may(need)
        shown = NOT_ADMITTED not in reply.text and reply.headers.get("location") != "/room"
        assert shown is admitted, f"{visitor.account}: {reply.status}"
        assert admitted or reply.status in {303, 403}
    reply = ask(portal, place, method, None)
    if need is Reach.ANYBODY:
        assert reply.status != 303
    else:
        assert reply.status in {303, 403}
        assert reply.headers.get("location", "/sign-in").startswith("/sign-in")


def test_only_the_way_in_is_open_to_anybody() -> None:
    """Everything else takes a visitor."""
    assert {place.path for place in PLACES if Reach.ANYBODY in {place.need, place.acting}} == OPEN


def test_administrators_neither_write_nor_approve_nor_see_content() -> None:
    """Who gives access must not also be who uses it (soc2.md 8.7)."""
    administrator = sample_visitor(Role.ADMINISTRATOR)
    for permission in (Permission.PREPARE, Permission.REVIEW, Permission.DECIDE, Permission.READ_CONTENT, Permission.AUDIT):
        assert not administrator.may(permission)


def test_auditors_reach_nothing_of_the_staff() -> None:
    """Their room is below one path."""
    auditor = sample_visitor(Role.AUDITOR, engagement="e")
    reached = {place.path for place in PLACES if isinstance(place.need, Permission) and place.admits(auditor, "GET")}
    assert reached
    assert all(path.startswith("/room") for path in reached)


def test_the_navigation_shows_only_what_is_open() -> None:
    """A word that leads to a refusal teaches people to ignore refusals."""
    by_path = {place.path: place for place in PLACES}
    for section in SECTIONS:
        for each in (section, *section.parts):
            assert by_path[each.path].need is each.need
