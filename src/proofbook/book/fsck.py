"""Re-derive everything from raw rows and name every damage.

Believes nothing that is stored about the entries: hashes each one again, rebuilds tiles, head and the root at every signed
size, checks every signature under the key that was in force, the numbering of every source, and the fence. It goes on after a
damage, so that one report names all of them. It proves that nothing changed since it was signed, not that what was recorded is
true. Reads only; memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import apsw

from proofbook.book.fence import FileFence
from proofbook.book.growth import Growth
from proofbook.book.interface import KeyPeriod, StoredCheckpoint
from proofbook.book.reader import BookReader
from proofbook.book.sqlite import open_reading
from proofbook.errors import ProofbookError
from proofbook.records.envelope import Entry, parse_entry
from proofbook.tlog.checkpoint import check_checkpoint
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.vkey import parse_vkey

MAX_DAMAGES: Final = 200
"""A report longer than this helps nobody; the count goes on."""
_CHUNK: Final = 1024


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that does not re-derive: where, and what."""

    place: str
    what: str


@dataclass(slots=True)
class Inspection:
    """What an inspection saw."""

    entries: int = 0
    checkpoints: int = 0
    tiles: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    root: str = ""
    damages: list[Damage] = field(default_factory=list)
    damages_total: int = 0

    def report(self, place: str, what: str) -> None:
        """Note a damage."""
        self.damages_total += 1
        if len(self.damages) < MAX_DAMAGES:
            self.damages.append(Damage(place, what))


def inspect_book(
    path: Path,
    *,
    fence: FileFence,
    each: Callable[[int, Entry], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Inspection:
    """Inspect a whole book. `each` is shown every readable entry; `progress` the number of entries looked at.

    Raises:
        ConfigurationError, StoreUnavailable, IntegrityError: the file cannot be read as a book at all.
    """
    seen = Inspection()
    with BookReader(path) as reader:
        connection = open_reading(path)
        try:
            _check_file(connection, seen)
            _Walk(connection, reader, seen, each, progress).run(fence)
        except apsw.Error as error:
            seen.report(str(path), f"the file is damaged below what can be read: {error}")
        finally:
            connection.close()
    return seen


class _Walk:
    """One pass over the entries, with everything that must agree with them."""

    def __init__(
        self,
        connection: apsw.Connection,
        reader: BookReader,
        seen: Inspection,
        each: Callable[[int, Entry], None] | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._seen = seen
        self._each = each
        self._progress = progress
        self._growth = Growth.empty()
        self._keys = reader.keys()
        self._checkpoints = list(reader.checkpoints())
        self._recorded = ""
        self._good = 0
        self._rotations: list[tuple[int, str, str]] = []

    def run(self, fence: FileFence) -> None:
        """The whole walk."""
        marks = [mark.size for mark in self._checkpoints]
        state = self._fence_mark(fence)
        rows = self._connection.execute("SELECT idx, bytes, leaf FROM entry ORDER BY idx")
        position = 0
        pending = self._checkpoints[:]
        for stop in [*sorted({*marks, *([state[0]] if state else [])}), None]:
            position = self._extend(rows, position, stop)
            while pending and position == pending[0].size:
                self._check_checkpoint(pending.pop(0))
            if state and position == state[0] and self._growth.root() != state[1]:
                self._seen.report(
                    f"entries {self._good} to {position - 1}", f"{fence.path}: the fence holds another root at size {position}"
                )
        for mark in pending:
            self._seen.report(f"entry {position}", f"a checkpoint over {mark.size} entries is signed, the book holds {position}")
        if state and state[0] > position:
            self._seen.report(f"entry {position}", f"{fence.path}: {state[0]} entries were signed, the book holds {position}")
        self._check_tables(position)
        self._check_keys()
        self._seen.entries, self._seen.checkpoints, self._seen.root = position, len(self._checkpoints), self._growth.root().hex()

    def _fence_mark(self, fence: FileFence) -> tuple[int, bytes] | None:
        try:
            state = fence.read()
        except ProofbookError as error:
            self._seen.report(str(fence.path), str(error))
            return None
        if state is None:
            if self._checkpoints:
                self._seen.report(str(fence.path), "the fence of a signed book is missing")
            return None
        return state.size, state.root

    def _extend(self, rows: Iterator[tuple[object, ...]], position: int, stop: int | None) -> int:
        while stop is None or position < stop:
            chunk = list(islice(rows, _CHUNK if stop is None else min(_CHUNK, stop - position)))
            if not chunk:
                break
            leaves = []
            for index, data, leaf in chunk:
                if index != position:
                    self._seen.report(f"entry {position}", f"is missing; the next one stored is {index}")
                    position = int(str(index))
                position += 1
                leaves.append(self._check_entry(position - 1, bytes(data), bytes(leaf)))  # type: ignore[call-overload]
            self._check_tiles(leaves)
            if self._progress is not None:
                self._progress(position)
        return position

    def _check_entry(self, index: int, data: bytes, leaf: bytes) -> bytes:
        derived = leaf_hash(data)
        if derived != leaf:
            self._seen.report(f"entry {index}", "its bytes do not have the leaf hash stored beside them: it was changed")
        try:
            entry = parse_entry(data)
        except ProofbookError as error:
            self._seen.report(f"entry {index}", f"is not a well-formed entry: {error}")
            return derived
        expected = self._seen.sources.get(entry.source, 0) + 1
        if entry.seq != expected:
            self._seen.report(f"entry {index}", f"source {entry.source}: number {entry.seq} where {expected} is due")
        self._seen.sources[entry.source] = entry.seq
        if entry.recorded < self._recorded and entry.kind != "clock.stepped":
            self._seen.report(f"entry {index}", f"recorded {entry.recorded}, before its predecessor's {self._recorded}")
        self._recorded = entry.recorded
        if entry.kind == "log.key_rotated":
            self._rotations.append((index + 1, str(entry.body["old_vkey"]), str(entry.body["new_vkey"])))
        if self._each is not None:
            self._each(index, entry)
        return derived

    def _check_tiles(self, leaves: list[bytes]) -> None:
        for tile in self._growth.extend(leaves):
            row = self._connection.execute(
                "SELECT hashes, root FROM tile WHERE level = ? AND idx = ?", (tile.level, tile.index)
            ).fetchone()
            place = f"tile {tile.level}/{tile.index}"
            if row is None:
                self._seen.report(place, "is missing")
            elif row[0] != tile.hashes or row[1] != tile.root:
                self._seen.report(place, "does not re-derive from the entries beneath it")
            self._seen.tiles += 1

    def _check_checkpoint(self, mark: StoredCheckpoint) -> None:
        place = f"checkpoint {mark.size}"
        key = _key_for(self._keys, mark.size)
        try:
            if key is None:
                self._seen.report(place, "no log key was in force at this size")
                return
            signed = check_checkpoint(mark.note, origin=self._reader.origin, verifiers=[Ed25519Verifier(parse_vkey(key.vkey))])
        except ProofbookError as error:
            self._seen.report(place, f"its signature does not check out: {error}")
            return
        if (signed.size, signed.root) != (mark.size, mark.root):
            self._seen.report(place, "the signed note says something else than the row that stores it")
        if signed.root != self._growth.root():
            self._seen.report(
                f"entries {self._good} to {mark.size - 1}", f"do not lead to the root that was signed at size {mark.size}"
            )
        self._good = mark.size

    def _check_tables(self, position: int) -> None:
        head = self._connection.execute("SELECT size, range, recorded FROM head WHERE one = 1").fetchone()
        if head is None or head[0] != position or head[1] != self._growth.state() or (position and head[2] != self._recorded):
            self._seen.report("head", f"does not re-derive from the {position} entries stored")
        stored = {str(row[0]): row[1] for row in self._connection.execute("SELECT id, seq FROM source")}
        if stored != self._seen.sources:
            self._seen.report("source", "the table of source numbers does not re-derive from the entries")
        tiles = self._connection.execute("SELECT count(*) FROM tile").fetchone()
        if tiles is None or tiles[0] != self._seen.tiles:
            self._seen.report("tile", f"{tiles and tiles[0]} tiles are stored, the entries give {self._seen.tiles}")

    def _check_keys(self) -> None:
        expected = [(size, new) for size, _, new in self._rotations]
        found = [(key.from_size, key.vkey) for key in self._keys[1:]]
        if expected != found:
            self._seen.report("log_key", "the key history does not agree with the log.key_rotated entries")


def _check_file(connection: apsw.Connection, seen: Inspection) -> None:
    rows = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
    if rows != ["ok"]:
        for row in rows:
            seen.report("database file", row)


def _key_for(keys: tuple[KeyPeriod, ...], size: int) -> KeyPeriod | None:
    return next((key for key in keys if key.from_size < size and (key.to_size is None or size <= key.to_size)), None)
