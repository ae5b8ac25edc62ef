"""The index of a room: one row for each file, so that nothing is delivered that is not indexed.

Promises: the rows follow the manifest; files of the index itself are left out, because none can hold its own digest.
Does not judge: `status` says what a file is worth in the room's own words (completeness, available), never a conclusion.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proofbook.bundle.csv_table import format_row
from proofbook.bundle.layout import INDEX_FILES
from proofbook.bundle.manifest import RoomFile, evidence_ids, order_files
from proofbook.primitives.instants import Period

INDEX_COLUMNS: Final = (
    "id",
    "path",
    "title",
    "about",
    "request",
    "controls",
    "criteria",
    "period_first",
    "period_last",
    "rows",
    "sha256",
    "preparer",
    "reviewer",
    "status",
)


@dataclass(frozen=True, slots=True)
class IndexNote:
    """What the index says of a file beyond the manifest. `request`: the number on the auditor's list that it answers."""

    controls: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    rows: int | None = None
    status: str = "available"
    preparer: str = "generated; run.json names who ran it"
    reviewer: str = "not reviewed"
    request: str | None = None


def format_index(files: Iterable[RoomFile], notes: dict[str, IndexNote], period: Period, listed: Iterable[str]) -> bytes:
    """The bytes of `index.csv`. `listed` are all paths of the manifest, index files included, which the ids are counted over."""
    ids = evidence_ids(listed)
    plain = IndexNote()
    rows = [format_row(INDEX_COLUMNS)]
    for each in order_files(files):
        if each.path in INDEX_FILES:
            continue
        note = notes.get(each.path, plain)
        rows.append(
            format_row(
                (
                    ids[each.path],
                    each.path,
                    each.title,
                    each.about,
                    note.request,
                    " ".join(note.controls) or None,
                    " ".join(note.criteria) or None,
                    period.first.isoformat(),
                    period.last.isoformat(),
                    note.rows,
                    each.sha256,
                    note.preparer,
                    note.reviewer,
                    note.status,
                )
            )
        )
    return b"".join(rows)
