"""Signing in through a real OpenID Connect provider, by its own forms, over the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from proofbook.openid.fetching import make_send
from proofbook.people.provider import Client, ProviderRefused
from proofbook.people.roles import Permission, Role
from proofbook.people.settings import GroupRoles, ProviderSettings
from proofbook.people.visitor import Opened, Reason, Refusal
from proofbook.primitives.instants import FixedClock
from proofbook.wiring.system import CLOCK
from support.identity_provider import PORTAL_CLIENT, PORTAL_SECRET, Provider, ProviderAbsentError, running_provider
from support.sample_people import Scene

pytestmark = pytest.mark.real
GROUPS = (GroupRoles("soc-leads", ("lead",)), GroupRoles("soc-admins", ("administrator", "reviewer")))


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """One for all tests here."""
    try:
        with running_provider() as found:
            yield found
    except ProviderAbsentError as error:
        pytest.skip(str(error))


class Here:
    """A portal's people, known to the provider, and a browser."""

    def __init__(self, folder: Path, provider: Provider, *, secret: str | None = PORTAL_SECRET, **changed: Any) -> None:
        settings = ProviderSettings(
            name="staff", label="Staff", issuer=provider.issuer, client_id=PORTAL_CLIENT, groups=GROUPS, create_accounts=True
        )
        client = Client(replace(settings, **changed), secret, make_send(None, setting="sample"))
        self.provider = provider
        self.scene = Scene(folder, clients=(client,), clock=FixedClock(CLOCK.now()), seconds=monotonic)
        self.scene.begin()
        self.people = self.scene.people
        self.back = f"{provider.issuer}/portal/back"

    def log_in(self, account: str, **more: Any) -> Opened | Refusal:
        """Begin here, log in there, come back."""
        begun = self.people.begin_at_provider("staff", self.back)
        assert begun is not None
        returned = self.provider.log_in(begun.url, account, self.back)
        found = self.people.finish_at_provider("staff", begun.kept, returned, **more)
        assert found is not None
        return found


def test_somebody_in_a_group_gets_an_account_with_its_roles(tmp_path: Path, provider: Provider) -> None:
    """The first sign-in makes it, and the entry says by which group; the session says how they were known."""
    provider.set_groups("sample.new", "soc-leads", "others")
    here = Here(tmp_path, provider)
    opened = here.log_in("sample.new", address="192.0.2.9")
    assert isinstance(opened, Opened)
    visitor = here.people.visit(opened.cookie)
    assert visitor is not None
    assert (visitor.account, visitor.name, visitor.method) == ("sample.new", "Sample sample.new", "oidc")
    assert visitor.roles == {Role.LEAD}
    entry = here.scene.entries("account.set")[-1]
    assert entry.body["because"] == "groups at staff: soc-leads"
    assert (entry.body["provider_subject"], entry.body["email"]) == ("sample.new", "sample.new@sample.example")
    session = here.scene.entries("session.opened")[-1]
    assert (session.body["second_factor"], session.body["address"], session.actor.method) == ("unknown", "192.0.2.9", "oidc")


def test_roles_follow_the_groups(tmp_path: Path, provider: Provider) -> None:
    """More, other, none: each sign-in holds them against the provider; a session on other roles ends."""
    provider.set_groups("sample.mover", "soc-leads")
    here = Here(tmp_path, provider)
    first = here.log_in("sample.mover")
    again = here.log_in("sample.mover")
    assert isinstance(first, Opened)
    assert isinstance(again, Opened)
    assert len(here.scene.entries("account.set")) == 2
    provider.set_groups("sample.mover", "soc-admins")
    moved = here.log_in("sample.mover")
    assert isinstance(moved, Opened)
    assert moved.visitor.roles == {Role.ADMINISTRATOR, Role.REVIEWER}
    assert here.people.visit(first.cookie) is None
    provider.set_groups("sample.mover")
    refused = here.log_in("sample.mover")
    assert isinstance(refused, Refusal)
    assert refused.told is Reason.NO_ROLE
    assert here.people.visit(moved.cookie) is None
    assert here.scene.entries("account.set")[-1].body["because"] == "in no group at staff that has a role here"


def test_nobody_gets_in_by_being_known_to_the_provider_alone(tmp_path: Path, provider: Provider) -> None:
    """No group, no account; and where accounts are made by hand, not even a group is enough."""
    provider.set_groups("sample.groupless")
    here = Here(tmp_path / "a", provider)
    refused = here.log_in("sample.groupless")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NO_ROLE
    provider.set_groups("sample.new2", "soc-leads")
    by_hand = Here(tmp_path / "b", provider, create_accounts=False)
    refused = by_hand.log_in("sample.new2")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NO_ACCOUNT
    assert by_hand.scene.entries("session.refused")[-1].body == {
        "account": None,
        "method": "oidc",
        "reason": "no_account",
        "count": 1,
        "since": by_hand.scene.entries("session.refused")[-1].body["since"],
    }


def test_an_auditor_comes_through_their_own_account_by_a_verified_address(tmp_path: Path, provider: Provider) -> None:
    """Made by an administrator for an engagement; groups do not widen it; an address that is not verified binds nothing."""
    provider.set_groups("sample.cpa", "soc-admins")
    here = Here(tmp_path, provider)
    for name in ("sample.cpa", "unverified.cpa"):
        here.scene.add(
            name, Role.AUDITOR, password=None, engagement="sample-2026", until=here.scene.later(days=5),
            sign_in="provider", issuer=provider.issuer, email=f"{name.title()}@sample.example",
        )  # fmt: skip
    opened = here.log_in("sample.cpa")
    assert isinstance(opened, Opened)
    assert opened.visitor.permissions == {Permission.AUDIT}
    assert opened.visitor.engagement == "sample-2026"
    bound = here.people.roll.by_provider(provider.issuer, "sample.cpa")
    assert bound is not None
    assert bound.terms.roles == {Role.AUDITOR}
    refused = here.log_in("unverified.cpa")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NO_ROLE


def test_a_rotated_key_of_the_provider_is_fetched(tmp_path: Path, provider: Provider) -> None:
    """Nobody restarts a portal because a provider took a new key."""
    provider.set_groups("sample.later", "soc-leads")
    seconds = [0.0]
    here = Here(tmp_path, provider)
    here.scene.seconds = lambda: seconds[0]
    here.people = here.scene.open(here.scene.store)
    assert isinstance(here.log_in("sample.later"), Opened)
    provider.rotate_keys()
    seconds[0] = 11.0
    assert isinstance(here.log_in("sample.later"), Opened)


def test_a_wrong_secret_and_a_code_used_twice_open_nothing(tmp_path: Path, provider: Provider) -> None:
    """The provider refuses; the refusal is on record, without what the browser brought."""
    provider.set_groups("sample.new", "soc-leads")
    wrong = Here(tmp_path / "wrong", provider, secret="another sample secret")
    with pytest.raises(ProviderRefused, match="did not accept"):
        wrong.log_in("sample.new")
    assert wrong.scene.entries("session.refused")[-1].body["reason"] == "provider"
    here = Here(tmp_path / "right", provider)
    begun = here.people.begin_at_provider("staff", here.back)
    assert begun is not None
    returned = provider.log_in(begun.url, "sample.new", here.back)
    assert isinstance(here.people.finish_at_provider("staff", begun.kept, returned), Opened)
    with pytest.raises(ProviderRefused, match="did not accept") as raised:
        here.people.finish_at_provider("staff", begun.kept, returned)
    assert returned["code"] not in str(raised.value)
    assert not any(returned["code"].encode() in data for data in here.scene.recorder.raw)
