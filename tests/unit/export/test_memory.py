"""Memory does not grow with the period."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from support.sample_room import make_room, start_book


def peak_of(count: int, folder: Path) -> int:
    """Bytes Python held at most while a room of so many exchanges was made; the book itself is not counted."""
    book = start_book(datetime(2026, 1, 1, tzinfo=UTC))
    for _ in range(count):
        book.entries.exchange()
    book.sign()
    tracemalloc.start()
    try:
        make_room(book, folder / "room")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_twice_the_exchanges_do_not_take_twice_the_memory(tmp_path: Path) -> None:
    """Tables are streamed; what must be remembered for each row lies on disk."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    first, second = peak_of(5_500, small), peak_of(11_000, large)
    assert second - first < 4 * 1024 * 1024, (first, second)
