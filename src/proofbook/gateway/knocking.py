"""Refusals of callers nobody knows, when they come faster than each deserves an entry of its own.

Whoever reaches the port can cause refusals without a key; one entry and one sync for each would let them fill the disk and slow
everybody down. So a number a minute is recorded one by one, and further ones are counted: one `exchange.refused` entry a minute
for each reason, with their `count`. None is left out; of counted ones it is known how many, why, and between which instants.
Promises: answers to counted ones name the exchange of the entry that will count them. A crash loses the counts of at most the
last minute; an orderly stop none. While the store is unavailable nothing is counted here: `recording` keeps what must be said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from proofbook.errors import ProofbookError
from proofbook.gateway.drafts import Opening, draft_refusal
from proofbook.gateway.recording import Recording
from proofbook.gateway.refusal import Refusal
from proofbook.records.exchange import RefusalReason

LOG = structlog.get_logger(__name__)
COUNTS_KEPT = "gateway.refusal_counts_kept"
WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class _Count:
    """Refusals of one reason and status since the last summary; `first` is the opening of the first of them."""

    first: Opening
    refusal: Refusal
    number: int
    until: str


class Knocking:
    """Decides which refusals get an entry of their own, and counts the others. Used on the event loop only."""

    def __init__(self, recording: Recording, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._recording = recording
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._left = float(per_minute)
        self._filled_at = monotonic()
        self._counts: dict[tuple[RefusalReason, int], _Count] = {}

    def counted(self, opening: Opening, refusal: Refusal) -> str | None:
        """The exchange under which this refusal is counted; None when it is to be recorded by itself."""
        if opening.caller is not None or not self._recording.available or self._take():
            return None
        count = self._counts.setdefault((refusal.reason, refusal.status), _Count(opening, refusal, 0, opening.occurred))
        count.number += 1
        count.until = opening.occurred
        return count.first.exchange

    async def flush(self) -> None:
        """Record what was counted. What cannot be recorded is kept for the next time; raises what the recorder raises."""
        counts, self._counts = self._counts, {}
        if not counts:
            return
        try:
            await self._recording.record(
                [draft_refusal(each.first, each.refusal, None, count=each.number, until=each.until) for each in counts.values()]
            )
        except BaseException:
            for key, newer in self._counts.items():
                older = counts.setdefault(key, newer)
                if older is not newer:
                    older.number += newer.number
                    older.until = newer.until
            self._counts = counts
            raise

    async def watch(self, seconds: float = WINDOW_SECONDS) -> None:
        """Record the counts every so many seconds until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.flush()
            except ProofbookError as error:
                LOG.warning(COUNTS_KEPT, code=error.code)

    def _take(self) -> bool:
        now = self._monotonic()
        self._left = min(self._per_minute, self._left + (now - self._filled_at) * self._per_minute / WINDOW_SECONDS)
        self._filled_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
