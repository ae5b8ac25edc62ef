"""How long a connection may take and how much one address may hold, so that slow or silent clients lock nobody out.

Promises: the head of a request arrives within a stated time and size, its body at a stated pace, an answer is taken off within a
stated time; a connection that does otherwise is cut. One address holds a part of all connections at most. Used by one event loop.
Hostile input: clients that send a byte a minute, or nothing at all, cost one connection for a few seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTIONS: Final = 400
"""Altogether; more are answered 503. Below the number of files that a process may usually open."""
HEAD_BYTES: Final = 64 * 1024
_LONGEST_BODY: Final = 64 * 1024 * 1024
"""More than anything here takes."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, in seconds."""

    head: float = 10.0
    """From the opening of a connection, or from the first byte of a further request, to the end of its head."""
    body: float = 20.0
    """For a body of no length; every `pace` bytes that were announced add a second."""
    pace: int = 128 * 1024
    taking: float = 60.0
    """For the client to take off what is ready to be sent."""
    each_address: int = 200
    """How many connections one address may hold; a proxy is one address."""


class PatientProtocol(HttpToolsProtocol):
    """One connection."""

    patience: ClassVar = Patience()
    _arriving: asyncio.TimerHandle | None = None
    """Set while a request arrives, or the first one is waited for."""
    _taking: asyncio.TimerHandle | None = None
    _head: int = 0
    """Bytes of a head that is not whole yet."""
    _in_message = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the class above has it
        """Somebody came."""
        super().connection_made(transport)
        mine = None if self.client is None else self.client[0]
        if sum(each.client is not None and each.client[0] == mine for each in self.connections) > self.patience.each_address:  # type: ignore[union-attr]  # only this class is among them
            transport.abort()
            return
        self._arriving = self.loop.call_later(self.patience.head, self._cut)

    def connection_lost(self, exc: Exception | None) -> None:
        """They left."""
        self._arrived()
        if self._taking is not None:
            self._taking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request came."""
        self._head += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head > HEAD_BYTES:
            self.transport.abort()
        elif self._arriving is None and not self._in_message and self._is_answered():
            self._arriving = self.loop.call_later(self.patience.head, self._cut)

    def on_message_begin(self) -> None:
        """The head begins; the time that a connection was given for its first one goes on."""
        super().on_message_begin()
        self._in_message = True
        if self._arriving is None:
            self._arriving = self.loop.call_later(self.patience.head, self._cut)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._arrived()
        self._head = 0
        super().on_headers_complete()
        self._arriving = self.loop.call_later(self.patience.body + self._announced() / self.patience.pace, self._cut)

    def on_body(self, body: bytes) -> None:
        """Some of the body came."""
        self._head = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it came; of a request that was answered before, nothing more is wanted."""
        self._arrived()
        self._head, self._in_message = 0, False
        super().on_message_complete()
        if self._is_answered():
            self._close()

    def on_response_complete(self) -> None:
        """It was answered; of a request that was answered early, the rest may come for a while, so that its sender reads why."""
        super().on_response_complete()
        if self._in_message:
            self._arrived()
            self._arriving = self.loop.call_later(self.patience.body, self._cut)

    def pause_writing(self) -> None:
        """More is ready to be sent than the client takes off."""
        super().pause_writing()
        self._taking = self.loop.call_later(self.patience.taking, self._cut)

    def resume_writing(self) -> None:
        """It was taken off."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def timeout_keep_alive_handler(self) -> None:
        """No further request came."""
        self._close()

    def _close(self) -> None:
        """End the connection when all is sent, or when that takes too long."""
        if not self.transport.is_closing():
            self.transport.close()
        if self._taking is None:
            self._taking = self.loop.call_later(self.patience.taking, self._cut)

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _announced(self) -> int:
        text = next((value for name, value in self.headers if name == b"content-length"), b"0")
        return min(int(text), _LONGEST_BODY) if text.isdigit() and len(text) < 20 else 0

    def _arrived(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _cut(self) -> None:
        self.transport.abort()


def patient(patience: Patience) -> type[PatientProtocol]:
    """Connections of a stated patience."""
    return type("PatientProtocol", (PatientProtocol,), {"patience": patience})
