"""What a book must show before a writer may carry it on.

The edge of the tree is rebuilt from stored tiles and leaf hashes and held against the stored head, the newest checkpoint and
the fence. A book that stands behind its fence is a restored backup or a cut tail: carrying on would fork it, so it is refused
here (ledger.md R1). This is the quick check of every start; `fsck` re-derives everything.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

import apsw

from proofbook.book.fence import FenceState, FileFence
from proofbook.book.growth import Growth
from proofbook.book.interface import StoredCheckpoint
from proofbook.book.tiles import read_hash_reader
from proofbook.errors import EntryDamaged, HistoryDiverged, ProofbookError
from proofbook.primitives.instants import parse_instant
from proofbook.records.envelope import parse_entry
from proofbook.tlog.merkle import CompactRange
from proofbook.tlog.proof import derive_root
from proofbook.tlog.tile import TILE_WIDTH

LONGEST_UNSIGNED: Final = timedelta(minutes=2)
"""Twice the longest interval between signatures that can be configured."""


def load_growth(connection: apsw.Connection) -> Growth:
    """The growing edge, from the stored head and the tiles and leaf hashes beyond the last full tile of each level.

    Raises:
        EntryDamaged: the head is missing or malformed.
    """
    head = connection.execute("SELECT range FROM head WHERE one = 1").fetchone()
    if head is None:
        raise EntryDamaged("the book has no head", place="head")
    try:
        state = CompactRange.from_bytes(head[0])
    except ProofbookError as error:
        raise EntryDamaged(f"the book's head is damaged: {error}", place="head") from error
    edges: list[list[bytes]] = []
    full: list[int] = []
    count = state.size
    while count:
        whole = count // TILE_WIDTH
        edges.append(_edge(connection, len(edges), whole * TILE_WIDTH))
        full.append(whole)
        count = whole
    return Growth(state, edges, full)


def check_head(connection: apsw.Connection, growth: Growth, path: Path) -> str:
    """The newest entry's recorded instant, after holding head, entries, tiles and newest checkpoint against each other.

    Raises:
        EntryDamaged: they do not agree; names the place.
    """
    size, recorded = connection.execute("SELECT size, recorded FROM head WHERE one = 1").fetchone() or (0, "")
    newest = connection.execute("SELECT max(idx) FROM entry").fetchone()
    last = -1 if newest is None or newest[0] is None else int(newest[0])
    if not size == growth.size == last + 1:
        raise EntryDamaged(f"{path}: the head says {size} entries, the newest entry is number {last}", place="head", hint=_FSCK)
    if size and derive_root(read_hash_reader(connection, size), size) != growth.root():
        raise EntryDamaged(f"{path}: tiles and leaf hashes do not lead to the stored head", place="tile", hint=_FSCK)
    signed = newest_checkpoint(connection)
    if signed is not None:
        if signed.size > size:
            raise HistoryDiverged(
                f"{path}: a checkpoint of {signed.size} entries is signed, the book holds {size}",
                place=f"entry {size}",
                hint=_CUT,
            )
        if derive_root(read_hash_reader(connection, signed.size), signed.size) != signed.root:
            raise EntryDamaged(
                f"{path}: entries below {signed.size} are not those that were signed", place="checkpoint", hint=_FSCK
            )
    return str(recorded)


def check_behind_fence(connection: apsw.Connection, size: int, fence: FileFence, path: Path) -> FenceState | None:
    """The fence's state, after making sure the book reaches it with the same root.

    Raises:
        HistoryDiverged: the fence is missing or set back though checkpoints were signed, the book is shorter than the fence
            says, or its root there differs.
    """
    state, signed = fence.read(), newest_checkpoint(connection)
    if state is None:
        if signed is not None or _must_have_been_signed(connection, size):
            raise HistoryDiverged(f"{fence.path}: the fence of a signed book is missing", place=str(fence.path), hint=_CUT)
        return None
    if state.size > size:
        raise HistoryDiverged(
            f"{path}: the book holds {size} entries, {state.size} were signed", place=f"entry {size}", hint=_CUT
        )
    if derive_root(read_hash_reader(connection, state.size), state.size) != state.root:
        raise HistoryDiverged(f"{path}: the first {state.size} entries are not those that were signed", place="fence", hint=_FSCK)
    if signed is not None and signed.size > state.size:
        raise HistoryDiverged(
            f"{fence.path}: the fence stands at size {state.size}, the book has a signature over {signed.size}: it was set back",
            place=str(fence.path),
            hint=_CUT,
        )
    return state


def _must_have_been_signed(connection: apsw.Connection, size: int) -> bool:
    """A new book has no fence before its first signature; one that was written for minutes has one."""
    if size == 0:
        return False
    first, newest = connection.execute("SELECT bytes, recorded FROM entry, head WHERE idx = 0 AND one = 1").fetchone() or (
        b"",
        "",
    )
    try:
        return parse_instant(newest) - parse_instant(parse_entry(first).recorded) > LONGEST_UNSIGNED
    except ProofbookError as error:
        raise EntryDamaged(f"entry 0 or the head is damaged: {error}", place="entry 0", hint=_FSCK) from error


def newest_checkpoint(connection: apsw.Connection) -> StoredCheckpoint | None:
    """The newest stored checkpoint."""
    row = connection.execute("SELECT size, root, note, signed_at FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return None if row is None else StoredCheckpoint(*row)


_FSCK = "run `proofbook book fsck` to see where"
_CUT = "a restored backup or a cut tail: bring back the newest copy, or start a new book with `proofbook book reopen`"


def _edge(connection: apsw.Connection, level: int, first: int) -> list[bytes]:
    if level == 0:
        return [row[0] for row in connection.execute("SELECT leaf FROM entry WHERE idx >= ? ORDER BY idx", (first,))]
    return [
        row[0]
        for row in connection.execute("SELECT root FROM tile WHERE level = ? AND idx >= ? ORDER BY idx", (level - 1, first))
    ]
