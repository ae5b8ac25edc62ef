"""Text from outside, made fit for a record and a terminal.

Promises: the result is well-formed Unicode without control characters, at most `cap` characters; what could not be kept is shown
escaped, what was cut ends in an ellipsis. Does not escape for HTML: faces do that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from proofbook.records.provenance import Finding

MAX_DETAIL = 300
MAX_PATH = 400


def plain(text: str, cap: int = MAX_DETAIL) -> str:
    """`text` without what a record cannot hold or a terminal would obey."""
    if len(text) > cap:
        text = text[: cap - 1] + "…"
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode("ascii") for mark in text)


def plain_path(path: PurePath | str) -> str:
    """A path as text; bytes that are not UTF-8 are shown escaped."""
    return plain(str(path), MAX_PATH)


def finding(code: str, detail: str, path: PurePath | str | None = None) -> Finding:
    """A finding whose words come from outside."""
    return Finding(code=code, detail=plain(detail), path=None if path is None else plain_path(path))


def plain_mapping(values: Mapping[str, str], *, entries: int, cap: int) -> dict[str, str]:
    """The first `entries` pairs, both sides plain and short."""
    kept = list(values.items())[:entries]
    return {plain(key, 80).encode("ascii", "backslashreplace").decode("ascii"): plain(value, cap) for key, value in kept}
