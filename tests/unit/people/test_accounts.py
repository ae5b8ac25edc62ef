"""Accounts: every version in the book, rules that cannot be gone around, changes that do not run into each other."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from proofbook.errors import ConflictError, InputError, ProofbookError, RefusedError
from proofbook.people.account import Terms, propose_account_id
from proofbook.people.roles import ROLES, Permission, Role, permissions_of
from proofbook.people.store import Store
from proofbook.people.visitor import Ending, Reason
from proofbook.records.people import EndReason, RefusalReason, RoleName
from support.sample_people import OPERATOR, PASSWORD, Scene

LEAD = frozenset({Role.LEAD})
UNTIL = "2026-09-30T00:00:00.000000Z"


def test_the_words_of_the_room_are_those_of_its_records() -> None:
    """A role, reason or ending that no record could name would fail when it first happens."""
    assert {role.value for role in Role} == set(get_args(RoleName))
    assert {reason.value for reason in Reason} == set(get_args(RefusalReason))
    assert {ending.value for ending in Ending} == set(get_args(EndReason))


def test_roles_are_apart() -> None:
    """Who administers neither writes nor approves nor reads content; who audits only looks (soc2.md 8.7)."""
    assert ROLES[Role.ADMINISTRATOR] == {Permission.READ, Permission.OVERSEE, Permission.ADMINISTER}
    assert ROLES[Role.AUDITOR] == {Permission.AUDIT}
    assert ROLES[Role.SERVICE] == {Permission.PUSH}
    assert [role for role in Role if Permission.ADMINISTER in ROLES[role]] == [Role.ADMINISTRATOR]
    assert permissions_of(()) == frozenset()
    assert permissions_of(Role) == frozenset(Permission)


def test_every_version_is_an_entry_that_names_who_and_why(tmp_path: Path) -> None:
    """Administrators changing themselves included: nothing they do is out of the book's sight."""
    scene = Scene(tmp_path)
    admin = scene.begin().visitor.actor
    account = scene.people.roll.accounts["sample.admin"]
    terms = replace(account.terms, roles=account.terms.roles | LEAD)
    after = scene.people.set_account("sample.admin", terms, by=admin, because="ticket 12", expected=account.version)
    entry = scene.entries("account.set")[-1]
    assert (entry.actor.id, entry.body["because"], entry.supersedes) == ("sample.admin", "ticket 12", account.version)
    assert entry.body["roles"] == ["administrator", "lead"]
    assert (after.version, after.recorded_by, after.because) == (entry.id, "sample.admin", "ticket 12")
    unchanged = scene.people.set_account("sample.admin", terms, by=admin, because="again", expected=after.version)
    assert (unchanged, len(scene.entries("account.set"))) == (after, 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"email": "no address"}, "email"),
        ({"roles": frozenset({Role.AUDITOR, Role.LEAD}), "engagement": "e", "until": UNTIL}, "roles"),
        ({"roles": frozenset({Role.SERVICE, Role.LEAD})}, "roles"),
        ({"roles": frozenset({Role.AUDITOR}), "until": UNTIL}, "engagement"),
        ({"roles": frozenset({Role.AUDITOR}), "engagement": "e"}, "until"),
        ({"engagement": "e"}, "engagement"),
        ({"until": "tomorrow"}, "until"),
        ({"since": UNTIL, "until": UNTIL}, "until"),
        ({"issuer": "https://id.example"}, "issuer"),
        ({"sign_in": "provider"}, "issuer"),
        ({"sign_in": "provider", "issuer": "https://id.example"}, "email"),
    ],
)
def test_terms_that_cannot_stand_are_refused_by_field(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    """The error names the field, so that a form can show it there; nothing is recorded."""
    scene = Scene(tmp_path)
    scene.begin()
    terms = replace(Terms(name="Sample", roles=LEAD), **changes)
    with pytest.raises(InputError, match=f"^{field}:"):
        scene.people.set_account("sample.x", terms, by=OPERATOR, because="sample", expected=None)
    assert len(scene.entries("account.set")) == 1


@pytest.mark.parametrize("account", ["", "Sample", "../x", "sample x", "x" * 81, "sample\n", "ünïcode"])
def test_ids_are_plain(tmp_path: Path, account: str) -> None:
    """They stand in addresses and files."""
    scene = Scene(tmp_path)
    scene.begin()
    with pytest.raises(InputError, match=r"^account:"):
        scene.people.set_account(account, Terms(name="Sample", roles=LEAD), by=OPERATOR, because="sample", expected=None)


def test_ids_are_proposed_from_names() -> None:
    """People who come through a provider get a readable one, and never somebody else's."""
    assert propose_account_id("Sample.Person@example.org", ()) == "sample.person"
    assert propose_account_id("Sample Person", ("sample-person", "sample-person-2")) == "sample-person-3"
    assert propose_account_id("漢字", ()) == "account"


def test_nothing_leaves_nobody_to_administer(tmp_path: Path) -> None:
    """Not disabling, not another role, not an end; and the first account cannot be anything else."""
    scene = Scene(tmp_path)
    with pytest.raises(RefusedError, match="first account must be"):
        scene.people.set_account("sample.a", Terms(name="Sample", roles=LEAD), by=OPERATOR, because="sample", expected=None)
    scene.begin()
    account = scene.people.roll.accounts["sample.admin"]
    for terms in (
        replace(account.terms, state="disabled"),
        replace(account.terms, roles=LEAD),
        replace(account.terms, until=scene.later(days=400)),
    ):
        with pytest.raises(RefusedError, match="no active administrator"):
            scene.people.set_account(account.id, terms, by=OPERATOR, because="sample", expected=account.version)
    scene.add("sample.second", Role.ADMINISTRATOR)
    scene.people.accounts.set_state("sample.admin", active=False, by=OPERATOR, because="sample")
    with pytest.raises(RefusedError, match="no active administrator"):
        scene.people.accounts.set_state("sample.second", active=False, by=OPERATOR, because="sample")
    scene.people.accounts.set_state("sample.admin", active=True, by=OPERATOR, because="sample")


def test_two_administrators_disabling_each_other_at_once_leave_one(tmp_path: Path) -> None:
    """In two processes: the rule looks at all accounts, so changes take turns."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.second", Role.ADMINISTRATOR)
    rooms = {"sample.admin": scene.people, "sample.second": scene.open(Store(scene.path))}
    begun, refused = threading.Barrier(2), []

    def disable(account: str) -> None:
        begun.wait()
        try:
            rooms[account].accounts.set_state(account, active=False, by=OPERATOR, because="sample")
        except RefusedError as error:
            refused.append(error)

    threads = [threading.Thread(target=disable, args=(account,)) for account in rooms]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(refused) == 1
    assert sorted(each.terms.state for each in scene.people.roll.accounts.values()) == ["active", "disabled"]


def test_of_two_first_accounts_at_once_one_is_made(tmp_path: Path) -> None:
    """Whoever else has the page open must not become a second administrator."""
    scene = Scene(tmp_path)
    rooms = [scene.people, scene.open(Store(scene.path))]
    begun, refused = threading.Barrier(2), []

    def begin(number: int) -> None:
        begun.wait()
        try:
            rooms[number].first_account(f"sample.{number}", "Sample", PASSWORD)
        except ConflictError as error:
            refused.append(error)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(refused), len(scene.people.roll.accounts)) == (1, 1)


def test_a_change_that_rests_on_an_old_version_is_refused(tmp_path: Path) -> None:
    """Two administrators with the same form open: the second looks again."""
    scene = Scene(tmp_path)
    scene.begin()
    account = scene.add("sample.lead", Role.LEAD)
    terms = replace(account.terms, name="Sample One")
    scene.people.set_account(account.id, terms, by=OPERATOR, because="sample", expected=account.version)
    with pytest.raises(ConflictError, match="meanwhile"):
        scene.people.set_account(account.id, replace(terms, name="Two"), by=OPERATOR, because="s", expected=account.version)
    with pytest.raises(ConflictError, match="already"):
        scene.people.set_account(account.id, terms, by=OPERATOR, because="sample", expected=None)
    with pytest.raises(InputError, match="no such account"):
        scene.people.set_account("sample.nobody", terms, by=OPERATOR, because="sample", expected="e_1")
    with pytest.raises(InputError, match=r"^because:"):
        scene.people.set_account(account.id, terms, by=OPERATOR, because=" ", expected=account.version)


def test_a_person_of_a_provider_has_one_account(tmp_path: Path) -> None:
    """Or their groups would steer two."""
    scene = Scene(tmp_path)
    scene.begin()
    more = {"sign_in": "provider", "issuer": "https://id.example", "provider_subject": "7"}
    scene.add("sample.a", Role.LEAD, password=None, **more)
    with pytest.raises(RefusedError, match=r"has the account sample\.a"):
        scene.add("sample.b", Role.LEAD, password=None, **more)
    found = scene.people.roll.by_provider("https://id.example", "7")
    assert found is not None
    assert found.id == "sample.a"


def test_what_is_looked_at_is_an_entry(tmp_path: Path) -> None:
    """An auditor's every look; of very many subjects the first hundred are named."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add_auditor()
    visitor = scene.enter("sample.auditor").visitor
    scene.people.viewed(visitor, "/exchanges/{exchange}", ("x_1",), 200)
    scene.people.viewed(visitor, "/samples", tuple(map(str, range(200))), 404)
    first, second = scene.entries("portal.viewed")
    assert first.body == {
        "session": visitor.session,
        "account": "sample.auditor",
        "engagement": "sample-2026",
        "page": "/exchanges/{exchange}",
        "subjects": ["x_1"],
        "status": 200,
    }
    assert len(second.body["subjects"]) == 100
    scene.recorder.fail_with = ProofbookError("sample")
    with pytest.raises(ProofbookError):
        scene.people.viewed(visitor, "/", (), 200)
