"""What all exchanges of one engine's server share: the source's life, who is under way, what the engine has loaded.

Promises: nothing is recorded before the start of the run is; the end of the run is recorded when the server shuts down in order.
Does not: find anything by itself; `Surroundings` brings it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from proofbook.capture.settings import ServerCapture
from proofbook.errors import ProofbookError, UpstreamUnavailable
from proofbook.gateway.engines.binding import ArtifactDigests, EngineProbe, Sighting, fetch_sighting, unseen
from proofbook.gateway.exchange import Bounds
from proofbook.gateway.house import Roster, Tally
from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.recording import Recording
from proofbook.gateway.running.lifecycle import Run, SourceHistory, SourceLife
from proofbook.gateway.settings import Limits
from proofbook.journal.receipt import Recorder
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock, format_instant

LOG = structlog.get_logger(__name__)
STOP_NOT_RECORDED = "capture.stop_not_recorded"
PROGRAM = "proofbook in the engine's server"
_SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the recorder is given instead of finding it itself."""

    recorder: Recorder
    source: str
    history: SourceHistory
    identities: Identities | None
    """Who may call; None when nothing is verified here."""
    digests: ArtifactDigests
    clock: Clock
    ids: IdSource
    fingerprint: Callable[[bytes], str]
    version: str
    config: str | None
    engine_key: str | None
    close: Callable[[], None]
    """Gives back what was opened; called once, in a thread."""


class Post:
    """One engine's server that records. Everything runs on the event loop."""

    def __init__(self, settings: ServerCapture, around: Surroundings) -> None:
        loop = asyncio.get_running_loop()
        self.settings = settings
        self.around = around
        self.loop = loop
        self.recording = Recording(around.recorder, loop, around.clock, around.source)
        self.knocking = Knocking(self.recording, Limits().unknown_refusals, loop.time)
        self.bounds = Bounds(hold=settings.hold_bytes, reply=settings.reply_bytes)
        self.tally = Tally()
        self.open = Roster()
        self.sighting: Sighting = unseen("the engine was not asked yet")
        self._held = 0
        self._life = SourceLife(
            self.recording,
            around.clock,
            Run(around.ids.new("r"), around.version, around.config, program=PROGRAM),
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Record the beginning of the run. Raises what the recorder raises."""
        previous = await self.loop.run_in_executor(None, self.around.history.previous)
        await self._life.start(previous)
        beat = self._life.beat(self.settings.heartbeat_seconds, self._counts)
        self._tasks += [asyncio.create_task(beat), asyncio.create_task(self.knocking.watch())]

    def watch(self, probe: EngineProbe) -> None:
        """From here on ask the engine, again and again, what it has loaded."""
        self._tasks.append(asyncio.create_task(self._look(probe)))

    async def stop(self) -> None:
        """Record the end of the run, as far as it can be, and give back what was opened."""
        if not await self.open.emptied(_SETTLE_SECONDS):
            self.open.stop()
            await self.open.emptied(_SETTLE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self.knocking.flush()
            await self._life.stop("the engine's server shut down")
        except ProofbookError as error:
            LOG.warning(STOP_NOT_RECORDED, code=error.code, reason=error.message)
        await self.loop.run_in_executor(None, self.around.close)

    def hold(self, size: int) -> bool:
        """Whether there is room for so many more bytes of request bodies; if so, they are held until `let_go`."""
        if self._held + size > self.settings.bodies_bytes:
            return False
        self._held += size
        return True

    def let_go(self, size: int) -> None:
        """So many bytes of request bodies are held no more."""
        self._held -= size

    async def _look(self, probe: EngineProbe) -> None:
        while True:
            now = format_instant(self.around.clock.now())
            try:
                self.sighting = await fetch_sighting(probe, self.settings.product, self.around.digests, now)
            except UpstreamUnavailable as error:
                self.sighting = unseen(error.message)
            await asyncio.sleep(self.settings.binding_seconds)

    def _counts(self) -> tuple[int, int, int]:
        return len(self.open), self.tally.exchanges, self.tally.refused
