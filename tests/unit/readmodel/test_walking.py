"""Searching exchanges by several filters: nothing lost, nothing twice, never more looked at than allowed, and by which index."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from proofbook.readmodel import exchanges
from proofbook.readmodel.connection import Reader, question
from proofbook.readmodel.exchanges import Exchange
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.walking import Filters, days_of, position_of, values_of
from support.memory_book import MemoryBook
from support.sample_entries import SAMPLE_ARTIFACT, SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PERSON = {"id": "a.person", "kind": "person", "method": "api_key", "key": "k_2", "issuer": None}
EVERY = 240


def week(entries: SampleEntries) -> None:
    """Exchanges of a week whose values meet in many ways, and some that never do."""
    chance = random.Random(11)
    for number in range(EVERY):
        entries.wait(minutes=chance.randrange(90))
        changes: dict[str, Any] = {"conversation": f"c_{number // 5:026}"}
        changes |= {"principal": PERSON} if number % 2 else {}
        changes |= {"system": "contract-review"} if number % 3 == 0 else {}
        changes |= {"flags": ["grant_missing"]} if number % 11 == 0 else {}
        changes |= {"claimed_user": {"value": f"user-{number % 40}", "method": "body.user"}} if number % 4 == 0 else {}
        if number % 17 == 0:
            entries.refused("grant_missing", principal=PERSON, system="contract-review")
        elif number % 13 == 0:
            made = entries.new_id("x")
            entries.request(made, **changes)
            entries.wait(seconds=3)
            entries.response(made, state="client_aborted", reason="the caller left", finish=["length"])
        elif number == EVERY - 1:
            entries.request(entries.new_id("x"), **changes)
        else:
            made = entries.exchange(**changes)
            if number % 6 == 0:
                _classified(entries, made)


def _classified(entries: SampleEntries, exchange: str) -> None:
    side: dict[str, Any] = {"state": "examined", "bytes": 10, "counts": {"email": 1}, "not_examined": []}
    empty: dict[str, Any] = {"state": "empty", "bytes": 0, "counts": {}, "not_examined": []}
    body = {"exchange": exchange, "system": "support-assistant", "rule_set": "sha256:" + "7" * 64, "looked_for": ["email"]}
    entries.add("exchange.classified", exchange, {**body, "by": "gateway", "request": side, "response": empty})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of their projection."""
    path = tmp_path_factory.mktemp("week") / "readmodel.sqlite"
    entries = SampleEntries(START)
    week(entries)
    with Projection(path, MemoryBook(entries.raw)) as made:
        made.catch_up()
    return path


@pytest.fixture
def reader(place: Path) -> Iterator[Reader]:
    """It, open."""
    connection = apsw.Connection(str(place), flags=apsw.SQLITE_OPEN_READONLY)
    yield Reader(connection, place)
    connection.close()


def everything(reader: Reader) -> tuple[Exchange, ...]:
    """All of them, newest first."""
    return exchanges.page(reader, limit=1000)


CASES = (
    Filters(),
    Filters(system="contract-review"),
    Filters(principal="a.person", state="client_aborted"),
    Filters(system="contract-review", principal="a.person", artifact=SAMPLE_ARTIFACT),
    Filters(claimed="user-8"),
    Filters(claimed="user-8", system="contract-review"),
    Filters(claimed="user-1"),
    Filters(flag="grant_missing", state="complete"),
    Filters(reason="grant_missing"),
    Filters(finish="length", principal="a.person"),
    Filters(state="complete", protocol="openai.chat"),
    Filters(state="open"),
    Filters(found="email", system="contract-review"),
    Filters(conversation=f"c_{7:026}"),
    Filters(tokens=55, latency=0),
    Filters(tokens=56),
    Filters(bytes=1308),
    Filters(since="2026-01-07T00:00:00.000000Z", until="2026-01-08T12:00:00.000000Z", principal="a.person"),
    Filters(since="2027-01-01T00:00:00.000000Z"),
    Filters(model="nobody asked for it"),
)


def fits(each: Exchange, wanted: Filters, reader: Reader) -> bool:
    """The same, told by looking at one exchange."""
    classes = {row[0] for row in reader.rows("class_counts_of", {"idx": each.index + 2})} if wanted.found else set()
    named = (
        (wanted.system, each.system), (wanted.principal, each.principal), (wanted.state, each.state), (wanted.claimed, each.claimed_user),
        (wanted.artifact, each.artifact), (wanted.model, each.model_asked), (wanted.protocol, each.protocol),
        (wanted.conversation, each.conversation), (wanted.reason, each.reason if each.refused else None),
    )  # fmt: skip
    tokens, size = (
        (each.prompt_tokens or 0) + (each.completion_tokens or 0),
        (each.request_bytes or 0) + (each.response_bytes or 0),
    )
    return (
        all(asked is None or asked == value for asked, value in named)
        and (wanted.flag is None or f'"{wanted.flag}"' in (each.flags or ""))
        and (wanted.finish is None or f'"{wanted.finish}"' in (each.finish or ""))
        and (wanted.found is None or bool(classes))
        and (wanted.since or "") <= each.occurred
        and (wanted.until is None or each.occurred < wanted.until)
        and tokens >= (wanted.tokens or 0)
        and (wanted.latency is None or each.last_byte_at is not None)
        and size >= (wanted.bytes or 0)
    )


@pytest.mark.parametrize("wanted", CASES, ids=lambda each: str(each)[8:60])
@pytest.mark.parametrize("budget", [10**9, 40])
def test_turning_pages_finds_what_fits_once_in_either_direction(reader: Reader, wanted: Filters, budget: int) -> None:
    """However little is looked at for one page."""
    expected = [each.exchange for each in everything(reader) if fits(each, wanted, reader)]
    down, before, turns = [], None, 0
    while True:
        found = exchanges.search(reader, wanted, before=before, limit=7, budget=budget)
        down += [each.exchange for each in found.rows]
        assert len(found.rows) <= 7
        assert found.looked <= max(budget, 300)
        turns += 1
        if found.older is None:
            break
        before = found.older
    assert down == expected
    up: list[str] = []
    after: int | None = -1
    while after is not None:
        found = exchanges.search(reader, wanted, after=after, limit=7, budget=budget)
        up = [each.exchange for each in found.rows] + up
        after = found.newer
    assert up == expected
    assert turns <= len(expected) // 7 + EVERY // 16 + 2


def test_what_was_not_found_in_time_says_how_much_was_looked_at(reader: Reader) -> None:
    """A rare value must neither hang the page nor look like there is none."""
    found = exchanges.search(reader, Filters(tokens=1, finish="length", state="client_aborted"), limit=50, budget=16)
    assert not found.whole
    assert found.older is not None
    assert found.looked <= 300


def test_exchange_is_found_by_the_beginning_of_its_id(reader: Reader) -> None:
    """What somebody copied from a log may be cut."""
    newest = everything(reader)[0]
    found = exchanges.search(reader, Filters(prefix=newest.exchange[:27]))
    assert newest.exchange in {each.exchange for each in found.rows}
    assert exchanges.search(reader, Filters(prefix=newest.exchange)).rows == (newest,)
    assert exchanges.search(reader, Filters(prefix="x_zzzzzzzz")).rows == ()


def test_days_of_the_rarest_value_are_told(reader: Reader) -> None:
    """The bars above the list, without counting anything."""
    days, field = days_of(reader, Filters(principal="a.person", claimed="user-8"))
    assert field == "claimed"
    assert sum(each.exchanges for each in days) == sum(each.claimed_user == "user-8" for each in everything(reader))
    whole, nothing = days_of(reader, Filters())
    assert nothing is None
    assert sum(each.exchanges for each in whole) == len(everything(reader))


def test_values_are_completed_from_their_beginning(reader: Reader) -> None:
    """In order, each once, at most so many."""
    assert values_of(reader, "system") == ("contract-review", "support-assistant")
    assert values_of(reader, "claimed", "user-2", 3) == ("user-20", "user-24", "user-28")
    assert values_of(reader, "principal", "%") == ()


def test_day_is_jumped_to(reader: Reader) -> None:
    """Where the first exchange after a moment stands."""
    at = position_of(reader, "2026-01-08T00:00:00.000000Z")
    assert at is not None
    rows = exchanges.search(reader, Filters(), before=at, limit=1).rows
    assert rows[0].occurred[:10] == "2026-01-07"
    assert position_of(reader, "2030-01-01T00:00:00.000000Z") is None


LED_BY = {
    "walk_all": "USING INTEGER PRIMARY KEY",
    "walk_system": "INDEX exchange_system (system=?",
    "walk_principal": "INDEX exchange_principal (principal=?",
    "walk_artifact": "INDEX exchange_artifact (artifact=?",
    "walk_conversation": "INDEX exchange_conversation (conversation=?",
    "walk_verified": "INDEX exchange_verified (verified_user=?",
    "walk_claimed": "INDEX exchange_claimed (claimed_user=?",
    "walk_state": "INDEX exchange_odd (state=?",
    "walk_open": "INDEX exchange_open",
    "walk_class": "USING PRIMARY KEY (class=?",
    "walk_prefix": "INDEX exchange_id (exchange>? AND exchange<?",
    "exchanges_fit": "USING INTEGER PRIMARY KEY",
    "exchanges_at": "USING INTEGER PRIMARY KEY",
    "facet_days": "USING PRIMARY KEY (facet=? AND value=? AND day>? AND day<?)",
    "facet_values": "USING PRIMARY KEY (facet=? AND value>?)",
    "exchange_days": "USING PRIMARY KEY (day>? AND day<?)",
    "exchange_since": "USING COVERING INDEX exchange_occurred (occurred>?)",
    "served_by_day": "USING PRIMARY KEY (day>? AND day<?)",
    "served_open": "INDEX exchange_open",
    "callers_by_day": "USING PRIMARY KEY (day>? AND day<?)",
    "told_by_quarter": "USING PRIMARY KEY (quarter>? AND quarter<?)",
    "exchanges_told_open": "INDEX exchange_open",
    "exchanges_told": "INDEX exchange_occurred (occurred>? AND occurred<?)",
}
SORTS_WHAT_IS_FEW = {"walk_open", "walk_prefix"}


@pytest.mark.parametrize("name", LED_BY)
def test_question_is_answered_by_its_index(place: Path, name: str) -> None:
    """The cost of a page must not grow with the book: no question may read it through or sort it."""
    connection = apsw.Connection(str(place), flags=apsw.SQLITE_OPEN_READONLY)
    for suffix in ("_down", "_up") if name.startswith("walk_") else ("",):
        text = question(name + suffix)
        bound = dict.fromkeys(re.findall(r":(\w+)", text))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", bound)]
        assert any(LED_BY[name] in line for line in plan), plan
        assert not [line for line in plan if re.fullmatch(r"SCAN exchange", line)], plan
        assert name in SORTS_WHAT_IS_FEW or not [line for line in plan if "ORDER BY" in line and name.startswith("walk_")], plan
