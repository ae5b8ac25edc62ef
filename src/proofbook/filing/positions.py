"""From an offset in a text to line and column, and the characters no text file should hold.

Promises: columns count characters, lines end at a line feed. `find_unreadable` names every character that YAML and JSON readers
do not agree on, before a parser sees the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from proofbook.filing.marked import Place

_UNREADABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Positions:
    """Finds places in one text."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        """The place of a character."""
        line = bisect_right(self._starts, offset)
        return Place(self._file, line, offset - self._starts[line - 1] + 1)


def find_unreadable(text: str) -> Iterator[tuple[int, str]]:
    """Offset and character of everything that is not printable text."""
    return ((found.start(), found.group()) for found in _UNREADABLE.finditer(text))
