"""A pool of clients that keep asking and write down every reply they received whole: the witnesses a book is held against.

A reply counts as received when its framing ended, or, for a stream, when its end mark did: from that moment on a client may act
on it. What was cut short is counted and forgotten, as a client forgets it. Raw sockets, one request at a time per connection.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httptools

_END = b"data: [DONE]\n\n"
_RETRY_SECONDS = 0.01
_READ = 1 << 18
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One reply a client received whole: the exchange it names, what was asked, and what came, as length and hash."""

    exchange: str
    status: int
    request: bytes
    length: int
    sha256: str
    framed: bool
    """False when only the stream's end mark had come, not yet the end of its framing."""


@dataclass(slots=True)
class Load:
    """Clients of one gateway. What they saw grows while `run` runs."""

    host: str
    port: int
    tokens: tuple[str, ...]
    label: str
    connections: int = 8
    extra: dict[str, object] = field(default_factory=dict)
    received: list[Witnessed] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[tuple[int, bytes]] = field(default_factory=Counter)
    """Status and body of every whole reply that was not 200."""
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def run(self, until: Awaitable[object]) -> None:
        """Ask until `until` is done; then drop every connection at once."""
        clients = [asyncio.create_task(self._ask_on(number)) for number in range(self.connections)]
        try:
            await until
        finally:
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)

    async def ask(self, number: int, *, stream: bool) -> Witnessed | None:
        """One request on a connection of its own; None when its reply did not come whole."""
        return await self._ask_once(number, self._request(number, stream=stream))

    async def hold(self, until: Path) -> asyncio.Task[Witnessed | None]:
        """A stream that is under way, its first words received; the fast engine keeps its end until that file exists."""
        began, number = asyncio.Event(), next(self._numbers)
        request = self._request(number, stream=True, until=str(until))
        asking = asyncio.create_task(self._ask_once(number, request, began.set))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await began.wait()
        return asking

    async def _ask_once(self, number: int, request: bytes, began: Callable[[], None] | None = None) -> Witnessed | None:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            return await self._exchange(reader, writer, self.tokens[number % len(self.tokens)], request, began)
        finally:
            writer.close()

    async def _ask_on(self, client: int) -> None:
        token = self.tokens[client % len(self.tokens)]
        while True:
            writer = None
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port)
                while True:
                    number = next(self._numbers)
                    found = await self._exchange(reader, writer, token, self._request(number, stream=number % 2 == 1))
                    if found is None or not found.framed:
                        break
                    if found.status != 200:
                        await asyncio.sleep(_RETRY_SECONDS)
            except OSError:
                self.counts["unreachable"] += 1
            finally:
                if writer is not None:
                    writer.transport.abort()
            await asyncio.sleep(_RETRY_SECONDS)

    def _request(self, number: int, *, stream: bool, **stated: object) -> bytes:
        messages = [{"role": "user", "content": f"sample question {self.label}-{number}"}]
        return json.dumps({"model": "sample-fast", "messages": messages, "stream": stream, **self.extra, **stated}).encode()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        token: str,
        request: bytes,
        began: Callable[[], None] | None = None,
    ) -> Witnessed | None:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {token}\r\n"
        writer.write(head.encode() + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(request) + request)
        reply = Reply()
        reply.first_byte = began
        try:
            await reply.read_from(reader.read)
        except (OSError, httptools.HttpParserError):
            pass  # cut short; what had come until then decides
        finally:
            found = reply.witnessed(request)
            if found is not None:
                self.received.append(found)
            if found is not None and found.status != 200:
                self.errors[found.status, reply.body] += 1
            self.counts[f"status {reply.status}" if found is not None else "cut short"] += 1
        return found


class Reply:
    """One reply as it comes in."""

    def __init__(self) -> None:
        self.status = 0
        self.complete = False
        self.first_byte: Callable[[], None] | None = None
        self._headers: dict[bytes, bytes] = {}
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)

    @property
    def body(self) -> bytes:
        """What came of the body."""
        return bytes(self._body)

    async def read_from(self, read: Callable[[int], Awaitable[bytes]]) -> None:
        """Read up to the end of the framing, or of the connection."""
        while not self.complete:
            data = await read(_READ)
            if not data:
                return
            self._parser.feed_data(data)

    def witnessed(self, request: bytes) -> Witnessed | None:
        """The reply, if it was received whole."""
        streamed = self._headers.get(b"content-type", b"").startswith(b"text/event-stream")
        if not self.complete and not (streamed and self._body.endswith(_END)):
            return None
        exchange = self._headers.get(b"x-proofbook-exchange", b"").decode()
        return Witnessed(exchange, self.status, request, len(self._body), sha256(self._body).hexdigest(), self.complete)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body += body
        if self.first_byte is not None:
            self.first_byte()
            self.first_byte = None

    def on_message_complete(self) -> None:
        self.complete = True
