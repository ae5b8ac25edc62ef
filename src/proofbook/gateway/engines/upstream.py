"""One engine behind the gateway: its connections, its key, whether it can be reached, and what was last seen of it.

The engine is looked at again after a connection to it was lost or newly made, and on a schedule; never while a request waits.
Promises: `sighting` is never older than twice the schedule: beyond that it says `unknown`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import structlog

from proofbook.errors import ConfigurationError, UpstreamUnavailable
from proofbook.gateway.engines.binding import ArtifactDigests, OtherFiles, Sighting, fetch_sighting, unseen
from proofbook.gateway.http.head import ReplyHead, format_engine_lines
from proofbook.gateway.http.outbound import Outbound, ReplyLimits
from proofbook.gateway.http.pool import Pool, PoolLimits
from proofbook.gateway.settings import MIB, Limits, UpstreamSettings
from proofbook.gateway.wire.documents import decode_object
from proofbook.primitives.instants import Clock, format_instant

LOG = structlog.get_logger(__name__)
ENGINE_SEEN = "gateway.engine_seen"
ENGINE_SILENT = "gateway.engine_silent"
LOOK_FAILED = "gateway.look_failed"

State: TypeAlias = Literal["reachable", "unready", "unreachable", "unknown"]
"""`unready`: it takes connections and says that it cannot serve yet, as an engine does that is still loading its model."""

_PROBE_BYTES = 8 * MIB
_PROBE_SECONDS = 10.0
_SETTLE_SECONDS = 1.0
"""Pause between looks, so that a burst of connection losses causes one look; and how soon an engine that cannot serve is looked
at again, so that it counts as ready soon after it is."""


@dataclass(frozen=True, slots=True)
class Access:
    """What is needed to talk to an engine: its key, and the authority that signed its certificate, PEM."""

    key: str | None = None
    authority: str | None = None
    """None: those that the operating system trusts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an operator decided about one engine: two equal plans make the same engine."""

    settings: UpstreamSettings
    limits: Limits
    access: Access
    seconds: float
    """How often it is looked at."""


class Upstream:
    """One configured engine."""

    def __init__(self, plan: Plan, *, digests: ArtifactDigests, clock: Clock) -> None:
        settings, limits = plan.settings, plan.limits
        self.plan = plan
        self.settings = settings
        self.name = settings.name
        self.lines = format_engine_lines(settings.authority, plan.access.key)
        """The header lines that every request to it has."""
        self.state: State = "unknown"
        self._digests: ArtifactDigests = digests if settings.sees_our_files else OtherFiles()
        self._clock = clock
        self._seconds = plan.seconds
        self._tls = make_trust(plan) if settings.secure else None
        self._loop = asyncio.get_running_loop()
        self._seen = unseen("the engine was not looked at yet")
        self._seen_at = self._loop.time()
        self._look = asyncio.Event()
        self._reply_limits = ReplyLimits(limits.upstream_head_bytes, limits.upstream_headers)
        self.pool = Pool(
            settings.address, _pool_limits(limits, self._reply_limits), reached=self._reached, lost=self._look.set, tls=self._tls
        )

    @property
    def sighting(self) -> Sighting:
        """What the engine was last seen to be."""
        if self._loop.time() - self._seen_at > 2 * self._seconds + _PROBE_SECONDS:
            return unseen("the engine was not looked at recently")
        return self._seen

    @property
    def may_be_asked(self) -> bool:
        """Whether a request sent now would most likely reach it."""
        return self.state in {"reachable", "unknown"}

    @property
    def busy(self) -> int:
        """Connections in use and requests that wait for one."""
        return self.pool.busy

    def serves(self, model: str | None) -> bool:
        """Whether it is set to serve this model; a request that names none may go to any."""
        return not self.settings.models or model is None or model in self.settings.models

    async def watch(self) -> None:
        """Look at the engine until cancelled."""
        while True:
            self._look.clear()
            await self.look()
            await asyncio.sleep(min(_SETTLE_SECONDS, self._seconds))
            if self.state != "reachable":
                continue  # as soon as it can serve, it shall
            try:
                async with asyncio.timeout(self._seconds):
                    await self._look.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Ask the engine what it is, once."""
        probe = _Probe(self.settings, self._reply_limits, self.plan.access.key, self._tls)
        try:
            seen = await fetch_sighting(probe, self.settings.product, self._digests, format_instant(self._clock.now()))
        except UpstreamUnavailable:
            seen = unseen("the engine does not answer questions about itself")
        except Exception as error:  # noqa: BLE001 - whatever an engine says, the next look must still take place
            seen = unseen("the engine's answers about itself could not be read")
            LOG.warning(LOOK_FAILED, upstream=self.settings.name, error=type(error).__name__)
        state: State = "unreachable" if not probe.reached else "unready" if probe.unready else "reachable"
        if state != self.state:
            LOG.info(
                ENGINE_SEEN if state == "reachable" else ENGINE_SILENT, upstream=self.name, product=seen.product, state=state
            )
        self.pool.frugal = seen.product == "llama.cpp"  # its HTTP server serves a connection, not a request, per thread
        self.state, self._seen, self._seen_at = state, seen, self._loop.time()

    def close(self) -> None:
        """Close its connections."""
        self.pool.close()

    def _reached(self, success: bool) -> None:  # noqa: FBT001  # the pool's one-argument report
        if not success or self.state != "unready":  # that it takes connections does not say that it can serve
            self.state = "reachable" if success else "unreachable"
        if not success:  # whatever answers there next need not have loaded the same weights
            self._seen = unseen("the engine could not be reached and was not looked at since")
        self._look.set()


class _Probe:
    """Asks by a connection of its own per question, so that the answers come from whoever listens now."""

    def __init__(self, settings: UpstreamSettings, limits: ReplyLimits, key: str | None, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._limits = limits
        self._key = key
        self._tls = tls
        self.reached = False
        self.loading = False
        self.statuses: set[int] = set()

    @property
    def unready(self) -> bool:
        """Whether it says that it cannot serve yet: in so many words, as llama.cpp does, or to whatever it is asked."""
        return self.loading or self.statuses == {503}

    async def fetch_json(self, path: str) -> dict[str, Any]:
        """The JSON object at `path`. Raises UpstreamUnavailable when there is none."""
        loop = asyncio.get_running_loop()
        host, port = self._settings.address
        answer = _WholeReply(loop)
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                _, connection = await loop.create_connection(
                    lambda: Outbound(self._limits, _ignore_release, _ignore_loss), host, port, ssl=self._tls
                )
                self.reached = True
                try:
                    connection.send((self._request(path),), answer)
                    status, body = await answer.future
                    self.statuses.add(status)
                finally:
                    connection.cut()
        except (OSError, TimeoutError) as error:
            raise UpstreamUnavailable(f"{self._settings.name}: no answer at {path}") from error
        found = decode_object(body)
        self.loading = self.loading or (status == 503 and _says_loading(found))
        if status != 200 or found is None:
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


def _says_loading(found: object) -> bool:
    error = found.get("error") if isinstance(found, dict) else None
    return isinstance(error, dict) and error.get("message") == "Loading model"


def make_trust(plan: Plan) -> ssl.SSLContext:
    """Certificates are always verified, the host name too; only whom to trust can be set. Raises ConfigurationError."""
    try:
        context = ssl.create_default_context(cadata=plan.access.authority)
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"gateway.upstreams[{plan.settings.name}].ca_file {plan.settings.ca_file}: holds no certificate that can be read",
            hint="give the PEM file of the authority that signed the engine's certificate",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _pool_limits(limits: Limits, reply: ReplyLimits) -> PoolLimits:
    return PoolLimits(
        connections=limits.upstream_connections,
        connect_seconds=limits.connect_seconds,
        idle_seconds=limits.upstream_idle_seconds,
        silence_seconds=limits.upstream_silence_seconds,
        reply=reply,
    )
