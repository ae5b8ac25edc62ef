"""One list of who came in, looked, took away and administered, in an order that no clock can break."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from proofbook.primitives.instants import format_instant
from proofbook.readmodel import accesses
from proofbook.readmodel.access_rows import ACCESSES, ADMINISTERED, CONTENT, REFUSED, SIGN_IN, VIEWED
from proofbook.readmodel.accesses import SORTS, AccessEvent, AccessFilters
from proofbook.readmodel.connection import question
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind
from support.body_examples import EXAMPLES
from support.memory_book import MemoryBook
from support.sample_entries import SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LEAD = Actor("sample.lead", ActorKind.PERSON, "local_account")
RULE = Actor("proofbook", ActorKind.SYSTEM, "process")


def project(tmp_path: Path, entries: SampleEntries) -> Projection:
    """The projection of some entries."""
    made = Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw))
    made.catch_up()
    return made


def one_of_each() -> SampleEntries:
    """An entry of every kind of the list, and of a kind that is none of it."""
    entries = SampleEntries(START)
    for kind in ACCESSES:
        entries.wait(minutes=1)
        entries.add(kind, "sample", EXAMPLES[kind], actor=LEAD)
    entries.add("auditor.note", "sample", EXAMPLES["auditor.note"], actor=LEAD)
    return entries


def walk(made: Projection, filters: AccessFilters, limit: int) -> list[AccessEvent]:
    """Everything, page by page."""
    seen: list[AccessEvent] = []
    while rows := accesses.page(made.reader, filters, before=seen[-1] if seen else None, limit=limit):
        seen += rows
    return seen


def test_every_kind_has_its_sort_and_notes_are_none_of_it(tmp_path: Path) -> None:
    """An auditor's notes are private; that one was written is nobody else's business."""
    with project(tmp_path, one_of_each()) as made:
        found = walk(made, AccessFilters(), 3)
    assert {each.kind: each.sort for each in found} == {kind: sort for kind, (sort, _) in ACCESSES.items()}
    assert {each.sort for each in found} == set(SORTS)


def test_what_somebody_did_is_found_by_account_sort_and_day(tmp_path: Path) -> None:
    """The doer is who signed in or looked, not the program that wrote the entry."""
    entries = SampleEntries(START)
    entries.add("session.opened", "s", EXAMPLES["session.opened"])
    entries.wait(days=1)
    entries.add("session.refused", "s", EXAMPLES["session.refused"])
    entries.add("content.revealed", "x", EXAMPLES["content.revealed"], actor=LEAD)
    with project(tmp_path, entries) as made:
        assert [each.kind for each in walk(made, AccessFilters(account="sample.lead"), 1)] == [
            "content.revealed",
            "session.opened",
        ]
        assert [each.account for each in walk(made, AccessFilters(sort=REFUSED), 1)] == [None]
        assert [each.kind for each in walk(made, AccessFilters(account="sample.lead", sort=SIGN_IN), 5)] == ["session.opened"]
        until = AccessFilters(until=format_instant(START + timedelta(hours=1)))
        assert [each.kind for each in walk(made, until, 1)] == ["session.opened"]
        assert [each.sort for each in walk(made, AccessFilters(since=until.until), 1)] == [CONTENT, REFUSED]
        first = walk(made, AccessFilters(), 5)[-1]
        assert (accesses.at(made.reader, first.index), accesses.of_entry(made.reader, first.entry)) == (first, first)
        assert accesses.at(made.reader, 99) is None


def test_a_clock_that_was_set_back_hides_nothing(tmp_path: Path) -> None:
    """Pages go by the moment; an entry that says an earlier one than its neighbour is still there once."""
    entries = SampleEntries(START)
    for step in (0, 60, -45, 5, 5, -20):
        entries.wait(minutes=step)
        entries.add("session.ended", "s", EXAMPLES["session.ended"])
    with project(tmp_path, entries) as made:
        for filters in (AccessFilters(), AccessFilters(account="sample.lead"), AccessFilters(sort=SIGN_IN)):
            seen = walk(made, filters, 2)
            assert sorted(each.index for each in seen) == list(range(6))
            assert [each.recorded for each in seen] == sorted((each.recorded for each in seen), reverse=True)


def test_what_a_rule_of_retention_erased_is_nobodys_act(tmp_path: Path) -> None:
    """A night that erases ten thousand conversations must not bury what people did."""
    entries = SampleEntries(START)
    entries.add("content.erased", "c", EXAMPLES["content.erased"], actor=RULE)
    entries.add("content.erased", "c", EXAMPLES["content.erased"], actor=LEAD)
    with project(tmp_path, entries) as made:
        assert [(each.index, each.sort) for each in walk(made, AccessFilters(), 5)] == [(1, ADMINISTERED)]


@pytest.mark.parametrize(
    ("name", "through"),
    [
        ("accesses", ""),
        ("accesses_of_sort", "sort=? AND "),
        ("accesses_of_account", "account=? AND "),
        ("accesses_of_account_and_sort", "account=? AND sort=? AND "),
    ],
)
def test_pages_walk_an_index(tmp_path: Path, name: str, through: str) -> None:
    """Neither a scan nor a sort, so that a page costs the same in every book."""
    project(tmp_path, one_of_each()).close()
    bindings = {"since": "", "at": "9999", "before": -1, "limit": 51, "sort": VIEWED, "account": "a"}
    connection = apsw.Connection(str(tmp_path / "r.sqlite"))
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question(name)}", bindings)]
    connection.close()
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH access_event USING INDEX")
    assert plan[0].endswith(f"({through}recorded>? AND recorded<?)")
