"""Keeping the projection up with the book while pages are asked for, without letting a page wait for a long catch-up.

Promises: at most one catch-up at a time and at most one start a second; it runs in a worker thread and stops between two batches
when the server stops. A page waits for it a moment and is then shown as of what was taken in, which it says.
Does not: hide a catch-up that failed; `trouble` is shown on every page until one succeeds.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from proofbook.errors import ProofbookError
from proofbook.portal.surroundings import PortalSources
from proofbook.readmodel.projection import Projection

EVERY_SECONDS: Final = 1.0
_WAIT_SECONDS: Final = 2.0
CATCH_UP_FAILED: Final = "portal.catch_up_failed"
LOG = structlog.get_logger()


class _Stopped(Exception):
    """The server stops; the rest is taken in next time."""


class Follower:
    """Starts catch-ups. Used by one event loop."""

    def __init__(self, sources: PortalSources) -> None:
        self._sources = sources
        self._task: asyncio.Task[None] | None = None
        self._last: float | None = None
        self._stopping = False
        self.trouble: str | None = None

    def hurry(self) -> None:
        """Something was written: the next page shall show it."""
        self._last = None

    async def follow(self, *, at_once: bool = False) -> None:
        """Take in what the book has by now, or as much as a moment allows; `at_once`: however short the last time is ago."""
        now = self._sources.monotonic()
        if self._task is None or self._task.done():
            if not at_once and self._last is not None and now - self._last < EVERY_SECONDS:
                return
            self._last = now
            self._task = asyncio.create_task(self._run())
        await asyncio.wait({self._task}, timeout=min(_WAIT_SECONDS, self._sources.patience_seconds))

    async def stop(self) -> None:
        """Let a running catch-up end after its batch."""
        self._stopping = True
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            await asyncio.to_thread(self._catch_up)
        except ProofbookError as error:
            self.trouble = str(error)
            LOG.warning(CATCH_UP_FAILED, code=error.code, reason=error.message)
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001 - the boundary of a background task; its message may quote an entry
            self.trouble = "Taking in the book failed. The log names the kind of mistake."
            LOG.error(CATCH_UP_FAILED, error=type(error).__name__)  # noqa: TRY400 - a traceback may quote an entry
        else:
            self.trouble = None

    def _catch_up(self) -> None:
        with self._sources.open_book() as book, Projection(self._sources.projection, book) as projection:
            projection.catch_up(self._look)

    def _look(self, position: int) -> None:
        del position
        if self._stopping:
            raise _Stopped
