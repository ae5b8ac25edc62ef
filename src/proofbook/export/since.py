"""What became of a table since an earlier checkpoint: which rows are new or changed, and how the counts lead from there to here.

Promises: an item stood at the earlier checkpoint when the same definition, over the entries up to it, made a row of it; opening
plus added less removed is closing, always. A row is part of a roll-forward when its entry, or the one joined to it, came later.
The same rule as in `verify`, which derives the rows and the counts again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from proofbook.bundle.manifest import Since
from proofbook.export.definition import Table, Versions
from proofbook.export.observation import Listed
from proofbook.export.rows import Placed, Row, TableWork
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.canonical import JsonValue


@dataclass(slots=True)
class Rolled:
    """Counts of items: opening + added - removed = closing; `changed` stood then and say something else now."""

    opening: int = 0
    added: int = 0
    closing: int = 0
    changed: int = 0

    @property
    def removed(self) -> int:
        """Items that stood then and do not now."""
        return self.opening + self.added - self.closing

    def document(self) -> dict[str, JsonValue]:
        """As a header states it."""
        return {
            "opening": self.opening,
            "added": self.added,
            "removed": self.removed,
            "closing": self.closing,
            "changed": self.changed,
        }


class TableSince:
    """One table since a checkpoint: `see` every entry of its kinds, then `is_new` for each of its rows."""

    def __init__(self, since: Since, table: Table, edges: tuple[str, str], worksheet: Worksheet) -> None:
        self.rolled = Rolled()
        self.late = Listed()
        """Rows of entries that came after the checkpoint and tell of a time before it was signed."""
        self._since = since
        start, end = edges
        only_newest = table.versions is not Versions.EVERY or table.latest_by is not None
        columns = tuple(each for each in table.columns if each.origin == "base")
        then = replace(table, join=None, columns=columns)
        self._then = TableWork(then, start, end, worksheet, f"since/{table.name}") if only_newest else None

    def see(self, entry: Placed) -> None:
        """First pass: what stood at the checkpoint."""
        if self._then is not None and entry.index < self._since.size and entry.value["kind"] in self._then.table.kinds:
            self._then.see(entry)

    def is_new(self, row: Row) -> bool:
        """Whether a row is new or changed; counts it."""
        rolled, entry, since = self.rolled, row.base, self._since.size
        rolled.closing += 1
        if self._then is not None:
            rolled.opening = self._then.stood()
        if entry.index < since:
            rolled.opening += self._then is None
            rolled.changed += row.joined_at >= since
            return row.joined_at >= since
        if self._then is not None and self._then.stands(entry):
            rolled.changed += 1
        else:
            rolled.added += 1
        if row.moment is not None and row.moment < self._since.signed_at:
            self.late.add(f"{entry.value['id']}: happened {row.moment}, recorded {entry.value['recorded']}")
        return True

    def close(self) -> None:
        """No row follows; a table without rows may have had some."""
        if self._then is not None:
            self.rolled.opening = self._then.stood()
