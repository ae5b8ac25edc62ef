"""People of a real home: the roll follows the book, in whatever process something was recorded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError
from proofbook.journal.receipt import Submission
from proofbook.people.account import Terms
from proofbook.people.passwords import Passwords
from proofbook.people.people import People
from proofbook.people.roles import Permission, Role
from proofbook.people.visitor import Opened, Visitor
from proofbook.readmodel import people as events
from proofbook.wiring.home import Home
from proofbook.wiring.people import BookRoll, open_people, record_with
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from support.draft_builder import beat
from support.home_builder import make_home
from support.sample_people import CHEAP, OPERATOR, PASSWORD

CHEAP_PASSWORDS = Passwords(os.urandom, CHEAP)
AUDITOR = Visitor(
    account="sample.auditor",
    name="Sample Auditor",
    roles=frozenset({Role.AUDITOR}),
    permissions=frozenset({Permission.AUDIT}),
    method="local_account",
    session="s_1",
    engagement="sample-2026",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with an administrator and a lead."""
    made = make_home(tmp_path_factory.mktemp("home"))
    with (
        open_door(made) as door,
        open_people(made, record_with(door.recorder), source="cli", passwords=CHEAP_PASSWORDS) as people,
    ):
        people.first_account("sample.admin", "Sample Administrator", PASSWORD)
        _add(people, "sample.lead")
    return made


def test_the_roll_is_the_books_whoever_recorded_it(home: Home) -> None:
    """The portal sees what a command recorded with its next look, among other entries, one at a time and many at once."""
    roll = BookRoll(home)
    before = roll.current()
    assert {"sample.admin", "sample.lead"} <= before.accounts.keys()
    assert roll.current() is before
    with open_door(home) as door, open_people(home, record_with(door.recorder), source="cli") as people:
        door.recorder.submit([Submission(beat(number)) for number in range(3)]).result()
        assert roll.current() is before
        _add(people, "sample.one")
        assert "sample.one" in roll.current().accounts
        for number in range(3):
            _add(people, f"sample.many{number}")
            door.recorder.record(beat(number))
        assert len(roll.current().accounts) == len(before.accounts) + 4
        assert roll.current() == BookRoll(home).current()
    roll.close()


def test_sessions_are_shared_by_processes_of_one_home(home: Home) -> None:
    """Two portals behind one address, or a command that ends a session."""
    with open_door(home) as door:
        record = record_with(door.recorder)
        with (
            open_people(home, record, source="portal", passwords=CHEAP_PASSWORDS) as first,
            open_people(home, record, source="cli") as second,
        ):
            opened = first.sign_in("sample.admin", PASSWORD)
            assert isinstance(opened, Opened)
            assert second.visit(opened.cookie) == opened.visitor
            assert second.end_sessions("sample.admin", OPERATOR) >= 1
            assert first.visit(opened.cookie) is None


def test_what_happened_to_people_can_be_asked(home: Home) -> None:
    """Backwards, by account or kind, in pages; and what was looked at."""
    with open_door(home) as door, open_people(home, record_with(door.recorder), source="portal") as people:
        _add(people, "sample.asked")
        people.viewed(AUDITOR, "/exchanges/{exchange}", ("x_1",), 200)
    with open_projection(home) as (_, projection):
        reader = projection.reader
        newest = events.events(reader, limit=2)
        assert newest[0].index > newest[1].index
        older = events.events(reader, limit=1, before=newest[1].index)
        assert older[0].index < newest[1].index
        (made,) = events.events(reader, limit=9, account="sample.asked")
        assert (made.kind, made.actor, made.body["roles"]) == ("account.set", "os:sample", ["lead"])
        assert {each.kind for each in events.events(reader, limit=99, kind="account.set")} == {"account.set"}
        (view,) = events.views(reader, limit=9, engagement="sample-2026")
        assert (view.page, view.subjects, view.status) == ("/exchanges/{exchange}", ("x_1",), 200)
        assert events.views(reader, limit=9, account=view.account) == (view,) == events.views(reader, limit=9)


def test_a_home_older_than_the_key_gets_one_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    """The portal must start after an update; but a key that is not one is never replaced."""
    made = make_home(tmp_path)
    made.people_key.unlink()
    with open_people(made, lambda _: (), source="cli"):
        assert made.people_key.stat().st_mode & 0o777 == 0o600
    made.people_key.write_text("nonsense")
    with pytest.raises(ConfigurationError, match=r"people\.key"), open_people(made, lambda _: (), source="cli"):
        pass


def _add(people: People, account: str) -> None:
    terms = Terms(name="Sample", roles=frozenset({Role.LEAD}))
    people.set_account(account, terms, by=OPERATOR, because="sample", expected=None)
