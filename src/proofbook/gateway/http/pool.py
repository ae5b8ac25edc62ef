"""Connections to one engine: reused while fresh, at most so many, and first come first served when all are taken.

Promises: a connection that the loop knows to be closed is not handed out, and `is_fit` says of one right before a request is sent
whether the engine has closed it or spoken on it while it rested, so a request is sent on a dead connection only if the engine
closes it in that very moment; such a request is not repeated, because the engine may have read it.
Does not: retry, balance or know what is asked.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from proofbook.gateway.http.outbound import Outbound, ReplyLimits, UpstreamListener


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many connections, how long to wait for one (seconds), how long to keep one unused, how long an engine may be silent."""

    connections: int
    connect_seconds: float
    idle_seconds: float
    silence_seconds: float
    reply: ReplyLimits


class Pool:
    """Connections to one address. `reached` is told how each attempt to connect ended, `lost` of each one the engine closed."""

    def __init__(
        self,
        address: tuple[str, int],
        limits: PoolLimits,
        *,
        reached: Callable[[bool], None],
        lost: Callable[[], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address = address
        self._tls = tls
        self._limits = limits
        self._reached = reached
        self._on_lost = lost
        self._loop = asyncio.get_running_loop()
        self._idle: list[Outbound] = []
        self._open: set[Outbound] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._waiting: deque[UpstreamListener] = deque()
        self._closed = False
        self._retired = False
        self.frugal = False
        """Keep no unused connection while another awaits its reply: for engines that give each connection a thread of a small
        pool, where a kept connection makes others wait until it is closed."""

    def acquire(self, listener: UpstreamListener) -> None:
        """Give `listener` a connection, now or later, or tell it why there is none."""
        connection = self.take()
        if connection is not None:
            listener.upstream_connected(connection)
            return
        self._waiting.append(listener)
        if len(self._open) + len(self._connecting) < self._limits.connections:
            self._connect()

    def take(self) -> Outbound | None:
        """A connection that rested, if there is one."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.closing:
                return connection
            self._give_up(connection)
        return None

    def is_fit(self, connection: Outbound) -> bool:
        """Whether a request may be sent on a connection that was handed out; one that is not fit is given up."""
        if not connection.closing and not connection.has_news():
            return True
        self._give_up(connection)
        return False

    @property
    def full(self) -> bool:
        """Whether whoever wants a connection must wait until another is done."""
        return not self._idle and len(self._open) + len(self._connecting) >= self._limits.connections

    @property
    def busy(self) -> int:
        """Connections in use and listeners that wait for one."""
        return len(self._open) - len(self._idle) + len(self._waiting)

    def leave(self, listener: UpstreamListener, connection: Outbound | None) -> None:
        """A listener that sends nothing after all; what it has been given, if it has, is for others."""
        if connection is None:
            self.forget(listener)
        else:
            connection.resume()
            self._hand_on(connection)

    def retire(self) -> None:
        """Keep no connection any more that is not in use; whoever has or wants one still gets served."""
        self._retired = True
        for connection in tuple(self._idle):
            connection.cut()

    def forget(self, listener: UpstreamListener) -> None:
        """A listener that no longer waits."""
        if listener in self._waiting:
            self._waiting.remove(listener)

    def sweep(self, now: float) -> None:
        """Close what is unused too long; give up on engines that are silent too long. `now` is loop time."""
        for connection in [item for item in self._idle if now - item.idle_since > self._limits.idle_seconds]:
            self._idle.remove(connection)
            connection.cut()
        for connection in tuple(self._open):
            since = connection.waiting_since
            if since is not None and now - since > self._limits.silence_seconds:
                connection.silent_too_long(self._limits.silence_seconds)

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        for task in self._connecting:
            task.cancel()
        for connection in tuple(self._open):
            connection.cut()

    def _give_up(self, connection: Outbound) -> None:
        connection.cut()
        self._on_lost()

    def _connect(self) -> None:
        task = self._loop.create_task(self._open_one())
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _open_one(self) -> None:
        host, port = self._address
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                _, connection = await self._loop.create_connection(self._fresh, host, port, ssl=self._tls)
        except (OSError, TimeoutError) as error:
            self._reached(False)
            late = isinstance(error, TimeoutError)
            reason = (
                f"engine took no connection within {self._limits.connect_seconds:g} seconds"
                if late
                else "engine cannot be reached"
            )
            # all who wait would meet the same end; failing them now beats a queue of timeouts
            while self._waiting and not self._open:
                self._waiting.popleft().upstream_failed(reason, timed_out=late)
            return
        self._reached(True)
        self._open.add(connection)
        self._hand_on(connection)

    def _fresh(self) -> Outbound:
        return Outbound(self._limits.reply, self._release, self._forget_connection)

    def _hand_on(self, connection: Outbound) -> None:
        if connection.closing or self._closed:
            connection.cut()
        elif self._waiting:
            self._waiting.popleft().upstream_connected(connection)
        elif self._retired or (self.frugal and any(other.waiting_since is not None for other in self._open)):
            connection.cut()
        else:
            connection.idle_since = self._loop.time()
            self._idle.append(connection)

    def _release(self, connection: Outbound, reusable: bool) -> None:  # noqa: FBT001  # called by position from Outbound
        if reusable:
            self._hand_on(connection)

    def _forget_connection(self, connection: Outbound) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if not connection.was_cut and not self._closed:
            self._on_lost()
        if self._waiting and not self._closed and len(self._open) + len(self._connecting) < self._limits.connections:
            self._connect()
