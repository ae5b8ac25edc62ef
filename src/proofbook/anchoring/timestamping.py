"""Having the newest checkpoint time-stamped by each authority that is due, and recording the token, or that there is none.

Promises: a token is recorded with the bytes it is about, so that it can be checked from the entry alone; an authority that fails
is asked again after a growing time, and its silence is recorded when it begins and once a day. Used by one thread.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proofbook.anchoring.asking import log_note
from proofbook.anchoring.settings import AuthoritySettings
from proofbook.anchoring.stamping import Stamp, Trusted, fetch_stamp
from proofbook.anchoring.witnessing import ACTOR, SOURCE, Record
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.errors import InputError, SourceUnavailable
from proofbook.openid.fetching import Send
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.instants import Clock, format_instant, parse_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.outside import LogTimestamped, TimestampMissed

KIND: Final = "log.timestamped"
_DAY: Final = 86_400.0
_FIRST_WAIT: Final = 60.0
_LONGEST: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority, how it is reached, and what its tokens are checked against."""

    settings: AuthoritySettings
    send: Send
    trusted: Trusted


@dataclass(frozen=True, slots=True)
class StampedCheckpoint:
    """What became of asking one authority: the stamp, or why there is none."""

    authority: AuthoritySettings
    size: int
    stamp: Stamp | None
    detail: str


@dataclass(slots=True)
class _Standing:
    due: float = 0.0
    failures: int = 0
    missed_at: float | None = None
    last: str | None = None
    """When its newest token of this book was recorded, by whatever process."""


class TimestampRounds:
    """Asks every authority that is due about the newest checkpoint."""

    def __init__(
        self,
        authorities: Sequence[Authority],
        *,
        record: Record,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        """`record` makes an entry durable."""
        self._authorities: Final = tuple(authorities)
        self._record: Final = record
        self._clock: Final = clock
        self._monotonic: Final = monotonic
        self._standings: Final = {each.settings.name: _Standing() for each in authorities}

    def run(
        self, book: BookReading, store: CosignatureStore, *, at_once: bool = False, only: str | None = None
    ) -> tuple[StampedCheckpoint, ...]:
        """Ask those that are due; with `at_once` all, or the `only` one named.

        Raises StoreUnavailable when an outcome cannot be recorded.
        """
        stamped = store.stamps(book.origin)
        for name, standing in self._standings.items():
            standing.last = stamped.get(name)
        checkpoint = book.latest_checkpoint()
        if checkpoint is None or checkpoint.size == 0:
            return ()
        named = [each for each in self._authorities if only in {None, each.settings.name}]
        due = [each for each in named if at_once or self._is_due(each.settings)]
        return tuple(self._ask(book, store, checkpoint, each, at_once=at_once) for each in due)

    def _is_due(self, settings: AuthoritySettings) -> bool:
        standing = self._standings[settings.name]
        if not settings.every_hours or self._monotonic() < standing.due:
            return False
        if standing.last is None:
            return True
        return self._clock.now() - parse_instant(standing.last) >= timedelta(hours=settings.every_hours)

    def _ask(
        self, book: BookReading, store: CosignatureStore, checkpoint: StoredCheckpoint, authority: Authority, *, at_once: bool
    ) -> StampedCheckpoint:
        settings, standing = authority.settings, self._standings[authority.settings.name]
        note = log_note(checkpoint.note, book.origin)
        try:
            stamp = fetch_stamp(note, settings.url, authority.send, authority.trusted)
        except (InputError, SourceUnavailable) as error:
            self._miss(settings, checkpoint, standing, error.message, always=at_once)
            return StampedCheckpoint(settings, checkpoint.size, None, error.message)
        self._keep(settings, checkpoint, note, stamp)
        standing.failures, standing.missed_at = 0, None
        store.note_stamp(book.origin, settings.name, format_instant(self._clock.now()))
        return StampedCheckpoint(settings, checkpoint.size, stamp, "stamped")

    def _keep(self, settings: AuthoritySettings, checkpoint: StoredCheckpoint, note: bytes, stamp: Stamp) -> None:
        body = LogTimestamped(
            authority=settings.name,
            url=settings.url,
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            note=note.decode(),
            digest=sha256_digest(note),
            token=base64.b64encode(stamp.reply).decode("ascii"),
            token_digest=sha256_digest(stamp.reply),
            time=stamp.time,
            serial=stamp.serial,
            policy=stamp.policy,
        )
        self._write(KIND, settings, body.to_body())

    def _miss(
        self, settings: AuthoritySettings, checkpoint: StoredCheckpoint, standing: _Standing, why: str, *, always: bool
    ) -> None:
        now = self._monotonic()
        standing.due = now + min(_LONGEST, _FIRST_WAIT * 2 ** min(standing.failures, 12))
        standing.failures += 1
        if not always and standing.missed_at is not None and now - standing.missed_at < _DAY:
            return
        body = TimestampMissed(authority=settings.name, url=settings.url, size=checkpoint.size, detail=why[:500])
        self._write("log.timestamp_missed", settings, body.to_body())
        standing.missed_at = now

    def _write(self, kind: str, settings: AuthoritySettings, body: dict[str, object]) -> None:
        now = format_instant(self._clock.now())
        self._record(Draft(kind, f"authority:{settings.name}", now, ACTOR, SOURCE, Assurance.INLINE, body))  # type: ignore[arg-type]  # JSON
