"""One engine behind the gateway: its connections, its key, whether it can be reached, and what was last seen of it.

The engine is looked at again after a connection to it was lost or newly made, and on a schedule; never while a request waits.
Promises: `sighting` is never older than twice the schedule: beyond that it says `unknown`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Literal

import structlog

from proofbook.errors import UpstreamUnavailable
from proofbook.gateway.binding import ArtifactDigests, OtherFiles, Sighting, fetch_sighting, unseen
from proofbook.gateway.http.head import ReplyHead
from proofbook.gateway.http.outbound import Outbound, ReplyLimits
from proofbook.gateway.http.pool import Pool, PoolLimits
from proofbook.gateway.settings import MIB, Limits, UpstreamSettings
from proofbook.primitives.instants import Clock, format_instant

LOG = structlog.get_logger(__name__)
ENGINE_SEEN = "gateway.engine_seen"
ENGINE_SILENT = "gateway.engine_silent"
LOOK_FAILED = "gateway.look_failed"

_PROBE_BYTES = 8 * MIB
_PROBE_SECONDS = 10.0
_RETRY_SECONDS = 1.0
"""How soon an engine that cannot be reached is looked at again, so that it counts as ready soon after it is."""
_SETTLE_SECONDS = 1.0
"""Pause between looks, so that a burst of connection losses causes one look."""


class Upstream:
    """One configured engine."""

    def __init__(
        self,
        settings: UpstreamSettings,
        limits: Limits,
        *,
        key: str | None,
        digests: ArtifactDigests,
        clock: Clock,
        seconds: float,
    ) -> None:
        self.settings = settings
        self.key = key
        self.state: Literal["reachable", "unreachable", "unknown"] = "unknown"
        self._digests: ArtifactDigests = digests if settings.sees_our_files else OtherFiles()
        self._clock = clock
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._seen = unseen("the engine was not looked at yet")
        self._seen_at = self._loop.time()
        self._look = asyncio.Event()
        self._reply_limits = ReplyLimits(limits.upstream_head_bytes, limits.upstream_headers)
        self.pool = Pool(settings.address, _pool_limits(limits, self._reply_limits), reached=self._reached, lost=self._look.set)

    @property
    def sighting(self) -> Sighting:
        """What the engine was last seen to be."""
        if self._loop.time() - self._seen_at > 2 * self._seconds + _PROBE_SECONDS:
            return unseen("the engine was not looked at recently")
        return self._seen

    async def watch(self) -> None:
        """Look at the engine until cancelled."""
        while True:
            self._look.clear()
            await self.look()
            await asyncio.sleep(min(_SETTLE_SECONDS, self._seconds))
            try:
                async with asyncio.timeout(self._seconds if self.state == "reachable" else min(self._seconds, _RETRY_SECONDS)):
                    await self._look.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Ask the engine what it is, once."""
        probe = _Probe(self.settings, self._reply_limits, self.key)
        try:
            seen = await fetch_sighting(probe, self.settings.product, self._digests, format_instant(self._clock.now()))
        except UpstreamUnavailable:
            seen = unseen("the engine does not answer questions about itself")
        except Exception as error:  # noqa: BLE001 - whatever an engine says, the next look must still take place
            seen = unseen("the engine's answers about itself could not be read")
            LOG.warning(LOOK_FAILED, upstream=self.settings.name, error=type(error).__name__)
        state: Literal["reachable", "unreachable"] = "reachable" if probe.reached else "unreachable"
        if state != self.state:
            LOG.info(ENGINE_SEEN if probe.reached else ENGINE_SILENT, upstream=self.settings.name, product=seen.product)
        self.pool.frugal = seen.product == "llama.cpp"  # its HTTP server serves a connection, not a request, per thread
        self.state, self._seen, self._seen_at = state, seen, self._loop.time()

    def close(self) -> None:
        """Close its connections."""
        self.pool.close()

    def _reached(self, success: bool) -> None:  # noqa: FBT001  # the pool's one-argument report
        self.state = "reachable" if success else "unreachable"
        if not success:  # whatever answers there next need not have loaded the same weights
            self._seen = unseen("the engine could not be reached and was not looked at since")
        self._look.set()


class _Probe:
    """Asks by a connection of its own per question, so that the answers come from whoever listens now."""

    def __init__(self, settings: UpstreamSettings, limits: ReplyLimits, key: str | None) -> None:
        self._settings = settings
        self._limits = limits
        self._key = key
        self.reached = False

    async def fetch_json(self, path: str) -> dict[str, Any]:
        """The JSON object at `path`. Raises UpstreamUnavailable when there is none."""
        loop = asyncio.get_running_loop()
        host, port = self._settings.address
        answer = _WholeReply(loop)
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                _, connection = await loop.create_connection(
                    lambda: Outbound(self._limits, _ignore_release, _ignore_loss), host, port
                )
                self.reached = True
                try:
                    connection.send((self._request(path),), answer)
                    status, body = await answer.future
                finally:
                    connection.cut()
            found = json.loads(body)
        except (OSError, TimeoutError, ValueError, RecursionError) as error:
            raise UpstreamUnavailable(f"{self._settings.name}: no answer at {path}") from error
        if status != 200 or not isinstance(found, dict):
            raise UpstreamUnavailable(f"{self._settings.name}: no answer at {path}")
        return found

    def _request(self, path: str) -> bytes:
        key = "" if self._key is None else f"authorization: Bearer {self._key}\r\n"
        return f"GET {path} HTTP/1.1\r\nhost: {self._settings.authority}\r\n{key}connection: close\r\n\r\n".encode("latin-1")


class _WholeReply:
    """Collects one bounded reply."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future[tuple[int, bytes]] = loop.create_future()
        self._status = 0
        self._pieces: list[bytes] = []
        self._size = 0

    def upstream_connected(self, connection: Outbound) -> None:
        """Not used: probes bring their own connection."""

    def upstream_read(self, head: ReplyHead | None, body: bytes, *, ended: bool) -> None:
        """Keep it, up to the cap."""
        if head is not None:
            self._status = head.status
        self._pieces.append(body)
        self._size += len(body)
        if self._size > _PROBE_BYTES:
            self.upstream_failed("too long")
        elif ended and not self.future.done():
            self.future.set_result((self._status, b"".join(self._pieces)))

    def upstream_failed(self, reason: str, *, timed_out: bool = False) -> None:
        """No reply."""
        del timed_out  # either way it is not known
        if not self.future.done():
            self.future.set_exception(ConnectionError(reason))


_ignore_release: Callable[[Outbound, bool], None] = lambda _connection, _reusable: None  # noqa: E731  # two callbacks that say nothing
_ignore_loss: Callable[[Outbound], None] = lambda _connection: None  # noqa: E731


def _pool_limits(limits: Limits, reply: ReplyLimits) -> PoolLimits:
    return PoolLimits(
        connections=limits.upstream_connections,
        connect_seconds=limits.connect_seconds,
        idle_seconds=limits.upstream_idle_seconds,
        silence_seconds=limits.upstream_silence_seconds,
        reply=reply,
    )
