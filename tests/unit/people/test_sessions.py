"""Sessions: how long they last, what ends them at once, that they outlive a restart and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.errors import StoreUnavailable
from proofbook.people.roles import Permission, Role
from proofbook.people.settings import SignInSettings
from proofbook.people.store import Store
from proofbook.people.visitor import Ended, Ending, Visitor
from support.sample_people import KEY, OPERATOR, OTHER_PASSWORD, PASSWORD, Scene


def test_a_session_ends_when_nobody_used_it_for_a_while(tmp_path: Path) -> None:
    """Somebody left the desk."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    for _ in range(3):
        scene.wait(minutes=29)
        assert scene.people.visit(opened.cookie) is not None
    scene.wait(minutes=30)
    assert scene.people.assess_visit(opened.cookie) == Ended(Ending.IDLE)
    assert scene.people.visit(opened.cookie) is None
    (entry,) = scene.entries("session.ended")
    assert (entry.body["reason"], entry.actor.kind) == ("idle", "system")


def test_a_session_ends_however_much_it_is_used(tmp_path: Path) -> None:
    """A stolen cookie is not good for ever."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    for _ in range(12 * 3 - 1):
        scene.wait(minutes=20)
        assert scene.people.visit(opened.cookie) is not None
    scene.wait(minutes=20)
    assert scene.people.assess_visit(opened.cookie) == Ended(Ending.ABSOLUTE)


@settings(max_examples=25)
@given(st.lists(st.integers(min_value=1, max_value=20), max_size=12))
def test_a_session_is_open_exactly_while_both_limits_hold(tmp_path_factory: pytest.TempPathFactory, pauses: list[int]) -> None:
    """Whatever the rhythm of looks: never longer than said. How far a look counts is at most a tenth of the idle limit short."""
    scene = Scene(tmp_path_factory.mktemp("scene"), SignInSettings(idle_minutes=10, absolute_hours=1))
    opened, age = scene.begin(), 0
    for pause in pauses:
        scene.wait(minutes=pause)
        age += pause
        found = scene.people.assess_visit(opened.cookie)
        if age >= 60:
            assert found == Ended(Ending.ABSOLUTE)
            return
        if pause >= 10:
            assert found == Ended(Ending.IDLE)
            return
        assert isinstance(found, Visitor)


def test_an_auditors_time_ends_in_the_middle_of_a_session(tmp_path: Path) -> None:
    """Access that ends with fieldwork ends then, not at the next sign-in."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add_auditor(minutes=20)
    opened = scene.enter("sample.auditor")
    assert opened.visitor.permissions == {Permission.AUDIT}
    assert opened.visitor.engagement == "sample-2026"
    scene.wait(minutes=19)
    assert scene.people.visit(opened.cookie) is not None
    scene.wait(minutes=1)
    assert scene.people.assess_visit(opened.cookie) == Ended(Ending.ACCOUNT_EXPIRED)
    assert scene.entries("session.ended")[-1].body["reason"] == "account_expired"


def test_a_session_ends_when_its_account_may_do_something_else(tmp_path: Path) -> None:
    """Neither less nor more may go unnoticed: whoever's privileges change signs in anew, with a new cookie."""
    scene = Scene(tmp_path)
    scene.begin()
    account = scene.add("sample.lead", Role.LEAD)
    opened = scene.enter("sample.lead")
    terms = replace(account.terms, roles=frozenset({Role.PREPARER}))
    account = scene.people.set_account(account.id, terms, by=OPERATOR, because="sample", expected=account.version)
    assert scene.people.assess_visit(opened.cookie) == Ended(Ending.ACCOUNT_CHANGED)
    again = scene.enter("sample.lead")
    assert again.visitor.roles == {Role.PREPARER}
    renamed = replace(account.terms, name="Sample Other Name")
    scene.people.set_account(account.id, renamed, by=OPERATOR, because="sample", expected=account.version)
    visitor = scene.people.visit(again.cookie)
    assert visitor is not None
    assert visitor.name == "Sample Other Name"


def test_a_disabled_account_is_out_at_once(tmp_path: Path) -> None:
    """Also where another process disabled it."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.lead", Role.LEAD)
    opened = scene.enter("sample.lead")
    other = scene.open(Store(scene.path))
    other.accounts.set_state("sample.lead", active=False, by=OPERATOR, because="sample leaver")
    assert scene.people.visit(opened.cookie) is None


def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    """An update of the program signs nobody out."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.store.close()
    again = scene.open(Store(scene.path))
    visitor = again.visit(opened.cookie)
    assert visitor is not None
    assert visitor.session == opened.visitor.session


def test_sign_out_is_the_holders_own_act(tmp_path: Path) -> None:
    """And nothing happens when it is done twice, or with a cookie nobody gave out."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.people.sign_out(opened.cookie)
    scene.people.sign_out(opened.cookie)
    scene.people.sign_out("no such cookie")
    assert scene.people.assess_visit(opened.cookie) == Ended(Ending.SIGNED_OUT)
    (entry,) = scene.entries("session.ended")
    assert entry.actor.id == "sample.admin"


def test_an_administrator_ends_somebodys_sessions(tmp_path: Path) -> None:
    """One, or all of an account; the entry names who did it."""
    scene = Scene(tmp_path)
    admin = scene.begin()
    scene.add("sample.lead", Role.LEAD)
    opened = [scene.enter("sample.lead") for _ in range(3)]
    assert scene.people.end_session(opened[0].visitor.session, admin.visitor.actor)
    assert not scene.people.end_session(opened[0].visitor.session, admin.visitor.actor)
    assert scene.people.end_sessions("sample.lead", admin.visitor.actor) == 2
    assert [scene.people.visit(each.cookie) for each in opened] == [None] * 3
    assert {entry.actor.id for entry in scene.entries("session.ended")} == {"sample.admin"}
    assert [each.account for each in scene.people.sessions()] == ["sample.admin"]


def test_one_session_too_many_ends_the_oldest(tmp_path: Path) -> None:
    """Forgotten browsers do not pile up."""
    scene = Scene(tmp_path, SignInSettings(sessions_each=2))
    first = scene.begin()
    others = []
    for _ in range(2):
        scene.wait(seconds=1)
        others.append(scene.enter("sample.admin"))
    assert scene.people.assess_visit(first.cookie) == Ended(Ending.REPLACED)
    assert all(scene.people.visit(each.cookie) is not None for each in others)


def test_an_end_that_could_not_be_recorded_counts_and_is_recorded_later(tmp_path: Path) -> None:
    """The book may be away for a moment; a session that is over is over."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.recorder.fail_with = StoreUnavailable("sample: full")
    scene.people.sign_out(opened.cookie)
    assert scene.people.visit(opened.cookie) is None
    assert scene.entries("session.ended") == []
    scene.recorder.fail_with = None
    scene.people.sweep()
    scene.people.sweep()
    assert len(scene.entries("session.ended")) == 1


def test_sessions_nobody_came_back_to_are_ended_by_sweeping_and_forgotten(tmp_path: Path) -> None:
    """The book says when each ended, within a minute of it."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    scene.wait(minutes=31)
    scene.people.sweep()
    assert scene.entries("session.ended")[-1].body["reason"] == "idle"
    assert scene.people.sessions() == ()
    scene.wait(days=32)
    scene.people.sweep()
    assert scene.people.assess_visit(opened.cookie) is None


def test_a_second_factor_that_is_asked_for_stands_before_everything_else(tmp_path: Path) -> None:
    """An administrator without one may set one up and nothing else."""
    scene = Scene(tmp_path, SignInSettings(second_factor="privileged"))
    opened = scene.begin()
    assert opened.visitor.needs_second_factor
    assert opened.visitor.permissions == frozenset()
    offered = scene.people.proving.begin_totp(opened.cookie, "Sample Company")
    enrolled = scene.people.proving.confirm_totp(opened.cookie, scene.code(offered.secret), PASSWORD)
    assert enrolled.opened.visitor.may(Permission.ADMINISTER)
    scene.add("sample.lead", Role.LEAD)
    assert not scene.enter("sample.lead").visitor.needs_second_factor
    everyone = Scene(tmp_path / "everyone", SignInSettings(second_factor="everyone"))
    everyone.begin()
    everyone.add("sample.lead", Role.LEAD)
    assert everyone.enter("sample.lead").visitor.permissions == frozenset()


def test_a_changed_password_leaves_one_session_under_a_new_cookie(tmp_path: Path) -> None:
    """Whoever knew the old password or cookie is out."""
    scene = Scene(tmp_path)
    scene.begin()
    scene.add("sample.lead", Role.LEAD)
    here, elsewhere = scene.enter("sample.lead"), scene.enter("sample.lead")
    after = scene.people.proving.set_password(here.cookie, PASSWORD, OTHER_PASSWORD)
    assert scene.people.visit(here.cookie) is None
    assert scene.people.visit(elsewhere.cookie) is None
    visitor = scene.people.visit(after.cookie)
    assert visitor is not None
    assert visitor.session == here.visitor.session
    scene.fail("sample.lead", PASSWORD)
    scene.enter("sample.lead", OTHER_PASSWORD)


def test_a_store_from_a_backup_opens_no_session_that_rests_on_other_proofs(tmp_path: Path) -> None:
    """Putting a store back must not bring back who was put out."""
    scene = Scene(tmp_path)
    opened = scene.begin()
    backup = scene.folder / "backup.sqlite"
    scene.store.close()
    backup.write_bytes(scene.path.read_bytes())
    scene.people = scene.open(Store(scene.path))
    scene.people.proving.set_password(opened.cookie, PASSWORD, OTHER_PASSWORD)
    restored = scene.open(Store(backup), key=KEY)
    assert restored.visit(opened.cookie) is None


@pytest.mark.parametrize("cookie", [None, "", "x" * 129, "\ud800", "s_1"])
def test_anything_else_is_nobody(tmp_path: Path, cookie: str | None) -> None:
    """Hostile cookies are unknown ones."""
    scene = Scene(tmp_path)
    scene.begin()
    assert scene.people.visit(cookie) is None
