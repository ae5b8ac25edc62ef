"""Changing the log key: the book records the change, the old key signs it, the new key signs all that follows.

The entry and the announcement of the new key commit together; that decides. Before it a waiting key is discarded, after it the
old key's last signature and the exchange of the key files are finished by `settle`, whoever opens the book next. The old private
key does not outlive the rotation. A stolen key is not made harmless by this: evidence signed by the thief looks the same.
"""

from __future__ import annotations

from proofbook.book.sqlite import transaction
from proofbook.journal.preparation import BOOK_ACTOR, BOOK_SOURCE, Preparer
from proofbook.journal.receipt import Submission
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.operations import LogKeyRotated
from proofbook.signing.keys import file_uri, make_log_key, open_log_signer
from proofbook.tlog.note import Ed25519Signer
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.home import Home
from proofbook.wiring.recording import open_door
from proofbook.wiring.settling import next_key, take_over
from proofbook.wiring.system import CLOCK


def rotate_log_key(home: Home, reason: str) -> str:
    """Make a new log key and let it take over; its verifier key.

    Raises:
        StoreUnavailable: another process writes this book, or the disk fails. ConfigurationError: the key cannot be made.
    """
    with open_door(home, must_write=True) as door:
        if door.writer is None:
            raise RuntimeError("a door that must write has a writer")
        make_log_key(next_key(home))
        outgoing = home.signer()
        incoming = open_log_signer(file_uri(next_key(home)), outgoing.key.name)
        door.writer.run_exclusively(lambda preparer: _hand_over(preparer, outgoing, incoming, reason))
        take_over(home, incoming)
    return format_vkey(incoming.key)


def _hand_over(preparer: Preparer, outgoing: Ed25519Signer, incoming: Ed25519Signer, reason: str) -> None:
    store, now, new = preparer.store, format_instant(CLOCK.now()), format_vkey(incoming.key)
    with transaction(store.connection, store.path):
        batch = preparer.start(now)
        size = store.book.size + len(batch.rows) + 1
        body = LogKeyRotated(old_vkey=format_vkey(outgoing.key), new_vkey=new, size=size, reason=reason).to_body()
        draft = Draft("log.key_rotated", outgoing.key.name, now, BOOK_ACTOR, BOOK_SOURCE, Assurance.INLINE, body)
        preparer.add(batch, [Submission(draft)])
        preparer.write(batch)
        store.book.announce_key(new)
    store.book.sign_checkpoint(now)
    store.book.replace_signer(incoming)
