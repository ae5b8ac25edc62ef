"""TLS handshakes: connections are accepted, counted, and only then asked to shake hands.

Promises: what is beyond the room there is gets closed before a byte of TLS is spoken; a handshake counts from its first moment to
its end, however it ends, and ends after `HANDSHAKE_SECONDS` at the latest; one that fails disturbs no other. When descriptors run
out, nobody is accepted for a moment, and those who wait in the queue are accepted then.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from proofbook.gateway.http.room import Room

LOG = structlog.get_logger(__name__)
NOT_ACCEPTED = "gateway.connection_not_accepted"
BROKE_OFF = "gateway.handshake_broke_off"

HANDSHAKE_SECONDS = 10.0
_AT_ONCE = 64
"""Connections accepted before others have their turn."""
_PAUSE_SECONDS = 0.5
_NOBODY = (BlockingIOError, InterruptedError, ConnectionAbortedError)
"""Nobody waits, or whoever did is gone."""


class Handshakes:
    """Accepts from sockets that listen. Used on the event loop only."""

    def __init__(self, sockets: Sequence[socket.socket], room: Room, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._sockets = tuple(sockets)
        self._room = room
        self._protocol = protocol
        self._tls: ssl.SSLContext | None = None
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pauses: dict[socket.socket, asyncio.TimerHandle] = {}

    def take(self, tls: ssl.SSLContext) -> None:
        """From now on handshakes are made under this context; those under way end under theirs."""
        first, self._tls = self._tls is None, tls
        if first:
            for each in self._sockets:
                self._loop.add_reader(each.fileno(), self._accept, each)

    def close(self) -> None:
        """Accept nobody any more, and break off what is under way."""
        if self._tls is not None:
            for each in self._sockets:
                self._loop.remove_reader(each.fileno())
        for pause in self._pauses.values():
            pause.cancel()
        for task in tuple(self._tasks):
            task.cancel()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                accepted, _ = listening.accept()
            except _NOBODY:
                return
            except OSError as error:  # no descriptors or no memory: asking again at once would only turn in circles
                LOG.warning(NOT_ACCEPTED, error=type(error).__name__)
                self._loop.remove_reader(listening.fileno())
                self._pauses[listening] = self._loop.call_later(_PAUSE_SECONDS, self._resume, listening)
                return
            if not self._room.arrive():
                accepted.close()
                continue
            accepted.setblocking(False)
            task = self._loop.create_task(self._shake(accepted))
            self._tasks.add(task)
            task.add_done_callback(partial(self._settle, accepted))

    def _resume(self, listening: socket.socket) -> None:
        self._pauses.pop(listening, None)
        self._loop.add_reader(listening.fileno(), self._accept, listening)

    async def _shake(self, accepted: socket.socket) -> None:
        await self._loop.connect_accepted_socket(self._protocol, accepted, ssl=self._tls, ssl_handshake_timeout=HANDSHAKE_SECONDS)

    def _settle(self, accepted: socket.socket, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.settle()
        if task.cancelled():
            accepted.close()
            return
        error = task.exception()
        if error is not None:
            accepted.close()
            if not isinstance(error, OSError):  # a client that cannot or will not speak TLS is nothing to tell of
                LOG.warning(BROKE_OFF, error=type(error).__name__)
