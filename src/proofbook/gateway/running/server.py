"""Runs the gateway: records the start, serves, takes new settings when told to, drains, records the stop.

Promises: it listens only after its start is durable, and stops listening before it drains; on SIGTERM or SIGINT (or when `stop`
is set) open exchanges may finish for `drain_seconds`, after which they are cut and recorded as such.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

import structlog

from proofbook.errors import ConfigurationError, ProofbookError
from proofbook.gateway.recording import Recording
from proofbook.gateway.running.figures import Figures
from proofbook.gateway.running.lifecycle import Run, SourceLife
from proofbook.gateway.running.operation import Operation
from proofbook.gateway.running.renewal import Renewal, prepare
from proofbook.gateway.running.surroundings import Surroundings
from proofbook.gateway.settings import GatewaySettings

__all__ = ["Surroundings", "serve"]

LOG = structlog.get_logger(__name__)
LISTENING = "gateway.listening"
STOPPED = "gateway.stopped"
RELOAD_BROKE_OFF = "gateway.reload_broke_off"
STOP_NOT_RECORDED = "gateway.stop_not_recorded"


async def serve(
    settings: GatewaySettings,
    around: Surroundings,
    *,
    ready: Callable[[tuple[str, int]], None] | None = None,
    stop: asyncio.Event | None = None,
    renew: Callable[[], Renewal] | None = None,
    renewed: asyncio.Event | None = None,
) -> None:
    """Serve until told to stop. `ready` gets the address listened on; without `stop`, SIGTERM and SIGINT stop it.

    `renew` reads new settings, in a thread, whenever SIGHUP arrives; `renewed`, when given, asks for it instead of the signal.

    Raises:
        ConfigurationError: a file that the settings name is not as it should be, or the address cannot be taken.
        StoreUnavailable: the start cannot be recorded.
    """
    loop = asyncio.get_running_loop()
    stop = stop or _on_signals(loop, signal.SIGTERM, signal.SIGINT)
    if renew is not None:
        renewed = renewed or _on_signals(loop, signal.SIGHUP)
    prepared = await loop.run_in_executor(None, prepare, settings, around.clock.now())
    recording = Recording(around.recorder, loop, around.clock, around.source or settings.source)
    life = SourceLife(recording, around.clock, _run_of(settings, around))
    operation = Operation(settings, around, prepared, recording, life)
    figures = Figures(loop.time, operation.fleet.systems, around.tracer)
    if settings.metrics is not None or around.tracer is not None:
        recording.figures = figures
    await life.start(await loop.run_in_executor(None, around.history.previous))
    try:
        with ExitStack() as beside:
            try:
                host, port = await operation.open()
                _expose(beside, operation, figures, settings)
            except ConfigurationError:
                await life.stop("the address could not be taken")  # this run ends in order: it never served anybody
                raise
            LOG.info(LISTENING, host=host, port=port, tls=settings.tls is not None)
            if ready is not None:
                ready((host, port))
            async with _renewing(operation, renew, renewed):
                await stop.wait()
            await operation.drain()
    finally:
        await operation.close()
    await _record_stop(operation, life)
    LOG.info(STOPPED)


async def _record_stop(operation: Operation, life: SourceLife) -> None:
    try:
        await operation.knocking.flush()
        await life.stop("asked to stop")
    except ProofbookError as error:
        LOG.warning(STOP_NOT_RECORDED, code=error.code, reason=error.message)


def _expose(beside: ExitStack, operation: Operation, figures: Figures, settings: GatewaySettings) -> None:
    """Have the figures read, where that is wanted."""
    if settings.metrics is not None:
        from proofbook.gateway.running.exposition import exposing  # only here, because it takes memory

        around = operation.around
        beside.enter_context(exposing(operation, figures, settings.metrics, operation.recording.source, around.number - 1))


def _run_of(settings: GatewaySettings, around: Surroundings) -> Run:
    fail_open = any(system.recording == "fail_open" for system in settings.systems)
    return Run(around.ids.new("r"), around.version, around.config, fail_open=fail_open)


@asynccontextmanager
async def _renewing(
    operation: Operation, renew: Callable[[], Renewal] | None, asked: asyncio.Event | None
) -> AsyncIterator[None]:
    """Renew the settings, one time after the other, for as long as the block lasts."""

    async def follow(read: Callable[[], Renewal], event: asyncio.Event) -> None:
        while True:
            await event.wait()
            event.clear()
            try:
                await operation.renew(read)
            except Exception as error:  # noqa: BLE001 - the next change of settings must still be heard
                LOG.error(RELOAD_BROKE_OFF, error=type(error).__name__)  # noqa: TRY400 - the name says it; no trace with settings

    task = None if renew is None or asked is None else asyncio.create_task(follow(renew, asked))
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _on_signals(loop: asyncio.AbstractEventLoop, *numbers: signal.Signals) -> asyncio.Event:
    event = asyncio.Event()
    for number in numbers:
        loop.add_signal_handler(number, event.set)
    return event
