"""Memory does not grow with the period."""

from __future__ import annotations

import gc
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
    gc.collect()
    gc.freeze()  # or what other tests left behind decides when garbage of this one is looked for
    gc.collect()
    tracemalloc.start()
    try:
        make_room(book, folder / "room")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_twice_the_exchanges_do_not_take_twice_the_memory(tmp_path: Path) -> None:
    """Tables are streamed; what is remembered for each row (mostly by the verifier, to find its join) stays below a kibibyte."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    first, second = peak_of(600, small), peak_of(1_200, large)
    assert second - first < 600 * 1024, (first, second)
