"""Rounds over the witnesses of a book: who is due, what came of asking, what is kept and what is recorded.

Promises: a witness that fails is asked again after a growing time; the outcome is recorded when it changes, when this process
first hears of it, and once a day, so that silence is a fact and not a flood. Cosignatures are kept as they come. Nothing here
touches the writer's transactions but through the recorder. Used by one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from proofbook.anchoring.asking import Asked, ask_witness
from proofbook.anchoring.settings import WitnessSettings
from proofbook.book.cosignatures import CosignatureStore
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.openid.fetching import Send
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.outside import LogWitnessed, WitnessOutcome

SOURCE: Final = "anchoring"
ACTOR: Final = Actor("proofbook", ActorKind.SYSTEM, "process")
_DAY: Final = 86_400.0
_LONGEST: Final = 3_600.0

Record = Callable[[Draft], object]
"""Makes an entry durable."""


@dataclass(frozen=True, slots=True)
class AskedWitness:
    """One witness and what became of asking it; `asked` None: it has cosigned this checkpoint before."""

    witness: WitnessSettings
    asked: Asked | None
    size: int


@dataclass(slots=True)
class _Standing:
    """What is known of one witness in this process."""

    due: float = 0.0
    failures: int = 0
    attempts: int = 0
    said: WitnessOutcome | None = None
    said_at: float = 0.0


class WitnessRounds:
    """Asks every witness that is due about the newest checkpoint."""

    def __init__(
        self,
        witnesses: Sequence[tuple[WitnessSettings, Send]],
        *,
        record: Record,
        clock: Clock,
        monotonic: Callable[[], float],
        every: float,
    ) -> None:
        """`every`: seconds between two questions to a witness that answers."""
        self._witnesses: Final = tuple(witnesses)
        self._record: Final = record
        self._clock: Final = clock
        self._monotonic: Final = monotonic
        self._every: Final = every
        self._standings: Final = {each.name: _Standing() for each, _ in witnesses}

    def run(self, book: BookReading, store: CosignatureStore, *, at_once: bool = False) -> tuple[AskedWitness, ...]:
        """Ask those that are due; with `at_once` all, whatever the back-off, and record each outcome.

        Raises:
            StoreUnavailable: a cosignature cannot be kept or an outcome not recorded.
        """
        checkpoint = book.latest_checkpoint()
        if checkpoint is None or checkpoint.size == 0:
            return ()
        return tuple(
            self._ask(book, store, checkpoint, witness, send, at_once=at_once)
            for witness, send in self._witnesses
            if at_once or self._monotonic() >= self._standings[witness.name].due
        )

    def _ask(
        self,
        book: BookReading,
        store: CosignatureStore,
        checkpoint: StoredCheckpoint,
        witness: WitnessSettings,
        send: Send,
        *,
        at_once: bool,
    ) -> AskedWitness:
        standing, last = self._standings[witness.name], store.last_size(book.origin, witness.vkey)
        if last == checkpoint.size:  # nothing was signed since
            standing.due = self._monotonic() + self._every
            return AskedWitness(witness, None, last)
        asked = ask_witness(book, checkpoint, witness.key, witness.url, send, last=last)
        if asked.line is not None:
            store.keep(book.origin, checkpoint.size, witness.vkey, asked.line)
        failed = asked.outcome is not WitnessOutcome.COSIGNED
        standing.failures = standing.failures + 1 if failed else 0
        wait = self._every * 2 ** min(standing.failures - 1, 12) if failed else self._every
        standing.due = self._monotonic() + min(max(_LONGEST, self._every), wait)
        self._say(witness, checkpoint, asked, standing, always=at_once)
        return AskedWitness(witness, asked, checkpoint.size)

    def _say(
        self, witness: WitnessSettings, checkpoint: StoredCheckpoint, asked: Asked, standing: _Standing, *, always: bool
    ) -> None:
        standing.attempts += 1
        now = self._monotonic()
        if not always and standing.said is asked.outcome and now - standing.said_at < _DAY:
            return
        body = LogWitnessed(
            witness=witness.name,
            vkey=witness.vkey,
            url=witness.url,
            outcome=asked.outcome,
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            cosigned=None if asked.seconds is None else format_seconds(asked.seconds),
            detail=asked.detail[:500],
            attempts=standing.attempts,
        )
        self._record(
            Draft(
                "log.witnessed",
                f"witness:{witness.name}",
                format_instant(self._clock.now()),
                ACTOR,
                SOURCE,
                Assurance.INLINE,
                body.to_body(),
            )
        )
        standing.said, standing.said_at, standing.attempts = asked.outcome, now, 0


def format_seconds(seconds: int) -> str:
    """POSIX seconds as an instant; the last one there is for what lies beyond a calendar."""
    try:
        return format_instant(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError, ValueError):
        return format_instant(datetime.max.replace(tzinfo=UTC))
