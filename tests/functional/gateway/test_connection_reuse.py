"""Which connections to an engine are used again: only those that an engine cannot be about to close without a word."""

from __future__ import annotations

from collections.abc import Sequence

from support.fault_engine import STREAM_END, STREAM_HEAD, Close, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.running_gateway import connected, request_bytes, run, running_gateway

STREAMED = b'{"model":"sample","messages":[],"stream":true}'
WHOLE = b'{"model":"sample","messages":[]}'


def says_keep_alive_and_closes(seen: Seen) -> Sequence[Step]:
    """As llama.cpp does after a stream: no `Connection: close`, and a moment later the end."""
    if b"true" not in seen.body:
        return (Say(whole(b"{}")),)
    return (Say(STREAM_HEAD + chunk(b"data: {}\n\n") + chunk(b"data: [DONE]\n\n") + STREAM_END), Pause(0.05), Close())


def test_a_request_right_after_a_stream_does_not_meet_the_closing_connection() -> None:
    """Such a request would be answered with 502 although the engine is well."""

    async def scene() -> list[int]:
        async with running_engine(says_keep_alive_and_closes) as engine, running_gateway(engine.url) as gateway:
            statuses = []
            async with connected(gateway) as client:
                for _ in range(5):
                    for body in (STREAMED, WHOLE):
                        await client.send(request_bytes(body))
                        statuses.append((await client.read_reply()).status)
            return statuses

    assert run(scene()) == [200] * 10


def test_connections_are_used_again_after_replies_of_declared_length() -> None:
    """A connection for each request would cost more than the request."""

    async def scene() -> int:
        async with running_engine(lambda _: (Say(whole(b"{}")),)) as engine, running_gateway(engine.url) as gateway:
            async with connected(gateway) as client:
                for _ in range(5):
                    await client.send(request_bytes(WHOLE))
                    assert (await client.read_reply()).status == 200
            return engine.connections - len(engine.probes)  # a question about the engine has a connection of its own

    assert run(scene()) <= 2, "one, and at most one question that was just being asked"
