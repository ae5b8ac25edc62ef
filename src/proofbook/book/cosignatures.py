"""The cosignatures of a book's checkpoints, and when it was last time-stamped, in a file of their own beside the book.

Apart from the book, so that asking a witness never meets the one writer's transactions and any process may keep what it obtained.
Promises: the first cosignature of a witness on a checkpoint stays; a line is kept only as the caller checked it. Does not: check
signatures. Losing the file loses cosignatures, never entries; the witnesses give new ones for newer checkpoints.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import apsw

from proofbook.book.sqlite import execute_script, open_writing, reading, transaction

FILE_NAME: Final = "cosignatures.sqlite"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS cosignature (
    origin TEXT NOT NULL,           -- of the log; a book that was reopened has another
    size   INTEGER NOT NULL,        -- of the checkpoint
    key    TEXT NOT NULL,           -- verifier key of the witness
    line   TEXT NOT NULL,           -- signature line of the note, with its newline
    PRIMARY KEY (origin, size, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stamp (
    origin TEXT NOT NULL,
    name   TEXT NOT NULL,           -- of the time-stamping authority
    taken  TEXT NOT NULL,           -- when its newest token was recorded
    PRIMARY KEY (origin, name)
) STRICT, WITHOUT ROWID;
"""


def cosignature_path(book: Path) -> Path:
    """Where the cosignatures of a book lie."""
    return book.with_name(FILE_NAME)


def attach_cosignatures(connection: apsw.Connection, book: Path) -> bool:
    """Make them readable as `cosigned` over a reader's connection; False when there are none. Raises EntryDamaged."""
    path = cosignature_path(book)
    if not path.exists():
        return False
    with reading(path):
        connection.execute("ATTACH ? AS cosigned", (str(path),)).fetchall()
        rows = connection.execute("SELECT 1 FROM cosigned.sqlite_schema WHERE name = 'cosignature'").fetchall()
    return bool(rows)  # none: somebody is making it this moment


class CosignatureStore:
    """Where obtained cosignatures are kept. Used by one thread; other processes may keep theirs at the same time."""

    def __init__(self, book: Path) -> None:
        """Open, and make the file when there is none. Raises StoreUnavailable or EntryDamaged."""
        self._path: Final = cosignature_path(book)
        self._connection: Final = open_writing(self._path)
        with reading(self._path):
            execute_script(self._connection, _SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def keep(self, origin: str, size: int, key: str, line: str) -> None:
        """Keep one checked line durably, unless that witness's is there. Raises StoreUnavailable."""
        with transaction(self._connection, self._path):
            row = (origin, size, key, line)
            self._connection.execute(
                "INSERT OR IGNORE INTO cosignature (origin, size, key, line) VALUES (?, ?, ?, ?)", row
            ).fetchall()

    def last_size(self, origin: str, key: str) -> int:
        """The largest checkpoint that a witness cosigned, as far as this file knows; 0 for none."""
        with reading(self._path):
            row = self._connection.execute(
                "SELECT max(size) FROM cosignature WHERE origin = ? AND key = ?", (origin, key)
            ).fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    def note_stamp(self, origin: str, name: str, taken: str) -> None:
        """Remember when an authority's token was recorded. Raises StoreUnavailable."""
        with transaction(self._connection, self._path):
            row = (origin, name, taken)
            self._connection.execute("INSERT OR REPLACE INTO stamp (origin, name, taken) VALUES (?, ?, ?)", row).fetchall()

    def stamps(self, origin: str) -> dict[str, str]:
        """Name of an authority -> when its newest token was recorded."""
        with reading(self._path):
            rows = self._connection.execute("SELECT name, taken FROM stamp WHERE origin = ?", (origin,)).fetchall()
        return {str(name): str(taken) for name, taken in rows}
