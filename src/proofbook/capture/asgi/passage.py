"""Carries one exchange through an engine's own server: the gateway's `Exchange` decides, this makes ASGI messages its events.

Promises: as the gateway's, since the same state machine decides: the engine is not called before the request is durable; the last
piece of a reply, of a stream its end mark, goes out only after the response is; every exchange whose request was recorded gets
one response record, also when the server cancels the request; body bytes pass unchanged. An engine's exception is recorded and
raised again for whoever logs it. Hostile clients and engines can only choose among states.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import Final

from proofbook.capture.asgi.post import Post
from proofbook.capture.asgi.recorded import Recorder
from proofbook.capture.asgi.scope import App, Message, Receive, Scope, Send, derive_engine_scope
from proofbook.gateway import exchange as ex
from proofbook.gateway.drafts import Opening
from proofbook.gateway.http.head import EXCHANGE_HEADER, RequestHead
from proofbook.gateway.reading import read_request
from proofbook.gateway.refusal import GATEWAY_FULL, Refusal, too_large
from proofbook.gateway.wire.dialect import Dialect

THREAD_FROM: Final = 64 * 1024
"""Bytes from which JSON is read in a thread, so that one long text does not hold up every other stream."""


_CUT_SECONDS: Final = 1.0


class ReplyCut(Exception):
    """Ends a request whose reply must not look complete: the server closes the connection without the reply's end."""


class EngineLeft(OSError):
    """What the engine gets when it sends and nobody may receive any more, as from a server whose client hung up."""


class Passage:
    """One request on its way through the server."""

    def __init__(self, post: Post, app: App, scope: Scope, head: RequestHead, opening: Opening, dialect: Dialect) -> None:
        self._post = post
        self._app = app
        self._scope = scope
        self._head = head
        self._opening = opening
        self._dialect = dialect
        self._exchange = ex.Exchange(post.bounds, dialect.make_watch)
        self._recorder = Recorder(post, opening, head, dialect)
        self._body: bytes | None = b""
        self._start: Message | None = None
        self._out: deque[ex.Command] = deque()
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._hung_up = asyncio.Event()
        self._over = asyncio.Event()
        self._client_left = False
        self._engine_dismissed = False
        self._cut = False
        self._engine: asyncio.Task[None] | None = None
        self._engine_error: BaseException | None = None
        post.open.enter(self)

    async def run(self, receive: Receive, send: Send, refusal: Refusal | None) -> None:
        """Serve it, or say `refusal`. Raises what the engine raised; ReplyCut when the reply must not look complete."""
        watching: asyncio.Task[None] | None = None
        try:
            if refusal is not None:
                self._perform(self._exchange.refuse(refusal))
            elif await self._read_request(receive):
                watching = asyncio.create_task(self._watch_client(receive))
            await self._deliver(send)
            await self._see_off_engine()
        except asyncio.CancelledError:
            self.stop()
            if self._engine is not None:
                self._engine.cancel()
            raise
        finally:
            if watching is not None:
                watching.cancel()
        if self._engine_error is not None:
            raise self._engine_error
        if self._cut:
            raise ReplyCut("the reply was cut because it could not be recorded, or was not complete")

    def stop(self) -> None:
        """The server must stop now."""
        self._perform(self._exchange.stopped())

    @property
    def held(self) -> int:
        """Bytes of the reply that are in memory until it is recorded."""
        return self._exchange.size

    def make_room(self) -> None:
        """Break this one off: all together hold more than they may."""
        self._perform(self._exchange.break_off("the recorder held as many bytes of replies as it may"))

    # -- the client's side --

    async def _read_request(self, receive: Receive) -> bool:
        """Read the whole body and begin. False when the client left or its request is refused."""
        pieces: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    self._leave()
                    return False
                piece = bytes(message.get("body", b""))
                refusal = self._assess_size(size + len(piece), len(piece))
                if refusal is not None:
                    self._recorder.received = size + len(piece)
                    self._perform(self._exchange.refuse(refusal))
                    return False
                size += len(piece)
                pieces.append(piece)
                if not message.get("more_body", False):
                    break
            await self._begin(b"".join(pieces))
        finally:
            self._post.let_go(size)
        return self._exchange.phase is not ex.Phase.ENDED

    def _assess_size(self, size: int, piece: int) -> Refusal | None:
        cap = self._post.settings.body_bytes
        if max(size, self._head.length or 0) > cap:
            return too_large(f"The request body is larger than {cap} bytes.")
        return None if self._post.hold(piece) else GATEWAY_FULL

    async def _begin(self, body: bytes) -> None:
        self._body, self._recorder.received = body, len(body)
        fingerprint = self._post.around.fingerprint
        if len(body) < THREAD_FROM or self._dialect.read_request is None:
            found = read_request(body, self._dialect, fingerprint)
        else:
            found = await self._post.loop.run_in_executor(None, read_request, body, self._dialect, fingerprint)
        if isinstance(found, Refusal):
            self._perform(self._exchange.refuse(found))
        else:
            self._recorder.facts = found
            self._perform(self._exchange.request_read())

    async def _watch_client(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._leave()

    def _leave(self) -> None:
        """The client can no longer be answered."""
        self._client_left = True
        if self._exchange.phase is not ex.Phase.ENDED:
            self._engine_dismissed = True
        self._perform(self._exchange.client_gone())

    async def _deliver(self, send: Send) -> None:
        """Put on the wire what the exchange says, until it is over."""
        while True:
            while self._out:
                command = self._out.popleft()
                if not self._client_left:
                    try:
                        await self._say(command, send)
                    except OSError:
                        self._leave()
            self._drained.set()
            if self._over.is_set():
                return
            await self._wake.wait()
            self._wake.clear()

    async def _say(self, command: ex.Command, send: Send) -> None:
        match command:
            case ex.SendHead() if self._start is not None:
                headers = [*self._start.get("headers", ()), (EXCHANGE_HEADER, self._recorder.cited.encode("ascii"))]
                await send({"type": "http.response.start", "status": self._start["status"], "headers": headers})
            case ex.Send(data):
                await send({"type": "http.response.body", "body": data, "more_body": True})
            case ex.Finish(data):
                await send({"type": "http.response.body", "body": data, "more_body": False})
            case ex.Answer():
                for message in self._format_answer(command):
                    await send(message)
            case _:
                raise RuntimeError(f"{type(command).__name__} cannot be said here")

    def _format_answer(self, answer: ex.Answer) -> tuple[Message, Message]:
        body = self._dialect.format_error(answer.status, answer.code, answer.message)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (EXCHANGE_HEADER, self._recorder.cited.encode("ascii")),
        ]
        if answer.retry_after is not None:
            headers.append((b"retry-after", b"%d" % answer.retry_after))
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        return start, {"type": "http.response.body", "body": b"" if self._head.method == "HEAD" else body, "more_body": False}

    # -- the engine's side --

    async def _see_off_engine(self) -> None:
        """Let it end what it does after its reply; but a client that must be cut is not kept waiting for it."""
        if self._engine is None:
            return
        if self._cut:
            self._engine.cancel()
        await asyncio.wait((self._engine,), timeout=_CUT_SECONDS if self._cut else None)

    async def _run_engine(self) -> None:
        reason = "engine was stopped before its reply was complete"
        self._recorder.forwarded = self._now()
        try:
            await self._app(derive_engine_scope(self._scope), self._engine_receive, self._engine_send)
            reason = "engine ended without completing its reply"
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever ends the engine ends the exchange, and is raised again by `run`
            if not self._engine_dismissed:
                self._engine_error = error
            reason = f"engine raised {type(error).__name__}"
        finally:
            self._perform(self._exchange.upstream_failed(reason))

    async def _engine_receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def _engine_send(self, message: Message) -> None:
        if self._hung_up.is_set():
            raise EngineLeft("nobody receives this reply any more")
        match message["type"]:
            case "http.response.start":
                self._engine_head(message)
            case "http.response.body" if self._exchange.phase is ex.Phase.PASSING:
                self._engine_body(bytes(message.get("body", b"")), ended=not message.get("more_body", False))
            case _:
                raise RuntimeError(f"engine sent {message['type']!r} where it does not belong")
        if self._exchange.phase is ex.Phase.PASSING:
            await self._drained.wait()
        else:
            await self._over.wait()

    def _engine_head(self, message: Message) -> None:
        found = {bytes(name).lower(): bytes(value) for name, value in message.get("headers", ())}
        length = found.get(b"content-length", b"")
        streamed = self._dialect.is_stream(found.get(b"content-type", b""))
        commands = self._exchange.upstream_head(
            message["status"], streamed=streamed, length=int(length) if length.isdigit() else None
        )
        self._start = message
        self._recorder.first_byte = self._now()
        self._recorder.streamed = streamed
        self._perform(commands)

    def _engine_body(self, data: bytes, *, ended: bool) -> None:
        commands: ex.Commands = self._exchange.upstream_body(data) if data else ()
        if ended and self._exchange.phase is ex.Phase.PASSING:
            self._recorder.last_byte = self._now()
            commands += self._exchange.upstream_end()
        self._perform(commands)

    # -- carrying out --

    def _perform(self, commands: ex.Commands) -> None:
        for command in commands:
            match command:
                case ex.RecordRequest():
                    self._recorder.record_request(self._body or b"", self._settled)
                case ex.RecordResponse(state, reason):
                    self._recorder.record_response(self._exchange, state, reason, self._settled)
                case ex.RecordRefusal(refusal):
                    self._recorder.record_refusal(refusal, self._settled)
                case ex.Forward():
                    self._engine = asyncio.create_task(self._run_engine())
                case ex.CutUpstream():
                    self._engine_dismissed = True
                    self._hung_up.set()
                case ex.CutClient():
                    self._cut = True
                case ex.Done():
                    self._over.set()
                    self._hung_up.set()
                    self._post.open.leave(self)
                case _:
                    self._drained.clear()
                    self._out.append(command)
        self._wake.set()

    def _settled(self, refusal: Refusal | None) -> None:
        """What was asked to be recorded is durable, or why it is not."""
        self._perform(self._exchange.recorded() if refusal is None else self._exchange.not_recorded(refusal))

    def _now(self) -> datetime:
        return self._post.around.clock.now()
