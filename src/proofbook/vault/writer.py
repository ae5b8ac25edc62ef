"""Writing to the vault inside the journal's transaction: seal, hold, release, erase.

Sealing keeps new keys in memory until `store` writes them with the content, in one go for all that is committed together.
Promises: one data key per conversation, wrapped by a key per retention class and month, wrapped by the vault key; erasing
deletes data key and blobs, and the epoch's key with its last conversation; a held conversation is never erased. Deleted bytes
are overwritten (`secure_delete`) and leave the write-ahead log when the journal truncates it. Recording what was done is the
journal's part.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, NamedTuple, TypeAlias

import apsw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proofbook.errors import ConfigurationError, DigestMismatch, InputError, RefusedError
from proofbook.vault.sealing import KEY_BYTES, Entropy, Sealed, make_compressor, seal, unwrap_key, wrap_key

_CACHED_KEYS: Final = 4096
"""Open data keys kept in memory; a conversation in use is not unwrapped for every turn."""

VaultMark: TypeAlias = tuple[int, int]
"""How many new conversations and epochs were waiting to be written."""


@dataclass(frozen=True, slots=True)
class Disposal:
    """What an erasure destroyed: (entry index, slot) of each blob, in order, and how many blobs of retired books went with it."""

    blobs: tuple[tuple[int, str], ...]
    carried: int = 0


class SealedContent(NamedTuple):
    """Sealed content and the number of the conversation it belongs to."""

    number: int
    sealed: Sealed


class _OpenKey(NamedTuple):
    number: int
    cipher: AESGCM


class VaultWriter:
    """Writes sealed content through the journal's connection. Used by one thread."""

    def __init__(self, connection: apsw.Connection, vault_key: bytes, entropy: Entropy) -> None:
        """Open. Raises ConfigurationError when no key of this vault opens under `vault_key`: it is another vault's."""
        self._connection = connection
        self._root = AESGCM(vault_key)
        self._entropy = entropy
        self._compressor = make_compressor()
        self._keys: OrderedDict[str, _OpenKey] = OrderedDict()
        self._epochs: dict[str, AESGCM] = {}
        self._new: list[tuple[int, str, str, str, bytes, str]] = []
        """Conversations that are not written yet, as rows."""
        self._new_epochs: list[tuple[str, bytes, str]] = []
        self._number = 0
        """The newest conversation's number while some are not written yet."""
        self._check_key()

    @staticmethod
    def create(connection: apsw.Connection) -> None:
        """Lay down the tables, inside the caller's transaction."""
        for _ in connection.execute(files("proofbook.vault").joinpath("schema.sql").read_text("utf-8")):
            pass

    def seal(self, content: bytes, *, conversation: str, retention: str, now: str) -> SealedContent:
        """Seal content under its conversation's key, making key and epoch when they are new. Inside a transaction."""
        key = self._key(conversation, retention, now)
        return SealedContent(key.number, seal(key.cipher, content, self._entropy, self._compressor))

    def store(self, blobs: Sequence[tuple[int, str, SealedContent]]) -> None:
        """Write new keys, and sealed content by entry index and slot. Inside the same transaction as `seal`."""
        self._write_keys()
        rows = [(index, slot, content.number, content.sealed.blob) for index, slot, content in blobs]
        self._connection.executemany("INSERT INTO content (idx, slot, conversation, sealed) VALUES (?, ?, ?, ?)", rows).fetchall()

    def mark(self) -> VaultMark:
        """Remember which new keys are waiting, before a call that may fail."""
        return len(self._new), len(self._new_epochs)

    def undo(self, mark: VaultMark) -> None:
        """Drop the keys that were made since."""
        for row in self._new[mark[0] :]:
            self._keys.pop(row[1], None)
        for epoch in self._new_epochs[mark[1] :]:
            self._epochs.pop(epoch[0], None)
        del self._new[mark[0] :], self._new_epochs[mark[1] :]

    def hold(self, conversation: str, now: str) -> None:
        """Place a legal hold; it may be placed before the conversation exists. Raises InputError when one is placed already."""
        if self._held(conversation):
            raise InputError(f"conversation {conversation}: is on hold already")
        self._connection.execute("INSERT INTO hold (conversation, placed_at) VALUES (?, ?)", (conversation, now)).fetchall()

    def release(self, conversation: str) -> None:
        """End a hold. Raises InputError when there is none."""
        if not self._held(conversation):
            raise InputError(f"conversation {conversation}: is not on hold")
        self._connection.execute("DELETE FROM hold WHERE conversation = ?", (conversation,)).fetchall()

    def erase(self, conversation: str) -> Disposal:
        """Destroy a conversation's key and blobs.

        Raises:
            RefusedError: it is on hold. InputError: there is no such conversation, or it was erased before.
        """
        if self._held(conversation):
            raise RefusedError(
                f"conversation {conversation}: is on legal hold and cannot be erased", hint="release the hold first"
            )
        self._write_keys()
        found = self._connection.execute("SELECT number, epoch FROM conversation WHERE id = ?", (conversation,)).fetchone()
        if found is None:
            raise InputError(
                f"conversation {conversation}: there is no content under this id", hint="it may have been erased before"
            )
        number, epoch = found
        blobs: list[Any] = self._connection.execute(
            "SELECT idx, slot FROM content WHERE conversation = ? ORDER BY idx, slot", (number,)
        ).fetchall()
        self._connection.execute("DELETE FROM content WHERE conversation = ?", (number,)).fetchall()
        self._connection.execute("DELETE FROM carried WHERE conversation = ?", (number,)).fetchall()
        carried = self._connection.changes()
        self._connection.execute("DELETE FROM conversation WHERE number = ?", (number,)).fetchall()
        left = self._connection.execute("SELECT 1 FROM conversation WHERE epoch = ? LIMIT 1", (epoch,)).fetchone()
        if left is None:
            self._connection.execute("DELETE FROM epoch_key WHERE epoch = ?", (epoch,)).fetchall()
            self._epochs.pop(str(epoch), None)
        self._keys.pop(conversation, None)
        return Disposal(tuple((int(index), str(slot)) for index, slot in blobs), carried)

    def forget_keys(self) -> None:
        """Drop open keys from memory: after a rolled-back transaction some may not exist on disk."""
        self._keys.clear()
        self._epochs.clear()
        self._new.clear()
        self._new_epochs.clear()

    def _check_key(self) -> None:
        """A wrong key would go unnoticed until the next month's epoch, and then seal content under the wrong root."""
        wrapped: list[Any] = self._connection.execute("SELECT epoch, wrapped FROM epoch_key ORDER BY epoch DESC").fetchall()
        for epoch, key in wrapped:
            try:
                unwrap_key(self._root, key, epoch)
            except DigestMismatch:
                continue
            return
        if wrapped:
            raise ConfigurationError(
                "the vault key opens no content key of this book", hint="restore keys/vault.key from where it was kept"
            )

    def _held(self, conversation: str) -> bool:
        return self._connection.execute("SELECT 1 FROM hold WHERE conversation = ?", (conversation,)).fetchone() is not None

    def _write_keys(self) -> None:
        """Write the keys that were made; from here on those longest unused may be forgotten."""
        run = self._connection.executemany
        if self._new_epochs:
            run("INSERT INTO epoch_key (epoch, wrapped, made_at) VALUES (?, ?, ?)", self._new_epochs).fetchall()
        if self._new:
            columns = "(number, id, retention, epoch, wrapped, made_at) VALUES (?, ?, ?, ?, ?, ?)"
            run(f"INSERT INTO conversation {columns}", self._new).fetchall()
        self._new.clear()
        self._new_epochs.clear()
        while len(self._keys) > _CACHED_KEYS:
            self._keys.popitem(last=False)

    def _key(self, conversation: str, retention: str, now: str) -> _OpenKey:
        known = self._keys.get(conversation)
        if known is None:
            known = self._load_key(conversation) or self._make_key(conversation, retention, now)
            self._keys[conversation] = known
        else:
            self._keys.move_to_end(conversation)
        return known

    def _load_key(self, conversation: str) -> _OpenKey | None:
        row = self._connection.execute("SELECT number, epoch, wrapped FROM conversation WHERE id = ?", (conversation,)).fetchone()
        if row is None:
            return None
        number, epoch, wrapped = row
        outer = self._load_epoch(epoch)
        if outer is None:
            raise DigestMismatch(f"conversation {conversation}: the key of epoch {epoch} is missing", place=conversation)
        return _OpenKey(number, AESGCM(unwrap_key(outer, wrapped, conversation)))

    def _make_key(self, conversation: str, retention: str, now: str) -> _OpenKey:
        epoch = f"{retention}/{now[:7]}"
        outer = self._load_epoch(epoch) or self._make_epoch(epoch, now)
        if not self._new:
            row = self._connection.execute("SELECT max(number) FROM conversation").fetchone()
            self._number = 0 if row is None or row[0] is None else row[0]
        self._number += 1
        key = self._entropy(KEY_BYTES)
        wrapped = wrap_key(outer, key, conversation, self._entropy)
        self._new.append((self._number, conversation, retention, epoch, wrapped, now))
        return _OpenKey(self._number, AESGCM(key))

    def _load_epoch(self, epoch: str) -> AESGCM | None:
        known = self._epochs.get(epoch)
        if known is None:
            row = self._connection.execute("SELECT wrapped FROM epoch_key WHERE epoch = ?", (epoch,)).fetchone()
            if row is None:
                return None
            known = self._epochs[epoch] = AESGCM(unwrap_key(self._root, row[0], epoch))
        return known

    def _make_epoch(self, epoch: str, now: str) -> AESGCM:
        key = self._entropy(KEY_BYTES)
        self._new_epochs.append((epoch, wrap_key(self._root, key, epoch, self._entropy), now))
        self._epochs[epoch] = AESGCM(key)
        return self._epochs[epoch]
