"""Getting hold of the one door in: become the writer when nobody is, else hand over to the process that is.

A command that runs while nobody holds the book is its writer for that moment (design: one writer per book). While it writes it
listens too, so that two commands at once both succeed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from proofbook.errors import StoreUnavailable
from proofbook.journal.handover import RemoteRecorder, WriterLock, WriterSocket
from proofbook.journal.receipt import Recorder
from proofbook.journal.recorder import BOOK_ACTOR, BOOK_SOURCE, BookRecorder
from proofbook.journal.store import Store, create_store, open_store
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import BookOpened
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.home import Home
from proofbook.wiring.system import CLOCK, ENTROPY, IDS, MONOTONIC

BOOK_FORMAT: Final = "proofbook-book/1"
_PATIENCE_SECONDS: Final = 10.0
"""How long to look for either the lock or a listening writer: a writer that starts or ends is neither for a moment."""


@dataclass(frozen=True, slots=True)
class Door:
    """The door in. `writer` is None when another process writes."""

    recorder: Recorder
    writer: BookRecorder | None


def start_book(home: Home) -> None:
    """Create the book of a new home with its first entry."""
    signer, origin = home.signer(), home.identity().origin
    store = create_store(home.book, signer=signer, fence=home.fence(origin), vault_key=home.vault_key(), entropy=ENTROPY)
    store.connection.close()
    opened = BookOpened(origin=origin, format=BOOK_FORMAT, entity=home.settings.entity, vkey=format_vkey(signer.key))
    with open_door(home) as door:
        now = format_instant(CLOCK.now())
        door.recorder.record(Draft("book.opened", origin, now, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, opened.to_body()))


@contextmanager
def open_door(home: Home, *, must_write: bool = False) -> Iterator[Door]:
    """The door in for the length of a `with` block.

    Raises:
        StoreUnavailable: another process writes and `must_write` was asked for, or nobody answers. Whatever opening the book
        raises.
    """
    lock = WriterLock(home.run)
    try:
        remote = None if lock.take() else _other_writer(home, lock, must_write=must_write)
        if remote is not None:
            try:
                yield Door(remote, None)
            finally:
                remote.close()
            return
        writer = BookRecorder(
            lambda: _open(home), clock=CLOCK, ids=IDS, monotonic=MONOTONIC, interval=home.settings.book.checkpoint_seconds
        )
        try:
            ear = WriterSocket(home.run, writer)
            try:
                yield Door(writer, writer)
            finally:
                ear.close()
        finally:
            writer.close()
    finally:
        lock.release()


def _other_writer(home: Home, lock: WriterLock, *, must_write: bool) -> RemoteRecorder | None:
    """The process that holds the lock, or None when the lock came free meanwhile."""
    deadline = MONOTONIC() + _PATIENCE_SECONDS
    while True:
        try:
            if not must_write:
                return RemoteRecorder(home.run)
        except StoreUnavailable:
            if MONOTONIC() >= deadline:
                raise
        if lock.take():
            return None
        if must_write and MONOTONIC() >= deadline:
            raise StoreUnavailable(f"{home.path}: another process writes this book", hint="stop `proofbook up` first")
        time.sleep(0.05)


def _open(home: Home) -> Store:
    origin = home.identity().origin
    return open_store(home.book, signer=home.signer(), fence=home.fence(origin), vault_key=home.vault_key(), entropy=ENTROPY)
