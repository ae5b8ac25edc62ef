"""Work for a process of its own: catch a projection up with a list of entries."""

from __future__ import annotations

from pathlib import Path

from proofbook.readmodel.projection import Projection
from support.memory_book import MemoryBook


def catch_up(path: Path, raw: list[bytes]) -> None:
    """Open, catch up, close."""
    with Projection(path, MemoryBook(raw)) as made:
        made.catch_up()
