"""Receipts: taken away, and holding the book to them later."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from proofbook.errors import InputError, MalformedBundle, UnavailableError
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.receipts import Receipt, ReceiptCheck, check_receipt, list_receipts, make_receipt
from proofbook.primitives.verdict import Met, Unknown, Unmet
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.merkle import EMPTY_ROOT
from proofbook.tlog.note import sign_note
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk
from support.memory_book import MemoryBook, sample_signer
from support.sample_room import start_book


def give(desk: FieldworkDesk) -> Receipt:
    """A receipt that is recorded."""
    vkey = desk.pinned.vkey
    made = make_receipt(
        desk.book, desk.act(Side.AUDITOR), desk.ids, to="An Auditor", entity="Sample Company", vkey=vkey, engagement=ENGAGEMENT
    )
    desk.record(made.submissions)
    return made


def check(desk: FieldworkDesk, data: bytes, book: MemoryBook | None = None) -> ReceiptCheck:
    """Holds a book to it."""
    return check_receipt(book or desk.book, desk.reader, data, origin=desk.pinned.origin, vkey=desk.pinned.vkey)


def test_a_receipt_is_the_published_note_and_a_page_beside_it(desk: FieldworkDesk) -> None:
    """Verbatim, so that any program for C2SP notes reads it; and on record with its digests."""
    made = give(desk)
    assert made.note in [each.note for each in desk.book.checkpoints()]
    assert sha256(made.note).hexdigest().encode() in made.words
    assert b"An Auditor" in made.words
    known = list_receipts(desk.reader, ENGAGEMENT)
    assert [(each.to, each.size, each.file_sha256) for each in known] == [
        ("An Auditor", made.size, sha256(made.note).hexdigest())
    ]
    assert list_receipts(desk.reader, "other") == ()
    assert list_receipts(desk.reader) == known


def test_a_book_that_grew_goes_on_from_the_receipt(desk: FieldworkDesk) -> None:
    """Met, with a consistency proof, and it says who took it when."""
    made = give(desk)
    desk.request("R-1")
    found = check(desk, made.note)
    assert isinstance(found.verdict, Met)
    assert found.new_size is not None
    assert found.new_size > found.old_size
    assert found.given is not None
    assert found.given.to == "An Auditor"
    assert found.tone == "holds"


def test_a_receipt_of_today_holds_too(desk: FieldworkDesk) -> None:
    """Equal sizes need no proof, only equal roots."""
    desk.take_in()
    head = desk.book.latest_checkpoint()
    assert head is not None
    found = check(desk, head.note)
    assert isinstance(found.verdict, Met)
    assert found.given is None


def test_a_book_that_was_rewritten_does_not(desk: FieldworkDesk) -> None:
    """Somebody with the key makes another history of the same length: the receipt shows it."""
    made = give(desk)
    other = MemoryBook([*desk.book.raw], signer=desk.book.signer)
    other.raw[3] = other.raw[4]
    other.sign(desk.clock.now())
    found = check(desk, made.note, other)
    assert isinstance(found.verdict, Unmet)
    assert found.tone == "fails"
    assert any("does not contain the tree" in each.words for each in found.steps)


def test_a_book_that_lost_entries_does_not(desk: FieldworkDesk) -> None:
    """A backup that was restored is shorter than what was signed."""
    made = give(desk)
    shorter = MemoryBook(desk.book.raw[:5], signer=desk.book.signer)
    shorter.sign(desk.clock.now())
    found = check(desk, made.note, shorter)
    assert isinstance(found.verdict, Unmet)
    assert any("only" in each.words for each in found.steps)


def test_a_receipt_of_another_key_or_a_changed_one_does_not_hold(desk: FieldworkDesk) -> None:
    """A paper that this log never signed binds it to nothing."""
    text = format_checkpoint(Checkpoint(desk.book.origin, 3, desk.book.root(3)))
    forged = sign_note(text, [sample_signer(seed="another key")])
    assert isinstance(check(desk, forged).verdict, Unmet)
    made = give(desk)
    size = str(made.size).encode()
    changed = made.note.replace(b"\n" + size + b"\n", b"\n" + str(made.size - 1).encode() + b"\n", 1)
    assert isinstance(check(desk, changed).verdict, Unmet)


def test_another_logs_receipt_tells_nothing(desk: FieldworkDesk) -> None:
    """Unknown is an answer; it is not Unmet, for nothing was promised about this book."""
    signer = sample_signer("other.example/proofbook/main")
    text = format_checkpoint(Checkpoint("other.example/proofbook/main", 3, desk.book.root(3)))
    found = check(desk, sign_note(text, [signer]))
    assert isinstance(found.verdict, Unknown)
    assert found.tone == "open"


def test_a_receipt_survives_a_change_of_key(desk: FieldworkDesk) -> None:
    """The earlier key is in the book's own history."""
    made = give(desk)
    pinned = sample_signer(seed="next key")
    desk.book.rotate(pinned)
    desk.clock.advance(timedelta(minutes=1))
    desk.request("R-1")
    assert isinstance(check(desk, made.note).verdict, Met)


def test_the_receipt_of_an_empty_book_binds_nothing_and_says_so(desk: FieldworkDesk) -> None:
    """There is no proof from nothing, and none is needed."""
    empty = sign_note(format_checkpoint(Checkpoint(desk.book.origin, 0, EMPTY_ROOT)), [desk.book.signer])
    assert isinstance(check(desk, empty).verdict, Met)


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff" * 100, b"a\n1\nAAAA\n\n", b"x" * 2_000_000])
def test_a_file_that_is_no_receipt_is_bad_input(desk: FieldworkDesk, data: bytes) -> None:
    """Anything may be dropped on the page."""
    with pytest.raises(InputError):
        check(desk, data)


def test_nothing_is_given_before_anything_is_signed_or_to_nobody(desk: FieldworkDesk) -> None:
    """A receipt without a name or a checkpoint is none."""
    unsigned = start_book().book
    with pytest.raises(UnavailableError):
        make_receipt(unsigned, desk.act(), desk.ids, to="An Auditor", entity="Sample", vkey="x")
    with pytest.raises(InputError, match="says nothing"):
        make_receipt(desk.book, desk.act(), desk.ids, to=" ", entity="Sample", vkey="x")
    assert issubclass(MalformedBundle, InputError)
