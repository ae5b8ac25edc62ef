"""One client connection: reads requests with llhttp within limits, serialises them, writes replies with back-pressure.

Promises: nothing beyond the limits is buffered; framing that two parsers could read differently is refused and the connection is
closed (RFC 9112 6.3, 11.2); a request sent before the previous reply ended is not served; a client that does not read stops the
engine from being read. Does not: know keys, paths or engines; a `Reception` does.
Hostile bytes can cause a refusal, and a refusal only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NoReturn, cast

import httptools
import structlog

from proofbook.gateway.http.framing import LINES, SWITCHING, read_framing
from proofbook.gateway.http.head import Header, RequestHead
from proofbook.gateway.http.peer import Peer, read_peer
from proofbook.gateway.http.visit import Reception, Visit
from proofbook.gateway.refusal import GATEWAY_FULL, Refusal, malformed, too_large
from proofbook.gateway.settings import KIB, Limits

LOG = structlog.get_logger(__name__)
FAILED = "gateway.request_failed"

_WRITE_BUFFER = 256 * KIB
"""Bytes waiting for a client beyond which the engine is not read."""
_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP/[0-9]\.[0-9]\r\n")
"""RFC 9112 3: llhttp also lets several spaces and leading line ends pass, which other parsers read differently."""
_UNREAD_AT_FIRST = 1 << 62
"""More than any buffer holds, so that the first look at a slow reader always finds progress."""
_WIRE_OVERHEAD = 8
"""A chunked body may take this many times its size on the wire: enough for small chunks, not for endless chunk extensions."""


class Stage(IntEnum):
    """What a connection is doing."""

    IDLE = 0
    HEAD = 1
    BODY = 2
    SERVING = 3
    LINGERING = 4
    CLOSED = 5


class _Refused(Exception):  # leaves a parser callback, never this module
    """Stops the parser once a refusal is decided."""


class Inbound(asyncio.Protocol):
    """Server side of one connection."""

    def __init__(self, reception: Reception, limits: Limits) -> None:
        self._reception = reception
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._peer: Peer | None = None
        self._clock = asyncio.get_running_loop().time
        self._stage = Stage.IDLE
        self.deadline: float | None = None
        """Loop time at which the present stage has lasted too long; None while the gateway is at work."""
        self._visit: Visit | None = None
        self._close_after = False
        self._unread = _UNREAD_AT_FIRST
        self._pipelined = False
        self._waits = False
        self._line: bytes | None = None
        """What came of the request line; None once it is read."""
        self._draining = False
        self._refusal: Refusal | None = None
        self._held = 0
        self._forget_request()

    def _forget_request(self) -> None:
        self.let_go_of_body()
        self._target = b""
        self._headers: list[Header] = []
        self._framing: list[Header] = []
        self._head_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._wire_bytes = 0
        self.head = RequestHead("", "", (), modern=True, keep_alive=False, length=None)
        """The present request's head, or what is known of it."""

    # -- what the gateway asks --

    def write(self, pieces: Sequence[bytes]) -> None:
        """Send bytes of the reply."""
        if self._transport is None or self._transport.is_closing():
            return
        if len(pieces) == 1:
            self._transport.write(pieces[0])
        else:
            self._transport.writelines(pieces)

    @property
    def peer(self) -> Peer:
        """Who is at the other end, as far as the connection tells."""
        if self._peer is None:
            self._peer = read_peer(self._transport)
        return self._peer

    def let_go_of_body(self) -> None:
        """The body is not held any more: it was forwarded, or will not be. Safe to call twice."""
        held, self._held = self._held, 0
        if held:
            self._reception.let_go(held)

    @property
    def will_close(self) -> bool:
        """Whether the connection ends with the present reply."""
        return self._close_after or self._pipelined or self._draining or not self.head.keep_alive

    def finish(self) -> None:
        """The reply is complete: read the next request, or let the client read the end and close."""
        self._visit = None
        if self._transport is None:
            return
        if self._pipelined and not self._close_after:
            self._close_after = True
            self._forget_request()
            self._enter(Stage.SERVING, None)
            refusal = malformed("A request was sent before the reply to the previous one had ended. Send one at a time.")
            self._visit = self._reception.refuse_visit(self, self.head, refusal)
        elif self.will_close:
            self._linger()
        else:
            self._forget_request()
            self._enter(Stage.IDLE, self._limits.idle_seconds)

    def cut(self) -> None:
        """Close without completing the reply, so that the client sees it is not whole."""
        self._visit = None
        if self._transport is not None:
            if self.head.modern:
                self._transport.close()
                self._enter(Stage.CLOSED, self._limits.linger_seconds)
            else:
                self._transport.abort()

    def drain(self) -> None:
        """Serve the present request, then close; close now when there is none."""
        self._draining = True
        if self._stage in {Stage.IDLE, Stage.HEAD} and self._transport is not None:
            self._transport.close()

    def expire(self) -> None:
        """The present stage lasted too long."""
        unread = 0 if self._transport is None else self._transport.get_write_buffer_size()
        if self._stage is not Stage.BODY and 0 < unread < self._unread:
            patience = self._limits.stall_seconds if self._stage is Stage.SERVING else self._limits.linger_seconds
            self._unread, self.deadline = unread, self._clock() + patience
            return  # slow, but still reading
        self.deadline = None
        if self._stage is Stage.BODY:
            self._stop(malformed(f"The request body did not arrive within {self._limits.body_seconds:.0f} seconds.", status=408))
        elif self._stage is Stage.SERVING and self._visit is not None:
            visit, self._visit = self._visit, None
            visit.client_gone(f"client did not read the reply for {self._limits.stall_seconds:.0f} seconds")
            self._abort()
        else:
            self._abort()

    # -- what the loop delivers --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's class is not a subclass of it
        self._transport.set_write_buffer_limits(high=_WRITE_BUFFER)
        if not self._reception.enter(self):
            self._transport.abort()
            return
        self._enter(Stage.IDLE, self._limits.head_seconds)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._stage >= Stage.LINGERING or self._pipelined:
            return
        if self._stage is Stage.IDLE:
            data = data.removeprefix(b"\r\n")  # an empty line before a request is passed over (RFC 9112 2.2), nothing else is
            if not data:
                return
            self._enter(Stage.HEAD, self._limits.head_seconds)
            self._line = b""
        if self._line is not None:
            self._read_line(data)
        if self._refusal is None:
            self._feed(data)
        if self._stage < Stage.SERVING:
            self._check_volume(len(data))
        if self._refusal is not None and not self._pipelined:
            self._stop(self._refusal)

    def eof_received(self) -> None:
        """The client closed its side; a half-closed client cannot be told from one that hung up, so it counts as gone."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        del exc  # how it ended makes no difference to what is recorded
        self._transport = None
        self.deadline = None
        self._stage = Stage.CLOSED
        self.let_go_of_body()
        visit, self._visit = self._visit, None
        if visit is not None:
            visit.client_gone("client hung up before the reply was complete")
        self._reception.leave(self)

    def pause_writing(self) -> None:
        """The client does not read fast enough."""
        if self._visit is not None and self._transport is not None:
            self.deadline = self._clock() + self._limits.stall_seconds
            self._unread = self._transport.get_write_buffer_size()
            self._visit.client_stalled()

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._visit is not None:
            self.deadline = None
            self._visit.client_reads()

    # -- what llhttp calls --

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._stage >= Stage.SERVING:
            self._pipelined = True
            raise _Refused

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        self._target += url
        self._head_bytes += len(url)
        if self._head_bytes > self._limits.head_bytes:
            self._reject(self._head_too_large())

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line, or a trailer, which is dropped."""
        limits, headers = self._limits, self._headers
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > limits.head_bytes:
            self._reject(self._head_too_large())
        if self._stage is Stage.BODY:
            return
        name = name.lower()
        headers.append((name, value))
        if name in LINES:
            self._framing.append((name, value))
        if len(headers) > limits.headers:
            self._reject(too_large(f"The request has more than {self._limits.headers} header lines.", status=431))

    def on_headers_complete(self) -> None:
        """The head is complete: judge it before anything of the body is kept."""
        head = self._read_head()
        self._enter(Stage.BODY, self._limits.body_seconds)
        self._visit = self._reception.open_visit(self, head)
        if not self._visit.wants_body:
            self._close_after = True
            self._enter(Stage.SERVING, None)
        elif self._waits:
            self.write((b"HTTP/1.1 100 Continue\r\n\r\n",))

    def on_body(self, body: bytes) -> None:
        """Body bytes, without their transfer coding."""
        if self._stage is not Stage.BODY:
            return
        self._body_bytes += len(body)
        if self._body_bytes > self._limits.body_bytes:
            self._reject(self._body_too_large())
        if not self._reception.hold(len(body)):
            self._reject(GATEWAY_FULL)
        self._held += len(body)
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        if self._stage is not Stage.BODY or self._visit is None:
            return
        self._enter(Stage.SERVING, None)
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body = []
        self._visit.request_read(body)

    # -- inside --

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refusal = SWITCHING
        except httptools.HttpParserError as error:
            if isinstance(error, httptools.HttpParserCallbackError) and not isinstance(error.__context__, _Refused):
                LOG.error(FAILED, error=type(error.__context__).__name__)  # noqa: TRY400 - a trace could hold content
                self._abort()  # our own mistake, after which nobody would ever answer
            else:
                self._refusal = self._refusal or malformed("The request is not valid HTTP/1.1, or its framing is ambiguous.")

    def _read_head(self) -> RequestHead:
        """The head, put in force; what is wrong with its framing is refused."""
        parser = self._parser
        method, version = parser.get_method().decode("ascii"), parser.get_http_version()
        path = self._target.partition(b"?")[0].decode("ascii", "replace")
        framing = read_framing(self._framing, version=version, method=method)
        headers, modern, stays = tuple(self._headers), version == "1.1", parser.should_keep_alive()
        if isinstance(framing, Refusal):
            self.head = RequestHead(method, path, headers, modern, stays, 0)
            self._reject(framing)
        self._waits = framing.waits
        self.head = head = RequestHead(method, path, headers, modern, stays, framing.length)
        if framing.length is not None and framing.length > self._limits.body_bytes:
            self._reject(self._body_too_large())
        return head

    def _read_partial_head(self) -> RequestHead:
        path = self._target.partition(b"?")[0].decode("ascii", "replace")
        method = self._parser.get_method().decode("ascii") if path else ""
        return RequestHead(method, path, tuple(self._headers), modern=True, keep_alive=False, length=None)

    def _read_line(self, data: bytes) -> None:
        end = data.find(b"\n") + 1
        line = (self._line or b"") + (data[:end] if end else data)
        self._line = None if end or len(line) > self._limits.head_bytes else line
        if end and _REQUEST_LINE.fullmatch(line) is None:
            self._refusal = malformed("The request does not begin with a request line as RFC 9112 has it.")

    def _check_volume(self, size: int) -> None:
        """Bytes that llhttp swallows without telling (an endless header line, chunk extensions) count too."""
        if self._refusal is not None or self._stage not in {Stage.HEAD, Stage.BODY}:
            return
        self._wire_bytes += size
        room = self._limits.head_bytes
        if self._stage is Stage.BODY:
            room += self._body_bytes * (1 if self.head.length is not None else _WIRE_OVERHEAD)
        if self._wire_bytes > room + self._limits.head_bytes:
            self._refusal = self._head_too_large()

    def _reject(self, refusal: Refusal) -> NoReturn:
        self._refusal = refusal
        raise _Refused

    def _stop(self, refusal: Refusal) -> None:
        """Refuse what is being read. The parser is of no further use, so the connection ends with the answer."""
        self._refusal = None
        self._pipelined = True
        if self._stage >= Stage.SERVING:
            return  # the reply in progress is finished first, then what followed is refused
        self._close_after = True
        self._body.clear()
        in_body, visit = self._stage is Stage.BODY, self._visit
        self._enter(Stage.SERVING, None)
        if in_body and visit is not None:
            visit.refuse(refusal, self._body_bytes)
        else:
            if not self.head.method:
                self.head = self._read_partial_head()
            self._visit = self._reception.refuse_visit(self, self.head, refusal)

    def _linger(self) -> None:
        """Let the client read the reply: an abrupt close would destroy it while the client is still sending (RFC 9112 9.6)."""
        self._enter(Stage.LINGERING, self._limits.linger_seconds)
        if self._transport is not None and not self._transport.is_closing():
            if self._transport.can_write_eof():
                self._transport.write_eof()
            else:
                self._transport.close()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _enter(self, stage: Stage, seconds: float | None) -> None:
        self._stage = stage
        self.deadline = None if seconds is None else self._clock() + seconds
        self._unread = _UNREAD_AT_FIRST

    def _head_too_large(self) -> Refusal:
        return too_large(f"The request head is larger than {self._limits.head_bytes} bytes.", status=431)

    def _body_too_large(self) -> Refusal:
        return too_large(f"The request body is larger than {self._limits.body_bytes} bytes.")
