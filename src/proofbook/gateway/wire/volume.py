"""How much a JSON document holds, found out before it is read: many short values take thirty times their spelling in memory.

Promises: linear, and cheap for what is usual; text within strings does not count, however long it is. Hostile bytes cause nothing
but an answer; what is no JSON gets some answer, too.
"""

from __future__ import annotations

import re
from typing import Final

MOST_VALUES: Final = 1_000_000
"""Values of one document that are read: more tokens than any model takes at once."""
UNCOUNTED: Final = 1024 * 1024
"""Bytes that cannot hold much."""
_VALUE: Final = re.compile(rb'"[^"]*"?|[\[{,]')


def holds_too_many(document: bytes) -> bool:
    """Whether a JSON document has more than `MOST_VALUES` values."""
    if len(document) <= UNCOUNTED or sum(map(document.count, (b"[", b"{", b","))) <= MOST_VALUES:
        return False
    count = 0
    for found in _VALUE.finditer(
        document.replace(b"\\\\", b"").replace(b'\\"', b"")
    ):  # what is left of quotes begins or ends text
        count += found[0][:1] != b'"'
        if count > MOST_VALUES:
            return True
    return False
