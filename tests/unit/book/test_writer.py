"""The one writer: what it appends, when it signs, and which books it refuses to carry on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from proofbook.book.fence import FenceState
from proofbook.book.reader import BookReader
from proofbook.book.sqlite import transaction
from proofbook.book.writer import BookWriter, Row
from proofbook.errors import EntryDamaged, HistoryDiverged, IntegrityError, StoreUnavailable
from proofbook.journal.store import Store, create_store
from proofbook.tlog.vkey import format_vkey
from support.draft_builder import OCCURRED
from support.home_builder import BookPlace
from support.memory_book import sample_signer


def _rows(count: int, first: int = 1) -> list[Row]:
    return [Row(f"entry {first + n}".encode(), "k", "s", first + n, OCCURRED) for n in range(count)]


def _append(store: Store, rows: list[Row]) -> None:
    with transaction(store.connection, store.path):
        store.book.append(rows)


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """An empty book."""
    place = BookPlace(tmp_path, sample_signer())
    store = create_store(place.path, signer=place.signer, fence=place.fence, vault_key=place.vault_key, entropy=os.urandom)
    store.connection.close()
    return place


@pytest.fixture
def store(place: BookPlace) -> Iterator[Store]:
    """The same, open."""
    store = place.open()
    yield store
    store.connection.close()


def test_an_empty_book_signs_nothing(store: Store) -> None:
    """There is nothing to say yet."""
    assert store.book.sign_checkpoint(OCCURRED) is None
    assert (store.book.size, store.book.next_seq("s"), store.book.signed_size) == (0, 1, 0)


def test_a_checkpoint_covers_what_is_committed_and_only_once(place: BookPlace, store: Store) -> None:
    """The fence stands at the same size and root before the note exists."""
    _append(store, _rows(3))
    made = store.book.sign_checkpoint(OCCURRED)
    assert made is not None
    assert place.fence.read() == FenceState(3, made.root)
    assert store.book.sign_checkpoint(OCCURRED) is None
    with BookReader(place.path) as book:
        assert book.latest_checkpoint() == made
        assert book.root(3) == made.root


def test_an_open_transaction_is_never_signed(store: Store) -> None:
    """What is not synced may still vanish."""
    with transaction(store.connection, store.path):
        store.book.append(_rows(1))
        with pytest.raises(RuntimeError, match="committed"):
            store.book.sign_checkpoint(OCCURRED)


def test_a_failed_transaction_leaves_memory_as_it_was(place: BookPlace, store: Store) -> None:
    """Otherwise the next entry would get a wrong index, number and root."""
    _append(store, _rows(300))
    mark = store.book.mark()
    with pytest.raises(StoreUnavailable):
        _append(store, [*_rows(300, 301), Row(b"x", "k", "s", "no number", OCCURRED)])  # type: ignore[arg-type]  # refused by SQLite
    store.book.reset(mark)
    assert (store.book.size, store.book.next_seq("s"), store.book.next_seq("new")) == (300, 301, 1)
    _append(store, _rows(300, 301))
    store.book.sign_checkpoint(OCCURRED)
    with BookReader(place.path) as book:
        assert book.size() == 600
        assert book.kinds() == {"k": (599, 600)}


def test_a_book_that_is_reopened_grows_the_same_tree(place: BookPlace) -> None:
    """The edge comes back from tiles and leaf hashes, at any size."""
    for first, count in ((1, 255), (256, 1), (257, 300), (557, 3)):
        store = place.open()
        _append(store, _rows(count, first))
        store.book.sign_checkpoint(OCCURRED)
        store.connection.close()
    with BookReader(place.path) as book:
        whole = BookPlace(place.folder / "whole", sample_signer())
        whole.folder.mkdir()
        other = create_store(whole.path, signer=whole.signer, fence=whole.fence, vault_key=whole.vault_key, entropy=os.urandom)
        _append(other, _rows(559))
        assert other.book.sign_checkpoint(OCCURRED) is not None
        other.connection.close()
        with BookReader(whole.path) as reference:
            assert book.root(559) == reference.root(559)


def test_a_fence_that_was_passed_before_a_crash_is_signed_afterwards(place: BookPlace, store: Store) -> None:
    """Between fence and signature the process may die; the next one goes on from there."""
    _append(store, _rows(2))
    with BookReader(place.path) as book:
        place.fence.advance(None, FenceState(2, book.root(2)))
    again = place.open()
    made = again.book.sign_checkpoint(OCCURRED)
    assert made is not None
    assert made.size == 2
    again.connection.close()


def test_a_fence_moved_by_somebody_else_stops_the_writer(place: BookPlace, store: Store) -> None:
    """Two writers of one origin would fork it."""
    _append(store, _rows(1))
    place.fence.advance(None, FenceState(1, b"\x01" * 32))
    with pytest.raises(HistoryDiverged):
        store.book.sign_checkpoint(OCCURRED)


def test_an_origin_is_used_once(place: BookPlace, store: Store, tmp_path: Path) -> None:
    """A second book under a signed name would be a fork from its first entry."""
    _append(store, _rows(1))
    store.book.sign_checkpoint(OCCURRED)
    fresh = tmp_path / "fresh.sqlite"
    with pytest.raises(HistoryDiverged, match="signed before"):
        create_store(fresh, signer=place.signer, fence=place.fence, vault_key=place.vault_key, entropy=os.urandom)
    assert not fresh.exists()


def test_the_key_of_another_origin_is_refused(place: BookPlace) -> None:
    """A book put in another's place."""
    other = replace(place, signer=sample_signer("other.example/book"))
    with pytest.raises(HistoryDiverged, match=r"the key is for 'other\.example/book'"):
        other.open()


def test_another_key_of_the_same_origin_is_refused(place: BookPlace) -> None:
    """Keys change only by rotation."""
    with pytest.raises(IntegrityError, match="not the one this book names") as caught:
        replace(place, signer=sample_signer(seed="another")).open()
    assert caught.value.place == "log_key"


@pytest.mark.parametrize(
    ("damage", "place_named", "error"),
    [
        ("DELETE FROM head", "head", EntryDamaged),
        ("UPDATE head SET range = x'00'", "head", EntryDamaged),
        ("UPDATE head SET size = 9", "head", EntryDamaged),
        ("DELETE FROM entry WHERE idx = 299", "head", EntryDamaged),
        ("UPDATE entry SET leaf = zeroblob(32) WHERE idx = 299", "tile", EntryDamaged),
        ("UPDATE tile SET root = zeroblob(32)", "tile", EntryDamaged),
        ("DELETE FROM tile", "tile 1/0", EntryDamaged),
        ("UPDATE checkpoint SET root = zeroblob(32)", "checkpoint", EntryDamaged),
        ("UPDATE identity SET format = 'other'", "book.sqlite", IntegrityError),
        ("DROP TABLE identity", "book.sqlite", IntegrityError),
        ("DELETE FROM log_key", "log_key", IntegrityError),
    ],
)
def test_a_damaged_book_is_refused_at_the_door(
    place: BookPlace, store: Store, damage: str, place_named: str, error: type[IntegrityError]
) -> None:
    """Carrying on would sign the damage."""
    _append(store, _rows(300))
    store.book.sign_checkpoint(OCCURRED)
    store.connection.execute(damage)
    with pytest.raises(error) as caught:
        place.open()
    assert place_named in (caught.value.place or "")


def test_a_database_without_a_book_is_named(tmp_path: Path) -> None:
    """A wrong path must not look like an empty book."""
    place = BookPlace(tmp_path, sample_signer())
    connection = apsw.Connection(str(place.path))
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(IntegrityError, match="is not a book"):
        place.open()
    with pytest.raises(IntegrityError, match="is not a book"):
        BookReader(place.path)


def test_a_writable_disk_is_found_out_without_an_entry(store: Store) -> None:
    """That is how a recorder learns that the disk is back."""
    store.book.check_writable()
    assert store.book.size == 0
    store.connection.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreUnavailable, match="readonly"):
        store.book.check_writable()


def test_an_announced_key_takes_over_only_after_the_old_one_signed(place: BookPlace, store: Store) -> None:
    """In between nothing can be appended, by this writer or the next."""
    _append(store, _rows(1))
    store.book.sign_checkpoint(OCCURRED)
    incoming = sample_signer(seed="incoming")
    with transaction(store.connection, store.path):
        store.book.append(_rows(1, 2))
        store.book.announce_key(format_vkey(incoming.key))
    with pytest.raises(RuntimeError, match="rotation"):
        store.book.append(_rows(1, 3))
    with pytest.raises(RuntimeError, match="must sign"):
        store.book.replace_signer(incoming)
    again = place.open()
    with pytest.raises(RuntimeError, match="rotation"):
        again.book.append(_rows(1, 3))
    again.book.sign_checkpoint(OCCURRED)
    with pytest.raises(RuntimeError, match="announced"):
        again.book.replace_signer(sample_signer(seed="somebody else's"))
    again.book.replace_signer(incoming)
    _append(again, _rows(1, 3))
    again.book.sign_checkpoint(OCCURRED)
    again.connection.close()
    with BookReader(place.path) as book:
        assert [(key.from_size, key.to_size) for key in BookReader.keys(book)] == [(0, 2), (2, None)]
    with pytest.raises(IntegrityError, match="not the one"):
        BookWriter(store.connection, place.path, signer=place.signer, fence=place.fence)
