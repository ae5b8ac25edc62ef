"""An engine's own server in memory: an application that answers as told, the middleware around it, and whoever calls it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from proofbook.capture.asgi.middleware import RecordingMiddleware
from proofbook.capture.asgi.post import Surroundings
from proofbook.capture.asgi.scope import App, Message, Receive, Scope, Send
from proofbook.capture.settings import ServerCapture
from proofbook.gateway.identity.caller import Identities
from proofbook.gateway.running.lifecycle import PreviousRun
from proofbook.journal.receipt import Recorder
from proofbook.primitives.ids import CountingIds
from support.memory_recorder import MemoryRecorder
from support.running_gateway import GivenHistory, KnownDigests, SystemClock, sample_fingerprint

CHAT = "/v1/chat/completions"
ASKED = json.dumps({"model": "sample", "messages": [{"role": "user", "content": "hello"}]}).encode()
STREAMED = json.dumps({"model": "sample", "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
WHOLE = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion", "model": "sample-1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}).encode()  # fmt: skip
EVENTS = (
    b'data: {"id":"c","model":"sample-1","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","model":"sample-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


@dataclass
class ToldEngine:
    """Answers every request with the same pieces. `fail_after`: raises after so many; `leaves`: ends without the reply's end."""

    pieces: Sequence[bytes] = (WHOLE,)
    content_type: bytes = b"application/json"
    status: int = 200
    fail_after: int | None = None
    leaves: bool = False
    gate: asyncio.Event | None = None
    """What it waits for before its last piece."""
    asked: list[bytes] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the engine was told that its client left."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["method"] == "GET":  # questions about itself
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        self.scopes.append(scope)
        self.asked.append((await receive())["body"])
        listening = asyncio.create_task(self._listen(receive))
        try:
            await self._answer(send)
        finally:
            listening.cancel()

    async def _listen(self, receive: Receive) -> None:
        if (await receive())["type"] == "http.disconnect":
            self.left.set()

    async def _answer(self, send: Send) -> None:
        await self._fail(0)
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"content-type", self.content_type)]})
        for number, piece in enumerate(self.pieces, 1):
            last = number == len(self.pieces)
            if last and self.gate is not None:
                await self.gate.wait()
            await send({"type": "http.response.body", "body": piece, "more_body": not last or self.leaves})
            await self._fail(number)

    async def _fail(self, number: int) -> None:
        if self.fail_after == number:
            raise ZeroDivisionError("the engine has a fault")


@dataclass
class Heard:
    """What a caller heard. `complete`: the reply's end came; `error`: what the server would have logged."""

    messages: list[Message] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.messages)

    @property
    def complete(self) -> bool:
        return bool(self.messages) and self.messages[-1].get("more_body", True) is False

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class AsgiCaller:
    """Sends one request over ASGI. `leaves_after` pieces of the reply it hangs up."""

    body: bytes = ASKED
    path: str = CHAT
    method: str = "POST"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    cut: int = 1
    """Into how many pieces the body is cut."""
    leaves_after: int | None = None
    heard: Heard = field(default_factory=Heard)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, app: App) -> Heard:
        size = max(1, len(self.body) // self.cut)
        pieces = [self.body[start : start + size] for start in range(0, len(self.body), size)] or [b""]
        bodies = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)} for number, piece in enumerate(pieces, 1)
        ]

        async def receive() -> Message:
            if bodies:
                return bodies.pop(0)
            await self.left.wait()
            return {"type": "http.disconnect"}

        try:
            await app(self.scope(), receive, self._hear)
        except Exception as error:  # noqa: BLE001 - what a server would log
            self.heard.error = error
        return self.heard

    async def _hear(self, message: Message) -> None:
        if self.left.is_set():
            raise OSError("the client hung up")
        self.heard.messages.append(dict(message))
        if self.leaves_after is not None and len(self.heard.messages) > self.leaves_after:
            self.left.set()

    def scope(self) -> Scope:
        return {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": self.method,
            "path": self.path, "raw_path": self.path.encode(), "query_string": b"q=1", "root_path": "", "scheme": "http",
            "headers": [(b"host", b"engine"), (b"content-length", b"%d" % len(self.body)), *self.headers],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "extensions": {"http.response.pathsend": {}, "tls": {}},
        }  # fmt: skip


def surroundings(
    recorder: Recorder, *, identities: Identities | None = None, previous: PreviousRun | None = None
) -> Surroundings:
    """What the middleware is given."""
    return Surroundings(
        recorder=recorder,
        source="asgi:main",
        history=GivenHistory(previous) if previous is not None else GivenHistory(),
        identities=identities,
        digests=KnownDigests(),
        clock=SystemClock(),
        ids=CountingIds(),
        fingerprint=sample_fingerprint,
        version="0",
        config=None,
        engine_key=None,
        close=lambda: None,
    )


def wrap(
    engine: App,
    recorder: MemoryRecorder,
    *,
    identities: Identities | None = None,
    previous: PreviousRun | None = None,
    **settings: Any,
) -> RecordingMiddleware:
    """The engine with the middleware around it."""
    chosen = ServerCapture(system="support-desk", **settings)
    return RecordingMiddleware(engine, lambda: (chosen, surroundings(recorder, identities=identities, previous=previous)))


@asynccontextmanager
async def living(app: App) -> AsyncIterator[list[Message]]:
    """Run the server's lifespan around a block; what the application said about it."""
    said: list[Message] = []
    ending, started = asyncio.Event(), asyncio.Event()
    first = [{"type": "lifespan.startup"}]

    async def receive() -> Message:
        if first:
            return dict(first.pop())
        await ending.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: Message) -> None:
        said.append(message)
        started.set()

    async def live() -> None:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    task = asyncio.create_task(live())
    await asyncio.wait((task, asyncio.create_task(started.wait())), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield said
    finally:
        ending.set()
        await task
