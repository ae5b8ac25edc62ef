"""Whether the book is the one this home pins: its log and its key.

Promises: what is wrong is said in words; nothing is said when nothing is. Does not: check proofs or signatures.
"""

from __future__ import annotations

from proofbook.portal.surroundings import Desk


def find_foreign(desk: Desk) -> str | None:
    """What is wrong with the book's identity, or None."""
    keys = desk.book.keys()
    if desk.book.origin != desk.sources.origin:
        return "The book is of another log than the one this home pins."
    if not keys or keys[-1].vkey != desk.sources.vkey:
        return "The book names another signing key than the one this home pins."
    return None
