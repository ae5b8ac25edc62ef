"""Runs the gateway: builds its parts, records the start, serves, drains, records the stop.

Promises: it listens only after its start is durable, and stops listening before it drains; on SIGTERM or SIGINT (or when `stop`
is set) open exchanges may finish for `drain_seconds`, after which they are cut and recorded as such.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from proofbook.errors import ConfigurationError, ProofbookError
from proofbook.gateway.admission import Admission
from proofbook.gateway.binding import ArtifactDigests
from proofbook.gateway.exchange import Bounds
from proofbook.gateway.fleet import Fleet, read_plans
from proofbook.gateway.house import House
from proofbook.gateway.http.inbound import Inbound
from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.lifecycle import Run, SourceHistory, SourceLife
from proofbook.gateway.reception import FrontDoor, Readiness
from proofbook.gateway.recording import Recording
from proofbook.gateway.settings import GatewaySettings
from proofbook.journal.receipt import Recorder
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock

LOG = structlog.get_logger(__name__)
LISTENING = "gateway.listening"
STOPPED = "gateway.stopped"
STOP_NOT_RECORDED = "gateway.stop_not_recorded"
SWEEP_FAILED = "gateway.sweep_failed"

_SWEEP_SECONDS = 0.5
_BACKLOG = 1024
_SETTLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the gateway is given instead of finding it itself."""

    recorder: Recorder
    identities: Identities
    admission: Admission
    digests: ArtifactDigests
    history: SourceHistory
    clock: Clock
    ids: IdSource
    fingerprint: Callable[[bytes], str]
    """Keyed fingerprint of a system prompt: HMAC, as text."""
    version: str
    """Version of the program, for `source.started`."""
    config: str | None = None
    """Digest of the configuration in force."""


async def serve(
    settings: GatewaySettings,
    around: Surroundings,
    *,
    ready: Callable[[tuple[str, int]], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until told to stop. `ready` gets the address listened on; without `stop`, SIGTERM and SIGINT stop it.

    Raises:
        ConfigurationError: a key file cannot be read or the address cannot be taken.
        StoreUnavailable: the start cannot be recorded.
    """
    loop = asyncio.get_running_loop()
    stop = stop or _stop_on_signals(loop)
    recording = Recording(around.recorder, loop, around.clock, settings.source)
    life = SourceLife(recording, around.clock, _run_of(settings, around))
    fleet = Fleet(around.digests, around.clock)
    fleet.take(settings, read_plans(settings))
    previous = await loop.run_in_executor(None, around.history.previous)
    await life.start(previous)
    house = _build_house(settings, around, recording, fleet)
    door = FrontDoor(
        house,
        around.identities,
        around.ids,
        limits=settings.limits,
        readiness=lambda: _assess_readiness(settings, recording, fleet),
    )
    async with _background(settings, life, house, door, fleet):
        try:
            server = await _listen(settings, door)
        except ConfigurationError:
            await life.stop("the address could not be taken")  # this run ends in order: it never served anybody
            raise
        host, port = server.sockets[0].getsockname()[:2]
        LOG.info(LISTENING, host=host, port=port)
        if ready is not None:
            ready((host, port))
        await stop.wait()
        server.close()
        await _drain(settings.limits.drain_seconds, house, door)
    try:
        await house.knocking.flush()
        await life.stop("asked to stop")
    except ProofbookError as error:
        LOG.warning(STOP_NOT_RECORDED, code=error.code, reason=error.message)
    LOG.info(STOPPED)


def _run_of(settings: GatewaySettings, around: Surroundings) -> Run:
    fail_open = any(system.recording == "fail_open" for system in settings.systems)
    return Run(around.ids.new("r"), around.version, around.config, fail_open=fail_open)


@asynccontextmanager
async def _background(
    settings: GatewaySettings, life: SourceLife, house: House, door: FrontDoor, fleet: Fleet
) -> AsyncIterator[None]:
    """What goes on beside the requests."""
    await fleet.look_first()
    fleet.watch()

    def counts() -> tuple[int, int, int]:
        return len(house.open), house.tally.exchanges, house.tally.refused

    tasks = [asyncio.create_task(life.beat(settings.heartbeat_seconds, counts)), asyncio.create_task(_sweep(door, fleet))]
    tasks.append(asyncio.create_task(house.knocking.watch()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await fleet.close()


async def _sweep(door: FrontDoor, fleet: Fleet) -> None:
    """One clock for every deadline: a timer per request would cost more than the requests."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        now = loop.time()
        acts: list[Callable[[], None]] = [
            client.expire for client in door.clients if client.deadline is not None and client.deadline <= now
        ]
        for act in acts:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - one that fails must not leave all others without a deadline
                LOG.warning(SWEEP_FAILED, error=type(error).__name__)
        fleet.sweep(now)


async def _listen(settings: GatewaySettings, door: FrontDoor) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(lambda: Inbound(door, settings.limits), settings.host, settings.port, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"gateway cannot listen on {settings.host}:{settings.port}: {error.strerror or error}",
            hint="set gateway.port to a free port",
        ) from error


async def _drain(seconds: float, house: House, door: FrontDoor) -> None:
    for client in tuple(door.clients):
        client.drain()
    if not await house.open.emptied(seconds):
        house.open.stop()
        await house.open.emptied(_SETTLE_SECONDS)
    for client in tuple(door.clients):
        client.drain()


def _build_house(settings: GatewaySettings, around: Surroundings, recording: Recording, fleet: Fleet) -> House:
    return House(
        recording=recording,
        knocking=Knocking(
            recording, settings.limits.unknown_refusals, asyncio.get_running_loop().time, of_one=settings.limits.denials
        ),
        clock=around.clock,
        bounds=Bounds(hold=settings.limits.hold_bytes, reply=settings.limits.reply_bytes),
        upstreams=fleet.systems,
        fingerprint=around.fingerprint,
        guardrail=settings.guardrail,
        admission=around.admission,
        fail_open=frozenset(system.id for system in settings.systems if system.recording == "fail_open"),
        loop=asyncio.get_running_loop(),
    )


def _assess_readiness(settings: GatewaySettings, recording: Recording, fleet: Fleet) -> Readiness:
    age = None if recording.last_success is None else asyncio.get_running_loop().time() - recording.last_success
    recent = age is not None and age <= 2 * settings.heartbeat_seconds + _SETTLE_SECONDS
    store = "unavailable" if not recording.available else "writable" if recent else "unknown"
    return Readiness(store, {name: upstream.state for name, upstream in fleet.current.items()})


def _stop_on_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
