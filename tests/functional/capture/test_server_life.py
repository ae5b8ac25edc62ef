"""The middleware's own life in a server: wrong settings, no writer, no lifespan, WebSockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from proofbook.capture.asgi.middleware import RecordingMiddleware
from proofbook.capture.asgi.post import Surroundings
from proofbook.capture.asgi.scope import Message
from proofbook.capture.settings import ServerCapture
from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.gateway.running.lifecycle import PreviousRun
from support.asgi_engine import WHOLE, AsgiCaller, ToldEngine, living, surroundings, wrap
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock


def new_recorder() -> MemoryRecorder:
    """A recorder with today's clock."""
    return MemoryRecorder(SystemClock())


def test_wrong_settings_stop_the_server_with_a_sentence() -> None:
    """An engine that looks as if it recorded would be the worst of all."""

    def opener() -> tuple[ServerCapture, Surroundings]:
        raise ConfigurationError("capture.servers has none", hint="add [[capture.servers]]")

    async def work() -> None:
        engine = ToldEngine()
        app = RecordingMiddleware(engine, opener)
        async with living(app) as said:
            assert said == [
                {
                    "type": "lifespan.startup.failed",
                    "message": "proofbook: capture.servers has none (add [[capture.servers]])",
                }
            ]
        assert (await AsgiCaller().call(app)).status == 503  # a server that goes on regardless
        assert engine.asked == []

    asyncio.run(work())


def test_without_a_writer_nothing_is_served_until_there_is_one() -> None:
    """The engine may take minutes to load: it starts, refuses, and records as soon as it can."""
    recorder, tries = new_recorder(), 0

    def opener() -> tuple[ServerCapture, Surroundings]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise StoreUnavailable("no process writes the book")
        return ServerCapture(system="support-desk"), surroundings(recorder)

    async def work() -> None:
        engine = ToldEngine()
        app = RecordingMiddleware(engine, opener)
        async with living(app) as said:
            assert [each["type"] for each in said] == ["lifespan.startup.complete"]
            refused = await AsgiCaller(path="/api/chat").call(app)
            assert (refused.status, set(refused.json)) == (503, {"error"})  # as Ollama says errors
            assert engine.asked == []
            while (await AsgiCaller().call(app)).status != 200:  # noqa: ASYNC110 - tried again once a second
                await asyncio.sleep(0.05)
        assert recorder.entries[0].kind == "source.started"
        assert recorder.entries[-1].kind == "source.stopped"

    asyncio.run(work())


def test_an_application_without_a_lifespan_still_gets_its_end_recorded() -> None:
    """Not every engine's server speaks that part of the protocol."""

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        await ToldEngine()(scope, receive, send)

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(plain, recorder)
        async with living(app) as said:
            assert (await AsgiCaller().call(app)).body == WHOLE
        assert [each["type"] for each in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        assert recorder.entries[-1].kind == "source.stopped"

    asyncio.run(work())


async def connect(app: Any) -> list[Message]:
    """Open a WebSocket connection and say nothing."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    await app({"type": "websocket", "path": "/v1/realtime", "headers": [], "root_path": ""}, receive, send)
    return said


async def accepting(scope: Any, receive: Any, send: Any) -> None:
    """An engine that takes WebSocket connections."""
    if scope["type"] != "websocket":
        await ToldEngine()(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 1000})


def test_a_websocket_connection_is_refused_on_record() -> None:
    """What passes over it could not be recorded."""

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(accepting, recorder)
        async with living(app):
            assert [each["type"] for each in await connect(app)] == ["websocket.close"]
        (refused,) = recorder.of_kind("exchange.refused")
        assert (refused.body["method"], refused.body["path"]) == ("WEBSOCKET", "/v1/realtime")

    asyncio.run(work())


def test_a_websocket_connection_may_pass_as_a_gap() -> None:
    """Coverage that is known to be missing is recorded as missing, before and after."""

    async def work() -> None:
        recorder = new_recorder()
        app = wrap(accepting, recorder, websockets="pass_with_gap")
        async with living(app):
            assert [each["type"] for each in await connect(app)] == ["websocket.accept", "websocket.close"]
            recorder.fail_with = StoreUnavailable("disk full")
            with pytest.raises(StoreUnavailable):
                await connect(app)
            recorder.fail_with = None
        begun, ended = recorder.of_kind("source.gap")[:2]
        assert begun.body["from"] == begun.body["until"] == ended.body["from"]
        assert ended.body["served_unrecorded"] is None

    asyncio.run(work())


def test_unheard_of_connections_are_not_served() -> None:
    """A kind of connection that is not known cannot be known to be recorded."""

    async def work() -> None:
        app = wrap(ToldEngine(), new_recorder())
        with pytest.raises(RuntimeError, match="cannot be recorded"):
            await app({"type": "webtransport"}, None, None)  # type: ignore[arg-type]

    asyncio.run(work())


def test_what_the_last_run_left_open_is_closed_at_the_start() -> None:
    """A crash of the engine leaves no exchange without an end."""

    async def work() -> None:
        recorder = new_recorder()
        previous = PreviousRun("2026-06-01T00:00:00.000000Z", False, ("x_left",))
        async with living(wrap(ToldEngine(), recorder, previous=previous)):
            pass
        assert [entry.kind for entry in recorder.entries] == [
            "source.started", "source.gap", "exchange.response", "source.stopped",
        ]  # fmt: skip
        assert recorder.entries[0].body["program"] == "proofbook in the engine's server"
        assert recorder.entries[2].body["state"] == "recorder_gap"

    asyncio.run(work())
