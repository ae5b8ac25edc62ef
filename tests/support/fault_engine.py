"""A scripted HTTP engine over a real socket: says exactly the bytes its script has, when it has them, and notices being cut off.

It is an engine only in what it sends; it computes nothing. Real engines are used in tests marked `real`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httptools


@dataclass(frozen=True, slots=True)
class Say:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Say nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Await:
    """Say nothing until this happened."""

    event: asyncio.Event


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing until the other side closes."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection in an orderly way."""


@dataclass(frozen=True, slots=True)
class Abort:
    """Reset the connection."""


Step = Say | Pause | Await | Hang | Close | Abort


@dataclass(slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class FaultEngine:
    """What was asked of the engine, and what it does next."""

    script: Callable[[Seen], Sequence[Step]]
    requests: list[Seen] = field(default_factory=list)
    probes: list[Seen] = field(default_factory=list)
    connections: int = 0
    cut_off: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the other side closed in the middle of a script."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with each request."""
    port: int = 0
    props: bytes | None = None
    """Body of `GET /props`; None answers every question about the engine with 404."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    server: asyncio.Server | None = None
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def asked(self, count: int) -> None:
        """Wait until so many requests arrived."""
        async with asyncio.timeout(30):
            while len(self.requests) < count:
                self.arrived.clear()
                await self.arrived.wait()

    async def go_away(self) -> None:
        """Stop listening and close every connection."""
        if self.server is not None:
            self.server.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """Close every connection, as a restart would."""
        for writer in tuple(self.writers):
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.add(writer)
        task = asyncio.current_task()
        if task is not None:
            self.tasks.add(task)
        try:
            while (seen := await read_request(reader)) is not None:
                if not await self._answer(seen, reader, writer):
                    break
        except (ConnectionError, asyncio.CancelledError):
            self.cut_off.set()
        finally:
            writer.close()
            self.writers.discard(writer)
            if task is not None:
                self.tasks.discard(task)

    async def _answer(self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if seen.target in {"/props", "/api/tags", "/api/version", "/version"} or (
            seen.method == "GET" and "connection" in seen.headers
        ):
            self.probes.append(seen)
            known = self.props is not None and seen.target == "/props"
            writer.write(whole(self.props or b"{}", status=200 if known else 404))
            return False
        self.requests.append(seen)
        self.arrived.set()
        for step in self.script(seen):
            match step:
                case Say(data):
                    writer.write(data)
                    await writer.drain()
                case Pause(seconds):
                    if await self._hung_up(reader, seconds):
                        return False
                case Await(event):
                    await event.wait()
                case Hang():
                    await self._hung_up(reader, 60)
                    return False
                case Close():
                    return False
                case Abort():
                    writer.transport.abort()
                    return False
        return True

    async def _hung_up(self, reader: asyncio.StreamReader, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await reader.read(1)
        except TimeoutError:
            return False
        self.cut_off.set()
        return True


@asynccontextmanager
async def running_engine(script: Callable[[Seen], Sequence[Step]]) -> AsyncIterator[FaultEngine]:
    """The engine on a free port of the loopback address."""
    engine = FaultEngine(script)
    server = engine.server = await asyncio.start_server(engine.serve, "127.0.0.1", 0)
    engine.port = server.sockets[0].getsockname()[1]
    try:
        yield engine
    finally:
        server.close()
        for task in tuple(engine.tasks):
            task.cancel()
        await asyncio.gather(*engine.tasks, return_exceptions=True)


def whole(body: bytes, *, status: int = 200, content_type: str = "application/json", extra: str = "") -> bytes:
    """A reply with a declared length."""
    head = f"HTTP/1.1 {status} Status\r\ncontent-type: {content_type}\r\n{extra}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


class _Request:
    def __init__(self) -> None:
        self.target = b""
        self.headers: dict[str, str] = {}
        self.body = b""
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


async def read_request(reader: asyncio.StreamReader) -> Seen | None:
    """The next request of a connection, or None at its end."""
    found = _Request()
    parser = httptools.HttpRequestParser(found)
    while not found.complete:
        data = await reader.read(65536)
        if not data:
            return None
        parser.feed_data(data)
    return Seen(parser.get_method().decode(), found.target.decode(), found.headers, found.body)
