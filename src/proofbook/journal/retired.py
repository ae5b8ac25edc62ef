"""Erasure reaches the retired books too: what the live vault no longer has is destroyed in the files kept beside it.

A reopened book keeps its predecessor's file, with copies of the same sealed content and keys. Promises: after
`erase_from_retired` returns, no retired file holds a conversation's key or blob that the live vault does not hold; its entries,
tiles and checkpoints are never touched. Safe to repeat: it compares, so an erasure that was cut off is completed by the next one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import apsw

from proofbook.book.sqlite import open_reading, open_writing, reading, transaction

RETIRED_PATTERN: Final = "retired-*.sqlite"
_CONVERSATIONS: Final = "SELECT id, wrapped FROM conversation"


def erase_from_retired(live: apsw.Connection, folder: Path) -> int:
    """Destroy in every retired book of `folder` what is gone from the live vault; how many conversations that were.

    Raises:
        StoreUnavailable: a retired file cannot be read or written. EntryDamaged: it is damaged.
    """
    retired = sorted(folder.glob(RETIRED_PATTERN))
    kept = set(live.execute(_CONVERSATIONS).fetchall()) if retired else set()
    return sum(_erase(path, kept) for path in retired)


def _erase(path: Path, kept: set[tuple[object, ...]]) -> int:
    connection = open_reading(path)
    try:
        with reading(path):
            gone = [str(row[0]) for row in connection.execute(_CONVERSATIONS) if row not in kept]
    finally:
        connection.close()
    if gone:
        _destroy(path, gone)
    return len(gone)


def _destroy(path: Path, conversations: list[str]) -> None:
    connection = open_writing(path)
    try:
        with transaction(connection, path):
            for conversation in conversations:
                for table in ("content", "carried"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE conversation = (SELECT number FROM conversation WHERE id = ?)",  # noqa: S608 - fixed names
                        (conversation,),
                    ).fetchall()
                connection.execute("DELETE FROM conversation WHERE id = ?", (conversation,)).fetchall()
            connection.execute("DELETE FROM epoch_key WHERE epoch NOT IN (SELECT epoch FROM conversation)").fetchall()
        with reading(path):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
