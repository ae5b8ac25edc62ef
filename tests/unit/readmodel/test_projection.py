"""The projection follows the book, and notices when the book is another one."""

from __future__ import annotations

import json
import multiprocessing
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proofbook.errors import EntryDamaged, StoreUnavailable
from proofbook.readmodel import exchanges, projection, sources
from proofbook.readmodel.connection import open_writing, roomy
from proofbook.readmodel.projection import Projection, ReadOnlyProjection
from support.memory_book import MemoryBook
from support.projecting import catch_up
from support.sample_entries import GATEWAY, SampleEntries

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def sample(count: int = 3) -> SampleEntries:
    """A gateway that started and answered a few requests."""
    made = SampleEntries(START)
    made.started()
    for _ in range(count):
        made.exchange()
    return made


def everything(path: Path, book: MemoryBook) -> list[object]:
    """What the projection answers, for comparing two of them."""
    with Projection(path, book) as made:
        made.catch_up()
        return [exchanges.page(made.reader, limit=1000), sources.every(made.reader), list(exchanges.stray_responses(made.reader))]


def test_it_follows_the_book_step_by_step(tmp_path: Path) -> None:
    """Pages are read while traffic goes on."""
    entries = sample(2)
    book = MemoryBook(entries.raw)
    with Projection(tmp_path / "r.sqlite", book) as made:
        assert made.catch_up() == len(entries.raw)
        entries.exchange()
        assert made.position == len(entries.raw) - 2
        assert made.catch_up() == made.position == len(entries.raw)
        assert len(exchanges.page(made.reader)) == 3


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_where_batches_are_cut_makes_no_difference(tmp_path: Path, step: int) -> None:
    """A response may arrive in a later batch than its request, twice, or without any request."""
    entries = sample(4)
    late = entries.new_id("x")
    entries.request(late)
    entries.exchange()
    entries.response(late, state="client_aborted", reason="the caller hung up")
    entries.response(late)
    entries.response("x_nobody")
    entries.refused()
    whole = everything(tmp_path / "whole.sqlite", MemoryBook(entries.raw))
    growing: list[bytes] = []
    book = MemoryBook(growing)
    with Projection(tmp_path / "step.sqlite", book) as made:
        for start in range(0, len(entries.raw), step):
            growing.extend(entries.raw[start : start + step])
            made.catch_up()
    assert everything(tmp_path / "step.sqlite", book) == whole
    strays = whole[2]
    assert isinstance(strays, list)
    assert [each.exchange for each in strays] == [late, "x_nobody"]


def test_a_book_of_another_origin_starts_the_projection_again(tmp_path: Path) -> None:
    """A projection of one company's book must never show another's rows."""
    path = tmp_path / "r.sqlite"
    everything(path, MemoryBook(sample(3).raw))
    other = MemoryBook(sample(1).raw, origin="sample.example/proofbook/other")
    with Projection(path, other) as made:
        assert made.catch_up() == 3
        assert len(exchanges.page(made.reader)) == 1


def test_a_restored_book_starts_the_projection_again(tmp_path: Path) -> None:
    """A backup is shorter, and what is recorded after it differs; neither may be mixed with what was seen before."""
    path = tmp_path / "r.sqlite"
    entries = sample(3)
    everything(path, MemoryBook(entries.raw))
    shorter = entries.raw[:-2]
    with Projection(path, MemoryBook(shorter)) as made:
        made.catch_up()
        assert len(exchanges.page(made.reader)) == 2
    branch = SampleEntries(START, raw=list(shorter))
    branch.refused()
    branch.refused()
    with Projection(path, MemoryBook(branch.raw)) as made:
        made.catch_up()
        assert [each.refused for each in exchanges.page(made.reader)] == [True, True, False, False]
    assert everything(path, MemoryBook(branch.raw)) == everything(tmp_path / "fresh.sqlite", MemoryBook(branch.raw))


def test_rebuilding_gives_the_same_answers(tmp_path: Path) -> None:
    """It is disposable only if this holds."""
    book = MemoryBook(sample(5).raw)
    before = everything(tmp_path / "r.sqlite", book)
    with Projection(tmp_path / "r.sqlite", book) as made:
        assert made.rebuild() == book.size()
    assert everything(tmp_path / "r.sqlite", book) == before


def test_an_older_schema_is_rebuilt(tmp_path: Path) -> None:
    """After an upgrade the first start puts the file right by itself."""
    book = MemoryBook(sample(2).raw)
    path = tmp_path / "r.sqlite"
    with Projection(path, book) as made:
        made.catch_up()
        made.reader.write("set_position", [(projection.SCHEMA - 1, book.origin, 5, None)])
    assert everything(path, book) == everything(tmp_path / "fresh.sqlite", book)


def test_a_damaged_entry_is_named_and_leaves_the_position_where_it_was(tmp_path: Path) -> None:
    """An entry that was edited in storage must not leave half a batch behind."""
    entries = sample(2)
    body = json.loads(entries.raw[3])
    del body["body"]["principal"]
    entries.raw[3] = json.dumps(body).encode()
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        with pytest.raises(EntryDamaged, match="entry 3"):
            made.catch_up()
        assert made.position == 0
        assert exchanges.page(made.reader) == ()


@pytest.mark.parametrize("data", [b"not json", b"[]", b"{}", b'{"kind":[],"source":1}', b"[" * 100_000, b"\xff"])
def test_bytes_that_are_no_entry_raise_our_error(tmp_path: Path, data: bytes) -> None:
    """A leaked KeyError would be a bug."""
    with Projection(tmp_path / "r.sqlite", MemoryBook([data])) as made, pytest.raises(EntryDamaged, match="entry 0"):
        made.catch_up()


def test_pages_read_what_another_connection_caught_up_and_cannot_write(tmp_path: Path) -> None:
    """The portal opens the file read-only."""
    path = tmp_path / "r.sqlite"
    with pytest.raises(StoreUnavailable):
        ReadOnlyProjection(path)
    book = MemoryBook(sample(1).raw)
    with Projection(path, book) as writing, ReadOnlyProjection(path) as reading:
        assert reading.position == 0
        writing.catch_up()
        assert reading.position == 3
        assert len(exchanges.page(reading.reader)) == 1
        with pytest.raises(StoreUnavailable):
            reading.reader.write("set_position", [(1, "x", 0, None)])


def test_a_file_that_is_no_database_is_said_to_be_deletable(tmp_path: Path) -> None:
    """The repair is in the message."""
    path = tmp_path / "r.sqlite"
    path.write_bytes(b"this is not a database, but it is long enough to be looked at" * 20)
    with pytest.raises(StoreUnavailable, match="deleted"):
        Projection(path, MemoryBook())


def test_two_processes_may_catch_up_at_once(tmp_path: Path) -> None:
    """The gateway and a command do."""
    raw = sample(60).raw
    path = tmp_path / "r.sqlite"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=catch_up, args=(path, raw)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert everything(path, MemoryBook(raw)) == everything(tmp_path / "fresh.sqlite", MemoryBook(raw))


def test_a_number_that_does_not_follow_is_kept(tmp_path: Path) -> None:
    """Somebody deleted a record: the hole shows."""
    entries = sample(1)
    entries.add("source.heartbeat", GATEWAY, {"run": "r_1", "open_exchanges": 0, "refused": 0, "exchanges": 0}, skip_numbers=2)
    with Projection(tmp_path / "r.sqlite", MemoryBook(entries.raw)) as made:
        made.catch_up()
        assert sources.sequence_breaks(made.reader) == (sources.SequenceBreak(3, GATEWAY, 4, 6),)


def test_a_large_cache_lasts_only_as_long_as_much_is_taken_in(tmp_path: Path) -> None:
    """Whoever reads afterwards (an export, the portal) would hold it for as long as they run."""
    path = tmp_path / "r.sqlite"
    connection = open_writing(path)
    sizes = [connection.pragma("cache_size")]
    with suppress(RuntimeError), roomy(connection, path):
        sizes.append(connection.pragma("cache_size"))
        raise RuntimeError
    sizes.append(connection.pragma("cache_size"))
    connection.close()
    assert sizes == [-8192, -65536, -8192]
