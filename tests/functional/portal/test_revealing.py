"""Sealed content is opened for a stated purpose only, by whom it is given to, and is text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from proofbook.people.roles import Role
from proofbook.portal.surroundings import Revealed
from proofbook.records.envelope import Actor, parse_entry
from proofbook.wiring.desk import LingeringDoor
from proofbook.wiring.home import open_home
from proofbook.wiring.reading import open_book
from proofbook.wiring.revealing import HomeRevealing
from support.dated_home import dated_home
from support.sample_accounts import SampleAccounts, sample_visitor
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, Reply, Visitor, make_sources, running, write_book

HOSTILE = "<script>alert(1)</script> \u202egpj.exe\nsecond line"


@dataclass(slots=True)
class Opened:
    """Content that is there, and who asked for it why."""

    looks: list[tuple[str, str, str, str]] = field(default_factory=list)
    shredded: bool = False

    def reveal(self, exchange: str, slot: str, *, purpose: str, actor: Actor, unredacted: bool = False) -> Revealed | None:
        self.looks.append((exchange, slot, purpose, actor.id))
        return None if self.shredded else Revealed(HOSTILE, (("email", 2),), 1)


@dataclass(slots=True)
class Room:
    """A portal with one exchange and one refusal, as a visitor with some role sees it."""

    visitor: Visitor
    opened: Opened
    exchange: str
    refused: str

    def look(self, **given: str) -> Reply:
        """Fill the form in and send it."""
        path = f"/exchanges/{self.exchange}/content"
        token = re.search(r'name="csrf" value="([^"]+)"', self.visitor.ask(path).text)
        body = urlencode({"csrf": token[1] if token else "none", **given})
        sent = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{self.visitor.port}"}
        return self.visitor.ask(path, method="POST", body=body.encode(), headers=sent)


@contextmanager
def room(folder: Path, role: Role) -> Iterator[Room]:
    """It, open."""
    entries = SampleEntries(NOW)
    entries.opened("sample.example/proofbook", "sample")
    made, refused, opened = entries.exchange(), entries.refused(), Opened()
    accounts = SampleAccounts({"sample": sample_visitor(role)})
    sources = make_sources(write_book(folder, entries.raw), folder / "readmodel.sqlite")
    with running(replace(sources, accounts=accounts, revealing=opened), inside=False) as visitor:
        visitor.cookie = f"proofbook_{visitor.port}=sample"
        yield Room(visitor, opened, made, refused)


def test_purpose_comes_first_and_the_look_is_in_the_visitors_name(tmp_path: Path) -> None:
    """Whoever reviews looks must be able to follow each one up."""
    with room(tmp_path, Role.LEAD) as place:
        assert "Look at the content" in place.visitor.ask(f"/exchanges/{place.exchange}").words
        reply = place.look(slot="request", purpose="Complaint 12, asked for by the person")
        assert reply.status == 200
        assert place.opened.looks == [(place.exchange, "request", "Complaint 12, asked for by the person", "sample-lead")]
        assert "<script>alert" not in reply.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; \\u202egpj.exe" in reply.text
        assert "2 email" in reply.words
        assert "1 part not shown" in reply.words
        assert reply.headers["cache-control"].startswith("no-store")


@pytest.mark.parametrize(
    "given",
    [{}, {"slot": "response"}, {"slot": "response", "purpose": "short"}, {"slot": "all", "purpose": "long enough"}],
)
def test_nothing_is_opened_without_a_purpose_and_a_side(tmp_path: Path, given: dict[str, str]) -> None:
    """The form comes back with what is wrong."""
    with room(tmp_path, Role.REVIEWER) as place:
        assert place.look(**given).status == 422
        assert place.opened.looks == []


def test_who_may_not_see_content_cannot_ask_for_it(tmp_path: Path) -> None:
    """Who keeps records has no need of what was said."""
    with room(tmp_path, Role.PREPARER) as place:
        assert place.visitor.ask(f"/exchanges/{place.exchange}/content").status == 403
        assert place.look(slot="response", purpose="curiosity as such").status == 403
        assert place.opened.looks == []
        assert "Look at the content" not in place.visitor.ask(f"/exchanges/{place.exchange}").words


def test_what_is_shredded_or_was_never_there_is_said(tmp_path: Path) -> None:
    """A refusal holds nothing; a shredded conversation has nothing left."""
    with room(tmp_path, Role.LEAD) as place:
        assert place.visitor.ask(f"/exchanges/{place.refused}/content").status == 404
        assert place.visitor.ask("/exchanges/x_nothing/content").status == 404
        place.opened.shredded = True
        assert "nothing left to show" in place.look(slot="response", purpose="Complaint 12").words


def test_home_opens_its_content_after_recording_the_look(tmp_path: Path) -> None:
    """The entry names the visitor, the purpose and the rules, never the content."""
    made = dated_home(tmp_path / "place").engagement().system("sample-desk").served("sample-desk", "a", "2026-02-01").write()
    home, door = open_home(made.folder / "home"), LingeringDoor(open_home(made.folder / "home"))
    actor = sample_visitor(Role.LEAD).actor
    try:
        found = HomeRevealing(home, door).reveal("x_sample-desk-a-0", "response", purpose="Complaint 12", actor=actor)
    finally:
        door.close()
    assert found is not None
    with open_book(home) as book:
        entries = [parse_entry(data) for _, data in book.entries(0, book.size())]
    (last,) = [each for each in entries if each.kind == "content.revealed"]
    assert last.actor.id == "sample-lead"
    assert (last.body["purpose"], last.body["view"], last.body["slot"]) == ("Complaint 12", "redacted", "response")
