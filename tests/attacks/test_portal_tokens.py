"""Somebody who found a token and wants more than it was made for."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from attacks.conftest import OWN, Besieged
from proofbook.people.account import Terms
from proofbook.people.roles import Permission, Role
from proofbook.wiring.access import operator
from support.api_caller import Program, Told, give_token, refused

WHY = {"because": "sample"}
FIELDS = {"email": None, "engagement": None, "since": None, "until": None}
KEEPER = (Permission.ADMINISTER, Permission.READ)


@pytest.fixture(scope="module")
def stolen(besieged: Besieged) -> Program:
    """A token that administers, of an account that leads besides."""
    besieged.portal.add("keeper", Role.ADMINISTRATOR, Role.LEAD)
    return give_token(besieged.portal, "keeper", scopes=KEEPER)


def version(besieged: Besieged, account: str) -> str:
    """The version that stands."""
    people = besieged.portal.sources.people
    assert people is not None
    return people.roll.accounts[account].version


def change(besieged: Besieged, program: Program, account: str, *roles: str, **more: Any) -> Told:
    """A change of roles."""
    body = {**FIELDS, "name": f"Sample {account}", "roles": list(roles), "version": version(besieged, account), **WHY, **more}
    return program.post(f"/accounts/{account}", body)


def refused_whole(besieged: Besieged, attempt: Callable[[], Told], *, status: int = 403) -> None:
    """Refused, and nothing is on record of it but perhaps that somebody tried."""
    size = besieged.size()
    told = attempt()
    assert told.status == status, told.body[:400]
    kinds = ("account.set", "account.credential", "token.issued", "token.revoked", "session.ended")
    assert not [each for kind in kinds for each in besieged.since(size, kind)]


def test_the_token_makes_no_administrator_and_takes_none_over(besieged: Besieged, stolen: Program) -> None:
    """Neither by an account, nor by roles, nor by a link, nor by taking the second factor away."""
    new = {"account": "evil", "name": "Sample", "roles": ["administrator"], **WHY}
    for attempt in (
        lambda: stolen.post("/accounts", new),
        lambda: change(besieged, stolen, "lead", "lead", "administrator"),
        lambda: change(besieged, stolen, "admin", "preparer"),
        lambda: stolen.post("/accounts/admin/link", {}),
        lambda: stolen.post("/accounts/admin/remove-second-factor", {}),
    ):
        refused_whole(besieged, attempt)


def test_the_token_does_not_lift_its_own_limits(besieged: Besieged, stolen: Program) -> None:
    """Whatever it sends about its own account."""
    for attempt in (
        lambda: change(besieged, stolen, "keeper", "administrator", "lead", "reviewer"),
        lambda: change(besieged, stolen, "keeper", "administrator", "lead", until="2099-01-01"),
        lambda: stolen.post("/accounts/keeper/link", {}),
        lambda: stolen.post("/accounts/keeper/remove-second-factor", {}),
        lambda: stolen.post("/accounts/keeper/suspend", WHY),
    ):
        refused_whole(besieged, attempt)


@pytest.mark.parametrize(
    "wish",
    [
        {"account": "keeper", "scopes": ["administer"], "days": 1},
        {"account": "keeper", "scopes": ["read", "administer"], "days": 1},
        {"account": "keeper", "scopes": ["review"], "days": 1},
        {"account": "lead", "scopes": ["read"], "days": 1},
        {"account": "auditor", "scopes": ["audit"], "days": 1},
        {"service": "sample", "scopes": ["push"], "days": 1},
    ],
)
def test_the_token_breeds_nothing_that_exceeds_it(besieged: Besieged, stolen: Program, wish: dict[str, Any]) -> None:
    """Not its like, not what only its holder has, not in somebody's name."""
    refused_whole(besieged, lambda: stolen.post("/tokens", wish))


def test_the_token_outlives_itself_in_nothing(besieged: Besieged) -> None:
    """A year that is asked for ends when the token ends; and revoking it revokes what it left behind."""
    first = give_token(besieged.portal, "keeper", scopes=KEEPER)
    made = first.post("/tokens", {"service": "sample left behind", "scopes": ["read"], "days": 365})
    people = besieged.portal.sources.people
    assert people is not None
    assert made.value["values"]["expires"] == people.roll.tokens[first.token].expires
    behind = Program(besieged.portal.port, made.value["values"]["secret"])
    assert behind.get("/book").status == 200
    people.revoke_token(first.token, by=operator(), reason="sample leak")
    assert refused(behind.get("/book"), 401, "not_known")
    assert refused(first.get("/accounts"), 401, "not_known")


@pytest.mark.parametrize(
    "extra",
    [
        {"sign_in": "provider"},
        {"issuer": "https://id.sample.example"},
        {"provider_subject": "7"},
        {"state": "active"},
        {"permissions": ["administer"]},
        {"password": "a long sample sentence"},
        {"terms": {"roles": ["administrator"]}},
        {"expected": None},
        {"by": {"id": "admin", "kind": "person", "method": "local_account"}},
        {"__class__": "Terms"},
    ],
)
def test_nothing_is_set_that_is_not_asked_for(besieged: Besieged, stolen: Program, extra: dict[str, Any]) -> None:
    """Above all not how somebody signs in: whoever sets the provider's subject is that person from then on."""
    body = {"account": "evil", "name": "Sample", "roles": ["preparer"], **WHY, **extra}
    refused_whole(besieged, lambda: stolen.post("/accounts", body), status=422)
    refused_whole(besieged, lambda: change(besieged, stolen, "lead", "lead", **extra), status=422)


@pytest.mark.parametrize("field", ["secret", "secret_sha256", "token", "holder", "expires", "engagement", "through", "issued_by"])
def test_a_token_is_made_of_nothing_that_was_sent(besieged: Besieged, stolen: Program, field: str) -> None:
    """A secret of one's own choice, an end of one's own choice."""
    body = {"service": "sample", "scopes": ["read"], "days": 1, field: "2099-01-01T00:00:00.000000Z"}
    refused_whole(besieged, lambda: stolen.post("/tokens", body), status=422)


def test_the_address_says_whom_it_is_about_and_the_body_does_not(besieged: Besieged, stolen: Program) -> None:
    """One account in the address and another in the body is refused, not resolved."""
    refused_whole(besieged, lambda: stolen.post("/accounts/lead/suspend", {"account": "admin", **WHY}), status=422)
    twice = b'{"because": "x", "because": "y"}'
    refused_whole(besieged, lambda: stolen.post("/accounts/lead/suspend", twice), status=400)


def test_an_auditors_token_and_a_services_reach_none_of_it(besieged: Besieged) -> None:
    """Not to read either: a list of accounts is a list of whom to write to."""
    tokens = (
        give_token(besieged.portal, "auditor"),
        give_token(besieged.portal, "lead"),
        give_token(besieged.portal, service="sample pipeline", scopes=[Permission.PUSH, Permission.READ]),
    )
    for program in tokens:
        for path in ("/accounts", "/accounts/lead", "/tokens"):
            assert refused(program.get(path), 403, "not_admitted")
        for path in (
            "/accounts",
            "/accounts/lead",
            "/accounts/lead/link",
            "/accounts/lead/suspend",
            "/tokens",
            "/tokens/x/revoke",
        ):
            assert refused(program.post(path, {}), 403, "not_admitted")


def test_a_key_gives_nothing_to_whoever_may_not_do_what_it_stands_for(besieged: Besieged, stolen: Program) -> None:
    """Another token of the same account, without the scope, knows the key and the request, and learns nothing."""
    body = {"account": "besieged.new", "name": "Sample", "roles": ["preparer"], **WHY}
    first = stolen.post("/accounts", body, key="known to others")
    assert first.status == 201, first.body
    narrow = give_token(besieged.portal, "keeper", scopes=[Permission.READ])
    assert refused(narrow.post("/accounts", body, key="known to others"), 403, "not_admitted")
    other = give_token(besieged.portal, "admin", scopes=KEEPER)
    assert refused(other.post("/accounts", body, key="known to others"), 409, "conflict")


def test_a_secret_is_in_no_store_and_no_entry(besieged: Besieged, stolen: Program) -> None:
    """Neither where answers are kept under keys, nor in the book; and a second request under the key does not tell it."""
    size = besieged.size()
    link = stolen.post("/accounts/lead/link", {}, key="sample link")
    token = stolen.post("/tokens", {"service": "sample secret", "scopes": ["read"], "days": 1}, key="sample token")
    secrets = [link.value["values"]["path"].rpartition("/")[2], token.value["values"]["secret"]]
    stored = b"".join(path.read_bytes() for path in (besieged.home.path / "people").iterdir())
    recorded = json.dumps(
        [
            [str(each.body), str(each.actor)]
            for kind in ("account.credential", "token.issued")
            for each in besieged.since(size, kind)
        ]
    )
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in recorded
    for path, body, key in (
        ("/accounts/lead/link", {}, "sample link"),
        ("/tokens", {"service": "sample secret", "scopes": ["read"], "days": 1}, "sample token"),
    ):
        told = stolen.post(path, body, key=key)
        assert refused(told, 409, "not_shown_again")
        assert not any(secret in told.body.decode() for secret in secrets)


def test_one_key_makes_one_token_however_many_ask_at_once(besieged: Besieged, stolen: Program) -> None:
    """Of eight at once one is done; nobody else hears its secret."""
    body = {"service": "sample at once", "scopes": ["read"], "days": 1}
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: stolen.post("/tokens", body, key="all at once"), range(8)))
    assert sorted(each.status for each in told) == [201, *[409] * 7]
    people = besieged.portal.sources.people
    assert people is not None
    assert sum(each.holder == "sample at once" for each in people.tokens()) == 1


def test_two_administrators_who_suspend_each_other_leave_one(besieged: Besieged, stolen: Program) -> None:
    """At the same moment: one change at a time, each held against what the other left."""
    people = besieged.portal.sources.people
    assert people is not None
    other = give_token(besieged.portal, "admin", scopes=KEEPER)
    with ThreadPoolExecutor(2) as threads:
        told = list(
            threads.map(lambda wish: wish[0].post(f"/accounts/{wish[1]}/suspend", WHY), ((stolen, "admin"), (other, "keeper")))
        )
    try:
        assert [each.status for each in told].count(201) == 1, [each.body for each in told]
        left = [
            each.id
            for each in people.roll.accounts.values()
            if Role.ADMINISTRATOR in each.terms.roles and each.terms.state == "active"
        ]
        assert len(left) == 1
    finally:
        for account in ("admin", "keeper"):
            people.accounts.set_state(account, active=True, by=operator(), because="sample")


def test_the_tokens_of_whoever_left_open_nothing_at_once(besieged: Besieged) -> None:
    """Suspended, demoted, or at the end of the time: administering ends with it, and so does what was issued."""
    besieged.portal.add("leaver", Role.ADMINISTRATOR)
    people = besieged.portal.sources.people
    assert people is not None
    program = give_token(besieged.portal, "leaver", scopes=KEEPER)
    made = program.post("/tokens", {"account": "leaver", "scopes": ["read"], "days": 1})
    own = Program(besieged.portal.port, made.value["values"]["secret"])
    assert (program.get("/accounts").status, own.get("/book").status) == (200, 200)
    terms = Terms(name="Sample leaver", roles=frozenset({Role.PREPARER}))
    people.set_account("leaver", terms, by=operator(), because="sample", expected=version(besieged, "leaver"))
    assert refused(program.get("/accounts"), 403, "not_admitted")
    assert refused(own.get("/book"), 401, "not_known")
    people.accounts.set_state("leaver", active=False, by=operator(), because="sample")
    assert refused(program.get("/me"), 401, "not_known")


def test_a_service_that_takes_a_persons_name_is_refused(besieged: Besieged, stolen: Program) -> None:
    """Long work, drafts and keys are kept by name: they would be found by whoever has the same one."""
    told = stolen.post("/tokens", {"service": "lead", "scopes": ["read"], "days": 1})
    assert refused(told, 422, "form_mistakes")
    assert stolen.post("/tokens", {"service": "sample robot", "scopes": ["read"], "days": 1}).status == 201
    taken = {"account": "sample-robot", "name": "Sample robot", "roles": ["lead"], **WHY}
    assert stolen.post("/accounts", taken).status == 201


def test_an_auditor_made_by_program_stays_in_one_engagement_and_ends(besieged: Besieged, stolen: Program) -> None:
    """The rules of accounts hold for programs, too."""
    body = {"account": "api.auditor", "name": "Sample", "roles": ["auditor"], **WHY}
    assert refused(stolen.post("/accounts", body), 422, "form_mistakes")
    assert refused(stolen.post("/accounts", {**body, "engagement": OWN}), 422, "form_mistakes")
    both = {**body, "roles": ["auditor", "lead"], "engagement": OWN, "until": "2099-01-01"}
    assert refused(stolen.post("/accounts", both), 422, "form_mistakes")
    assert stolen.post("/accounts", {**body, "engagement": OWN, "until": "2099-01-01"}).status == 201
