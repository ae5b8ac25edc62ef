"""What is kept for people between requests: forms they have not sent yet, and what was done under an idempotency key.

Promises: drafts are sealed and nobody's but their writer's; a key with the same request gives the same answer, with another
request it is refused; of two requests at once under one key, one is done. A request whose doing broke off is not done again by
itself: its outcome is not known, and that is what is said. Bounded in size and number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from proofbook.errors import ConflictError, DigestMismatch, LimitExceeded
from proofbook.people.sealing import Seal
from proofbook.people.store import Store
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.primitives.instants import Clock, format_instant

MAX_DRAFT_BYTES: Final = 256 * 1024
MAX_DRAFTS: Final = 200
"""Of one account; the oldest makes room."""
DRAFT_LIFE: Final = timedelta(days=90)
ANSWER_LIFE: Final = timedelta(days=1)
MAX_ANSWER_BYTES: Final = 1024 * 1024


class KeyTaken(ConflictError):
    """The key stands for another request."""

    code = "key_taken"


class UnderWay(ConflictError):
    """The request of this key is under way, or broke off and nobody knows whether it was done."""

    code = "under_way"


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A form somebody has not sent yet."""

    form: str
    value: JsonValue
    kept: str


class Drafts:
    """Forms that are not sent yet, by account and form."""

    def __init__(self, store: Store, seal: Seal, clock: Clock) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock

    def keep(self, account: str, form: str, value: JsonValue) -> str:
        """Keep what the form holds now; gives the instant. Raises LimitExceeded, MalformedRecord for what is no JSON value."""
        data = canonical_bytes(value)
        if len(data) > MAX_DRAFT_BYTES or len(form) > 300:
            raise LimitExceeded(f"a draft of {len(data):,} bytes is not kept, the cap is {MAX_DRAFT_BYTES:,}", hint="file it")
        now = format_instant(self._clock.now())
        sealed = self._seal.close(data, f"draft:{account}:{form}")
        crowd = (
            "DELETE FROM kept_draft WHERE account = ?1 AND form IN "
            "(SELECT form FROM kept_draft WHERE account = ?1 ORDER BY kept DESC, form LIMIT -1 OFFSET ?2)"
        )
        self._store.write(
            ("INSERT OR REPLACE INTO kept_draft (account, form, sealed, kept) VALUES (?, ?, ?, ?)", (account, form, sealed, now)),
            (crowd, (account, MAX_DRAFTS)),
        )
        return now

    def find(self, account: str, form: str) -> KeptDraft | None:
        """What was kept last; None also for what does not open under the key any more."""
        row = self._store.row("SELECT sealed, kept FROM kept_draft WHERE account = ? AND form = ?", (account, form))
        if row is None:
            return None
        try:
            return KeptDraft(form, parse_canonical(self._seal.open(row[0], f"draft:{account}:{form}")), row[1])
        except DigestMismatch:
            return None

    def list_forms(self, account: str) -> tuple[tuple[str, str], ...]:
        """Forms with a draft and when it was kept, the newest first."""
        rows = self._store.rows("SELECT form, kept FROM kept_draft WHERE account = ? ORDER BY kept DESC, form", (account,))
        return tuple((row[0], row[1]) for row in rows)

    def drop(self, account: str, form: str) -> None:
        """It was sent, or is not wanted."""
        self._store.write(("DELETE FROM kept_draft WHERE account = ? AND form = ?", (account, form)))

    def forget_old(self) -> None:
        """Let go of drafts nobody came back to."""
        self._store.write(("DELETE FROM kept_draft WHERE kept < ?", (format_instant(self._clock.now() - DRAFT_LIFE),)))


class DoneOnce:
    """Requests that are done once, by owner (account or token) and the key they sent."""

    def __init__(self, store: Store, seal: Seal, clock: Clock) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock

    def recall(self, owner: str, key: str, request: bytes) -> bytes | None:
        """The answer given before; None: do it now, then `remember` or `release`.

        Raises:
            ConflictError: the key stands for another request, or for one that is under way or broke off.
        """
        name, digest = self._name(owner, key), sha256(request).digest()
        with self._store.transaction():
            row = self._store.row("SELECT digest, sealed FROM done_once WHERE owner = ? AND key = ?", (owner, name))
            if row is None:
                now = format_instant(self._clock.now())
                insert = "INSERT INTO done_once (owner, key, digest, began, sealed) VALUES (?, ?, ?, ?, NULL)"
                self._store.write((insert, (owner, name, digest, now)))
                return None
        if row[0] != digest:
            raise KeyTaken("this idempotency key stands for another request", hint="send a new key with a new request")
        if row[1] is None:
            raise UnderWay(
                "a request with this idempotency key is under way, or broke off and its outcome is not known",
                hint="look whether it was done; if not, send it with a new key",
            )
        return self._seal.open(row[1], f"once:{owner}")

    def remember(self, owner: str, key: str, answer: bytes) -> None:
        """What was answered. Raises LimitExceeded for an answer that is too long to be given again."""
        if len(answer) > MAX_ANSWER_BYTES:
            raise LimitExceeded(f"an answer of {len(answer):,} bytes cannot be kept", hint="answer with less")
        sealed = self._seal.close(answer, f"once:{owner}")
        self._store.write(
            ("UPDATE done_once SET sealed = ? WHERE owner = ? AND key = ?", (sealed, owner, self._name(owner, key)))
        )

    def release(self, owner: str, key: str) -> None:
        """It was certainly not done: the key may be sent again."""
        self._store.write(
            ("DELETE FROM done_once WHERE owner = ? AND key = ? AND sealed IS NULL", (owner, self._name(owner, key)))
        )

    def forget_old(self) -> None:
        """Let go of keys of yesterday."""
        self._store.write(("DELETE FROM done_once WHERE began < ?", (format_instant(self._clock.now() - ANSWER_LIFE),)))

    def _name(self, owner: str, key: str) -> bytes:
        return self._seal.name(key, f"once:{owner}")
