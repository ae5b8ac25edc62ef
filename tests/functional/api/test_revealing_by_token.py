"""Content through the API: for a stated purpose, by whom may see it, and never kept to be shown a second time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from proofbook.people.roles import Permission
from proofbook.portal.surroundings import Revealed
from proofbook.records.envelope import Actor
from support.api_caller import Callers, Program, give_token, refused
from support.sample_portal import running

SECRET = "sample words <script>alert(1)</script>"


@dataclass(slots=True)
class Opening:
    """Opens every exchange to the same words, and remembers who asked why."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def reveal(self, exchange: str, slot: str, *, purpose: str, actor: Actor, unredacted: bool = False) -> Revealed | None:
        """The words."""
        del unredacted
        self.asked.append((f"{exchange} {slot}", purpose, actor.method))
        return Revealed(SECRET, (("email", 2),), 0)


@pytest.fixture(name="opening", scope="module")
def make_opening() -> Opening:
    """What opens content."""
    return Opening()


@pytest.fixture(name="reader", scope="module")
def make_reader(callers: Callers, opening: Opening) -> Iterator[Program]:
    """A lead at a portal that can open content."""
    with running(replace(callers.portal.sources, revealing=opening), inside=False) as visitor:
        yield Program(visitor.port, callers.lead.secret)


def test_a_look_states_its_purpose(callers: Callers, reader: Program, opening: Opening) -> None:
    """The purpose and the token's method go where looks are recorded; a purpose of one word is none."""
    exchange = callers.lead.get("/exchanges?limit=1").value["items"][0]["exchange"]
    path = f"/exchanges/{exchange}/content"
    assert refused(reader.post(path, {"slot": "request", "purpose": "x"}), 422, "form_mistakes")
    told = reader.post(path, {"slot": "request", "purpose": "a sample purpose"})
    assert told.status == 200, told.body
    assert told.value["values"] == {
        "text": SECRET,
        "replaced": [{"kind": "email", "spans": 2}],
        "left_out": 0,
        "shredded": False,
    }
    assert (f"{exchange} request", "a sample purpose", f"api_token:{callers.lead.token}") in opening.asked


def test_a_look_is_not_given_twice_from_memory(callers: Callers, reader: Program, opening: Opening) -> None:
    """A second answer under one key would be a look that is on no record."""
    exchange = callers.lead.get("/exchanges?limit=1").value["items"][0]["exchange"]
    body = {"slot": "response", "purpose": "another sample purpose"}
    assert reader.post(f"/exchanges/{exchange}/content", body, key="look").status == 200
    before = len(opening.asked)
    assert refused(reader.post(f"/exchanges/{exchange}/content", body, key="look"), 409, "not_shown_again")
    assert len(opening.asked) == before


def test_who_may_not_see_content_is_not_shown_any(callers: Callers, reader: Program) -> None:
    """Reading metadata is another permission."""
    narrow = give_token(callers.portal, "lead", scopes=[Permission.READ])
    exchange = callers.lead.get("/exchanges?limit=1").value["items"][0]["exchange"]
    told = Program(reader.port, narrow.secret).post(
        f"/exchanges/{exchange}/content", {"slot": "request", "purpose": "a sample purpose"}
    )
    assert refused(told, 403, "not_admitted")
    assert SECRET.encode() not in told.body
