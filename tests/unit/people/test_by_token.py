"""What a token that administers may not: every way in which one that was stolen could become more than it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofbook.errors import ConflictError, InputError, RefusedError
from proofbook.people.account import Terms
from proofbook.people.by_token import may_issue
from proofbook.people.recording import gather_receipts
from proofbook.people.roles import Permission, Role
from proofbook.people.tokens import ADMINISTERS_DAYS, NewToken
from proofbook.people.visitor import Visitor, token_of
from proofbook.records.envelope import Actor, ActorKind
from support.sample_people import OPERATOR, Scene

ADMINISTER, READ, EXPORT, PUSH, REVIEW = (
    Permission.ADMINISTER,
    Permission.READ,
    Permission.EXPORT,
    Permission.PUSH,
    Permission.REVIEW,
)


class Deputy:
    """Two administrators, a lead, and a program with a token of the first administrator."""

    def __init__(self, folder: Path, *scopes: Permission, roles: tuple[Role, ...] = (Role.ADMINISTRATOR,)) -> None:
        self.scene = Scene(folder)
        self.scene.begin()
        self.people = self.scene.people
        self.scene.add("sample.keeper", *roles)
        self.scene.add("sample.lead", Role.LEAD)
        self.token = self.issue(OPERATOR, scopes or (ADMINISTER, READ), account="sample.keeper", days=30)

    def issue(self, by: Actor, scopes: tuple[Permission, ...], *, days: float = 1, **holder: Any) -> NewToken:
        """A token."""
        return self.people.issue_token(by=by, scopes=scopes, expires=self.scene.later(days=days), **holder)

    @property
    def visitor(self) -> Visitor:
        """Who comes with the token."""
        found = self.people.visit_token(self.token.secret)
        assert found is not None
        return found

    @property
    def by(self) -> Actor:
        """Whom its entries name."""
        return self.visitor.actor

    def set(self, account: str, terms: Terms) -> None:
        """A version of an account, by the token."""
        before = self.people.roll.accounts.get(account)
        expected = None if before is None else before.version
        self.people.set_account(account, terms, by=self.by, because="sample", expected=expected)

    def terms(self, account: str) -> Terms:
        """What an account is."""
        return self.people.roll.accounts[account].terms


@pytest.fixture
def deputy(tmp_path: Path) -> Deputy:
    """See above."""
    return Deputy(tmp_path)


def test_every_entry_names_the_account_and_the_token(deputy: Deputy) -> None:
    """Two programs of one administrator are told apart years later."""
    deputy.set("sample.new", Terms(name="Sample New", roles=frozenset({Role.PREPARER})))
    entry = deputy.scene.entries("account.set")[-1]
    assert entry.actor == Actor("sample.keeper", ActorKind.PERSON, f"api_token:{deputy.token.id}")
    assert token_of(entry.actor) == deputy.token.id
    assert token_of(OPERATOR) is None
    assert token_of(Actor("x", ActorKind.PERSON, "local_account:1")) is None


def test_a_token_administers_only_where_that_was_named(tmp_path: Path) -> None:
    """An administrator's token that was issued for something else, before or after today, opens nothing of this."""
    deputy = Deputy(tmp_path, READ)
    assert deputy.visitor.permissions == {READ}


def test_a_token_that_administers_is_short_lived_and_nobodys_but_an_administrators(deputy: Deputy) -> None:
    """A year is a long time for a secret in a file, and a service answers to nobody."""
    with pytest.raises(InputError, match=f"{ADMINISTERS_DAYS} days at most"):
        deputy.issue(OPERATOR, (ADMINISTER,), account="sample.keeper", days=ADMINISTERS_DAYS + 1)
    holders: tuple[dict[str, Any], ...] = ({"account": "sample.lead"}, {"service": "sample pipeline"})
    for holder in holders:
        with pytest.raises(RefusedError, match="the holder may not"):
            deputy.issue(OPERATOR, (ADMINISTER,), **holder)


def test_a_token_makes_no_administrator(deputy: Deputy) -> None:
    """Neither anew, nor of somebody who is there, nor of itself."""
    everything = frozenset({Role.ADMINISTRATOR, Role.LEAD})
    for account in ("sample.new", "sample.lead"):
        with pytest.raises(RefusedError, match="neither makes nor changes an administrator"):
            deputy.set(account, Terms(name="Sample", roles=everything))
    with pytest.raises(RefusedError, match="the account it acts for"):
        deputy.set("sample.keeper", replace(deputy.terms("sample.keeper"), roles=everything))


def test_a_token_does_not_move_its_own_limits(deputy: Deputy) -> None:
    """Its account's roles, end and way of signing in are its limits."""
    own = deputy.terms("sample.keeper")
    for changed in (
        replace(own, until=deputy.scene.later(days=900)),
        replace(own, state="disabled"),
        replace(own, email="a@b.example"),
    ):
        with pytest.raises(RefusedError, match="the account it acts for"):
            deputy.set("sample.keeper", changed)
    with pytest.raises(RefusedError, match="the account it acts for"):
        deputy.people.make_link("sample.keeper", "reset", deputy.by)
    with pytest.raises(RefusedError, match="the account it acts for"):
        deputy.people.proving.reset_second_factor("sample.keeper", deputy.by)


def test_a_token_takes_over_no_administrator_and_may_shut_one_out(deputy: Deputy) -> None:
    """A link would be a password for somebody who has no limits; suspending somebody who left is what programs are for."""
    other = deputy.terms("sample.admin")
    for attempt in (
        lambda: deputy.people.make_link("sample.admin", "reset", deputy.by),
        lambda: deputy.people.proving.reset_second_factor("sample.admin", deputy.by),
        lambda: deputy.set("sample.admin", replace(other, roles=frozenset({Role.PREPARER}))),
        lambda: deputy.set("sample.admin", replace(other, state="disabled", until=deputy.scene.later(days=1))),
    ):
        with pytest.raises(RefusedError, match="administrator"):
            attempt()
    deputy.set("sample.admin", replace(other, state="disabled"))
    with pytest.raises(RefusedError, match="neither makes nor changes"):
        deputy.set("sample.admin", other)


def test_a_token_hands_no_account_to_another_person_of_a_provider(deputy: Deputy) -> None:
    """Whom the provider vouches for with the address that stands there gets the account at the first sign-in."""
    terms = Terms(
        name="Sample Awaited",
        roles=frozenset({Role.LEAD}),
        email="awaited@sample.example",
        sign_in="provider",
        issuer="https://id.sample.example",
    )
    with pytest.raises(RefusedError, match="email: tells a provider"):
        deputy.set("sample.awaited", terms)
    deputy.people.set_account("sample.awaited", terms, by=OPERATOR, because="sample", expected=None)
    for changed in (replace(terms, email="evil@sample.example"), replace(terms, provider_subject="evil")):
        with pytest.raises(RefusedError, match="email: tells a provider"):
            deputy.set("sample.awaited", changed)
    deputy.set("sample.awaited", replace(terms, roles=frozenset({Role.PREPARER})))


def test_the_last_administrator_stays(tmp_path: Path) -> None:
    """Whose access ends on a day does not count as one who stays."""
    deputy = Deputy(tmp_path)
    keeper = deputy.people.roll.accounts["sample.keeper"]
    ending = replace(keeper.terms, until=deputy.scene.later(days=60))
    deputy.people.set_account(keeper.id, ending, by=OPERATOR, because="sample", expected=keeper.version)
    with pytest.raises(RefusedError, match="no active administrator"):
        deputy.set("sample.admin", replace(deputy.terms("sample.admin"), state="disabled"))


def test_a_token_issues_nothing_that_exceeds_it(tmp_path: Path) -> None:
    """Not in scope, not in time, not in name: a lead who administers could otherwise sign in two names."""
    deputy = Deputy(tmp_path, ADMINISTER, READ, roles=(Role.ADMINISTRATOR, Role.LEAD))
    for scopes, holder, days, words in (
        ((ADMINISTER,), {"account": "sample.keeper"}, 1, "none that administers"),
        ((READ, EXPORT), {"account": "sample.keeper"}, 1, "export: the token that issues it"),
        ((PUSH,), {"service": "sample pipeline"}, 1, "push: the token that issues it"),
        ((READ,), {"account": "sample.keeper"}, 31, "later than the end"),
        ((READ,), {"account": "sample.lead"}, 1, "in the name of another person"),
    ):
        with pytest.raises(RefusedError, match=words):
            deputy.issue(deputy.by, scopes, days=days, **holder)
    made = deputy.issue(deputy.by, (READ,), service="sample reader")
    visitor = deputy.people.visit_token(made.secret)
    assert visitor is not None
    assert visitor.permissions == {READ}
    assert deputy.people.roll.tokens[made.id].through == deputy.token.id


def test_a_token_of_a_token_issues_none(tmp_path: Path) -> None:
    """There is no second generation, whatever an entry says."""
    deputy = Deputy(tmp_path)
    made = deputy.issue(deputy.by, (READ,), account="sample.keeper")
    visitor = deputy.people.visit_token(made.secret)
    assert visitor is not None
    with pytest.raises(RefusedError, match="the token that issues it does not have that"):
        deputy.issue(visitor.actor, (READ,), service="sample reader")
    claimed = replace(deputy.people.roll.tokens[made.id], scopes=frozenset({ADMINISTER, READ}))
    assert may_issue(claimed, deputy.people.roll, deputy.scene.later()) == frozenset()
    assert may_issue(replace(claimed, through=None), deputy.people.roll, deputy.scene.later()) == {ADMINISTER, READ}


ENDS: dict[str, Callable[[Deputy], object]] = {
    "revoked": lambda deputy: deputy.people.revoke_token(deputy.token.id, by=OPERATOR, reason="sample leak"),
    "its time is over": lambda deputy: deputy.scene.wait(days=31),
    "its holder is suspended": lambda deputy: deputy.people.accounts.set_state(
        "sample.keeper", active=False, by=OPERATOR, because="sample"
    ),
    "its holder administers no more": lambda deputy: deputy.people.set_account(
        "sample.keeper",
        replace(deputy.terms("sample.keeper"), roles=frozenset({Role.LEAD})),
        by=OPERATOR,
        because="sample",
        expected=deputy.people.roll.accounts["sample.keeper"].version,
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_was_issued_through_a_token_ends_with_it(deputy: Deputy, end: str) -> None:
    """Whoever stole a token and issued others through it keeps none of them."""
    made = [
        deputy.issue(deputy.by, (READ,), days=29, service="sample reader"),
        deputy.issue(deputy.by, (READ,), days=29, account="sample.keeper"),
    ]
    assert all(deputy.people.visit_token(each.secret) for each in made)
    ENDS[end](deputy)
    assert not any(deputy.people.visit_token(each.secret) for each in made)


def test_what_was_issued_through_a_token_has_no_more_than_that_has_now(tmp_path: Path) -> None:
    """The holder lost a role; the service that rests on it loses what came from there."""
    deputy = Deputy(tmp_path, ADMINISTER, READ, EXPORT, roles=(Role.ADMINISTRATOR, Role.LEAD))
    made = deputy.issue(deputy.by, (READ, EXPORT), service="sample reader")
    fewer = replace(deputy.terms("sample.keeper"), roles=frozenset({Role.ADMINISTRATOR}))
    version = deputy.people.roll.accounts["sample.keeper"].version
    deputy.people.set_account("sample.keeper", fewer, by=OPERATOR, because="sample", expected=version)
    visitor = deputy.people.visit_token(made.secret)
    assert visitor is not None
    assert visitor.permissions == {READ}


def test_a_service_and_an_account_never_share_a_name(deputy: Deputy) -> None:
    """What is kept for one name (answers under a key, long work) would be found by the other holder."""
    with pytest.raises(InputError, match="service: is the name of an account"):
        deputy.issue(OPERATOR, (PUSH,), service="sample.lead")
    token = deputy.issue(OPERATOR, (PUSH,), service="sample-pipeline")
    with pytest.raises(ConflictError, match="the name of a service"):
        deputy.set("sample-pipeline", Terms(name="Sample", roles=frozenset({Role.LEAD})))
    deputy.people.revoke_token(token.id, by=OPERATOR, reason="sample")
    deputy.set("sample-pipeline", Terms(name="Sample", roles=frozenset({Role.LEAD})))


def test_an_act_can_tell_every_entry_it_left(deputy: Deputy) -> None:
    """And nothing of what others record meanwhile, nor of blocks around it."""
    with gather_receipts() as outer:
        deputy.people.make_link("sample.lead", "reset", deputy.by)
        with gather_receipts() as inner:
            deputy.people.make_link("sample.lead", "reset", deputy.by)
    deputy.people.make_link("sample.lead", "reset", deputy.by)
    newest = [entry.id for entry in deputy.scene.entries("account.credential")[-3:]]
    assert [[each.entry_id for each in found] for found in (outer, inner)] == [newest[:1], newest[1:2]]
