"""The one writer of a book: appends entries inside the journal's transaction, and signs what is synced.

Promises: entries are only inserted; a failed transaction leaves no trace in memory either (`mark`/`reset`); a checkpoint is
signed only over committed entries and only after the fence let this writer pass. Opening refuses a book whose head does not
re-derive, whose newest checkpoint does not fit, or which stands behind its fence. It does not know what an entry says beyond
its kind, source and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import apsw

from proofbook.book.fence import FenceState, FileFence
from proofbook.book.growth import FullTile, Growth, GrowthMark
from proofbook.book.interface import StoredCheckpoint
from proofbook.book.opening import check_behind_fence, check_head, load_growth
from proofbook.book.sqlite import execute_script, transaction
from proofbook.errors import HistoryDiverged, IntegrityError
from proofbook.tlog.checkpoint import Checkpoint, format_checkpoint
from proofbook.tlog.merkle import leaf_hashes
from proofbook.tlog.note import Signer, sign_note
from proofbook.tlog.vkey import format_vkey

FORMAT = "proofbook-book/1"


class Row(NamedTuple):
    """One entry to be appended, and what the book indexes of it."""

    data: bytes
    kind: str
    source: str
    seq: int
    recorded: str


@dataclass(frozen=True, slots=True)
class SourceHead:
    """Where a source's numbering stands."""

    seq: int
    index: int
    recorded: str


class BookWriter:
    """Writes one book through one connection. Used by one thread."""

    def __init__(self, connection: apsw.Connection, path: Path, *, signer: Signer, fence: FileFence) -> None:
        """Open an existing book. Raises IntegrityError or HistoryDiverged when it must not be carried on.

        After a key rotation that was cut off, a signer with the outgoing key may sign the present size and nothing else.
        """
        self._connection = connection
        self._path = path
        self._signer = signer
        self._fence = fence
        self.origin = _read_origin(connection, path)
        if signer.key.name != self.origin:
            raise HistoryDiverged(f"{path}: the book is {self.origin!r}, the key is for {signer.key.name!r}", place=str(path))
        self._growth = load_growth(connection)
        self.recorded = check_head(connection, self._growth, path)
        self._fence_state = check_behind_fence(connection, self._growth.size, fence, path)
        self._successor = self._check_key()
        self._sources = {row[0]: SourceHead(*row[1:]) for row in connection.execute("SELECT id, seq, idx, recorded FROM source")}
        self._kinds = {row[0]: (row[1], row[2]) for row in connection.execute("SELECT name, idx, count FROM kind")}
        self.signed_size = _newest_signed(connection)

    @classmethod
    def create(cls, connection: apsw.Connection, path: Path, *, signer: Signer, fence: FileFence) -> BookWriter:
        """A new, empty book. Raises HistoryDiverged when a fence of that origin exists: the name was used before."""
        if fence.read() is not None:
            raise HistoryDiverged(
                f"{fence.path}: a book of this origin was signed before", hint="choose a new origin", place=str(path)
            )
        with transaction(connection, path):
            execute_script(connection, files("proofbook.book").joinpath("schema.sql").read_text("utf-8"))
            connection.execute(
                "INSERT INTO identity (one, origin, format) VALUES (1, ?, ?)", (signer.key.name, FORMAT)
            ).fetchall()
            connection.execute("INSERT INTO log_key (from_size, vkey) VALUES (0, ?)", (format_vkey(signer.key),)).fetchall()
            state = (0, Growth.empty().state(), "")
            connection.execute("INSERT INTO head (one, size, range, recorded) VALUES (1, ?, ?, ?)", state).fetchall()
        return cls(connection, path, signer=signer, fence=fence)

    @property
    def size(self) -> int:
        """Entries appended so far, the open transaction's included."""
        return self._growth.size

    @property
    def hands_over(self) -> bool:
        """Whether another key was announced: this one may sign the present size and nothing else."""
        return self._successor is not None

    def next_seq(self, source: str) -> int:
        """The number the source's next entry must carry."""
        head = self._sources.get(source)
        return 1 if head is None else head.seq + 1

    def append(self, rows: Sequence[Row]) -> list[bytes]:
        """Insert entries inside the caller's transaction; their leaf hashes. Call `mark` before and `reset` after a failure."""
        if self._successor is not None:
            raise RuntimeError("a key rotation is not finished")
        first = self.size
        leaves = leaf_hashes(row.data for row in rows)
        entries = [(first + offset, row.data, leaf) for offset, (row, leaf) in enumerate(zip(rows, leaves, strict=True))]
        self._connection.executemany("INSERT INTO entry (idx, bytes, leaf) VALUES (?, ?, ?)", entries).fetchall()
        self._insert_tiles(self._growth.extend(leaves))
        sources, kinds = set(), set()
        for offset, row in enumerate(rows):
            self._sources[row.source] = SourceHead(row.seq, first + offset, row.recorded)
            self._kinds[row.kind] = (first + offset, self._kinds.get(row.kind, (0, 0))[1] + 1)
            sources.add(row.source)
            kinds.add(row.kind)
        self.recorded = rows[-1].recorded
        self._update_heads(sources, kinds)
        return leaves

    def mark(self) -> tuple[GrowthMark, dict[str, SourceHead], dict[str, tuple[int, int]], str]:
        """Remember the state before a transaction."""
        return self._growth.mark(), dict(self._sources), dict(self._kinds), self.recorded

    def reset(self, mark: tuple[GrowthMark, dict[str, SourceHead], dict[str, tuple[int, int]], str]) -> None:
        """Go back to a remembered state after a transaction was rolled back."""
        growth, self._sources, self._kinds, self.recorded = mark
        self._growth.reset(growth)

    def sign_checkpoint(self, signed_at: str) -> StoredCheckpoint | None:
        """Sign the committed tree, or None when its size is signed already. Only call with no transaction open.

        Raises:
            HistoryDiverged: somebody else moved the fence. StoreUnavailable: fence or book cannot be written.
        """
        if self._connection.in_transaction:
            raise RuntimeError("a checkpoint may only cover committed entries")
        size, root = self.size, self._growth.root()
        if size in (self.signed_size, 0):
            return None
        new = FenceState(size, root)
        if new != self._fence_state:  # equal after a crash between fence and signature
            self._fence.advance(self._fence_state, new)
            self._fence_state = new
        note = sign_note(format_checkpoint(Checkpoint(self.origin, size, root)), [self._signer])
        with transaction(self._connection, self._path):
            row = (size, root, note, signed_at)
            self._connection.execute("INSERT INTO checkpoint (size, root, note, signed_at) VALUES (?, ?, ?, ?)", row).fetchall()
        self.signed_size = size
        return StoredCheckpoint(size, root, note, signed_at)

    def check_writable(self) -> None:
        """Write a page and sync it without changing anything. Raises StoreUnavailable. Only call with no transaction open."""
        with transaction(self._connection, self._path):
            self._connection.execute("UPDATE head SET size = size").fetchall()

    def announce_key(self, vkey: str) -> None:
        """Inside the transaction of a `log.key_rotated` entry: that key signs every size beyond the present one.

        From here on nothing can be appended until the present key has signed the present size and `replace_signer` was called.
        When the transaction fails, this writer must be opened anew.
        """
        self._connection.execute("INSERT INTO log_key (from_size, vkey) VALUES (?, ?)", (self.size, vkey)).fetchall()
        self._successor = vkey

    def replace_signer(self, signer: Signer) -> None:
        """Sign with the announced key from here on. The old key must have signed the present size."""
        if self.signed_size != self.size or format_vkey(signer.key) != self._successor:
            raise RuntimeError("the old key must sign the present size before the announced one takes over")
        self._signer, self._successor = signer, None

    def _check_key(self) -> str | None:
        """The key announced to follow the one in use, when a rotation was cut off; None otherwise."""
        keys = self._connection.execute("SELECT vkey, from_size FROM log_key ORDER BY from_size DESC LIMIT 2").fetchall()
        mine = format_vkey(self._signer.key)
        if keys and keys[0][0] == mine:
            return None
        if len(keys) == 2 and keys[1][0] == mine and keys[0][1] == self.size:
            return str(keys[0][0])
        raise IntegrityError(
            f"{self._path}: the log key in use is not the one this book names",
            hint="restore keys/log.key; a new key comes in only with `proofbook book rotate-key`",
            place="log_key",
        )

    def _insert_tiles(self, tiles: Sequence[FullTile]) -> None:
        if tiles:
            rows = [(tile.level, tile.index, tile.hashes, tile.root) for tile in tiles]
            self._connection.executemany("INSERT INTO tile (level, idx, hashes, root) VALUES (?, ?, ?, ?)", rows).fetchall()

    def _update_heads(self, sources: set[str], kinds: set[str]) -> None:
        run = self._connection.executemany
        heads = [(name, head.seq, head.index, head.recorded) for name, head in self._sources.items() if name in sources]
        run("INSERT OR REPLACE INTO source (id, seq, idx, recorded) VALUES (?, ?, ?, ?)", heads).fetchall()
        counts = [(name, *self._kinds[name]) for name in sorted(kinds)]
        run("INSERT OR REPLACE INTO kind (name, idx, count) VALUES (?, ?, ?)", counts).fetchall()
        state = (self.size, self._growth.state(), self.recorded)
        self._connection.execute("UPDATE head SET size = ?, range = ?, recorded = ? WHERE one = 1", state).fetchall()


def _read_origin(connection: apsw.Connection, path: Path) -> str:
    try:
        row = connection.execute("SELECT origin, format FROM identity WHERE one = 1").fetchone()
    except apsw.SQLError as error:
        raise IntegrityError(f"{path}: is not a book: {error}", place=str(path)) from error
    if row is None or row[1] != FORMAT:
        raise IntegrityError(f"{path}: book format {row and row[1]!r} is not {FORMAT!r}", place=str(path))
    return str(row[0])


def _newest_signed(connection: apsw.Connection) -> int:
    row = connection.execute("SELECT max(size) FROM checkpoint").fetchone()
    return 0 if row is None or row[0] is None else int(row[0])
