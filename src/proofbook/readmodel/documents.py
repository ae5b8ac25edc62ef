"""Questions about kept records: the newest version of each, every version, and what one said at a moment.

Promises: `as_of` speaks of when versions were recorded, so an answer about a past moment never changes afterwards. Versions of a
record count from 1 in book order. Bodies are those of the entries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from proofbook.readmodel.connection import Reader, Row

END_OF_TIME: Final = "9999-12-31T23:59:59.999999Z"


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One version of one record: the entry at `index`."""

    index: int
    entry: str
    kind: str
    id: str
    version: int
    occurred: str
    recorded: str
    actor: str
    actor_kind: str
    method: str
    source: str
    assurance: str
    supersedes: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many records and versions of a kind there are."""

    kind: str
    records: int
    versions: int


class Documents:
    """Asks about kept records. Used by one thread. Methods raise StoreUnavailable."""

    __slots__ = ("_reader",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def current(self, kind: str, id: str, as_of: str | None = None) -> DocumentVersion | None:  # noqa: A002 - what it is called
        """The newest version of one record, at a moment."""
        row = self._reader.row("document_current", {"kind": kind, "id": id, "as_of": as_of or END_OF_TIME})
        return None if row is None else _version(row)

    def listed(self, kind: str | None = None, as_of: str | None = None) -> Iterator[DocumentVersion]:
        """The newest version of every record (of a kind) at a moment, by kind and id."""
        return map(_version, self._reader.rows("documents_listed", {"kind": kind, "as_of": as_of or END_OF_TIME}))

    def page(
        self, kind: str | None = None, as_of: str | None = None, *, after: tuple[str, str] = ("", ""), limit: int
    ) -> tuple[DocumentVersion, ...]:
        """The next `limit` of `listed` behind the record (kind, id) `after`."""
        behind = max(after, (kind or "", ""))
        moment = as_of or END_OF_TIME
        bindings = {"kind": kind, "as_of": moment, "after_kind": behind[0], "after_id": behind[1], "limit": limit}
        return tuple(map(_version, self._reader.rows("documents_page", bindings)))

    def unanswered(self, kind: str, answered_by: str) -> Iterator[DocumentVersion]:
        """The newest version of every record of a kind whose id no record of kind `answered_by` has."""
        return map(_version, self._reader.rows("documents_unanswered", {"kind": kind, "answered_by": answered_by}))

    def sign_offs(self, kind: str, id: str) -> tuple[DocumentVersion, ...]:  # noqa: A002 - what it is called
        """The newest version of every sign-off of any version of one record, oldest first."""
        return tuple(map(_version, self._reader.rows("sign_offs_of", {"kind": kind, "id": id})))

    def history(self, kind: str, id: str) -> tuple[DocumentVersion, ...]:  # noqa: A002 - what it is called
        """Every version of one record, oldest first."""
        return tuple(map(_version, self._reader.rows("document_history", {"kind": kind, "id": id})))

    def versions(self, kind: str | None = None, until: str | None = None) -> Iterator[DocumentVersion]:
        """Every version (of a kind) recorded at or before a moment, in book order."""
        return map(_version, self._reader.rows("document_versions", {"kind": kind, "as_of": until or END_OF_TIME}))

    def since(self, moment: str, limit: int) -> tuple[DocumentVersion, ...]:
        """The newest `limit` versions recorded at a moment or later, newest first."""
        return tuple(map(_version, self._reader.rows("documents_since", {"since": moment, "limit": limit})))

    def by_entry(self, entry: str) -> DocumentVersion | None:
        """The version that one entry holds."""
        row = self._reader.row("document_by_entry", {"entry": entry})
        return None if row is None else _version(row)

    def counts(self) -> tuple[KindCount, ...]:
        """How many there are of each kind that has any."""
        return tuple(KindCount(*row) for row in self._reader.rows("documents_counted"))


def _version(row: Row) -> DocumentVersion:
    return DocumentVersion(*(*row[:-1], json.loads(row[-1])))
