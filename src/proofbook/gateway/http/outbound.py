"""One connection to an engine: writes a request, reads the reply with llhttp, tells a listener.

Promises: at most one reply per request reaches the listener; anything that is not a well-formed reply within the limits ends in
`upstream_failed` with a reason in words; nothing of the engine's bytes is in the reason. A connection is reused only when its
last reply was complete, was framed without doubt, and left nothing behind. Hostile engines cost at most the stated limits.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import httptools

from proofbook.gateway.http.head import Header, ReplyHead


class UpstreamListener(Protocol):
    """Who waits for a reply. Called on the event loop."""

    def upstream_connected(self, connection: Outbound) -> None:
        """A connection is free for this listener; it now owns it."""

    def upstream_read(self, head: ReplyHead | None, body: bytes, *, ended: bool) -> None:
        """What one read from the engine held, in this order: the head, body bytes, the end."""

    def upstream_failed(self, reason: str, *, timed_out: bool = False) -> None:
        """There will be no (further) reply."""


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """Caps of a reply's head: bytes and header lines."""

    head_bytes: int
    headers: int


_BODILESS = frozenset((204, 304))


class _Refused(Exception):  # leaves a parser callback, never this module
    """A reply beyond what is read here."""


class Outbound(asyncio.Protocol):
    """Client side of one connection. `released` is called with whether it may be reused once a reply has ended."""

    def __init__(self, limits: ReplyLimits, released: Callable[[Outbound, bool], None], lost: Callable[[Outbound], None]) -> None:
        self._limits = limits
        self._released = released
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._listener: UpstreamListener | None = None
        self.last_activity = 0.0
        self.idle_since = 0.0
        self._paused = False
        self._bodiless = False
        self._clock = asyncio.get_running_loop().time
        self._parser = httptools.HttpResponseParser(self)
        self.was_cut = False
        """Whether this side closed the connection."""
        self._reset()

    def _reset(self) -> None:
        self._headers: list[Header] = []
        self._head_bytes = 0
        self._head: ReplyHead | None = None
        self._new_head: ReplyHead | None = None
        self._body: list[bytes] = []
        self._ended = False
        self._reusable = False
        self._fault: str | None = None

    # -- what the gateway asks --

    def send(self, request: tuple[bytes, ...], listener: UpstreamListener, *, bodiless: bool = False) -> None:
        """Write one request; its reply goes to `listener`. `bodiless`: it is a HEAD, whose reply has no body."""
        if self._transport is None:
            raise RuntimeError("this connection is not open")
        self._listener, self._bodiless = listener, bodiless
        self.last_activity = self._clock()
        self._transport.writelines(request)

    def pause(self) -> None:
        """Stop reading from the engine."""
        if self._transport is not None and not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and self._paused and not self._transport.is_closing():
            self._paused = False
            self.last_activity = self._clock()
            self._transport.resume_reading()

    def cut(self) -> None:
        """Close now and tell the listener nothing more."""
        self._listener = None
        self.was_cut = True
        if self._transport is not None:
            self._transport.abort()

    @property
    def waiting_since(self) -> float | None:
        """Loop time of the last sign of life while a reply is awaited and read; None otherwise."""
        return self.last_activity if self._listener is not None and not self._paused else None

    @property
    def closing(self) -> bool:
        """Whether the connection can no longer be used."""
        return self._transport is None or self._transport.is_closing()

    def has_news(self) -> bool:
        """Whether an unused connection has bytes or an end waiting that the loop has not delivered yet: unfit for a request."""
        return self._poll is None or bool(self._poll.poll(0))

    def silent_too_long(self, seconds: float) -> None:
        """Give up on an engine that says nothing."""
        self._fail(f"engine said nothing for {seconds:.0f} seconds", timed_out=True)

    # -- what the loop delivers --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's class is not a subclass of it
        self._poll = select.poll()
        self._poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Bytes from the engine."""
        if self._listener is None:
            self.cut()  # nothing was asked, so nothing may be said
            return
        self.last_activity = self._clock()
        if self._head is None:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fault = "engine tried to switch protocols"
        except httptools.HttpParserError:
            self._fault = self._fault or "engine's reply is not valid HTTP"
        if self._head is None and self._fault is None and self._head_bytes > self._limits.head_bytes:
            self._fault = f"engine's reply head is larger than {self._limits.head_bytes} bytes"
        body, listener = self._body, self._listener
        if len(body) == 1 and self._new_head is None and not self._ended and self._fault is None and listener is not None:
            self._body = []
            listener.upstream_read(None, body[0], ended=False)  # the middle of a stream, which is most of what comes
        else:
            self._deliver()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._transport = self._poll = None
        listener, self._listener = self._listener, None
        if listener is not None:
            if self._head is not None and self._head.until_close and exc is None:
                listener.upstream_read(None, b"", ended=True)
            elif self._head is not None:
                listener.upstream_failed("engine closed the connection in the middle of its reply")
            else:
                listener.upstream_failed("engine closed the connection without a reply")
        self._lost(self)

    def _deliver(self) -> None:
        head, self._new_head = self._new_head, None
        body = b"" if not self._body else self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body.clear()
        listener = self._listener
        if listener is None:
            return
        ended = self._ended
        if ended:
            self._listener = None
        if head is not None or body or ended:
            listener.upstream_read(head, body, ended=ended)
        if ended:
            self._release()
        elif self._fault is not None:
            self._fail(self._fault)

    def _release(self) -> None:
        transport = self._transport
        reusable = self._reusable and self._fault is None and transport is not None and not transport.is_closing()
        reusable = reusable and transport is not None and transport.get_write_buffer_size() == 0
        self.resume()
        if reusable:
            self._reset()
            self.idle_since = self.last_activity
        else:
            self.cut()
        self._released(self, reusable)

    def _fail(self, reason: str, *, timed_out: bool = False) -> None:
        listener = self._listener
        self.cut()
        if listener is not None:
            listener.upstream_failed(reason, timed_out=timed_out)

    # -- what llhttp calls --

    def on_message_begin(self) -> None:
        """A reply begins; a second one was not asked for."""
        if self._ended:
            self._fault = "engine sent more than one reply"
            raise _Refused

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line, or a trailer, which is dropped."""
        if self._head is not None:
            return
        self._headers.append((name.lower(), value))
        if len(self._headers) > self._limits.headers:
            self._fault = f"engine's reply head has more than {self._limits.headers} lines"
            raise _Refused

    def on_headers_complete(self) -> None:
        """The head is complete; an interim reply's head is dropped."""
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._headers.clear()
            return
        if status < 100:
            self._fault = "engine's reply has a status that does not exist"
            raise _Refused
        codings = [value.strip().lower() for name, value in self._headers if name == b"transfer-encoding"]
        if codings not in ([], [b"chunked"]):
            self._fault = "engine's reply has a transfer coding that is not understood"
            raise _Refused
        length = next((int(value) for name, value in self._headers if name == b"content-length"), None)
        bodiless = self._bodiless or status in _BODILESS
        until_close = not codings and length is None and not bodiless
        self._head = self._new_head = ReplyHead(status, tuple(self._headers), length, until_close, bodiless)
        if self._bodiless:  # llhttp does not know what was asked, and would wait for a body
            self._ended = True

    def on_body(self, body: bytes) -> None:
        """Body bytes, without their transfer coding."""
        if self._bodiless:
            self._fault = "engine sent a body where there is none"
            raise _Refused
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The reply is complete."""
        if self._head is not None:
            self._ended = True
            # llama.cpp promises to keep a connection after a stream and closes it a millisecond later: only a reply of declared
            # length leaves it fit for another request
            self._reusable = self._parser.should_keep_alive() and self._head.length is not None
