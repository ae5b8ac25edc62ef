"""What is read of a book: what was committed, with proofs that lead to its roots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import EntryDamaged, InputError
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.proof import check_consistency, check_inclusion
from support.draft_builder import beats
from support.home_builder import BookPlace, make_book, recording

SIZE = 300


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """A book of 300 entries in two signed portions."""
    place = make_book(tmp_path)
    with recording(place) as recorder:
        recorder.submit(beats(99)).result()
    with recording(place) as recorder:
        recorder.submit(beats(SIZE - 100)).result()
    return place


@pytest.fixture
def book(place: BookPlace) -> Iterator[BookReader]:
    """The same, open for reading."""
    with BookReader(place.path) as reader:
        yield reader


def _damage(place: BookPlace, statement: str) -> None:
    connection = apsw.Connection(str(place.path))
    connection.execute(statement)
    connection.close()


def test_entries_and_leaves_agree(book: BookReader) -> None:
    """In order, by index and by range."""
    entries = list(book.entries(0, SIZE))
    assert [index for index, _ in entries] == list(range(SIZE))
    assert list(book.leaf_hashes(10, 20)) == [leaf_hash(data) for _, data in entries[10:20]]
    assert book.entry(7) == entries[7][1]
    assert list(book.entries(SIZE - 1, SIZE + 50)) == entries[-1:]
    assert list(book.entries(5, 5)) == []


def test_proofs_lead_to_the_roots(book: BookReader) -> None:
    """For entries on both sides of a tile's edge, and between all signed sizes."""
    marks = list(book.checkpoints())
    assert [mark.size for mark in marks][-1] == SIZE
    for mark in marks:
        assert book.root(mark.size) == mark.root
        for index in {0, mark.size // 2, mark.size - 1}:
            proof = book.inclusion(index, mark.size)
            check_inclusion(leaf_hash(book.entry(index)), proof, index=index, size=mark.size, root=mark.root)
    old, new = marks[0], marks[-1]
    proof = book.consistency(old.size, SIZE)
    check_consistency(proof, old_size=old.size, old_root=old.root, new_size=SIZE, new_root=new.root)


def test_checkpoints_are_found_by_time(book: BookReader) -> None:
    """An export asks for the first signature at or after its end."""
    newest = book.latest_checkpoint()
    assert newest is not None
    assert book.checkpoint_since(newest.signed_at) is not None
    assert book.checkpoint_since("9999-01-01T00:00:00.000000Z") is None


@pytest.mark.parametrize("index", [-1, SIZE])
def test_an_entry_that_is_not_there_is_input(book: BookReader, index: int) -> None:
    """Whoever asks for it is told how many there are."""
    with pytest.raises(InputError, match=f"the book holds {SIZE}"):
        book.entry(index)


@pytest.mark.parametrize("size", [-1, SIZE + 1])
def test_a_tree_that_is_not_there_is_input(book: BookReader, size: int) -> None:
    """Sizes beyond the book have no root and no proofs."""
    with pytest.raises(InputError, match="no tree of size"):
        book.root(size)


def test_a_hole_is_damage_and_named(place: BookPlace) -> None:
    """Indices below the size never go away."""
    _damage(place, "DELETE FROM entry WHERE idx IN (150, 299)")
    with BookReader(place.path) as book:
        with pytest.raises(EntryDamaged, match="entry 150 is missing"):
            book.entry(150)
        with pytest.raises(EntryDamaged, match="entry 150 is missing"):
            list(book.entries(140, 160))
        with pytest.raises(EntryDamaged, match="entry 299 is missing"):
            list(book.entries(290, 300))


def test_a_missing_tile_or_head_is_damage_and_named(place: BookPlace) -> None:
    """Proofs are never made from what is not there."""
    _damage(place, "DELETE FROM entry WHERE idx = 298")
    with BookReader(place.path) as book, pytest.raises(EntryDamaged, match="tile 0/1 lacks"):
        book.inclusion(297, SIZE)
    _damage(place, "DELETE FROM tile")
    with BookReader(place.path) as book:
        with pytest.raises(EntryDamaged, match="tile 1/0 lacks"):
            book.root(SIZE)
        with pytest.raises(EntryDamaged, match="tile 0/0 is missing"):
            book.inclusion(3, 256)
    _damage(place, "DELETE FROM head")
    with BookReader(place.path) as book, pytest.raises(EntryDamaged, match="no head"):
        book.size()


def test_a_file_damaged_below_the_rows_leaves_as_damage(place: BookPlace) -> None:
    """Flipped pages must not end in SQLite's own errors."""
    raw = bytearray(place.path.read_bytes())
    for start in range(4096, len(raw), 4096):
        raw[start : start + 16] = b"\xff" * 16
    place.path.write_bytes(raw)
    with pytest.raises(EntryDamaged, match="the file is damaged"), BookReader(place.path) as book:
        list(book.entries(0, SIZE))


def test_a_snapshot_does_not_see_what_is_appended(place: BookPlace, book: BookReader) -> None:
    """An inspection looks at one moment."""
    with book.snapshot() as size:
        with recording(place) as recorder:
            recorder.submit(beats(5)).result()
        assert book.size() == size == SIZE
    assert book.size() == SIZE + 5


def test_an_empty_book_has_no_checkpoint(tmp_path: Path) -> None:
    """None, never a made-up one."""
    place = make_book(tmp_path)
    _damage(place, "DELETE FROM checkpoint")
    with BookReader(place.path) as book:
        assert book.latest_checkpoint() is None
