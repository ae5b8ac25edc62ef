"""A client that leaves after any number of bytes, sent or received: the engine and the book are left in order each time."""

from __future__ import annotations

import asyncio
import json
import socket
import struct

from support.fault_engine import STREAM_END, STREAM_HEAD, Pause, Say, Seen, chunk, running_engine, whole
from support.running_gateway import RunningGateway, ask, request_bytes, run, running_gateway

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}]}).encode()
EVENTS = [b'data: {"choices":[{"index":0,"delta":{"content":"%d"}}]}\n\n' % number for number in range(3)]


async def _leave(gateway: RunningGateway, data: bytes, *, read: int, reset: bool) -> int:
    """Send `data`, read so many bytes, leave; how many came."""
    reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
    writer.write(data)
    await writer.drain()
    received = 0
    while received < read:
        piece = await reader.read(read - received)
        if not piece:
            break
        received += len(piece)
    if reset:
        link: socket.socket = writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return received


async def _settled(gateway: RunningGateway) -> None:
    """Until every exchange that was begun has its end."""
    for _ in range(500):
        begun = {each.body["exchange"] for each in gateway.recorder.of_kind("exchange.request")}
        ended = {each.body["exchange"] for each in gateway.recorder.of_kind("exchange.response")}
        if begun == ended:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(begun - ended)} exchanges without an end")


def test_leaving_within_the_request_forwards_nothing() -> None:
    """Whatever part of a request arrived, only a whole one is an exchange."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine, running_gateway(engine.url) as gateway:
            data = request_bytes(BODY)
            for size in range(len(data)):
                await _leave(gateway, data[:size], read=0, reset=size % 2 == 0)
            assert (await ask(gateway, BODY)).status == 200
            assert len(gateway.recorder.of_kind("exchange.request")) == len(engine.requests) == 1
            await _settled(gateway)

    run(scenario())


def test_leaving_within_a_stream_cuts_the_engine_and_keeps_what_came() -> None:
    """After each byte of the reply: one end, and of the content a beginning of what the engine said."""

    async def scenario() -> None:
        said = b"".join(EVENTS) + b"data: [DONE]\n\n"

        def steps(_: Seen) -> list[Say | Pause]:
            return [Say(STREAM_HEAD), *(Say(chunk(each)) for each in EVENTS), Say(chunk(b"data: [DONE]\n\n")), Say(STREAM_END)]

        async with running_engine(steps) as engine, running_gateway(engine.url) as gateway:
            length = await _leave(gateway, request_bytes(BODY, extra="Connection: close\r\n"), read=1 << 20, reset=False)
            assert length > len(said)
            for size in range(1, length):
                await _leave(gateway, request_bytes(BODY, extra="Connection: close\r\n"), read=size, reset=size % 2 == 0)
            await _settled(gateway)
            ends = gateway.recorder.of_kind("exchange.response")
            assert len(ends) == len(engine.requests) == length
            assert {each.body["state"] for each in ends} <= {"complete", "client_aborted"}
            for end in ends:
                content = gateway.recorder.content_of(end, "response") if end.body["content"] else b""
                assert said.startswith(content)
                assert end.body["state"] != "complete" or content == said
            assert (await ask(gateway, BODY)).body == said

    run(scenario())
