"""Reading the vault: opening content that was not erased, and seeing what is due for disposal.

Needs the vault key. Promises: content is handed out only after it matches the entry's commitment; what cannot be opened says
why, as a value of its own (`withheld` needs the caller's decision, `shredded` means the key is gone). Nothing here logs or
caches content.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

import apsw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proofbook.errors import StoreUnavailable
from proofbook.vault.sealing import open_sealed, unwrap_key

Binding: TypeAlias = str | int
_SEALED: Final = "SELECT v.id, v.epoch, v.wrapped, e.wrapped, c.sealed"
_KEYS: Final = "JOIN conversation v ON v.number = c.conversation LEFT JOIN epoch_key e ON e.epoch = v.epoch"


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no sealed blob for this entry and slot: erased, or never stored."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A unit of erasure that still has its key."""

    id: str
    retention: str
    made_at: str
    held: bool


class VaultReader:
    """Reads sealed content through a connection of its own. Used by one thread; close it or use it in a `with` block."""

    def __init__(self, path: Path, vault_key: bytes) -> None:
        """Open read-only. Raises StoreUnavailable when the file cannot be read."""
        self._path = path
        try:
            self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            self._connection.set_busy_timeout(10_000)
        except apsw.Error as error:
            raise StoreUnavailable(f"{path}: vault cannot be read: {error}") from error
        self._root = AESGCM(vault_key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def content(self, index: int, slot: str, commit: bytes) -> bytes | Absent:
        """The content of an entry's slot.

        Raises:
            DigestMismatch: a blob is there but is not what the entry committed to, or keys were exchanged.
        """
        return self._opened(f"{_SEALED} FROM content c {_KEYS} WHERE c.idx = ? AND c.slot = ?", (index, slot), commit)

    def carried(self, origin: str, index: int, slot: str, commit: bytes) -> bytes | Absent:
        """The content of an entry's slot in a retired book, by that book's origin. Raises as `content`."""
        where = "WHERE c.origin = ? AND c.idx = ? AND c.slot = ?"
        return self._opened(f"{_SEALED} FROM carried c {_KEYS} {where}", (origin, index, slot), commit)

    def conversation_of(self, index: int) -> str | None:
        """The conversation whose key seals the content of an entry, or None."""
        rows = self._rows(
            "SELECT v.id FROM content c JOIN conversation v ON v.number = c.conversation WHERE c.idx = ? LIMIT 1", (index,)
        )
        return str(rows[0][0]) if rows else None

    def due(self, retention: str, made_before: str) -> tuple[Conversation, ...]:
        """Conversations of a retention class made before an instant, oldest first, held ones included and marked."""
        rows = self._rows(
            "SELECT v.id, v.retention, v.made_at, h.conversation IS NOT NULL FROM conversation v"
            " LEFT JOIN hold h ON h.conversation = v.id WHERE v.retention = ? AND v.made_at < ? ORDER BY v.made_at, v.id",
            (retention, made_before),
        )
        return tuple(Conversation(str(row[0]), str(row[1]), str(row[2]), bool(row[3])) for row in rows)

    def holds(self) -> frozenset[str]:
        """Conversations on legal hold."""
        return frozenset(str(row[0]) for row in self._rows("SELECT conversation FROM hold", ()))

    def freeze(self) -> int:
        """Look at this moment from here on, whatever is written meanwhile; the size of the book at this moment."""
        if self._connection.in_transaction:
            self._rows("ROLLBACK", ())
        self._rows("BEGIN", ())
        return int(self._rows("SELECT size FROM head", ())[0][0])

    def blobs(self) -> int:
        """Number of sealed blobs held for entries of this book."""
        return int(self._rows("SELECT count(*) FROM content", ())[0][0])

    def _opened(self, statement: str, where: tuple[Binding, ...], commit: bytes) -> bytes | Absent:
        rows = self._rows(statement, where)
        if not rows or rows[0][3] is None:
            return Absent()
        conversation, epoch, wrapped, epoch_wrapped, sealed = rows[0]
        outer = AESGCM(unwrap_key(self._root, epoch_wrapped, epoch))
        return open_sealed(AESGCM(unwrap_key(outer, wrapped, conversation)), sealed, commit)

    def _rows(self, statement: str, bindings: tuple[Binding, ...]) -> list[Any]:
        try:
            return self._connection.execute(statement, bindings).fetchall()
        except apsw.Error as error:
            raise StoreUnavailable(f"{self._path}: vault cannot be read: {error}") from error
