"""The middleware itself: which requests are recorded, which pass, and what happens while nothing can be recorded.

Promises: while the book cannot be written, or the recorder could not start, every request but those of `unrecorded_paths` is
answered 503 in its protocol's own shape; a wrong configuration stops the server at its start with a sentence that says why.
Does not: find its configuration; `opener` does, in a thread, since it reads files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import structlog

from proofbook.capture.asgi.passage import Passage
from proofbook.capture.asgi.post import Post, Surroundings
from proofbook.capture.asgi.probe import AsgiProbe
from proofbook.capture.asgi.scope import App, Message, Receive, Scope, Send, read_head, read_scope_peer
from proofbook.capture.asgi.websockets import pass_with_gap, refuse_websocket
from proofbook.capture.settings import ServerCapture
from proofbook.errors import ConfigurationError, ProofbookError, StoreUnavailable
from proofbook.gateway.drafts import Opening, derive_actor
from proofbook.gateway.http.head import RequestHead
from proofbook.gateway.identity.caller import Caller
from proofbook.gateway.refusal import STORE_UNAVAILABLE, UPSTREAM_NOT_CONFIGURED
from proofbook.gateway.wire.routes import find_route
from proofbook.gateway.wire.text import bounded_text
from proofbook.primitives.instants import format_instant

LOG = structlog.get_logger(__name__)
NOT_STARTED: Final = "capture.not_started"
STARTED: Final = "capture.started"

Opener: TypeAlias = Callable[[], tuple[ServerCapture, Surroundings]]
"""Reads the configuration and opens what recording needs. Called in a thread. Raises ConfigurationError, StoreUnavailable."""

_RETRY_SECONDS: Final = 1.0
_PATH_CHARACTERS: Final = 512


class RecordingMiddleware:
    """Wraps an ASGI 3 application whose traffic is to be recorded."""

    def __init__(self, app: App, opener: Opener) -> None:
        self._app = app
        self._opener = opener
        self._post: Post | None = None
        self._opening = asyncio.Lock()
        self._next_try = 0.0
        self._retrying: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, request or lifespan, as ASGI 3 has it."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case "lifespan":
                await self._lifespan(scope, receive, send)
            case kind:
                raise RuntimeError(f"connections of type {kind!r} cannot be recorded, so they are not served")

    @property
    def sighted(self) -> str:
        """Product of the engine as it was last seen; `unknown` before it answered."""
        return "unknown" if self._post is None else self._post.sighting.product

    # -- the server's life --

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = await receive()
        try:
            await self._open(scope)
        except ConfigurationError as error:
            await send({"type": "lifespan.startup.failed", "message": f"proofbook: {error}"})
            return
        except ProofbookError:
            self._retrying = asyncio.create_task(self._keep_trying(scope))
        pending = [first]
        answered = False

        async def engine_receive() -> Message:
            if pending:
                return pending.pop()
            message = await receive()
            await self._close()
            return message

        async def engine_send(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, engine_receive, engine_send)
        except Exception:
            if answered:
                raise
            # an application without a lifespan of its own: it is ours then
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._close()
            await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, seen: Mapping[str, Any]) -> Post:
        """The post, opened when it is not yet. Raises what opening raises, at most once a second."""
        async with self._opening:
            if self._post is not None:
                return self._post
            loop = asyncio.get_running_loop()
            if loop.time() < self._next_try:
                raise StoreUnavailable("the recorder could not start a moment ago")
            self._next_try = loop.time() + _RETRY_SECONDS
            try:
                settings, around = await loop.run_in_executor(None, self._opener)
                post = Post(settings, around)
                try:
                    await post.start()
                except BaseException:
                    await loop.run_in_executor(None, around.close)
                    raise
            except ProofbookError as error:
                LOG.error(NOT_STARTED, code=error.code, reason=str(error))  # noqa: TRY400 - a sentence for the operator, no trace
                raise
            post.watch(AsgiProbe(self._app, seen, around.engine_key))
            LOG.info(STARTED, source=around.source)
            self._post = post
            return post

    async def _keep_trying(self, seen: Mapping[str, Any]) -> None:
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            try:
                await self._open(seen)
            except ProofbookError:
                continue
            return

    async def _close(self) -> None:
        if self._retrying is not None:
            self._retrying.cancel()
        post, self._post = self._post, None
        self._next_try = float("inf")
        if post is not None:
            await post.stop()

    async def _ready(self, scope: Scope) -> Post | None:
        if self._post is not None:
            return self._post
        try:
            return await self._open(scope)
        except ProofbookError:
            return None

    # -- its traffic --

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = read_head(scope)
        post = await self._ready(scope)
        if post is not None and head.method in {"GET", "HEAD"} and head.path in post.settings.unrecorded_paths:
            await self._app(scope, receive, send)
            return
        record_unknown = post is not None and post.settings.unknown_paths == "record"
        route = find_route(head.method, head.path, record_unknown=record_unknown)
        if post is None:
            await _refuse_unrecorded(route.dialect.format_error, send)
            return
        now = format_instant(post.around.clock.now())
        caller = _assess(post, head, scope, now)
        path = bounded_text(head.path, _PATH_CHARACTERS) or ""
        exchange, actor = post.around.ids.new("x"), derive_actor(caller.verified)
        opening = Opening(exchange, post.recording.source, now, head.method, path, caller.verified, actor)
        passage = Passage(post, self._app, scope, head, opening, route.dialect)
        await passage.run(receive, send, caller.refusal or route.refusal)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        post = await self._ready(scope)
        if post is None:
            await receive()
            await send({"type": "websocket.close", "code": 1013, "reason": "nothing can be recorded"})
        elif post.settings.websockets == "refuse":
            await refuse_websocket(post, scope, receive, send)
        else:
            await pass_with_gap(post, self._app, scope, receive, send)


def _assess(post: Post, head: RequestHead, scope: Scope, now: str) -> Caller:
    if post.around.identities is None:
        return Caller(None, None)
    try:
        caller = post.around.identities.assess(head, read_scope_peer(scope), now)
    except ProofbookError:
        return Caller(None, STORE_UNAVAILABLE)
    if caller.verified is not None and caller.refusal is None and caller.verified.system != post.settings.system:
        return Caller(caller.verified, UPSTREAM_NOT_CONFIGURED)
    return caller


async def _refuse_unrecorded(format_error: Callable[[int, str, str], bytes], send: Send) -> None:
    """Nothing can be recorded, not even this."""
    body = format_error(STORE_UNAVAILABLE.status, STORE_UNAVAILABLE.reason.value, STORE_UNAVAILABLE.detail)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": STORE_UNAVAILABLE.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
