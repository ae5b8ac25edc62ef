"""What passed in spite of a lack, what was turned away, and by which settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from proofbook.readmodel import traffic
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.traffic import Denied, Flagged
from proofbook.records.envelope import Actor, ActorKind
from support.memory_book import MemoryBook
from support.sample_entries import SAMPLE_ARTIFACT, SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SINCE, UNTIL = "2020-01-01T00:00:00.000000Z", "2030-01-01T00:00:00.000000Z"
PERSON = {"id": "sample-person", "kind": "person", "method": "api_key", "key": "k_2", "issuer": None}


@pytest.fixture
def entries() -> SampleEntries:
    """A book in memory."""
    return SampleEntries(START)


@pytest.fixture
def reader(tmp_path: Path, entries: SampleEntries) -> Iterator[Reader]:
    """Its projection, with two flagged exchanges and some denials of one caller."""
    entries.exchange()
    entries.exchange(flags=["grant_missing", "model_unapproved"])
    entries.exchange(flags=["grant_missing"])
    entries.refused("grant_missing", principal=PERSON, system="support-assistant")
    entries.refused("grant_missing", principal=PERSON, system="support-assistant", count=40, until=entries.instant())
    entries.refused("path_not_served", principal=PERSON, system="support-assistant")
    entries.refused()
    with Projection(tmp_path / "readmodel.sqlite", MemoryBook(entries.raw)) as projection:
        projection.catch_up()
        yield projection.reader


def test_flags_are_counted_by_caller_and_artifact(reader: Reader, entries: SampleEntries) -> None:
    """An exchange with two lacks counts under each; one without stands in no row."""
    found = traffic.flagged(reader, SINCE, UNTIL, len(entries.raw))
    told = {(each.flag, each.principal, each.artifact): each.exchanges for each in found}
    assert told == {
        ("grant_missing", "sample-service", SAMPLE_ARTIFACT): 2,
        ("model_unapproved", "sample-service", SAMPLE_ARTIFACT): 1,
    }
    assert all(isinstance(each, Flagged) and SINCE < each.first <= each.last < UNTIL for each in found)
    assert traffic.flagged(reader, SINCE, UNTIL, 0) == ()


def test_denials_are_counted_as_often_as_they_happened(reader: Reader, entries: SampleEntries) -> None:
    """One entry may stand for many; what merely could not be served is no denial."""
    found = traffic.denied(reader, SINCE, UNTIL, len(entries.raw))
    assert [(each.system, each.principal, each.reason, each.attempts) for each in found] == [
        (None, "unknown", "key_unknown", 1),
        ("support-assistant", "sample-person", "grant_missing", 41),
    ]
    assert all(isinstance(each, Denied) for each in found)


def test_settings_are_those_that_were_loaded(tmp_path: Path, entries: SampleEntries) -> None:
    """Which policy was in force when is read from what the gateway said when it started."""
    body: dict[str, Any] = {
        "digest": "sha256:" + "0" * 64,
        "program": "proofbook gateway",
        "settings": {"gateway.admission": ["desk grant:flag"]},
    }
    operator = Actor("sample-operator", ActorKind.PERSON, "local_account")
    entries.add("config.loaded", "settings", body, actor=operator, source="cli")
    with Projection(tmp_path / "readmodel.sqlite", MemoryBook(entries.raw)) as projection:
        projection.catch_up()
        (found,) = traffic.configs(projection.reader, len(entries.raw))
    assert (found.program, found.settings) == ("proofbook gateway", {"gateway.admission": ["desk grant:flag"]})
