"""Noticing a stream's own end mark in passing, however the bytes were cut into pieces.

Promises: a mark that ends in a piece is noticed in that piece. That JSON text cannot look like a mark is the pattern's business
(within a JSON string quotes are escaped and line ends do not occur); what is noticed too early only waits for its record.
"""

from __future__ import annotations

import re


class MarkWatch:
    """Watches one stream. `quick` is part of every mark; `pattern` matches a mark, which has at most `longest` bytes."""

    __slots__ = ("_overlap", "_pattern", "_quick", "_tail")

    def __init__(self, quick: bytes, pattern: re.Pattern[bytes], longest: int) -> None:
        self._quick = quick
        self._pattern = pattern
        self._overlap = longest - 1
        self._tail = b"\n"

    def completes_in(self, piece: bytes) -> bool:
        """Whether a mark ends inside `piece`."""
        whole = self._tail + piece
        self._tail = whole[-self._overlap :]
        return self._quick in whole and self._pattern.search(whole) is not None
