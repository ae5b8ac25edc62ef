"""API tokens: never more than their holder may do, never for ever, to administer only where that was named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.errors import InputError, RefusedError
from proofbook.people.roles import Permission, Role
from proofbook.people.tokens import NewToken
from proofbook.records.envelope import Actor, ActorKind
from support.sample_people import OPERATOR, Scene


def test_a_services_token_pushes_and_names_the_service(tmp_path: Path) -> None:
    """A pipeline is nobody's account; entries say which one it was."""
    scene = Scene(tmp_path)
    scene.begin()
    token = _issue(scene, service="sample-pipeline")
    visitor = scene.people.visit_token(token.secret)
    assert visitor is not None
    assert visitor.permissions == {Permission.PUSH}
    assert visitor.actor == Actor("sample-pipeline", ActorKind.SERVICE, f"api_token:{token.id}")
    assert visitor.session == token.id
    assert not any(token.secret.encode() in data for data in scene.recorder.raw)


def test_a_token_is_never_worth_more_than_its_account_now(tmp_path: Path) -> None:
    """Roles taken away are taken from tokens as well."""
    scene = Scene(tmp_path)
    scene.begin()
    account = scene.add("sample.lead", Role.LEAD)
    token = _issue(scene, Permission.READ, Permission.EXPORT, account="sample.lead")
    visitor = scene.people.visit_token(token.secret)
    assert visitor is not None
    assert visitor.permissions == {Permission.READ, Permission.EXPORT}
    fewer = replace(account.terms, roles=frozenset({Role.PREPARER}))
    scene.people.set_account(account.id, fewer, by=OPERATOR, because="sample", expected=account.version)
    visitor = scene.people.visit_token(token.secret)
    assert visitor is not None
    assert visitor.permissions == {Permission.READ}
    scene.people.accounts.set_state(account.id, active=False, by=OPERATOR, because="sample")
    assert scene.people.visit_token(token.secret) is None


def test_an_auditors_token_ends_with_the_engagement(tmp_path: Path) -> None:
    """It is confined as its holder is, and to the engagement it was issued for."""
    scene = Scene(tmp_path)
    scene.begin()
    account = scene.add_auditor(days=2)
    token = _issue(scene, Permission.AUDIT, account=account.id)
    visitor = scene.people.visit_token(token.secret)
    assert visitor is not None
    assert visitor.engagement == "sample-2026"
    other = replace(account.terms, engagement="sample-2027")
    account = scene.people.set_account(account.id, other, by=OPERATOR, because="sample", expected=account.version)
    assert scene.people.visit_token(token.secret) is None
    back = replace(account.terms, engagement="sample-2026")
    scene.people.set_account(account.id, back, by=OPERATOR, because="sample", expected=account.version)
    assert scene.people.visit_token(token.secret) is not None
    scene.wait(days=2)
    assert scene.people.visit_token(token.secret) is None


def test_a_token_opens_nothing_once_revoked_or_past_its_end(tmp_path: Path) -> None:
    """From the entry on; and it is revoked once."""
    scene = Scene(tmp_path)
    scene.begin()
    first, second = _issue(scene, service="sample-a"), _issue(scene, service="sample-b")
    scene.people.revoke_token(first.id, by=OPERATOR, reason="sample leak")
    assert scene.people.visit_token(first.secret) is None
    with pytest.raises(InputError, match="already"):
        scene.people.revoke_token(first.id, by=OPERATOR, reason="sample")
    with pytest.raises(InputError, match="no such token"):
        scene.people.revoke_token("nothing", by=OPERATOR, reason="sample")
    scene.wait(days=30)
    assert scene.people.visit_token(second.secret) is None
    assert [each.revoked_reason for each in scene.people.tokens()] == ["sample leak", None]


def test_tokens_that_open_nothing_are_counted(tmp_path: Path) -> None:
    """A pipeline that goes on with a revoked token, and somebody who tries some, are to be seen; many are one entry."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.lead", Role.LEAD)
    token = _issue(scene, Permission.READ, account="sample.lead")
    scene.people.revoke_token(token.id, by=OPERATOR, reason="sample")
    for _ in range(3):
        assert scene.people.visit_token(token.secret) is None
        assert scene.people.visit_token("pbt_guess") is None
    scene.people.close()
    refused = [(entry.body["account"], entry.body["reason"], entry.body["count"]) for entry in scene.entries("session.refused")]
    expected = [
        (None, "unknown_account", 1),
        (None, "unknown_account", 2),
        ("sample.lead", "disabled", 1),
        ("sample.lead", "disabled", 2),
    ]
    assert sorted(refused, key=str) == sorted(expected, key=str)
    assert {entry.body["method"] for entry in scene.entries("session.refused")} == {"api_token"}


def test_more_than_the_holder_may_is_not_issued(tmp_path: Path) -> None:
    """Whoever holds it."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.prep", Role.PREPARER)
    for scopes, holder in (
        ((Permission.EXPORT,), {"account": "sample.prep"}),
        ((Permission.ADMINISTER,), {"account": "sample.prep"}),
        ((Permission.PREPARE,), {"service": "sample"}),
    ):
        with pytest.raises(RefusedError, match="scopes:"):
            _issue(scene, *scopes, **holder)
    with pytest.raises(InputError, match="scopes:"):
        scene.people.issue_token(by=OPERATOR, scopes=(), expires=scene.later(days=1), service="sample")
    for nobody in ({}, {"service": " "}, {"service": "sample", "account": "sample.prep"}):
        with pytest.raises(InputError):
            _issue(scene, **nobody)
    with pytest.raises(InputError, match="expires:"):
        scene.people.issue_token(by=OPERATOR, scopes=[Permission.PUSH], expires=scene.later(days=-1), service="sample")


@pytest.mark.parametrize("change", ["", "pbt_", "pbt_000000000000_0", "\ud800", "x" * 300])
def test_any_other_text_is_nobodys_token(tmp_path: Path, change: str) -> None:
    """Also a known id with a wrong secret, and a secret with something behind it."""
    scene = Scene(tmp_path)
    scene.begin()
    token = _issue(scene, service="sample")
    for text in (change, token.secret + change + "0", token.secret[:-1] + ("0" if token.secret[-1] != "0" else "1")):
        assert scene.people.visit_token(text) is None


def _issue(scene: Scene, *scopes: Permission, **holder: str) -> NewToken:
    return scene.people.issue_token(by=OPERATOR, scopes=scopes or (Permission.PUSH,), expires=scene.later(days=30), **holder)
