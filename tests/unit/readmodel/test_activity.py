"""Counts by time and state, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proofbook.primitives.instants import format_instant
from proofbook.readmodel import activity
from proofbook.readmodel.activity import Activity, Grain
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection
from support.memory_book import MemoryBook
from support.sample_entries import SAMPLE_ARTIFACT, SampleEntries

START = datetime(2026, 1, 5, 9, 58, tzinfo=UTC)
OTHERS = tuple("sha256:" + sha256(word).hexdigest() for word in (b"one", b"two"))
NOWHERE = {
    "asked": "m",
    "artifact": None,
    "status": "unknown",
    "method": "none",
    "reason": "not stated",
    "resolved_at": None,
    "remote_host": None,
}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Six exchanges a minute apart across an hour's end, one refusal, one open."""
    entries = SampleEntries(START)
    for number in range(6):
        changes: dict[str, Any] = {"model": NOWHERE} if number == 5 else {}
        entries.exchange(**changes)
        entries.wait(seconds=59.5)
    entries.refused()
    entries.request(entries.new_id("x"))
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        yield made.reader


@pytest.mark.parametrize(
    ("grain", "groups"),
    [
        (Grain.HOUR, [Activity("2026-01-05T09", 2), Activity("2026-01-05T10", 6)]),
        (Grain.DAY, [Activity("2026-01-05", 8)]),
    ],
)
def test_counts_group_by_the_leading_part_of_the_instant(reader: Reader, grain: Grain, groups: list[Activity]) -> None:
    """Requests and refusals alike: both were attempts that reached the gateway."""
    until = format_instant(START + timedelta(days=1))
    assert list(activity.counts(reader, format_instant(START), until, grain)) == groups


def test_counts_include_the_first_moment_and_exclude_the_last(reader: Reader) -> None:
    """Neighbouring intervals must not count an exchange twice."""
    since, until = format_instant(START + timedelta(minutes=1)), format_instant(START + timedelta(minutes=2))
    assert [each.exchanges for each in activity.counts(reader, since, until, Grain.MINUTE)] == [1]


def test_states_are_those_of_the_newest_only(reader: Reader) -> None:
    """The cost of the question must not grow with the book."""
    assert activity.states(reader, 1000) == {"complete": 6, "open": 1, "denied": 1}
    assert activity.states(reader, 2) == {"open": 1, "denied": 1}


def test_exchanges_that_cannot_name_their_bytes_are_counted_without_refusals(reader: Reader) -> None:
    """A refusal asked no model."""
    assert activity.without_artifact(reader, 1000) == 1


@pytest.mark.parametrize("recorded", [(), (SAMPLE_ARTIFACT,), (OTHERS[0],), (SAMPLE_ARTIFACT, *OTHERS)])
def test_digests_that_served_without_a_record_are_found(tmp_path: Path, recorded: tuple[str, ...]) -> None:
    """Jumping through the index must not jump over one."""
    entries = SampleEntries(START)
    for artifact in (OTHERS[1], SAMPLE_ARTIFACT, OTHERS[0], SAMPLE_ARTIFACT):
        entries.exchange(model=NOWHERE | {"artifact": artifact})
    entries.exchange(model=NOWHERE)
    for artifact in recorded:
        entries.artifact(artifact)
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        assert list(activity.served_without_record(made.reader)) == sorted({SAMPLE_ARTIFACT, *OTHERS} - set(recorded))


def test_empty_book_has_no_activity(tmp_path: Path) -> None:
    """And asking is no error."""
    with Projection(tmp_path / "r.sqlite", MemoryBook([])) as made:
        assert activity.states(made.reader, 10) == {}
        assert activity.served_without_record(made.reader) == ()
        assert activity.counts(made.reader, format_instant(START), format_instant(START), Grain.DAY) == ()
