"""Runs the gateway: builds its parts, records the start, serves, drains, records the stop.

Promises: it listens only after its start is durable, and stops listening before it drains; on SIGTERM or SIGINT (or when `stop`
is set) open exchanges may finish for `drain_seconds`, after which they are cut and recorded as such.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from proofbook.errors import ConfigurationError, ProofbookError
from proofbook.gateway.admission import Admission
from proofbook.gateway.binding import ArtifactDigests
from proofbook.gateway.exchange import Bounds
from proofbook.gateway.house import House
from proofbook.gateway.http.inbound import Inbound
from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.lifecycle import Run, SourceHistory, SourceLife
from proofbook.gateway.reception import FrontDoor, Readiness
from proofbook.gateway.recording import Recording
from proofbook.gateway.settings import GatewaySettings
from proofbook.gateway.upstream import Upstream
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
_FIRST_LOOK_SECONDS = 5.0
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
    previous = await loop.run_in_executor(None, around.history.previous)
    await life.start(previous)
    upstreams = {item.name: _build_upstream(settings, item.name, around) for item in settings.upstreams}
    house = _build_house(settings, around, recording, upstreams)
    door = FrontDoor(
        house,
        around.identities,
        around.ids,
        limits=settings.limits,
        readiness=lambda: _assess_readiness(settings, recording, upstreams),
    )
    async with _background(settings, life, house, door, upstreams):
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
    for upstream in upstreams.values():
        upstream.close()
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
    settings: GatewaySettings, life: SourceLife, house: House, door: FrontDoor, upstreams: Mapping[str, Upstream]
) -> AsyncIterator[None]:
    """What goes on beside the requests."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_FIRST_LOOK_SECONDS):
            await asyncio.gather(*(upstream.look() for upstream in upstreams.values()))

    def counts() -> tuple[int, int, int]:
        return len(house.open), house.tally.exchanges, house.tally.refused

    tasks = [asyncio.create_task(upstream.watch()) for upstream in upstreams.values()]
    tasks += [asyncio.create_task(life.beat(settings.heartbeat_seconds, counts)), asyncio.create_task(_sweep(door, upstreams))]
    tasks.append(asyncio.create_task(house.knocking.watch()))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sweep(door: FrontDoor, upstreams: Mapping[str, Upstream]) -> None:
    """One clock for every deadline: a timer per request would cost more than the requests."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        now = loop.time()
        acts: list[Callable[[], None]] = [
            client.expire for client in door.clients if client.deadline is not None and client.deadline <= now
        ]
        acts += [partial(upstream.pool.sweep, now) for upstream in upstreams.values()]
        for act in acts:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - one that fails must not leave all others without a deadline
                LOG.warning(SWEEP_FAILED, error=type(error).__name__)


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


def _build_house(
    settings: GatewaySettings, around: Surroundings, recording: Recording, upstreams: Mapping[str, Upstream]
) -> House:
    return House(
        recording=recording,
        knocking=Knocking(recording, settings.limits.unknown_refusals, asyncio.get_running_loop().time),
        clock=around.clock,
        bounds=Bounds(hold=settings.limits.hold_bytes, reply=settings.limits.reply_bytes),
        upstreams={system.id: upstreams[system.upstream] for system in settings.systems},
        fingerprint=around.fingerprint,
        guardrail=settings.guardrail,
        admission=around.admission,
        fail_open=frozenset(system.id for system in settings.systems if system.recording == "fail_open"),
        loop=asyncio.get_running_loop(),
    )


def _build_upstream(settings: GatewaySettings, name: str, around: Surroundings) -> Upstream:
    chosen = next(item for item in settings.upstreams if item.name == name)
    key = None if chosen.api_key_file is None else read_engine_key(chosen.api_key_file, f"gateway.upstreams[{name}].api_key_file")
    return Upstream(
        chosen, settings.limits, key=key, digests=around.digests, clock=around.clock, seconds=settings.binding_seconds
    )


def read_engine_key(path: str, field: str) -> str:
    """The key in a file: one line of printable ASCII. Raises ConfigurationError naming the field."""
    try:
        text = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{field}: the file cannot be read as ASCII text", hint="check the path and its permissions"
        ) from error
    if not text or not text.isprintable():
        raise ConfigurationError(
            f"{field}: the file does not hold one line with a key", hint="put the engine's key alone in the file"
        )
    return text


def _assess_readiness(settings: GatewaySettings, recording: Recording, upstreams: Mapping[str, Upstream]) -> Readiness:
    age = None if recording.last_success is None else asyncio.get_running_loop().time() - recording.last_success
    recent = age is not None and age <= 2 * settings.heartbeat_seconds + _SETTLE_SECONDS
    store = "unavailable" if not recording.available else "writable" if recent else "unknown"
    return Readiness(store, {name: upstream.state for name, upstream in upstreams.items()})


def _stop_on_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
