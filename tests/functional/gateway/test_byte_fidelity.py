"""With and without the gateway a client gets the same body bytes, and the engine the same request bytes."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence

import pytest

from proofbook.gateway.wire.routes import ROUTES
from support.fault_engine import STREAM_END, STREAM_HEAD, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.recorded_streams import STREAMS as RECORDED
from support.recorded_streams import RecordedStream
from support.running_gateway import Client, Reply, ask, request_bytes, run, running_gateway

BODIES = [
    b'{ "model" : "m",\n "messages":[], "temperature": 0.70, "seed":1e2 }',
    '{"model":"modèle","messages":[{"role":"user","content":"grüß \\ud800 dich"}]}'.encode(),
    b'{"model":"a","x":{"y":1,"y":2},"messages":[]}',
]
REPLIES = [b"{}", b'{ "choices" : [ ] }\r\n', b"\xff\xfe not text", '{"t":"“ü”"}'.encode(), b"x" * 2_000_000]
STREAMS = [
    b"data: {}\n\ndata: [DONE]\n\n",
    b"data: {}\r\n\r\n: ping\r\n\r\ndata:[DONE]\r\n\r\n",
    'data: {"c":"“ü”😀"}\n\n'.encode() * 50 + b"data: [DONE]\n\ndata: after the mark\n\n",
    b": only a comment\n\n",
    b"data: unfinished",
    b"\xf0\x9f\n\ndata: [DONE]\n\n" * 3,
]  # fmt: skip


async def _directly(port: int, body: bytes) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        client = Client(reader, writer)
        await client.send(request_bytes(body, token=None))
        return await client.read_reply()
    finally:
        writer.close()


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("body", BODIES)
def test_whole_replies_are_the_same_bytes(body: bytes, reply: bytes) -> None:
    """The gateway records; it does not edit."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(reply))]) as engine, running_gateway(engine.url) as gateway:
            through, direct = await ask(gateway, body), await _directly(engine.port, body)
            assert (through.status, through.body) == (direct.status, direct.body)
            assert engine.requests[0].body == engine.requests[1].body == body

    run(scenario())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stream", STREAMS)
def test_streams_are_the_same_bytes_however_they_are_cut(stream: bytes, seed: int) -> None:
    """Pieces, pauses and an end mark in two halves must not show."""

    async def scenario() -> None:
        chance = random.Random(seed)
        places = sorted(chance.sample(range(1, len(stream)), min(6, len(stream) - 1)))
        pieces = [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]
        steps: list[Step] = [Say(STREAM_HEAD)]
        for piece in pieces:
            steps += [Say(chunk(piece)), Pause(chance.choice((0, 0.002)))]
        steps.append(Say(STREAM_END))

        def script(seen: Seen) -> Sequence[Step]:
            return steps

        async with running_engine(script) as engine, running_gateway(engine.url) as gateway:
            through = await ask(gateway, json.dumps({"stream": True}).encode())
            assert (through.body, through.complete) == (stream, True)
            (end,) = await gateway.ends()
            assert gateway.recorder.content_of(end, "response") == stream

    run(scenario())


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded.name)
def test_streams_of_every_api_are_the_same_bytes_however_they_are_cut(recorded: RecordedStream) -> None:
    """Each on its own path and in its own framing, in pieces of seven bytes; the record says what the stream said."""
    path = next(path for (_, path), dialect in ROUTES.items() if dialect == recorded.dialect)
    head = STREAM_HEAD.replace(b"text/event-stream", recorded.dialect.stream_type)
    steps: list[Step] = [Say(head)]
    for place in range(0, len(recorded.data), 7):
        steps += [Say(chunk(recorded.data[place : place + 7])), Pause(0.001 if place % 5 == 0 else 0)]
    steps.append(Say(STREAM_END))

    async def scenario() -> None:
        async with running_engine(lambda _: steps) as engine, running_gateway(engine.url) as gateway:
            body = b'{ "model" : "m", "stream":true }'
            through = await ask(gateway, body, path=path)
            assert (through.body, through.complete) == (recorded.data, True)
            assert engine.requests[0].body == body
            (begin,), (end,) = gateway.recorder.of_kind("exchange.request"), await gateway.ends()
            assert gateway.recorder.content_of(end, "response") == recorded.data
            assert (begin.body["protocol"], end.body["chunks"]) == (recorded.dialect.protocol, recorded.facts.chunks)
            assert end.body["state"] == ("upstream_error" if recorded.facts.error else "complete")
            assert end.body["finish"] == list(recorded.facts.finish)

    run(scenario())
