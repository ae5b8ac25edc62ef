"""A real book on disk filled from sample entries, and the real portal serving it on a free port."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes

import apsw

from proofbook.assessment.scope import Scope
from proofbook.book.fence import FileFence
from proofbook.book.reader import BookReader
from proofbook.book.sqlite import transaction
from proofbook.book.writer import Row
from proofbook.errors import ConfigurationError
from proofbook.journal.store import Store, create_store
from proofbook.portal.access import Access
from proofbook.portal.patience import Patience
from proofbook.portal.serving import Listening, make_server
from proofbook.portal.surroundings import Engagements, PortalSources, Stated
from proofbook.primitives.instants import Clock, FixedClock, format_instant
from proofbook.readmodel.connection import Reader
from proofbook.records.envelope import parse_entry
from proofbook.serving.server import listen
from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.vkey import format_vkey
from support.memory_book import SAMPLE_ORIGIN, sample_signer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENTITY = "Sample Organisation (demonstration data)"


def write_book(path: Path, entries: Iterable[bytes], *, signed: int | None = None, signer: Ed25519Signer | None = None) -> Path:
    """A book at `path`/book.sqlite holding `entries`; a checkpoint covers the first `signed` of them (None: all)."""
    signer = signer or sample_signer()
    raw = list(entries)
    fence = FileFence(path / "fence.json", signer.key.name)
    store = create_store(path / "book.sqlite", signer=signer, fence=fence, vault_key=bytes(range(32)), entropy=token_bytes)
    cut = len(raw) if signed is None else signed
    try:
        _append(store, raw[:cut])
        if cut:
            store.book.sign_checkpoint(format_instant(NOW))
        _append(store, raw[cut:])
    finally:
        store.connection.close()
    return path / "book.sqlite"


def tamper(book: Path, statement: str, values: tuple[str | int | bytes, ...] = ()) -> None:
    """Change a row behind the writer's back."""
    connection = apsw.Connection(str(book))
    connection.execute(statement, values).fetchall()
    connection.close()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the portal answered. Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a reader sees, on one line."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.text).split())


@dataclass(slots=True)
class Visitor:
    """A browser of the simplest kind: remembers the cookie."""

    port: int
    key: str
    cookie: str | None = None

    def ask(
        self,
        target: str,
        *,
        method: str = "GET",
        host: str | None = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """One request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Host": host or f"127.0.0.1:{self.port}", **(headers or {})}
        if self.cookie is not None:
            sent["Cookie"] = self.cookie
        try:
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            reply = Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()
        return reply

    def enter(self) -> Reply:
        """The first visit with the key."""
        reply = self.ask(f"/?key={self.key}")
        self.cookie = reply.headers["set-cookie"].partition(";")[0]
        return reply


class NoEngagements:
    """A home in which nobody has stated an engagement yet."""

    def known(self, reader: Reader, moment: datetime) -> tuple[str, ...]:
        """None."""
        del reader, moment
        return ()

    def scope(self, reader: Reader, engagement: str, moment: datetime) -> Scope:
        """Raises ConfigurationError."""
        del reader, moment
        raise ConfigurationError(f"engagement {engagement!r} is not known")

    def stated(self, reader: Reader, moment: datetime) -> tuple[Stated, ...]:
        """None."""
        del reader, moment
        return ()


def make_sources(
    book: Path,
    projection: Path,
    *,
    clock: Clock | None = None,
    patience: float = 10.0,
    engagements: Engagements | None = None,
) -> PortalSources:
    """Sources over a book on disk, pinned to the sample log."""
    return PortalSources(
        entity=ENTITY,
        origin=SAMPLE_ORIGIN,
        vkey=format_vkey(sample_signer().key),
        open_book=lambda: BookReader(book),
        projection=projection,
        engagements=engagements or NoEngagements(),
        clock=clock or FixedClock(NOW),
        monotonic=time.monotonic,
        version="0.0-sample",
        gateway="http://127.0.0.1:8400/v1",
        patience_seconds=patience,
    )


@contextmanager
def running(sources: PortalSources, *, inside: bool = True, patience: Patience = Patience()) -> Iterator[Visitor]:  # noqa: B008 - a frozen value
    """The portal on a free port, and a visitor who is let in already (unless not `inside`)."""
    access = Access(entropy=token_bytes, monotonic=time.monotonic)
    listener = listen("127.0.0.1", 0)
    port = int(listener.getsockname()[1])
    server = make_server(sources, access, Listening("127.0.0.1", port), patience=patience)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        visitor = Visitor(port, access.key)
        if inside:
            visitor.enter()
        yield visitor
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def _append(store: Store, entries: Sequence[bytes]) -> None:
    if not entries:
        return
    with transaction(store.connection, store.path):
        store.book.append([_row(data) for data in entries])


def _row(data: bytes) -> Row:
    entry = parse_entry(data)
    return Row(data, entry.kind, entry.source, entry.seq, entry.recorded)
