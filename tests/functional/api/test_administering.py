"""Accounts and tokens by program: what the pages of people do, by a token that was issued for it."""

from __future__ import annotations

import re

import pytest

from proofbook.people.roles import Permission, Role
from proofbook.records.envelope import Entry, parse_entry
from support.api_caller import Callers, Program, Told, give_token, refused
from support.staffed_portal import PASSWORD

WHY = {"because": "sample ticket"}


def make(callers: Callers, account: str, *roles: str, **more: str) -> Told:
    """An account made by the program."""
    body = {"account": account, "name": f"Sample {account}", "roles": list(roles), **more, **WHY}
    told = callers.administrator.post("/accounts", body)
    assert told.status == 201, told.body
    return told


def entry_of(callers: Callers, told: Told) -> Entry:
    """The entry that an act wrote."""
    with callers.portal.sources.open_book() as book:
        return parse_entry(book.entry(told.value["entries"][0]["index"]))


def test_an_account_is_made_and_its_holder_comes_in(callers: Callers) -> None:
    """Made, read, invited by a link; the entries name the token and its account."""
    made = make(callers, "api.new", "preparer", until="2099-03-31")
    entry = entry_of(callers, made)
    assert (entry.kind, entry.subject, entry.actor.id) == ("account.set", "api.new", "admin")
    assert entry.actor.method == f"api_token:{callers.administrator.token}"
    found = callers.administrator.get("/accounts/api.new")
    assert found.headers["etag"] == f'"{made.value["values"]["version"]}"'
    assert (found.value["roles"], found.value["until"]) == (["preparer"], "2099-04-01T00:00:00.000000Z")
    assert (found.value["password"], found.value["link_until"]) == (False, None)
    link = callers.administrator.post("/accounts/api.new/link", {})
    assert (link.status, link.value["values"]["purpose"]) == (201, "invitation")
    assert callers.administrator.get("/accounts/api.new").value["link_until"] == link.value["values"]["expires"]
    people = callers.portal.sources.people
    assert people is not None
    people.use_link(link.value["values"]["path"].rpartition("/")[2], PASSWORD)
    browser = callers.portal.browser("api.new")
    listed = callers.administrator.get("/accounts").value["items"]
    assert {"admin", "lead", "api.new"} <= {each["account"] for each in listed}
    (session,) = callers.administrator.get("/accounts/api.new").value["sessions"]
    assert session["method"] == "local_account"
    assert callers.administrator.post("/accounts/api.new/link", {}).value["values"]["purpose"] == "reset"
    ended = callers.administrator.post("/accounts/api.new/end-sessions", {})
    assert ended.value["values"] == {"ended": 1}
    assert entry_of(callers, ended).kind == "session.ended"
    assert browser.get("/").headers["location"].startswith("/sign-in")


def test_a_change_is_one_of_the_version_that_was_seen(callers: Callers) -> None:
    """Whoever was slower is told; nothing is lost by being left out; the same again records nothing."""
    version = make(callers, "api.changing", "preparer").value["values"]["version"]
    found = callers.administrator.get("/accounts/api.changing").value
    fields = {name: found[name] for name in ("name", "email", "roles", "engagement", "since", "until")}
    path = "/accounts/api.changing"
    told = callers.administrator.post(path, {"roles": ["lead"], "version": version, **WHY})
    assert refused(told, 422, "form_mistakes")
    assert {each["field"] for each in told.value["mistakes"]} == {"name", "email", "engagement", "since", "until"}
    same = callers.administrator.post(path, {**fields, "version": version, **WHY})
    assert (same.status, same.value["entries"]) == (200, [])
    changed = callers.administrator.post(path, {**fields, "roles": ["lead"], **WHY}, If_Match=f'"{version}"')
    assert changed.status == 201, changed.body
    assert refused(callers.administrator.post(path, {**fields, **WHY}, If_Match=f'"{version}"'), 412, "stale")
    assert refused(callers.administrator.post(path, {**fields, "version": version, **WHY}), 409, "conflict")
    assert callers.administrator.get(path).value["roles"] == ["lead"]


def test_who_is_suspended_is_out_at_the_next_request(callers: Callers) -> None:
    """Sessions and tokens alike; reinstating takes a reason of its own."""
    portal = callers.portal
    portal.add("api.leaver", Role.LEAD)
    browser, program = portal.browser("api.leaver"), give_token(portal, "api.leaver")
    assert (browser.get("/account").status, program.get("/me").status) == (200, 200)
    path = "/accounts/api.leaver"
    assert refused(callers.administrator.post(f"{path}/suspend", {}), 422, "form_mistakes")
    told = callers.administrator.post(f"{path}/suspend", {"because": "left"})
    assert (told.status, entry_of(callers, told).body["because"]) == (201, "left")
    assert refused(program.get("/me"), 401, "not_known")
    assert browser.get("/account").headers["location"].startswith("/sign-in")
    assert callers.administrator.get(path).value["state"] == "disabled"
    assert callers.administrator.post(f"{path}/suspend", {"because": "left"}).value["entries"] == []
    assert refused(callers.administrator.post(f"{path}/link", {}), 403, "refused")
    assert callers.administrator.post(f"{path}/reinstate", WHY).status == 201
    assert program.get("/me").status == 200


def test_a_second_factor_that_is_lost_is_taken_away(callers: Callers) -> None:
    """Where there is none, that is said."""
    callers.portal.add("api.factor", Role.PREPARER)
    told = callers.administrator.post("/accounts/api.factor/remove-second-factor", {})
    assert refused(told, 403, "refused")
    assert "has no second factor" in told.value["detail"]


def test_a_token_is_issued_listed_and_revoked(callers: Callers) -> None:
    """It rests on the one that issued it and names it; its secret stands in one answer."""
    told = callers.administrator.post("/tokens", {"service": "sample reader", "scopes": ["read"], "days": 30, "note": "sample"})
    assert told.status == 201, told.body
    made = told.value["values"]
    issuer = next(each for each in listed(callers) if each["token"] == callers.administrator.token)
    assert made["expires"] == issuer["expires"]
    reader = Program(callers.portal.port, made["secret"])
    assert reader.get("/me").value["permissions"] == ["read"]
    line = next(each for each in listed(callers) if each["token"] == made["token"])
    assert (line["through"], line["holder_kind"], line["state"]) == (callers.administrator.token, "service", "open")
    assert made["secret"] not in callers.administrator.get("/tokens").body.decode()
    revoked = callers.administrator.post(f"/tokens/{made['token']}/revoke", {"reason": "sample end"})
    assert entry_of(callers, revoked).actor.method == f"api_token:{callers.administrator.token}"
    assert refused(reader.get("/me"), 401, "not_known")
    assert refused(callers.administrator.post(f"/tokens/{made['token']}/revoke", {"reason": "x"}), 422, "form_mistakes")


def listed(callers: Callers) -> list[dict[str, str]]:
    """All tokens as they are told."""
    found: list[dict[str, str]] = callers.administrator.get("/tokens").value["items"]
    return found


def test_a_secret_is_not_given_twice_under_a_key(callers: Callers) -> None:
    """A retry learns that it was done, never what it made; what has no secret is answered again."""
    make(callers, "api.keyed", "preparer")
    for path, body in (("/accounts/api.keyed/link", {}), ("/tokens", {"service": "sample keyed", "scopes": ["read"], "days": 1})):
        first = callers.administrator.post(path, body, key=f"sample{path}")
        assert first.status == 201, first.body
        again = callers.administrator.post(path, body, key=f"sample{path}")
        assert refused(again, 409, "not_shown_again")
        for secret in (first.value["values"].get("secret"), first.value["values"].get("path")):
            assert secret is None or secret not in again.body.decode()
    count = sum(each["holder"] == "sample keyed" for each in listed(callers))
    assert count == 1
    account = {"account": "api.keyed-2", "name": "Sample", "roles": ["preparer"], **WHY}
    replies = [callers.administrator.post("/accounts", account, key="sample-account") for _ in range(2)]
    assert replies[0].value == replies[1].value
    assert replies[1].headers["idempotency-replayed"] == "true"


def test_ones_own_sessions_are_seen_and_ended_by_any_token_and_nobody_elses(callers: Callers) -> None:
    """It takes access away and gives none; a service has none."""
    portal = callers.portal
    portal.add("api.owner", Role.PREPARER)
    own, other = portal.browser("api.owner"), portal.browser("reviewer")
    program = give_token(portal, "api.owner", scopes=[Permission.READ])
    (session,) = program.get("/me/sessions").value["items"]
    theirs = callers.reviewer.get("/me/sessions").value["items"][0]["session"]
    assert refused(program.post(f"/me/sessions/{theirs}/end", {}), 404, "not_there")
    assert other.get("/account").status == 200
    told = program.post(f"/me/sessions/{session['session']}/end", {})
    assert (told.status, entry_of(callers, told).actor.method) == (200, f"api_token:{program.token}")
    assert own.get("/account").headers["location"].startswith("/sign-in")
    assert callers.pipeline.get("/me/sessions").value == {"items": []}


def test_what_cannot_stand_is_told_by_its_field(callers: Callers) -> None:
    """With the words of the page."""
    for wrong, field in (
        ({"roles": ["auditor"]}, "engagement"),
        ({"roles": ["auditor"], "engagement": "sample-year"}, "until"),
        ({"roles": ["service"]}, "roles.0"),
        ({"email": "nobody"}, "email"),
        ({"until": "tomorrow"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"account": "Not An Id"}, "account"),
    ):
        body = {"account": "api.wrong", "name": "Sample", "roles": ["preparer"], **WHY, **wrong}
        told = callers.administrator.post("/accounts", body)
        assert refused(told, 422, "form_mistakes"), wrong
        assert field in {each["field"] for each in told.value["mistakes"]}, told.body
    assert refused(callers.administrator.get("/accounts/api.wrong"), 404, "not_there")
    taken = {"account": "lead", "name": "Sample", "roles": [], **WHY}
    assert refused(callers.administrator.post("/accounts", taken), 409, "conflict")


@pytest.mark.parametrize("path", ["suspend", "reinstate", "link", "end-sessions", "remove-second-factor", ""])
def test_nobody_is_not_there(callers: Callers, path: str) -> None:
    """404, as the page says it."""
    fields = dict.fromkeys(("email", "engagement", "since", "until"))
    body = {"": {**fields, "name": "x", "roles": [], "version": "e_x", **WHY}, "suspend": WHY, "reinstate": WHY}.get(path, {})
    told = callers.administrator.post(f"/accounts/api.nobody{'/' if path else ''}{path}", body)
    assert refused(told, 404, "not_there")


def test_a_token_that_was_not_issued_to_administer_does_not(callers: Callers) -> None:
    """Whoever holds it: the scope is named when it is issued, and a page shows it unticked."""
    program = give_token(callers.portal, "admin")
    assert "administer" not in program.get("/me").value["permissions"]
    assert refused(program.get("/accounts"), 403, "not_admitted")
    box = re.search(
        r'<input type="checkbox" name="scopes" value="administer"[^>]*>', callers.portal.browser("admin").get("/tokens").text
    )
    assert box is not None
    assert "checked" not in box[0]


def test_the_page_does_the_same_acts(callers: Callers) -> None:
    """Suspended and reinstated with a reason, a token issued to administer and revoked; the program sees what the page did."""
    callers.portal.add("api.paged", Role.PREPARER)
    browser, page = callers.portal.browser("admin"), "/people/api.paged"
    bare = browser.post(f"{page}/suspend", {}, page=page)
    assert (bare.status, "Suspending" in bare.words) == (422, True)
    assert browser.post(f"{page}/suspend", WHY, page=page).status == 303
    assert callers.administrator.get("/accounts/api.paged").value["state"] == "disabled"
    shown = browser.get(page).words
    assert ("Reinstate it" in shown, "invitation link" in shown, "new password" in shown) == (True, False, False)
    assert browser.post(f"{page}/reinstate", WHY, page=page).status == 303
    assert browser.post(f"{page}/erase", WHY, page=page).status == 404
    typed = {"account": "admin", "scopes": ["administer", "read"], "days": "365", "note": "sample page"}
    assert "90 days at most" in browser.post("/tokens", typed, page="/tokens").words
    made = browser.post("/tokens", {**typed, "days": "30"}, page="/tokens")
    secret = re.search(r"pbt_\w+", made.text)
    assert secret is not None
    program = Program(callers.portal.port, secret[0])
    assert program.get("/accounts").status == 200
    token = program.get("/me").value["token"]
    assert browser.post(f"/tokens/{token}/revoke", {"reason": " "}, page="/tokens").status == 422
    assert browser.post(f"/tokens/{token}/revoke", {"reason": "sample"}, page="/tokens").status == 303
    assert refused(program.get("/accounts"), 401, "not_known")
