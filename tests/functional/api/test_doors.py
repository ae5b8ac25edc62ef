"""Who comes in to the API, how it answers what it does not take, and that nothing but a token opens it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from proofbook.people.account import Terms
from proofbook.people.roles import Permission, Role
from proofbook.portal.api.resource import ROOT, Doing, Reading
from proofbook.portal.api.table import RESOURCES
from proofbook.portal.places import Reach
from proofbook.primitives.instants import format_instant
from proofbook.wiring.access import operator
from proofbook.wiring.system import CLOCK
from support.api_caller import Callers, Program, give_token, refused
from support.command_line import wait_until
from support.sample_portal import Visitor, running

ROOT_FOLDER = Path(__file__).parents[3]


def test_without_a_token_nothing_is_said(callers: Callers) -> None:
    """Not even whether an address is one."""
    for path in ("/book", "/nothing", "/records/vendor/x"):
        told = callers.nobody.get(path)
        assert refused(told, 401, "not_known")
        assert told.headers["www-authenticate"].startswith("Bearer")


def test_a_browsers_session_opens_nothing_here(callers: Callers) -> None:
    """A page of somebody else's can make a browser send its cookie, and that must not matter."""
    cookies = callers.portal.browser("lead").cookies
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert refused(callers.nobody.get("/book", Cookie=header), 401, "not_known")
    assert refused(callers.nobody.post("/records/vendor/x", {}, Cookie=header), 401, "not_known")


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer ", "bearer pbt_x_y", "Bearer " + "a" * 5000, "pbt_1_2"])
def test_what_is_no_token_opens_nothing(callers: Callers, header: str) -> None:
    """Any bytes are nobody's token."""
    assert refused(callers.nobody.get("/me", Authorization=header), 401, "not_known")


def test_a_token_in_the_address_opens_nothing(callers: Callers) -> None:
    """Addresses end up in logs."""
    assert refused(callers.nobody.get(f"/me?token={callers.lead.secret}"), 401, "not_known")


def test_a_revoked_token_is_nobodys_from_then_on(callers: Callers) -> None:
    """Revoking counts at the next request."""
    people = callers.portal.sources.people
    assert people is not None
    program = give_token(callers.portal, "lead", scopes=[Permission.READ])
    assert program.get("/me").status == 200
    people.revoke_token(program.token, by=operator(), reason="sample")
    assert refused(program.get("/me"), 401, "not_known")


def test_a_token_ends_when_it_says(callers: Callers) -> None:
    """From that moment on it is nobody's."""
    people = callers.portal.sources.people
    assert people is not None
    end = format_instant(CLOCK.now() + timedelta(seconds=1.5))
    made = people.issue_token(by=operator(), scopes=[Permission.READ], expires=end, account="lead")
    program = Program(callers.portal.port, made.secret)
    assert program.get("/me").status == 200
    wait_until(lambda: program.get("/me").status == 401, "the token's end", 10)


def test_the_document_that_is_served_is_the_one_that_is_published(callers: Callers) -> None:
    """Tools are made from the published one; any token reads the served one."""
    published = json.loads((ROOT_FOLDER / "docs" / "formats" / "openapi.json").read_text("utf-8"))
    assert callers.pipeline.get("/openapi.json").value == published


def test_the_api_is_explained_on_a_page_without_scripts(callers: Callers) -> None:
    """Every operation stands there; who may not read the book is not shown it."""
    browser = callers.portal.browser("reviewer")
    page = browser.get("/api")
    assert page.status == 200
    for resource in RESOURCES:
        assert f'id="{resource.name}"' in page.text
    assert page.text.count("<script") == browser.get("/book").text.count("<script")
    assert json.loads(browser.get("/api-document").body)["openapi"] == "3.1.0"
    assert callers.portal.browser("auditor").get("/api").status == 403


def test_a_token_may_no_more_than_it_names_and_no_more_than_its_holder(callers: Callers) -> None:
    """A narrow token stays narrow; a holder who lost a role takes it from the token."""
    portal = callers.portal
    narrow = give_token(portal, "lead", scopes=[Permission.READ])
    told = narrow.post("/requests/import", {"engagement": "sample-year", "name": "x.csv", "content": ""})
    assert refused(told, 403, "not_admitted")
    assert "`lead`" in told.value["detail"]
    portal.add("changing", Role.LEAD)
    program = give_token(portal, "changing")
    assert program.get("/deliveries").status == 200
    people = portal.sources.people
    assert people is not None
    terms = Terms(name="Sample changing", roles=frozenset({Role.PREPARER}))
    people.set_account("changing", terms, by=operator(), because="sample", expected=people.roll.accounts["changing"].version)
    assert refused(program.get("/deliveries"), 403, "not_admitted")
    assert program.get("/book").status == 200


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_a_resource_admits_whom_it_states_and_nobody_else(callers: Callers, resource: Reading | Doing) -> None:
    """Every resource and every sort of holder; parts of the path are made up, so nothing is there and nothing is done."""
    path = re.sub(r"\{\w+\}", "x", resource.path)
    for program in (callers.lead, callers.auditor, callers.pipeline, callers.reviewer, callers.administrator):
        told = program.get(path) if resource.method == "GET" else program.post(path, b"[]")
        may = isinstance(resource.need, Reach) or resource.need.value in program.get("/me").value["permissions"]
        assert (told.status == 403 and told.code == "not_admitted") is not may, (program, told.body[:300])


def test_methods_that_are_not_answered_are_named(callers: Callers) -> None:
    """405 says what there is, OPTIONS says it without doing anything."""
    told = callers.lead.call("DELETE", "/records/vendor/x")
    assert refused(told, 405, "wrong_method")
    assert told.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    options = callers.lead.call("OPTIONS", "/book")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_head_is_a_get_without_its_body(callers: Callers) -> None:
    """Programs look whether something is there."""
    told = callers.lead.call("HEAD", "/kinds")
    assert (told.status, told.body) == (200, b"")
    assert int(told.headers["content-length"]) == len(callers.lead.get("/kinds").body)


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json", 200), ("*/*", 200), ("application/*;q=0.5", 200), ("text/html", 406), ("application/json;q=0", 406)],
)
def test_only_forms_that_are_accepted_are_sent(callers: Callers, accept: str, status: int) -> None:
    """JSON, or a refusal; never JSON called something else."""
    assert callers.lead.get("/book", Accept=accept).status == status


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_only_json_is_taken(callers: Callers, media: str) -> None:
    """What a form of another site can send is not JSON."""
    told = callers.lead.call("POST", "/decisions", b"{}", {"Content-Type": media})
    assert told.status in {403, 415}
    assert refused(callers.pipeline.call("POST", "/decisions", b"{}", {"Content-Type": media}), 415, "wrong_media")


def test_a_request_for_another_host_is_refused_as_a_problem(callers: Callers) -> None:
    """DNS rebinding ends here, in words that programs read."""
    port = callers.portal.port
    reply = Visitor(port, "").ask(f"{ROOT}/book", host="evil.example", headers={"Authorization": f"Bearer {callers.lead.secret}"})
    assert reply.status == 421
    assert reply.headers["content-type"] == "application/problem+json"


def test_who_asks_too_often_waits_and_nobody_else_does(callers: Callers) -> None:
    """A loop that went wild slows itself only."""
    with running(replace(callers.portal.sources, api_requests_a_minute=3), inside=False) as visitor:
        busy, other = (Program(visitor.port, each.secret) for each in (callers.lead, callers.reviewer))
        statuses = [busy.get("/me").status for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        told = busy.get("/me")
        assert refused(told, 429, "too_many")
        assert 1 <= int(told.headers["retry-after"]) <= 20
        assert other.get("/me").status == 200
