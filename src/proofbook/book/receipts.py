"""Holding a book against what somebody outside holds of it: a checkpoint that was handed out earlier.

A book alone can only show that it agrees with itself; whoever has the signing key can rebuild all of it. A checkpoint kept by an
auditor or cosigned by a witness is what such a rebuilt book cannot match. Reads only.
Hostile input: MalformedBundle, LimitExceeded or SignatureInvalid for the note; EntryDamaged for the book.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofbook.book.interface import BookReading
from proofbook.errors import HistoryDiverged
from proofbook.tlog.checkpoint import Checkpoint, check_checkpoint
from proofbook.tlog.note import Ed25519Verifier, Note
from proofbook.tlog.vkey import parse_vkey


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
