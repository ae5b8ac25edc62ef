"""Which checkpoint a room is as of where witnesses cosign: theirs when it comes soon, never one that comes much later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from proofbook.export.book_part import choose_checkpoint
from proofbook.primitives.instants import parse_period
from proofbook.tlog.note import parse_note
from support.memory_book import MemoryBook
from support.witness_at_work import COSIGNER

PERIOD = parse_period("2026-01-01", "2026-01-31", "UTC")
END = datetime(2026, 2, 1, tzinfo=UTC)


def signed_at(*hours: float) -> MemoryBook:
    """A book signed so many hours after the period's end, one entry more each time."""
    book = MemoryBook()
    for number, each in enumerate(hours):
        book.append([b"entry %d" % number])
        book.sign(END + timedelta(hours=each))
    return book


def cosign(book: MemoryBook, size: int) -> None:
    """As a witness that was asked about that checkpoint."""
    note = next(each.note for each in book.checkpoints() if each.size == size)
    book.cosign(size, COSIGNER.cosign(parse_note(note).text, time_seconds=1))


@pytest.mark.parametrize(
    ("hours", "cosigned", "chosen"),
    [
        ((-1, 1, 2, 3), (), 2),  # nobody: the first after the end
        ((-1, 1, 2, 3), (3,), 3),
        ((-1, 1, 2, 3), (1, 3, 4), 3),  # the first that covers the period
        ((-1, 1, 30), (3,), 2),  # too late to stand for the end of the period
        ((-1, 1), (1,), 2),  # before the end
        ((-3, -2), (1,), 2),  # an open period: the newest
    ],
)
def test_the_first_cosigned_one_within_a_day_is_taken(hours: tuple[float, ...], cosigned: tuple[int, ...], chosen: int) -> None:
    """The same again and again, so that two rooms of one closed period are one."""
    book = signed_at(*hours)
    for size in cosigned:
        cosign(book, size)
    found = choose_checkpoint(book, PERIOD, book.signer, None)
    assert found.size == chosen
    assert (COSIGNER.key.name.encode() in found.note) == (chosen in cosigned)
