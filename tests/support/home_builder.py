"""Books and homes in a folder of their own, with everything injected: key, fence, clock, randomness."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from proofbook.book.fence import FileFence
from proofbook.book.fsck import Inspection, inspect_book
from proofbook.journal.content_check import ContentCheck
from proofbook.journal.preparation import BOOK_ACTOR, BOOK_SOURCE
from proofbook.journal.recorder import BookRecorder
from proofbook.journal.store import Store, create_store, open_store
from proofbook.primitives.ids import CountingIds, IdSource, TimeOrderedIds
from proofbook.primitives.instants import Clock, FixedClock
from proofbook.records.envelope import Assurance, Draft
from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.vkey import format_vkey
from proofbook.vault.reader import VaultReader
from proofbook.wiring.home import Home, create_home
from proofbook.wiring.recording import start_book
from support.draft_builder import OCCURRED, START
from support.memory_book import SAMPLE_ORIGIN, sample_signer

VAULT_KEY = sha256(b"sample vault key").digest()


@dataclass(frozen=True, slots=True)
class BookPlace:
    """Where one book of a test lies and what opens it."""

    folder: Path
    signer: Ed25519Signer
    vault_key: bytes = VAULT_KEY
    clock: Clock = FixedClock(START)  # noqa: RUF009 - a clock that nobody moves is a value
    fence_folder: Path | None = None

    @property
    def path(self) -> Path:
        """The database."""
        return self.folder / "book.sqlite"

    @property
    def fence(self) -> FileFence:
        """The fence, in a folder of its own."""
        return FileFence((self.fence_folder or self.folder / "fence") / "fence.json", self.signer.key.name)

    def open(self) -> Store:
        """The store, for writing."""
        return open_store(self.path, signer=self.signer, fence=self.fence, vault_key=self.vault_key, entropy=os.urandom)

    def recorder(self, *, interval: float = 0.05, ids: IdSource | None = None) -> BookRecorder:
        """A recorder over it."""
        return BookRecorder(self.open, clock=self.clock, ids=ids or CountingIds(), monotonic=time.monotonic, interval=interval)

    def vault(self) -> VaultReader:
        """The vault, for reading."""
        return VaultReader(self.path, self.vault_key)

    def inspect(self) -> Inspection:
        """A whole inspection, content included; damages of both."""
        with self.vault() as vault:
            check = ContentCheck(vault)
            seen = inspect_book(self.path, fence=self.fence, each=check.see, freeze=check.freeze)
            check.finish()
        seen.damages += check.damages
        seen.damages_total += len(check.damages)
        return seen

    def copy_to(self, folder: Path) -> BookPlace:
        """A copy of book and fence elsewhere."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder)


def make_book(folder: Path, *, clock: Clock | None = None, origin: str = SAMPLE_ORIGIN) -> BookPlace:
    """A new book with its first entry."""
    folder.mkdir(parents=True, exist_ok=True)
    place = BookPlace(folder, sample_signer(origin), clock=clock or FixedClock(START))
    create_store(
        place.path, signer=place.signer, fence=place.fence, vault_key=place.vault_key, entropy=os.urandom
    ).connection.close()
    with recording(place) as recorder:
        recorder.record(opening(place))
    return place


def opening(place: BookPlace) -> Draft:
    """The first entry of a book."""
    origin = place.signer.key.name
    body = {"origin": origin, "format": "proofbook-book/1", "entity": "Sample Company", "vkey": format_vkey(place.signer.key)}
    return Draft("book.opened", origin, OCCURRED, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, body)


@contextmanager
def recording(place: BookPlace, *, interval: float = 0.05, ids: IdSource | None = None) -> Iterator[BookRecorder]:
    """A recorder for the length of a block; ids do not repeat from block to block."""
    recorder = place.recorder(interval=interval, ids=ids or TimeOrderedIds(place.clock, os.urandom))
    try:
        yield recorder
    finally:
        recorder.close()


def make_home(folder: Path, *, origin: str = "sample.example/book", checkpoint_seconds: float = 0.05) -> Home:
    """A whole home with a fence beside it."""
    config = (
        'entity = "Sample Company"\n\n[book]\n' + f'fence = "{folder / "fence"}"\ncheckpoint_seconds = {checkpoint_seconds}\n'
    )
    return create_home(folder / "home", config=config, origin=origin, start_book=start_book)
