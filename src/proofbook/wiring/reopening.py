"""Going on after a restored backup: a new book with a new origin that names the old one and how far that had been signed.

A book behind its fence must not be written again: it would issue indices a second time that somebody holds signed. The old file
stays as it is (`retired-*.sqlite`), except that content erased later is erased there too. Sealed content and its keys are carried
over, so that what the old entries commit to stays readable and stays erasable; holds are placed anew, by entries of the new book.
One write decides (`settling`): before it nothing has changed, after it the exchange is finished by whoever opens the book next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from proofbook.book.fence import FenceState
from proofbook.book.reader import BookReader
from proofbook.book.sqlite import open_reading, reading, transaction
from proofbook.errors import ConfigurationError, RefusedError, StoreUnavailable
from proofbook.journal.handover import WriterLock
from proofbook.journal.preparation import BOOK_ACTOR, BOOK_SOURCE, Preparer
from proofbook.journal.receipt import Effect, EffectKind, Submission
from proofbook.journal.store import Store, create_store
from proofbook.primitives.instants import format_instant
from proofbook.records.content import ContentHeld
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.exchange import Document
from proofbook.records.operations import BookOpened, LogRestored
from proofbook.signing.keys import file_uri, open_log_signer
from proofbook.tlog.vkey import format_vkey
from proofbook.vault.writer import VaultWriter
from proofbook.wiring.home import Home
from proofbook.wiring.recording import BOOK_FORMAT
from proofbook.wiring.settling import decide_reopening, new_book_path, settle
from proofbook.wiring.system import CLOCK, ENTROPY, IDS

_SUFFIX: Final = re.compile(r"/reopened-[0-9a-f]{8}\Z")


@dataclass(frozen=True, slots=True)
class _Predecessor:
    """What is left of the old book, and what its fence had seen; None when the fence was lost."""

    origin: str
    size: int
    root: bytes
    fence: FenceState | None


def reopen_book(home: Home, reason: str) -> str:
    """Retire the book that stands behind its fence, or lost it, and start one that names it; the new origin.

    Raises:
        RefusedError: the book stands where its fence left it and can simply be carried on. StoreUnavailable: another process
        writes. EntryDamaged: the old book is damaged below its head; that must be looked at first.
    """
    lock = WriterLock(home.run)
    if not lock.take():
        lock.release()
        raise StoreUnavailable(f"{home.path}: another process writes this book", hint="stop `proofbook up` first")
    try:
        settle(home)
        before = _find_predecessor(home)
        token = ENTROPY(4).hex()
        origin = f"{_SUFFIX.sub('', before.origin)}/reopened-{token}"
        _make_successor(home, new_book_path(home, token), origin, before, reason)
        decide_reopening(home, origin, token)
    finally:
        lock.release()
    return origin


def _find_predecessor(home: Home) -> _Predecessor:
    with BookReader(home.book) as book:
        size, newest = book.size(), book.latest_checkpoint()
        signed = 0 if newest is None else newest.size
        fence = home.fence(book.origin)
        try:
            state = fence.read()
        except ConfigurationError:  # damaged: as good as lost
            state = None
        if state is not None and state.size < signed:  # set back: it no longer says what was signed
            state = None
        elif (size if state is None else state.size) <= size and not (state is None and signed):
            raise RefusedError(f"{home.book}: the book stands where its fence left it", hint="just carry on; nothing to reopen")
        return _Predecessor(book.origin, size, book.root(size), state)


def _make_successor(home: Home, path: Path, origin: str, before: _Predecessor, reason: str) -> None:
    signer = open_log_signer(file_uri(home.log_key), origin)
    key = home.vault_key()
    store = create_store(path, signer=signer, fence=home.fence(origin), vault_key=key, entropy=ENTROPY)
    try:
        with transaction(store.connection, store.path):
            held = _carry_over(store, home.book, before.origin)
        store = replace(store, vault=VaultWriter(store.connection, key, ENTROPY))
        opened = BookOpened(origin=origin, format=BOOK_FORMAT, entity=home.settings.entity, vkey=format_vkey(signer.key))
        fence = before.fence
        restored = LogRestored(
            old_origin=before.origin,
            old_size=before.size,
            old_root=before.root.hex(),
            fence_size=None if fence is None else fence.size,
            fence_root=None if fence is None else fence.root.hex(),
            reason=reason,
        )
        first = [_entry("book.opened", origin, opened), _entry("log.restored", origin, restored)]
        _append(store, [*first, *(_hold(conversation, before.origin) for conversation in held)])
    finally:
        store.connection.close()


def _append(store: Store, submissions: list[Submission]) -> None:
    preparer, now = Preparer(store, IDS), format_instant(CLOCK.now())
    with transaction(store.connection, store.path):
        batch = preparer.start(now)
        preparer.add(batch, submissions)
        preparer.write(batch)
    store.book.sign_checkpoint(now)


def _carry_over(store: Store, old: Path, origin: str) -> list[str]:
    """Copy sealed content and keys as they are, inside the open transaction; the conversations that are on hold."""
    source = open_reading(old)
    copies = (
        ("SELECT epoch, wrapped, made_at FROM epoch_key", "epoch_key (epoch, wrapped, made_at) VALUES (?, ?, ?)"),
        (
            "SELECT number, id, retention, epoch, wrapped, made_at FROM conversation",
            "conversation (number, id, retention, epoch, wrapped, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        ),
        (
            "SELECT ?, idx, slot, conversation, sealed FROM content",
            "carried (origin, idx, slot, conversation, sealed) VALUES (?, ?, ?, ?, ?)",
        ),
        (
            "SELECT origin, idx, slot, conversation, sealed FROM carried",
            "carried (origin, idx, slot, conversation, sealed) VALUES (?, ?, ?, ?, ?)",
        ),
    )
    try:
        with reading(old):
            for query, target in copies:
                rows = source.execute(query, (origin,) if "?" in query else ())
                store.connection.executemany(f"INSERT INTO {target}", rows).fetchall()
            return [str(row[0]) for row in source.execute("SELECT conversation FROM hold ORDER BY conversation")]
    finally:
        source.close()


def _entry(kind: str, subject: str, body: Document, effect: Effect | None = None) -> Submission:
    now = format_instant(CLOCK.now())
    return Submission(Draft(kind, subject, now, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, body.to_body()), effect=effect)


def _hold(conversation: str, origin: str) -> Submission:
    body = ContentHeld(conversation=conversation, reason=f"carried over from {origin}")
    return _entry("content.held", conversation, body, Effect(EffectKind.HOLD, conversation))
