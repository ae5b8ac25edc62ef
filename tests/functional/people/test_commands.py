"""`proofbook user` and `proofbook token` as an operator types them, and what the pages find afterwards."""

from __future__ import annotations

import json
import os
from subprocess import CompletedProcess
from typing import Any

import pytest

from proofbook.book.reader import BookReader
from proofbook.people.passwords import Passwords
from proofbook.people.roles import Permission, Role
from proofbook.people.visitor import Opened
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.people import open_people, record_with
from proofbook.wiring.recording import open_door
from proofbook.wiring.system import operator_name
from support.forked_program import run_program
from support.home_builder import make_home
from support.sample_people import CHEAP, PASSWORD

PROVIDER = """
[[portal.providers]]
name = "staff"
label = "Staff"
issuer = "https://id.sample.example"
client_id = "sample"

[[portal.providers.groups]]
group = "leads"
roles = ["lead"]
"""


class Operator:
    """Somebody at a terminal of the machine."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def run(self, *words: str) -> CompletedProcess[str]:
        """One command."""
        return run_program(["--home", str(self.home.path), *words], cwd=self.home.path)

    def ask(self, *words: str) -> Any:
        """One command that works, as JSON."""
        done = self.run("--json", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def refused(self, *words: str) -> tuple[int, str]:
        """One command that does not work: its code and what it says."""
        done = self.run(*words)
        assert done.returncode
        assert "fix:" in done.stderr or "Usage:" in done.stderr, done.stderr
        return done.returncode, done.stderr

    def entries(self, kind: str) -> list[Entry]:
        """What the book says."""
        with BookReader(self.home.book) as book:
            return [entry for _, data in book.entries(0, book.size()) if (entry := parse_entry(data)).kind == kind]


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """A home with an administrator, a lead and an auditor."""
    home = make_home(tmp_path_factory.mktemp("home"))
    config = home.path / "proofbook.toml"
    config.write_text(config.read_text("utf-8") + PROVIDER, "utf-8")
    found = Operator(open_home(home.path))
    found.ask("user", "add", "sample.admin", "--name", "Sample Administrator", "--role", "administrator")
    return found


def test_an_account_is_made_with_a_link_that_sets_its_password(operator: Operator) -> None:
    """From the command to the first sign-in; the entry names the operator."""
    made = operator.ask("user", "add", "sample.lead", "--name", "Sample Lead", "--role", "lead", "--because", "ticket 7")
    assert made["link"].startswith("http://127.0.0.1:8401/link/")
    entry = operator.entries("account.set")[-1]
    assert (entry.actor.id, entry.source, entry.body["because"]) == (operator_name(), "cli", "ticket 7")
    with (
        open_door(operator.home) as door,
        open_people(operator.home, record_with(door.recorder), source="portal", passwords=Passwords(os.urandom, CHEAP)) as people,
    ):
        people.use_link(made["path"].removeprefix("/link/"), PASSWORD)
        opened = people.sign_in("sample.lead", PASSWORD)
        assert isinstance(opened, Opened)
    (listed,) = operator.ask("user", "sessions", "sample.lead")
    assert listed["session"] == opened.visitor.session
    shown = operator.run("user", "sessions").stdout
    assert opened.visitor.session in shown
    assert opened.cookie not in shown
    assert operator.ask("user", "end-session", listed["session"]) == {"ended": 1}
    assert operator.refused("user", "end-session", listed["session"])[0] == 3
    assert operator.ask("user", "end-session", "--account", "sample.lead") == {"ended": 0}
    assert operator.ask("user", "link", "sample.lead")["password"] is True
    assert operator.entries("account.credential")[-1].body["purpose"] == "reset"


def test_roles_change_and_accounts_are_disabled_with_a_reason(operator: Operator) -> None:
    """Each is a version in full; an auditor keeps their engagement and gets a later end."""
    until = "2099-06-30"
    made = operator.ask(
        "user", "add", "sample.cpa", "--name", "Sample Auditor", "--role", "auditor", "--engagement", "e1", "--until", until
    )
    assert made["until"] == "2099-07-01T00:00:00.000000Z"
    later = operator.ask("user", "roles", "sample.cpa", "--until", "2099-07-31T18:00:00+02:00", "--because", "longer fieldwork")
    assert (later["engagement"], later["until"], later["roles"]) == ("e1", "2099-07-31T16:00:00.000000Z", ["auditor"])
    assert operator.ask("user", "disable", "sample.cpa", "--because", "done")["now"] == "disabled"
    assert operator.ask("user", "enable", "sample.cpa", "--because", "not yet done")["now"] == "open"
    shown = operator.run("user", "show", "sample.cpa").stdout
    assert "auditor of e1" in shown
    assert "account.set  not yet done" in shown
    assert "sample.cpa" in operator.run("user", "list").stdout
    other = operator.ask("user", "roles", "sample.cpa", "--role", "lead", "--no-end", "--because", "hired")
    assert (other["engagement"], other["until"], other["roles"]) == (None, None, ["lead"])
    supersedes = [entry.supersedes for entry in operator.entries("account.set") if entry.subject == "sample.cpa"]
    assert supersedes[0] is None
    assert None not in supersedes[1:]


def test_what_cannot_be_is_refused_with_its_fix(operator: Operator) -> None:
    """The codes are those of the error's branch."""
    add = ("user", "add", "sample.x", "--name", "Sample")
    assert "no active administrator" in operator.refused("user", "disable", "sample.admin", "--because", "x")[1]
    assert operator.refused("user", "disable", "sample.admin", "--because", "x")[0] == 4
    assert operator.refused(*add, "--role", "auditor")[0] == 3
    assert operator.refused(*add, "--role", "lead", "--provider", "nobody")[0] == 2
    assert operator.refused(*add, "--role", "lead", "--subject", "7")[0] == 2
    assert operator.refused(*add, "--role", "lead", "--password")[0] == 2
    assert operator.refused("user", "show", "sample.nobody")[0] == 3
    assert operator.refused("user", "reset-second-factor", "sample.admin")[0] == 4
    assert operator.refused("user", "add", "sample.admin", "--name", "Sample", "--role", "lead")[0] == 4
    assert operator.refused(*add, "--role", "lead", "--until", "tomorrow")[0] == 2
    assert operator.refused("user", "end-session")[0] == 2


def test_somebody_signs_in_through_a_provider(operator: Operator) -> None:
    """No link: the provider knows them; who it is the verified address tells at the first sign-in."""
    made = operator.ask(
        "user", "add", "sample.sso", "--name", "Sample", "--role", "lead", "--provider", "staff", "--email", "s@sample.example"
    )
    assert (made["issuer"], made["subject"], "link" in made) == ("https://id.sample.example", None, False)
    assert operator.refused("user", "link", "sample.sso")[0] == 4


def test_tokens_are_issued_listed_and_revoked(operator: Operator) -> None:
    """The secret is shown once; the book has its digest."""
    made = operator.ask("token", "issue", "--service", "sample-ci", "--scope", "push", "--expires", "12h")
    with open_people(operator.home, lambda _: (), source="portal") as people:
        visitor = people.visit_token(made["secret"])
    assert visitor is not None
    assert visitor.permissions == {Permission.PUSH}
    assert visitor.roles == {Role.SERVICE}
    assert made["secret"] not in operator.run("token", "list").stdout
    assert [each["state"] for each in operator.ask("token", "list")] == ["in force"]
    operator.ask("token", "revoke", made["token"], "--reason", "sample leak")
    assert [each["revoked_reason"] for each in operator.ask("token", "list")] == ["sample leak"]
    assert operator.refused("token", "revoke", made["token"], "--reason", "again")[0] == 3
    assert operator.refused("token", "issue", "--service", "sample-ci", "--scope", "prepare")[0] == 4
    assert operator.refused("token", "issue", "--scope", "push")[0] == 2
    administering = ("token", "issue", "--account", "sample.admin", "--scope", "administer")
    assert operator.refused(*administering, "--expires", "91d")[0] == 3
    assert operator.refused("token", "issue", "--service", "sample-ci", "--scope", "administer")[0] == 4
    assert operator.ask(*administering)["scopes"] == ["administer"]
