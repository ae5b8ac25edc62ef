"""Checkpoints that are handed out, and holding a book against one that somebody outside holds.

A book alone can only show that it agrees with itself; whoever has the signing key can rebuild all of it. A checkpoint kept by an
auditor or cosigned by a witness is what such a rebuilt book cannot match. Reads only.
Hostile input: MalformedBundle, LimitExceeded or SignatureInvalid for the note; EntryDamaged for the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.errors import HistoryDiverged
from proofbook.primitives.instants import parse_instant
from proofbook.tlog.checkpoint import Checkpoint, check_checkpoint
from proofbook.tlog.note import Ed25519Verifier, Note
from proofbook.tlog.vkey import parse_vkey

COSIGNED_LAG: Final = timedelta(hours=1)
"""How much older than the newest checkpoint a cosigned one may be and still be the one that is handed out."""


def choose_handed_out(book: BookReading, *, covering: int = 0) -> StoredCheckpoint | None:
    """The checkpoint to hand out: a cosigned one of the last hour over more than `covering` entries, else the newest.

    What others signed is worth more to its holder than the last minutes. None when nothing is signed yet.
    """
    newest, cosigned = book.latest_checkpoint(), book.latest_cosigned()
    if newest is None or cosigned is None or cosigned.size <= covering:
        return newest
    lag = parse_instant(newest.signed_at) - parse_instant(cosigned.signed_at)
    return cosigned if lag <= COSIGNED_LAG else newest


def check_held_checkpoint(book: BookReading, note: bytes | Note, vkeys: Sequence[str]) -> Checkpoint:
    """The checkpoint of a signed note, after making sure that this book still leads to it.

    `vkeys` are the log's verifier keys as the holder knows them; any of them may have signed.

    Raises:
        SignatureInvalid: none of the keys signed, or a known key's signature fails. MalformedBundle: no checkpoint of this log.
        HistoryDiverged: the book is shorter than what was signed, or its root at that size is another.
    """
    verifiers = [Ed25519Verifier(parse_vkey(vkey)) for vkey in dict.fromkeys(vkeys)]
    held = check_checkpoint(note, origin=book.origin, verifiers=verifiers)
    size = book.size()
    if held.size > size:
        raise HistoryDiverged(
            f"a checkpoint over {held.size} entries of {held.origin} is held, the book holds {size}", place=f"entry {size}"
        )
    if book.root(held.size) != held.root:
        raise HistoryDiverged(
            f"the first {held.size} entries of {held.origin} are not those of the checkpoint that is held",
            hint="the book was rebuilt after that checkpoint was handed out; keep both",
            place=f"entries 0 to {held.size - 1}",
        )
    return held
