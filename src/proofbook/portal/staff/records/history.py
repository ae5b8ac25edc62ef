"""Every version of a record, and what differs between two of them.

Promises: versions stand with who wrote them, why, when it happened and when it was recorded; a difference names every field once,
texts word by word. Nothing is ever taken out of a history: taking something back is another version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from proofbook.filing.difference import ABSENT, Difference, find_differences
from proofbook.filing.lateness import is_late
from proofbook.people.roles import Permission
from proofbook.portal.staff.records.kinds import kind_of
from proofbook.portal.staff.records.labels import label_of
from proofbook.portal.staff.records.word_difference import Piece, compare
from proofbook.portal.surroundings import Answer, Desk, Page, Query
from proofbook.portal.zones import zone_of
from proofbook.readmodel.documents import Documents, DocumentVersion

_MOST: Final = 400
"""Versions on one page; a record that has more is looked at from its newest ones."""
_NOTHING: Final = "not stated"


@dataclass(frozen=True, slots=True)
class Shown:
    """One field that differs: its path in words, and either the pieces of its text or both values."""

    path: str
    pieces: tuple[Piece, ...] | None
    before: str
    after: str


def show_history(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}/history`."""
    del query
    found = kind_of(kind)
    versions = Documents(desk.reader).history(kind, id) if found is not None else ()
    if found is None or not versions:
        return None
    signed = Documents(desk.reader).sign_offs(kind, id)
    rows = tuple((each, is_late(each.occurred, each.recorded), _signed(signed, each)) for each in reversed(versions[-_MOST:]))
    values = {"kind": found, "newest": versions[-1], "rows": rows, "left_out": max(len(versions) - _MOST, 0)}
    may_write = desk.known.may(Permission.PREPARE) and found.written_elsewhere is None and desk.sources.writing is not None
    return Page("records/history.html", {**values, "may_write": may_write})


def show_difference(desk: Desk, query: Query, kind: str, id: str) -> Answer:  # noqa: A002 - the part of the address
    """`/records/{kind}/{id}/difference?from=1&to=3`; by itself the newest version and the one before."""
    found = kind_of(kind)
    versions = Documents(desk.reader).history(kind, id) if found is not None else ()
    if found is None or not versions:
        return None
    numbers = {str(each.version): each for each in versions}
    after = numbers.get(query.get("to", "")) or versions[-1]
    before = numbers.get(query.get("from", "")) or numbers.get(str(after.version - 1)) or versions[0]
    values = {"kind": found, "newest": versions[-1], "before": before, "after": after, "zone": zone_of(desk)}
    differences = shown_differences(find_differences(before.body, after.body))
    return Page("records/difference.html", {**values, "versions": versions, "differences": differences})


def shown_differences(differences: tuple[Difference, ...]) -> tuple[Shown, ...]:
    """Differences in words."""
    return tuple(_shown(each) for each in differences)


def _shown(each: Difference) -> Shown:
    pieces = None
    if isinstance(each.before, str) and isinstance(each.after, str) and max(len(each.before), len(each.after)) > 12:
        pieces = compare(each.before, each.after)
    return Shown(path_in_words(each.path), pieces, _said(each.before), _said(each.after))


def path_in_words(path: str) -> str:
    """`Actions, row 2, Due` of `actions[1].due`, also of `actions.1.due`."""
    words = []
    for step in path.split("."):
        name, *keys = step.replace("]", "").split("[")
        words += [_row(name) or label_of(name), *(_row(key) or key for key in keys)]
    return ", ".join(words)


def _row(step: str) -> str | None:
    return f"row {int(step) + 1}" if step.isascii() and step.isdigit() else None


def _said(value: Any) -> str:
    if value is ABSENT or value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(_said, value)) if value else "stated to be empty"
    if isinstance(value, dict):
        return ", ".join(f"{label_of(name)}: {_said(each)}" for name, each in value.items() if each not in (None, [], {}))
    return str(value)


def _signed(signatures: tuple[DocumentVersion, ...], version: DocumentVersion) -> tuple[DocumentVersion, ...]:
    return tuple(each for each in signatures if each.body.get("of_entry") == version.entry)
