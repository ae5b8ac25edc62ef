"""Outside text made fit for an entry: well-formed Unicode, bounded, nothing guessed.

JSON may spell lone surrogates, which have no UTF-8 form; they become U+FFFD. Text beyond its bound ends in an ellipsis, so that
a cut value is never taken for a whole one.
"""

from __future__ import annotations

from proofbook.primitives.canonical import MAX_INTEGER


def bounded_text(value: object, limit: int) -> str | None:
    """`value` as text of at most `limit` characters; None when it is not text or is empty."""
    if type(value) is not str or not value:
        return None
    if not value.isascii():
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value if len(value) <= limit else value[: limit - 1] + "…"


def bounded_count(value: object) -> int | None:
    """`value` as a count; None when it is not an exact non-negative integer."""
    return value if type(value) is int and 0 <= value <= MAX_INTEGER else None
