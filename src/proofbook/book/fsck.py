"""Re-derive everything from raw rows and name every damage.

Believes nothing that is stored about the entries: hashes each one again, rebuilds tiles, head and the root at every signed
size, checks every signature under the key that was in force, the numbering of every source, and the fence. It goes on after a
damage, so that one report names all of them. It proves that nothing changed since it was signed, not that what was recorded is
true. Reads only; memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, repeat
from pathlib import Path
from typing import Final

from proofbook.book.fence import FenceState, FileFence
from proofbook.book.growth import Growth
from proofbook.book.interface import KeyPeriod, StoredCheckpoint
from proofbook.book.opening import LONGEST_UNSIGNED
from proofbook.book.reader import BookReader
from proofbook.errors import EntryDamaged, ProofbookError
from proofbook.primitives.instants import parse_instant
from proofbook.records.envelope import Entry, parse_entry
from proofbook.records.kinds import check_body
from proofbook.tlog.checkpoint import check_checkpoint
from proofbook.tlog.merkle import leaf_hash
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.vkey import parse_vkey

MAX_DAMAGES: Final = 200
"""A report longer than this helps nobody; the count goes on."""
_CHUNK: Final = 1024
_HOLE: Final = bytes(32)
"""Stands for the leaf hash of an entry that is missing."""
_MOST_HOLES: Final = 1 << 16
"""Longer gaps are not filled: a row with an absurd index must not keep an inspection busy."""


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
    freeze: Callable[[], int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Inspection:
    """Inspect a whole book as it stands at one moment; a writer may go on meanwhile.

    `each` is shown every well-formed entry; `freeze` is called, more than once if need be, until it says that what else is looked
    at stands at the same size; `progress` is told the number of entries looked at.

    Raises:
        ConfigurationError, StoreUnavailable, IntegrityError: the file cannot be read as a book at all.
    """
    seen = Inspection()
    with BookReader(path) as reader:
        try:
            before = _read_fence(fence, seen)
            with _one_moment(reader, freeze):
                _check_file(reader, seen)
                _Walk(reader, seen, each, progress).run(fence, before)
        except EntryDamaged as error:
            seen.report(error.place or str(path), f"the file is damaged below what can be read: {error}")
    return seen


@contextmanager
def _one_moment(reader: BookReader, freeze: Callable[[], int] | None) -> Iterator[None]:
    with reader.snapshot() as size:
        if freeze is None or freeze() == size:
            yield
            return
    with _one_moment(reader, freeze):
        yield


class _Walk:
    """One pass over the entries, with everything that must agree with them."""

    def __init__(
        self,
        reader: BookReader,
        seen: Inspection,
        each: Callable[[int, Entry], None] | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        self._reader = reader
        self._seen = seen
        self._each = each
        self._progress = progress
        self._growth = Growth.empty()
        self._keys = reader.keys()
        self._checkpoints = list(reader.checkpoints())
        self._recorded = ""
        self._good = 0
        self._broken = 0
        self._tables = Tables()
        self._edges: tuple[int, ...] = ()
        self._unsigned: list[str] = []
        """When the first and the last of the entries were recorded that the fence covers and no stored checkpoint does."""

    def run(self, fence: FileFence, state: FenceState | None) -> None:
        """The whole walk. `state` is the fence's, read before: what it had let pass then must be here."""
        newest = max((mark.size for mark in self._checkpoints), default=0)
        self._check_fence(fence, newest)
        if state is not None and state.size > newest:
            self._edges = (newest, state.size - 1)
        elif state is None and not self._checkpoints:
            self._edges = (0, self._reader.size() - 1)
        stops = {mark.size for mark in self._checkpoints} | ({state.size} if state else set())
        leaves = self._derived(self._reader.rows("SELECT idx, bytes, leaf FROM entry ORDER BY idx"))
        pending = self._checkpoints[:]
        for stop in [*sorted(stops), None]:
            self._extend(leaves, stop)
            while pending and pending[0].size <= self._growth.size:
                self._check_checkpoint(pending.pop(0))
            if state and self._growth.size == state.size and self._growth.root() != state.root:
                self._fence_differs(fence, state.size)
        size = self._growth.size
        for mark in pending:
            self._seen.report(f"entry {size}", f"a checkpoint over {mark.size} entries is signed, the book holds {size}")
        if state and state.size > size:
            self._seen.report(f"entry {size}", f"{fence.path}: {state.size} entries were signed, the book holds {size}")
        self._check_unsigned(fence, state)
        if self._broken > 1:
            self._seen.report("checkpoints", f"{self._broken - 1} more cover the changed entries and do not lead to their root")
        self._check_tables(size)
        self._seen.entries, self._seen.checkpoints, self._seen.root = size, len(self._checkpoints), self._growth.root().hex()

    def _fence_differs(self, fence: FileFence, size: int) -> None:
        if self._good == size:
            self._seen.report(str(fence.path), f"holds another root at size {size} than the checkpoint that was signed")
        else:
            self._mismatch(size, f"are not those of the fence {fence.path} at size {size}")

    def _check_fence(self, fence: FileFence, newest: int) -> None:
        """Read after the book was: a fence that is not at the newest signature by now was lost or set back."""
        try:
            state = fence.read()
        except ProofbookError:
            return  # reported when it was read the first time
        if newest and state is None:
            self._seen.report(str(fence.path), "the fence of a signed book is missing")
        elif state is not None and newest > state.size:
            what = f"stands at size {state.size}, a checkpoint over {newest} is signed: it was set back"
            self._seen.report(str(fence.path), what)

    def _extend(self, leaves: Iterator[bytes], stop: int | None) -> None:
        while stop is None or self._growth.size < stop:
            chunk = list(islice(leaves, _CHUNK if stop is None else min(_CHUNK, stop - self._growth.size)))
            if not chunk:
                return
            self._check_tiles(chunk)
            if self._progress is not None:
                self._progress(self._growth.size)

    def _derived(self, rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
        """Leaf hash by leaf hash; a missing entry leaves a hole, so that what follows is still judged at its own place."""
        position = 0
        for row in rows:
            index, data, leaf = int(str(row[0])), row[1], row[2]
            if index < position or not isinstance(data, bytes):
                self._seen.report(f"entry {index}", "does not belong in a book")
                continue
            if index > position:
                last = "" if index == position + 1 else f" to {index - 1}"
                self._seen.report(f"entry {position}", f"is missing{last}; the next one stored is {index}")
                if index - position <= _MOST_HOLES:
                    yield from repeat(_HOLE, index - position)
            yield self._check_entry(index, data, leaf)
            position = index + 1

    def _check_entry(self, index: int, data: bytes, leaf: object) -> bytes:
        derived = leaf_hash(data)
        if derived != leaf:
            self._seen.report(f"entry {index}", "its bytes do not have the leaf hash stored beside them: it was changed")
        try:
            entry = parse_entry(data)
            check_body(entry.kind, entry.body)
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
        if index in self._edges:
            self._unsigned.append(entry.recorded)
        self._tables.see(index, entry)
        if self._each is not None:
            self._each(index, entry)
        return derived

    def _check_tiles(self, leaves: list[bytes]) -> None:
        for tile in self._growth.extend(leaves):
            row = self._reader.row("SELECT hashes, root FROM tile WHERE level = ? AND idx = ?", (tile.level, tile.index))
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
        elif signed.root != self._growth.root():
            self._mismatch(mark.size, f"do not lead to the root that was signed at size {mark.size}")
        elif not self._broken:
            self._good = mark.size

    def _check_unsigned(self, fence: FileFence, state: FenceState | None) -> None:
        """A writer that is cut off after the fence leaves one signature out; it never leaves minutes of entries unsigned."""
        if not self._unsigned:
            return
        first, last = parse_instant(self._unsigned[0]), parse_instant(self._unsigned[-1])
        start, stop = self._edges
        if last - first <= LONGEST_UNSIGNED:
            return
        if state is None:
            self._seen.report(str(fence.path), "there is no fence that can be read, and no signature either")
        else:
            self._seen.report(
                f"checkpoint {stop + 1}", f"entries {start} to {stop} were signed and no checkpoint over them is stored"
            )

    def _mismatch(self, size: int, what: str) -> None:
        """The first root that does not re-derive tells where; those after it only follow from it."""
        if not self._broken:
            self._seen.report(f"entries {self._good} to {size - 1}", what)
        self._broken += 1

    def _check_tables(self, size: int) -> None:
        head = self._reader.row("SELECT size, range, recorded FROM head WHERE one = 1")
        if head is None or head[0] != size or head[1] != self._growth.state() or (size and head[2] != self._recorded):
            self._seen.report("head", f"does not re-derive from the {size} entries stored")
        stored = {row[0]: row[1:] for row in self._reader.rows("SELECT id, seq, idx, recorded FROM source")}
        if stored != self._tables.sources:
            self._seen.report("source", "the table of source numbers does not re-derive from the entries")
        if self._reader.kinds() != self._tables.kinds:
            self._seen.report("kind", "the table of record kinds does not re-derive from the entries")
        tiles = self._reader.row("SELECT count(*) FROM tile")[0]
        if tiles != self._seen.tiles:
            self._seen.report("tile", f"{tiles} tiles are stored, the entries give {self._seen.tiles}")
        if size:
            for what in self._tables.check_keys(self._reader.origin, self._keys):
                self._seen.report("log_key", what)


@dataclass(slots=True)
class Tables:
    """What the entries say about the book itself: heads of sources and kinds, and the keys that sign it."""

    sources: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    kinds: dict[str, tuple[int, int]] = field(default_factory=dict)
    opened: tuple[str, str] | None = None
    rotations: list[tuple[int, str, str, int]] = field(default_factory=list)

    def see(self, index: int, entry: Entry) -> None:
        """Take one well-formed entry into account."""
        self.sources[entry.source] = (entry.seq, index, entry.recorded)
        self.kinds[entry.kind] = (index, self.kinds.get(entry.kind, (0, 0))[1] + 1)
        if entry.kind == "book.opened" and index == 0:
            self.opened = (entry.body["origin"], entry.body["vkey"])
        if entry.kind == "log.key_rotated":
            self.rotations.append((index, entry.body["old_vkey"], entry.body["new_vkey"], entry.body["size"]))

    def check_keys(self, origin: str, keys: Sequence[KeyPeriod]) -> Iterator[str]:
        """What the key history says that the entries do not."""
        first = keys[0].vkey if keys else "none"
        if self.opened != (origin, first):
            yield f"entry 0 does not open {origin!r} with the first log key, {first}"
        expected = [(size, new) for _, _, new, size in self.rotations]
        if expected != [(key.from_size, key.vkey) for key in keys[1:]]:
            yield "the key history does not agree with the log.key_rotated entries"
        before = first
        for index, old, new, size in self.rotations:
            if old != before or size != index + 1:
                yield f"entry {index} does not hand over from the key in force at its own size"
            before = new


def _read_fence(fence: FileFence, seen: Inspection) -> FenceState | None:
    try:
        return fence.read()
    except ProofbookError as error:
        seen.report(str(fence.path), str(error))
        return None


def _check_file(reader: BookReader, seen: Inspection) -> None:
    rows = [str(row[0]) for row in reader.rows("PRAGMA quick_check(20)")]
    if rows != ["ok"]:
        for row in rows:
            seen.report("database file", row)


def _key_for(keys: tuple[KeyPeriod, ...], size: int) -> KeyPeriod | None:
    return next((key for key in keys if key.from_size < size and (key.to_size is None or size <= key.to_size)), None)
