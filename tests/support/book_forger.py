"""What somebody with write access to the database file can do to a book: raw rows, no questions asked.

Also a book of 10,000 entries to do it to, built once per process and copied for each attack. Sample data throughout.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from proofbook.book.fence import FenceState
from proofbook.book.growth import Growth
from proofbook.journal.preparation import Preparer
from proofbook.journal.receipt import Submission
from proofbook.journal.recorder import BookRecorder
from proofbook.primitives.canonical import canonical_bytes, parse_canonical
from proofbook.primitives.ids import CountingIds
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.records.envelope import parse_entry
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Signer, sign_note
from support.draft_builder import START, asked, beats, erasing, holding
from support.home_builder import BookPlace, make_book, recording
from support.memory_book import sample_signer

SIZE = 10_000
SIGNED_EVERY = 1_000
SNAPSHOT_AT = 5_000
HELD, ERASED = "c_11", "c_12"


@dataclass(frozen=True, slots=True)
class Original:
    """The book as it was recorded, and a copy of its database from when it was half as long."""

    place: BookPlace
    snapshot: Path


def build_original(factory: pytest.TempPathFactory) -> Original:
    """The book; built by the first caller of each process."""
    folder = factory.getbasetemp() / "original book"
    clock = FixedClock(START)
    made = Original(BookPlace(folder / "book", sample_signer(), clock=clock), folder / "snapshot.sqlite")
    if not folder.exists():
        folder.mkdir()
        _build(replace(made, place=make_book(folder / "book", clock=clock)), clock)
    return made


def _build(made: Original, clock: FixedClock) -> None:
    with recording(made.place, interval=3600, ids=CountingIds()) as recorder:
        for number in range(SIZE // 100):
            clock.advance(timedelta(seconds=10))
            first = {31: [holding(HELD)], 41: [erasing(ERASED)]}.get(number, [])
            if first:
                recorder.submit(first).result()
            recorder.submit(_portion(number, 100 - len(first) - (number == 0))).result()
            if (number + 1) * 100 % SIGNED_EVERY == 0:
                sign_now(recorder, clock)
            if (number + 1) * 100 == SNAPSHOT_AT:
                _copy(made.place.path, made.snapshot)


def sign_now(recorder: BookRecorder, clock: FixedClock) -> None:
    """A checkpoint at this very size."""

    def sign(preparer: Preparer) -> None:
        preparer.store.book.sign_checkpoint(format_instant(clock.now()))

    recorder.run_exclusively(sign)


def _portion(number: int, count: int) -> list[Submission]:
    """Ten requests with content of one conversation, then heartbeats of three sources."""
    contents = [asked(f"x_{number}_{each}", os.urandom(40), f"c_{number}") for each in range(10)]
    return [*contents, *beats(40, "gateway:a"), *beats(30, "gateway:b"), *beats(20, "gateway:c")][:count]


def _copy(source: Path, target: Path) -> None:
    reading, writing = apsw.Connection(str(source)), apsw.Connection(str(target))
    with writing.backup("main", reading, "main") as backup:
        backup.step()
    writing.close()
    reading.close()


class Forger:
    """Raw write access to one book's files."""

    def __init__(self, place: BookPlace) -> None:
        self.place = place
        self.connection = apsw.Connection(str(place.path))

    def run(self, statement: str, *bindings: Any) -> list[Any]:
        """One statement."""
        return self.connection.execute(statement, bindings).fetchall()

    def entry(self, index: int) -> bytes:
        """The bytes of an entry."""
        return bytes(self.run("SELECT bytes FROM entry WHERE idx = ?", index)[0][0])

    def entries(self) -> list[bytes]:
        """All of them."""
        return [bytes(row[0]) for row in self.run("SELECT bytes FROM entry ORDER BY idx")]

    def store(self, index: int, data: bytes, *, leaf: bool) -> None:
        """Replace an entry's bytes, with or without the leaf hash beside them."""
        self.run("UPDATE entry SET bytes = ? WHERE idx = ?", data, index)
        if leaf:
            self.run("UPDATE entry SET leaf = ? WHERE idx = ?", leaf_hash(data), index)

    def rebuild(self, entries: Sequence[bytes]) -> Growth:
        """All tables anew from these entries, consistent with each other; checkpoints, keys and vault stay."""
        growth = Growth.empty()
        leaves = [leaf_hash(data) for data in entries]
        with self.connection:
            for table in ("entry", "tile", "source", "kind"):
                self.run(f"DELETE FROM {table}")  # noqa: S608 - fixed names
            rows = [(index, data, leaf) for index, (data, leaf) in enumerate(zip(entries, leaves, strict=True))]
            self.connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows).fetchall()
            tiles = [(tile.level, tile.index, tile.hashes, tile.root) for tile in growth.extend(leaves)]
            self.connection.executemany("INSERT INTO tile VALUES (?, ?, ?, ?)", tiles).fetchall()
            sources, kinds, recorded = _derive_heads(entries)
            self.connection.executemany("INSERT INTO source VALUES (?, ?, ?, ?)", sources).fetchall()
            self.connection.executemany("INSERT INTO kind VALUES (?, ?, ?)", kinds).fetchall()
            self.run("UPDATE head SET size = ?, range = ?, recorded = ?", len(entries), growth.state(), recorded)
        return growth

    def sign(self, entries: Sequence[bytes], sizes: Sequence[int], signer: Ed25519Signer) -> None:
        """Checkpoints over these entries, and the fence at the last one."""
        self.run("DELETE FROM checkpoint")
        root = b""
        for size in sizes:
            growth = Growth.empty()
            growth.extend([leaf_hash(data) for data in entries[:size]])
            root = growth.root()
            note = sign_note(format_checkpoint(Checkpoint(signer.key.name, size, root)), [signer])
            self.run("INSERT INTO checkpoint VALUES (?, ?, ?, ?)", size, root, note, parse_entry(entries[size - 1]).recorded)
        self.place.fence.path.unlink(missing_ok=True)
        self.place.fence.advance(None, FenceState(sizes[-1], root))

    def put_snapshot(self, snapshot: Path) -> None:
        """A restored backup."""
        self.connection.close()
        for path in self.place.folder.glob("book.sqlite*"):
            path.unlink()
        _copy(snapshot, self.place.path)
        self.connection = apsw.Connection(str(self.place.path))


@contextmanager
def forging(place: BookPlace) -> Iterator[Forger]:
    """A forger for the length of a block."""
    forger = Forger(place)
    try:
        yield forger
    finally:
        forger.connection.close()


def altered(data: bytes, **changes: Any) -> bytes:
    """An entry with other values at its top level, well-formed; `body__x` and `source__x` reach one level down."""
    fields: Any = parse_canonical(data)
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        if inner:
            fields[outer][inner] = value
        else:
            fields[outer] = value
    return canonical_bytes(fields)


def renumbered(entries: Sequence[bytes]) -> list[bytes]:
    """The same entries with every source counting from one again."""
    counts: dict[str, int] = {}
    made = []
    for data in entries:
        source = parse_entry(data).source
        counts[source] = counts.get(source, 0) + 1
        made.append(altered(data, source__seq=counts[source]))
    return made


def _derive_heads(entries: Sequence[bytes]) -> tuple[list[Any], list[Any], str]:
    sources: dict[str, Any] = {}
    kinds: dict[str, Any] = {}
    recorded = ""
    for index, data in enumerate(entries):
        entry = parse_entry(data)
        sources[entry.source] = (entry.source, entry.seq, index, entry.recorded)
        kinds[entry.kind] = (entry.kind, index, kinds.get(entry.kind, ("", 0, 0))[2] + 1)
        recorded = entry.recorded
    return list(sources.values()), list(kinds.values()), recorded
