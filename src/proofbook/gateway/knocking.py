"""Refusals that come faster than each deserves an entry of its own: of callers nobody knows, and denials of one known caller.

Whoever reaches the port can cause refusals without a key, and a program that is denied may try again without end; one entry and
one sync for each would let them fill the disk and slow everybody down. So a number a minute is recorded one by one, for all
unknown callers together and for each known one by itself, and further ones are counted: one `exchange.refused` entry a minute for
each reason (and known caller), with their `count`. None is left out; of counted ones it is known how many, why, and between which
instants. Of a known caller only denials are counted: what could not be served as it was is recorded one by one.
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
from proofbook.gateway.rules.pace import Rate
from proofbook.records.exchange import RefusalReason

LOG = structlog.get_logger(__name__)
COUNTS_KEPT = "gateway.refusal_counts_kept"
WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class _Count:
    """Refusals of one reason, status and caller since the last summary; `first` is the opening of the first of them."""

    first: Opening
    refusal: Refusal
    number: int
    until: str


class Knocking:
    """Decides which refusals get an entry of their own, and counts the others. Used on the event loop only."""

    def __init__(self, recording: Recording, per_minute: int, monotonic: Callable[[], float], *, of_one: int = 60) -> None:
        """`per_minute`: of all unknown callers together; `of_one`: denials of one known caller."""
        self._recording = recording
        self._per_minute = per_minute
        self._of_one = of_one
        self._rate = Rate(monotonic)
        self._counts: dict[tuple[RefusalReason, int, tuple[str, ...]], _Count] = {}

    def allow(self, per_minute: int) -> None:
        """So many a minute from now on."""
        self._per_minute = per_minute

    def counted(self, opening: Opening, refusal: Refusal) -> str | None:
        """The exchange under which this refusal is counted; None when it is to be recorded by itself."""
        caller = opening.caller
        if not self._recording.available or (caller is not None and not refusal.reason.denial):
            return None
        who = () if caller is None else (caller.system, caller.anchor)
        if not self._rate.take((who, self._per_minute if caller is None else self._of_one)):
            return None
        count = self._counts.setdefault((refusal.reason, refusal.status, who), _Count(opening, refusal, 0, opening.occurred))
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
