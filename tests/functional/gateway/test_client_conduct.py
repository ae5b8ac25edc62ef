"""Clients that hang up, read slowly, send slowly, send too much or too early."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence

import pytest

from proofbook.gateway.settings import Limits
from support.fault_engine import STREAM_END, STREAM_HEAD, Hang, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.running_gateway import TOKEN, ask, connected, request_bytes, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
ANSWER = b'{"choices":[]}'
EVENT = b'data: {"choices":[]}\n\n'


def _answers(seen: Seen) -> Sequence[Step]:
    return [Say(whole(ANSWER))]


def test_hang_up_in_a_stream_cuts_the_engine_and_keeps_what_was_said() -> None:
    """An engine that keeps computing for nobody wastes the machine, and a lost record is a hole in the population."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Say(STREAM_HEAD + chunk(EVENT)), Hang()]) as engine,
            running_gateway(engine.url) as gateway,
        ):
            async with connected(gateway) as client:
                await client.send(request_bytes(BODY))
                await client.read_until(EVENT)
            async with asyncio.timeout(30):
                await engine.cut_off.wait()
            (end,) = await gateway.ends()
            assert end.body["state"] == "client_aborted"
            assert gateway.recorder.content_of(end, "response") == EVENT

    run(scenario())


def test_hang_up_before_the_engine_answers_is_recorded() -> None:
    """The commonest abort: a user presses stop while the model thinks."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Hang()]) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                await client.send(request_bytes(BODY))
                await engine.asked(1)
            async with asyncio.timeout(30):
                await engine.cut_off.wait()
            (end,) = await gateway.ends()
            assert (end.body["state"], end.body["http_status"], end.body["content"]) == ("client_aborted", None, {})

    run(scenario())


def test_reset_by_the_client_is_recorded_like_any_hang_up() -> None:
    """Killed browsers send a reset, not an orderly end."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Say(STREAM_HEAD + chunk(EVENT)), Hang()]) as engine,
            running_gateway(engine.url) as gateway,
        ):
            with socket.create_connection((gateway.host, gateway.port)) as raw:
                raw.sendall(request_bytes(BODY))
                await gateway.wait_for("exchange.request")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            (end,) = await gateway.ends()
            assert end.body["state"] == "client_aborted"

    run(scenario())


def test_client_that_does_not_read_stops_the_engine_from_being_read() -> None:
    """Memory is bounded by the reader, not by the engine."""

    async def scenario() -> None:
        sent = 0
        piece = chunk(b"data: " + b"x" * 100_000 + b"\n\n")

        def script(seen: Seen) -> Sequence[Step]:
            return [Say(STREAM_HEAD), *[Say(piece)] * 300, Say(STREAM_END)]

        limits = Limits(stall_seconds=1.0)
        async with running_engine(script) as engine, running_gateway(engine.url, limits=limits) as gateway:
            with socket.socket() as raw:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                raw.connect((gateway.host, gateway.port))
                raw.sendall(request_bytes(BODY))
                (end,) = await gateway.ends()
                sent = len(gateway.recorder.content_of(end, "response"))
            assert sent < 20_000_000
            assert end.body["state"] == "client_aborted"
            assert "did not read" in end.body["reason"]

    run(scenario())


def test_slow_but_reading_client_gets_everything() -> None:
    """Back-pressure must delay, not lose."""

    async def scenario() -> None:
        events = b"data: " + b"y" * 50_000 + b"\n\n"

        def script(seen: Seen) -> Sequence[Step]:
            return [Say(STREAM_HEAD), *[Say(chunk(events))] * 60, Say(chunk(b"data: [DONE]\n\n") + STREAM_END)]

        async with running_engine(script) as engine, running_gateway(engine.url) as gateway, connected(gateway) as client:
            await client.send(request_bytes(BODY))
            await asyncio.sleep(0.5)
            reply = await client.read_reply()
            assert reply.complete
            assert reply.body == events * 60 + b"data: [DONE]\n\n"

    run(scenario())


def test_slow_head_is_closed() -> None:
    """One byte at a time must not hold a connection for ever."""

    async def scenario() -> None:
        limits = Limits(head_seconds=0.3)
        async with (
            running_engine(_answers) as engine,
            running_gateway(engine.url, limits=limits) as gateway,
            connected(gateway) as client,
        ):
            await client.send(b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\n")
            assert await client.at_end(5)

    run(scenario())


def test_slow_body_is_refused_and_recorded() -> None:
    """The key was good, so the attempt belongs in the record."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            async with running_gateway(engine.url, limits=Limits(body_seconds=0.3)) as gateway, connected(gateway) as client:
                await client.send(request_bytes(BODY)[:-5])
                reply = await client.read_reply()
                assert reply.status == 408
                (refused,) = await gateway.wait_for("exchange.refused")
                assert (refused.body["reason"], refused.body["request_bytes"]) == ("malformed_request", len(BODY) - 5)
            assert engine.requests == []

    run(scenario())


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_body_beyond_the_limit_is_refused_before_it_is_buffered(framing: str) -> None:
    """A hundred megabytes must cost neither memory nor the engine's time, and the client must be able to read why."""
    total = 100 * 1024 * 1024

    async def scenario() -> None:
        async with running_engine(_answers) as engine:
            async with running_gateway(engine.url) as gateway, connected(gateway) as client:
                head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {TOKEN}\r\n"
                head += f"Content-Length: {total}\r\n\r\n" if framing == "length" else "Transfer-Encoding: chunked\r\n\r\n"
                piece = b"x" * 1_048_576
                sending = asyncio.create_task(
                    _push(client.writer, head.encode(), piece if framing == "length" else chunk(piece), 100)
                )
                reply = await client.read_reply()
                assert reply.status == 413
                assert json.loads(reply.body)["error"]["code"] == "request_too_large"
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                (refused,) = await gateway.wait_for("exchange.refused")
                assert refused.body["reason"] == "request_too_large"
            assert engine.requests == []

    run(scenario())


async def _push(writer: asyncio.StreamWriter, head: bytes, piece: bytes, times: int) -> None:
    writer.write(head)
    for _ in range(times):
        writer.write(piece)
        await writer.drain()


def test_chunk_extensions_without_end_are_refused() -> None:
    """Bytes that a parser swallows silently still count."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url) as gateway, connected(gateway) as client:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n"
            await client.send(head.encode() + b"5;a=" + b"b" * 200_000)
            assert (await client.read_reply()).status == 431

    run(scenario())


def test_connection_is_kept_for_the_next_request() -> None:
    """Clients reuse connections; each request is still its own exchange."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url) as gateway, connected(gateway) as client:
            for _ in range(3):
                await client.send(request_bytes(BODY))
                assert (await client.read_reply()).body == ANSWER
            ends = await gateway.ends(3)
            assert len({end.subject for end in ends}) == 3
            assert engine.connections - len(engine.probes) == 1

    run(scenario())


def test_pipelined_request_is_refused_after_the_first_is_served() -> None:
    """Answers must not be confused; what is not served is recorded as refused."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Pause(0.1), Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                await client.send(request_bytes(BODY) * 2)
                everything = await client.reader.read()
            assert everything.count(b"HTTP/1.1 200 OK") == 1
            assert everything.count(b"HTTP/1.1 400 Bad Request") == 1
            assert everything.index(b"200 OK") < everything.index(b"400 Bad")
            (refused,) = await gateway.wait_for("exchange.refused")
            assert refused.body["reason"] == "malformed_request"
            assert len(engine.requests) == 1

    run(scenario())


def test_client_that_waits_for_permission_gets_it() -> None:
    """`Expect: 100-continue` is answered once the key is good."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url) as gateway, connected(gateway) as client:
            request = request_bytes(BODY, extra="Expect: 100-continue\r\n")
            await client.send(request[: -len(BODY)])
            assert (await client.read_until(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 Continue")
            await client.send(BODY)
            assert (await client.read_reply()).body == ANSWER

    run(scenario())


def test_old_clients_get_a_stream_that_ends_by_closing() -> None:
    """HTTP/1.0 knows no chunks."""

    async def scenario() -> None:
        steps = [Say(STREAM_HEAD + chunk(EVENT) + STREAM_END)]
        async with (
            running_engine(lambda _: steps) as engine,
            running_gateway(engine.url) as gateway,
            connected(gateway) as client,
        ):
            await client.send(request_bytes(BODY).replace(b"HTTP/1.1", b"HTTP/1.0"))
            everything = await client.reader.read()
            assert everything.endswith(b"\r\n\r\n" + EVENT)
            assert b"chunked" not in everything

    run(scenario())


def test_connections_beyond_the_limit_are_closed() -> None:
    """A flood of connections must not exhaust descriptors."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url, limits=Limits(connections=1)) as gateway:
            async with connected(gateway) as first, connected(gateway) as second:
                assert await second.at_end()
                await first.send(request_bytes(BODY))
                assert (await first.read_reply()).status == 200
            async with asyncio.timeout(30):
                while (await ask(gateway, BODY)).status != 200:  # until the first one's end was noticed
                    pass

    run(scenario())


def test_refused_question_for_a_head_gets_no_body() -> None:
    """A body after the reply to HEAD would be taken for the next reply (RFC 9112 6.3)."""

    async def scenario() -> None:
        async with running_engine(lambda _: []) as engine, running_gateway(engine.url) as gateway, connected(gateway) as client:
            await client.send(request_bytes(b"", method="HEAD", path="/v1/models"))
            said = await client.reader.read()
            assert said.startswith(b"HTTP/1.1 404 ")
            assert said.endswith(b"\r\n\r\n")
            assert said.count(b"\r\n\r\n") == 1

    run(scenario())
