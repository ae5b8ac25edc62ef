"""The store behind the door: one connection, with the book and the vault writing through it in one transaction.

An entry and its content commit together or not at all. A `Store` is opened by the process that holds the book's lock, and
reopened by the recorder after the disk failed under it, so that nothing half-remembered survives an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import apsw

from proofbook.book.fence import FileFence
from proofbook.book.reader import BookReader
from proofbook.book.sqlite import NO_BOOK, open_writing, reading, transaction
from proofbook.book.writer import BookWriter
from proofbook.errors import ConfigurationError
from proofbook.tlog.note import Signer
from proofbook.vault.sealing import Entropy
from proofbook.vault.writer import VaultWriter


@dataclass(frozen=True, slots=True)
class Store:
    """An open book and vault."""

    path: Path
    connection: apsw.Connection
    book: BookWriter
    vault: VaultWriter


StoreOpener: TypeAlias = Callable[[], Store]


def open_store(path: Path, *, signer: Signer, fence: FileFence, vault_key: bytes, entropy: Entropy) -> Store:
    """Open an existing book for writing.

    Raises:
        ConfigurationError: there is none, or the vault key is another's. IntegrityError, HistoryDiverged: it must not be
        carried on. StoreUnavailable.
    """
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no book here", hint=NO_BOOK)
    BookReader(path).close()  # opening for writing would change a file that is no book
    connection = open_writing(path)
    try:
        with reading(path):
            book = BookWriter(connection, path, signer=signer, fence=fence)
            vault = VaultWriter(connection, vault_key, entropy)
    except BaseException:
        connection.close()
        raise
    return Store(path, connection, book, vault)


def create_store(path: Path, *, signer: Signer, fence: FileFence, vault_key: bytes, entropy: Entropy) -> Store:
    """Make a new, empty book and vault.

    Raises:
        ConfigurationError: there is one already. HistoryDiverged: the origin was used before. StoreUnavailable.
    """
    if path.exists():
        raise ConfigurationError(f"{path}: there is a book here already", hint="a book is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = open_writing(path)
    try:
        book = BookWriter.create(connection, path, signer=signer, fence=fence)
        with transaction(connection, path):
            VaultWriter.create(connection)
    except BaseException:
        connection.close()
        path.unlink(missing_ok=True)
        raise
    return Store(path, connection, book, VaultWriter(connection, vault_key, entropy))
