"""A checkpoint that somebody kept is what a rebuilt book cannot match."""

from __future__ import annotations

import pytest

from proofbook.book.receipts import check_held_checkpoint
from proofbook.errors import HistoryDiverged, MalformedBundle, SignatureInvalid
from support.draft_builder import START
from support.memory_book import MemoryBook, sample_signer


def _book(*entries: bytes) -> MemoryBook:
    book = MemoryBook(list(entries))
    book.sign(START)
    return book


def test_a_book_that_only_grew_still_leads_to_it() -> None:
    """The holder need not be told about what came later."""
    book = _book(b"a", b"b")
    held = book.latest_checkpoint()
    assert held is not None
    book.raw.append(b"c")
    assert check_held_checkpoint(book, held.note, [book.keys()[0].vkey]).size == 2


def test_a_rebuilt_or_shortened_book_does_not() -> None:
    """Both name the place."""
    held = _book(b"a", b"b").latest_checkpoint()
    assert held is not None
    for book, place in ((_book(b"a", b"x", b"c"), "entries 0 to 1"), (_book(b"a"), "entry 1")):
        with pytest.raises(HistoryDiverged) as caught:
            check_held_checkpoint(book, held.note, [book.keys()[0].vkey])
        assert caught.value.place == place


def test_only_the_keys_of_the_holder_count() -> None:
    """A checkpoint that anyone else signed says nothing."""
    book = _book(b"a")
    held = book.latest_checkpoint()
    assert held is not None
    with pytest.raises(SignatureInvalid):
        check_held_checkpoint(book, held.note, [])
    other = MemoryBook([b"a"], signer=sample_signer(seed="other"))
    with pytest.raises(SignatureInvalid):
        check_held_checkpoint(book, held.note, [other.keys()[0].vkey])
    assert check_held_checkpoint(book, held.note, [other.keys()[0].vkey, *[book.keys()[0].vkey] * 2]).size == 1


def test_the_checkpoint_of_another_log_is_refused() -> None:
    """Same key, other origin: another log."""
    book = _book(b"a")
    other = MemoryBook([b"a"], origin="other.example/log")
    note = other.sign(START).note
    with pytest.raises((MalformedBundle, SignatureInvalid)):
        check_held_checkpoint(book, note, [book.keys()[0].vkey, other.keys()[0].vkey])
