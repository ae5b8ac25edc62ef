"""What the projection can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proofbook.errors import InputError
from proofbook.primitives.instants import Period
from proofbook.readmodel import artifacts, contents, exchanges, keys, sources
from proofbook.readmodel.connection import Reader, question
from proofbook.readmodel.projection import Projection
from proofbook.readmodel.walking import Filters
from support.memory_book import MemoryBook
from support.sample_entries import COLLECTOR, GATEWAY, SAMPLE_ARTIFACT, SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
OTHER = "sha256:" + sha256(b"other").hexdigest()
PERSON = {"id": "a.person", "kind": "person", "method": "api_key", "key": "k_2", "issuer": None}


@pytest.fixture
def entries() -> SampleEntries:
    """An empty sample to fill."""
    return SampleEntries(START)


@pytest.fixture
def reader(tmp_path: Path, entries: SampleEntries, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A projection of what the test's `fill` put into the entries."""
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        request.getfixturevalue("filled")
        made.catch_up()
        yield made.reader


@pytest.fixture
def filled(entries: SampleEntries) -> list[str]:
    """Twenty exchanges of two principals, two systems, two artifacts, and what stands around them."""
    entries.started()
    made = []
    for number in range(20):
        changes: dict[str, Any] = {}
        if number % 2:
            changes["principal"] = PERSON
        if number % 3 == 0:
            changes["system"] = "contract-review"
        if number % 5 == 0:
            changes["model"] = {
                "asked": "m",
                "artifact": OTHER,
                "status": "resolved",
                "method": "hash",
                "reason": None,
                "resolved_at": None,
                "remote_host": None,
            }
        made.append(entries.exchange(**changes))
    made.append(entries.new_id("x"))
    entries.request(made[-1])
    entries.refused()
    return made


def test_pages_walk_through_everything_once(reader: Reader, filled: list[str]) -> None:
    """Keyset paging: no row twice, none left out."""
    seen: list[str] = []
    before: int | None = None
    while rows := exchanges.page(reader, before, limit=6):
        seen += [each.exchange for each in rows]
        before = rows[-1].index
    assert seen[1:] == filled[::-1]
    assert len(seen) == 22


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(principal="a.person"), 10),
        (Filters(system="contract-review"), 7),
        (Filters(system="contract-review", principal="a.person"), 3),
        (Filters(artifact=OTHER), 4),
        (Filters(state="open"), 1),
        (Filters(state="denied"), 1),
        (Filters(state="refused"), 0),
        (Filters(state="complete", artifact=OTHER, principal="a.person"), 2),
        (Filters(since="2026-01-05T09:00:05.000000Z"), 12),
        (Filters(until="2026-01-05T09:00:05.000000Z"), 10),
        (Filters(principal="' OR 1=1 --"), 0),
    ],
)
def test_filters_narrow_and_combine(reader: Reader, filters: Filters, count: int) -> None:
    """Whatever index answers."""
    assert len(exchanges.page(reader, limit=100, filters=filters)) == count


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_a_size(reader: Reader, limit: int) -> None:
    """A request for a million rows is a mistake."""
    with pytest.raises(InputError):
        exchanges.page(reader, limit=limit)


def test_one_exchange_shows_request_and_response_together(reader: Reader, filled: list[str]) -> None:
    """This is what a person looks at."""
    found = exchanges.one(reader, filled[1])
    assert found is not None
    assert (found.principal, found.principal_kind, found.system) == ("a.person", "person", "support-assistant")
    assert (found.state, found.http_status, found.prompt_tokens, found.completion_tokens) == ("complete", 200, 21, 34)
    assert (found.artifact, found.stream, found.refused) == (SAMPLE_ARTIFACT, True, False)
    assert found.response_index == found.index + 1
    assert (found.request_bytes, found.response_bytes) == (321, 987)
    assert exchanges.one(reader, "x_nobody") is None


def test_open_exchanges_of_a_source_are_found(reader: Reader, filled: list[str]) -> None:
    """A gateway that starts again must close what its last run left open."""
    assert [each.exchange for each in exchanges.open_of(reader, GATEWAY)] == [filled[-1]]
    assert exchanges.open_of(reader, "gateway:other") == ()


def test_counts_are_of_the_period_the_size_and_the_systems(reader: Reader) -> None:
    """The count that an export is compared with."""
    day = Period(date(2026, 1, 5), date(2026, 1, 5), "UTC")
    assert exchanges.count_in(reader, day, size=10**6, refused=False) == 21
    assert exchanges.count_in(reader, day, size=11, refused=False) == 5
    assert exchanges.count_in(reader, day, size=10**6, refused=False, protocols=("openai.models",)) == 0
    assert exchanges.count_in(reader, day, size=10**6, refused=False, systems=("contract-review",)) == 7
    assert exchanges.count_in(reader, day, size=10**6, refused=True, systems=("contract-review",)) == 1
    other = Period(date(2026, 1, 4), date(2026, 1, 4), "UTC")
    assert exchanges.count_in(reader, other, size=10**6, refused=False) == 0


def test_the_newest_record_of_an_artifact_is_in_force_and_older_ones_are_kept(tmp_path: Path, entries: SampleEntries) -> None:
    """Also as of an earlier size of the book."""
    first = entries.artifact()
    entries.artifact(OTHER)
    second = entries.artifact(verification="hash_matches_publisher_metadata")
    entries.exchange(
        model={
            "asked": None,
            "artifact": "sha256:" + "0" * 64,
            "status": "resolved",
            "method": "x",
            "reason": None,
            "resolved_at": None,
            "remote_host": None,
        }
    )
    entries.collected(found=1)
    last = entries.collected(found=2)
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        ask = made.reader
        assert [each.index for each in artifacts.latest(ask)] == [1, second]
        assert [each.index for each in artifacts.latest(ask, size=2)] == [first, 1]
        assert [each.index for each in artifacts.versions(ask, SAMPLE_ARTIFACT)] == [second, first]
        found = artifacts.by_digest(ask, SAMPLE_ARTIFACT)
        assert found is not None
        assert found.verification == "hash_matches_publisher_metadata"
        assert artifacts.by_digest(ask, "sha256:none") is None
        assert artifacts.count(ask, 10**6) == 2
        assert [(each.artifact[-1], each.exchanges) for each in artifacts.unrecorded(ask)] == [("0", 1)]
        assert [(each.index, each.found) for each in artifacts.latest_collections(ask)] == [(last, 2)]


def test_sources_tell_when_they_were_last_heard_and_how_they_ended(tmp_path: Path, entries: SampleEntries) -> None:
    """Clean, unclean and never are three different things."""
    entries.started("r_1")
    entries.wait(seconds=60)
    entries.beat("r_1")
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        ask = made.reader
        made.catch_up()
        assert sources.previous_end(ask, GATEWAY) == "unclean"
        assert sources.previous_end(ask, COLLECTOR) == "none"
        entries.stopped("r_1")
        made.catch_up()
        assert sources.previous_end(ask, GATEWAY) == "clean"
        since = entries.now
        entries.wait(hours=1)
        entries.started("r_2", "clean")
        entries.gap(since, "stopped")
        made.catch_up()
        one = sources.one(ask, GATEWAY)
        assert one is not None
        assert (one.last_seq, one.entries, one.last_heartbeat) == (5, 5, "2026-01-05T09:01:00.000000Z")
        assert sources.one(ask, "nobody") is None
        assert [(each.since, each.until, each.reason) for each in sources.gaps(ask, GATEWAY)] == [
            ("2026-01-05T09:01:00.000000Z", "2026-01-05T10:01:00.000000Z", "stopped")
        ]
        assert [(each.run, each.stopped is None) for each in sources.runs(ask, GATEWAY)] == [("r_2", True), ("r_1", False)]


def test_the_key_ring_knows_who_holds_which_key_and_until_when(tmp_path: Path, entries: SampleEntries) -> None:
    """The gateway admits callers by it."""
    entries.key_issued("k_1")
    entries.key_issued("k_2", "a.person")
    issued = entries.instant()
    entries.wait(hours=1)
    entries.key_revoked("k_1")
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        first, second = keys.every(made.reader)
    assert (first.key, first.principal, first.system) == ("k_1", "sample-service", "support-assistant")
    assert first.secret_sha256 == sha256(b"k_1").hexdigest()
    assert first.is_valid_at(issued)
    assert not first.is_valid_at(entries.instant())
    assert second.is_valid_at(entries.instant())
    assert not second.is_valid_at("2026-01-01T00:00:00.000000Z")


def test_content_events_tell_holds_and_erasures(tmp_path: Path, entries: SampleEntries) -> None:
    """A hold that was released is no hold; an erasure is counted once."""
    entries.held("c_1")
    entries.held("c_2")
    entries.released("c_1")
    entries.erased("c_1")
    entries.erased("c_1")
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        assert [each.conversation for each in contents.held(made.reader)] == ["c_2"]
        assert [each.kind for each in contents.of_conversation(made.reader, "c_1")][:2] == ["content.held", "content.released"]
        assert contents.count_erased(made.reader, 10) == 1
        assert contents.count_erased(made.reader, 3) == 0


def test_every_question_has_a_file_that_is_used() -> None:
    """A question nobody asks is dead weight; a missing one fails at run time only."""
    room = Path(exchanges.__file__).parent
    code = "".join(each.read_text() for each in sorted(room.glob("*.py")))
    for path in sorted((room / "queries").glob("*.sql")):
        assert question(path.stem).rstrip().endswith(";")
        assert f'"{path.stem}"' in code or path.stem.startswith("walk_"), path.stem


def test_two_copies_of_the_same_bytes_are_two_places(tmp_path: Path, entries: SampleEntries) -> None:
    """Discovery compares places: a copy that is on record must not be listed as unrecorded because another copy is newer."""
    first = entries.artifact(SAMPLE_ARTIFACT)
    copy = entries.artifact(SAMPLE_ARTIFACT, location="/srv/copies/sample-model.gguf")
    elsewhere = entries.artifact(SAMPLE_ARTIFACT, host="other-host")
    newer = entries.artifact(OTHER)
    with Projection(tmp_path / "places.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()

        assert [copy, elsewhere, newer] == [each.index for each in artifacts.by_place(made.reader)]
        assert first not in {each.index for each in artifacts.by_place(made.reader)}
