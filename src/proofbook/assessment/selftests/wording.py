"""Words of findings: moments, short quotations, lists, and what fixes it.

Promises: one line, printable characters only, bounded length; nothing here concludes anything about a control. Whoever shows a
finding still escapes it for its medium.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from proofbook.primitives.visible import visible

SHOWN: Final = 5
"""How many of a list are named; the rest is counted."""

_LONGEST: Final = 80

DISCLOSE: Final = "disclose it: proofbook record template control.exception"
"""Fix of what nothing mends."""

CANNOT_BE_UNDONE: Final = f"cannot be undone; {DISCLOSE}"
"""Fix of what happened already. Whoever shows a list says once that files are recorded by `proofbook record apply FILE`."""


def short(text: str, longest: int = _LONGEST) -> str:
    """A quotation on one line."""
    line = visible(" ".join(text[: 4 * longest].split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def moment(instant: str) -> str:
    """`2026-03-28 09:00 UTC`."""
    return f"{instant[:10]} {instant[11:16]} UTC"


def listed(items: Collection[str]) -> str:
    """The first few, and how many more there are."""
    named = [short(each) for each, _ in zip(items, range(SHOWN), strict=False)]
    more = len(items) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def counted(number: int, one: str, several: str) -> str:
    """`1 grant`, `3 grants`."""
    return f"{number} {one if number == 1 else several}"


def state_in(kind: str, record: str, what: str) -> str:
    """Fix: a new version that states what is missing."""
    return f"state {what}: proofbook record get {kind} {record}"


def write_new(kind: str, what: str = "") -> str:
    """Fix: a record that is not there yet."""
    return f"record {what or f'the {kind}'}: proofbook record template {kind}"
