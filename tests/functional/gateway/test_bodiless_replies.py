"""Replies that end with their head: what an engine says after it must never reach a client as the beginning of another reply."""

from __future__ import annotations

import pytest

from support.fault_engine import STREAM_END, Say, running_engine
from support.running_gateway import Client, connected, request_bytes, run, running_gateway

_CHAT = b'{"model":"m","messages":[]}'
_STREAM = b"content-type: text/event-stream\r\n"


async def _next_answer(client: Client) -> bytes:
    """What a client reads when it asks again on the same connection."""
    await client.send(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n")
    return await client.read_until(b"\r\n\r\n")


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_stream_without_a_body_leaves_nothing_on_the_connection(status: bytes) -> None:
    """A chunked end after such a head would be read as the next reply's beginning."""

    async def scenario() -> None:
        reply = b"HTTP/1.1 " + status + b"\r\n" + _STREAM + b"\r\n"
        async with (
            running_engine(lambda _: [Say(reply)]) as engine,
            running_gateway(engine.url) as gateway,
            connected(gateway) as client,
        ):
            await client.send(request_bytes(_CHAT))
            assert (await client.read_until(b"\r\n\r\n")).startswith(b"HTTP/1.1 " + status)
            assert (await _next_answer(client)).startswith(b"HTTP/1.1 200 OK\r\n")

    run(scenario())


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\nHTTP/1.1 200 FORGED\r\nA:b\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + _STREAM + b"transfer-encoding: chunked\r\n\r\n" + STREAM_END,
    ],
    ids=["body", "honest", "stream"],
)
def test_head_is_answered_by_a_head_alone(reply: bytes) -> None:
    """An engine that sends a body after HEAD could otherwise write the reply to whoever asks next on that connection."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Say(reply)]) as engine,
            running_gateway(engine.url, unknown_paths="record") as gateway,
        ):
            async with connected(gateway) as client:
                await client.send(request_bytes(b"", method="HEAD", path="/some/path"))
                head = await client.read_until(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 OK\r\n")
                assert (b"content-length: 25" in reply) == (b"content-length: 25" in head)
                answer = await _next_answer(client)
                assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
                assert b"FORGED" not in answer
            assert [(await gateway.ends())[0].body[name] for name in ("state", "http_status")] == ["complete", 200]

    run(scenario())


@pytest.mark.parametrize("status", [b"000", b"042"])
def test_status_that_does_not_exist_is_not_passed_on(status: bytes) -> None:
    """A client could not read it, and a record that calls the exchange complete would be wrong."""

    async def scenario() -> None:
        reply = b"HTTP/1.1 " + status + b" OK\r\ncontent-length: 2\r\n\r\nok"
        async with running_engine(lambda _: [Say(reply)]) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                await client.send(request_bytes(_CHAT))
                assert (await client.read_reply()).status == 502
            assert (await gateway.ends())[0].body["state"] == "upstream_error"

    run(scenario())
