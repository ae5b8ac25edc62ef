"""Runs the endpoint that LiteLLM calls: records the start, listens, ends calls nobody answered, records the stop.

Promises: it listens only after its start is durable; what is under way when it stops is closed by the next start, as unknown.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from proofbook.capture.litellm.calls import Calls
from proofbook.capture.litellm.desk import Desk, Means
from proofbook.capture.litellm.door import GuardrailDoor
from proofbook.capture.settings import LiteLLMCapture
from proofbook.errors import ConfigurationError, ProofbookError
from proofbook.gateway.http.inbound import Inbound
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.recording import Recording
from proofbook.gateway.running.lifecycle import Run, SourceHistory, SourceLife
from proofbook.journal.receipt import Recorder
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import Clock
from proofbook.records.envelope import Assurance

LOG = structlog.get_logger(__name__)
LISTENING: Final = "guardrail.listening"
STOPPED: Final = "guardrail.stopped"
STOP_NOT_RECORDED: Final = "guardrail.stop_not_recorded"
PROGRAM: Final = "proofbook guardrail"
_SWEEP_SECONDS: Final = 0.5
_SHORTEST_SECRET: Final = 16


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the endpoint is given instead of finding it itself."""

    recorder: Recorder
    history: SourceHistory
    clock: Clock
    ids: IdSource
    fingerprint: Callable[[bytes], str]
    """Keyed fingerprint of a system prompt."""
    version: str
    config: str | None = None


async def serve_guardrail(
    settings: LiteLLMCapture,
    around: Surroundings,
    *,
    ready: Callable[[tuple[str, int]], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until told to stop; without `stop`, SIGTERM and SIGINT stop it. `ready` gets the address listened on.

    Raises:
        ConfigurationError: the secret cannot be read or the address cannot be taken. StoreUnavailable: the start is not recorded.
    """
    loop = asyncio.get_running_loop()
    stop = stop or _stop_on_signals(loop)
    secret = read_secret(settings)
    recording = Recording(around.recorder, loop, around.clock, settings.source)
    run = Run(around.ids.new("r"), around.version, around.config, program=PROGRAM, assurance=Assurance.INLINE_PARTIAL)
    life = SourceLife(recording, around.clock, run)
    await life.start(await loop.run_in_executor(None, around.history.previous))
    knocking = Knocking(recording, settings.limits.unknown_refusals, loop.time)
    calls = Calls(settings.open_calls)
    means = Means(recording, knocking, calls, around.clock, around.ids, loop.time, around.fingerprint)
    desk = Desk(means, settings, secret)
    door = GuardrailDoor(desk, settings.limits)
    async with _background(settings, life, desk, door, knocking):
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
        await _drain(settings, door)
    try:
        await knocking.flush()
        await life.stop("asked to stop")
    except ProofbookError as error:
        LOG.warning(STOP_NOT_RECORDED, code=error.code, reason=error.message)
    LOG.info(STOPPED)


def read_secret(settings: LiteLLMCapture) -> str:
    """The secret that LiteLLM sends. Raises ConfigurationError naming the field."""
    field = f"capture.litellm[{settings.name}].secret_file"
    try:
        text = Path(settings.secret_file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{field}: cannot be read as ASCII text", hint="check the path and its permissions") from error
    if len(text) < _SHORTEST_SECRET or not text.isprintable() or " " in text:
        raise ConfigurationError(
            f"{field}: does not hold one line of at least {_SHORTEST_SECRET} characters",
            hint="make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return text


@asynccontextmanager
async def _background(
    settings: LiteLLMCapture, life: SourceLife, desk: Desk, door: GuardrailDoor, knocking: Knocking
) -> AsyncIterator[None]:
    """What goes on beside the calls."""

    def counts() -> tuple[int, int, int]:
        return desk.open_calls, desk.tally.exchanges, desk.tally.refused

    tasks = [
        asyncio.create_task(life.beat(settings.heartbeat_seconds, counts)),
        asyncio.create_task(knocking.watch()),
        asyncio.create_task(_sweep(settings, desk, door)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sweep(settings: LiteLLMCapture, desk: Desk, door: GuardrailDoor) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        now = loop.time()
        for client in [each for each in door.clients if each.deadline is not None and each.deadline <= now]:
            client.expire()
        desk.expire(settings.open_seconds)


async def _listen(settings: LiteLLMCapture, door: GuardrailDoor) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(lambda: Inbound(door, settings.limits), settings.host, settings.port)
    except OSError as error:
        raise ConfigurationError(
            f"the guardrail cannot listen on {settings.host}:{settings.port}: {error.strerror or error}",
            hint=f"set capture.litellm[{settings.name}].port to a free port",
        ) from error


async def _drain(settings: LiteLLMCapture, door: GuardrailDoor) -> None:
    """Answer what has arrived; idle connections are closed at once."""
    loop = asyncio.get_running_loop()
    until = loop.time() + settings.limits.drain_seconds
    for client in tuple(door.clients):
        client.drain()
    while door.clients and loop.time() < until:  # noqa: ASYNC110 - connections have no event that says the last is gone
        await asyncio.sleep(0.02)


def _stop_on_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
