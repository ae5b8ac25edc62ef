"""Files that somebody was shown the effect of and has not agreed to yet, kept for a short while so that nobody sends them twice.

Promises: sealed, and opened only for the account, the session and the purpose they were kept for; given back once; gone after
`HELD_LIFE`, and when a session keeps another. Bounded in size and number: the oldest of an account makes room.
Hostile input: a name of no file, of a file of somebody else or of an earlier session is no file; trying one does not use it up.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from proofbook.errors import DigestMismatch, LimitExceeded
from proofbook.people.sealing import Seal
from proofbook.people.store import Store
from proofbook.primitives.canonical import canonical_bytes, parse_canonical
from proofbook.primitives.instants import Clock, format_instant

HELD_LIFE: Final = timedelta(minutes=20)
MAX_HELD_BYTES: Final = 8 * 1024 * 1024
MAX_HELD: Final = 2
"""Of one account."""
_NAME_BYTES: Final = 18
_LONGEST_NAME: Final = 400
_END: Final = b"\0"
"""Between what is said of a file and its bytes; canonical JSON has none."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who keeps a file, in which session, and what for."""

    account: str
    session: str
    purpose: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file as it was sent. `shown`: a digest of what its sender was shown of it."""

    name: str
    data: bytes
    shown: str


class HeldFiles:
    """Files between being shown and being agreed to. Safe to use from several threads."""

    def __init__(self, store: Store, seal: Seal, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._entropy = entropy

    def hold(self, holder: Holder, file: HeldFile) -> str:
        """Keep a file; gives the name under which its holder gets it back once. Raises LimitExceeded."""
        if len(file.data) > MAX_HELD_BYTES:
            raise LimitExceeded(
                f"a file of {len(file.data):,} bytes is not kept, the cap is {MAX_HELD_BYTES:,}", hint="send less"
            )
        said = canonical_bytes({"name": file.name[:_LONGEST_NAME], "shown": file.shown})
        name = urlsafe_b64encode(self._entropy(_NAME_BYTES)).decode()
        sealed = self._seal.close(said + _END + file.data, _belongs(name, holder))
        now = format_instant(self._clock.now())
        crowd = (
            "DELETE FROM held_file WHERE account = ?1 AND name IN "
            "(SELECT name FROM held_file WHERE account = ?1 ORDER BY held DESC, name LIMIT -1 OFFSET ?2)"
        )
        self._store.write(
            ("DELETE FROM held_file WHERE session = ? AND purpose = ?", (holder.session, holder.purpose)),
            (
                "INSERT INTO held_file (name, account, session, purpose, sealed, held) VALUES (?, ?, ?, ?, ?, ?)",
                (name, holder.account, holder.session, holder.purpose, sealed, now),
            ),
            (crowd, (holder.account, MAX_HELD)),
        )
        return name

    def take(self, holder: Holder, name: str) -> HeldFile | None:
        """The file, which is not kept any more then; None: there is none of this name for this holder, or it is too old."""
        oldest = format_instant(self._clock.now() - HELD_LIFE)
        with self._store.transaction():
            row = self._store.row("SELECT sealed FROM held_file WHERE name = ? AND held >= ?", (name, oldest))
            found = None if row is None else self._open(row[0], name, holder)
            if found is not None:
                self._store.write(("DELETE FROM held_file WHERE name = ?", (name,)))
        return found

    def forget_old(self) -> None:
        """Let go of files that nobody agreed to in time."""
        self._store.write(("DELETE FROM held_file WHERE held < ?", (format_instant(self._clock.now() - HELD_LIFE),)))

    def _open(self, sealed: bytes, name: str, holder: Holder) -> HeldFile | None:
        try:
            said, _, data = self._seal.open(sealed, _belongs(name, holder)).partition(_END)
        except DigestMismatch:
            return None
        stated: Any = parse_canonical(said)
        return HeldFile(stated["name"], data, stated["shown"])


def _belongs(name: str, holder: Holder) -> str:
    return f"held\0{name}\0{holder.account}\0{holder.session}\0{holder.purpose}"
