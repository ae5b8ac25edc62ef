"""Many clients that hardly read: what they hold together is bounded, and a stop does not wait for them longer than it may."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from proofbook.gateway.settings import MIB, Limits
from support.fault_engine import STREAM_END, STREAM_HEAD, Hang, Say, Step, chunk, running_engine
from support.running_gateway import RunningGateway, ask, request_bytes, run, running_gateway

BODY = json.dumps({"model": "sample", "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
PIECE = chunk(b"data: " + b"x" * 100_000 + b"\n\n")
READERS = 24


@contextmanager
def _not_reading(gateway: RunningGateway, count: int) -> Iterator[list[socket.socket]]:
    """Clients that ask and then do not read."""
    with ExitStack() as open_ones:
        found = []
        for _ in range(count):
            each = open_ones.enter_context(socket.socket())
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            each.connect((gateway.host, gateway.port))
            each.sendall(request_bytes(BODY))
            found.append(each)
        yield found


def test_replies_beyond_what_all_may_hold_are_cut_and_recorded_and_others_are_served() -> None:
    """Each reply is kept until it is recorded: without a bound over all of them, slow readers could take all memory."""

    async def scenario() -> None:
        steps: list[Step] = [Say(STREAM_HEAD), *[Say(PIECE)] * 30, Hang()]
        async with running_engine(lambda _: steps) as engine:  # noqa: SIM117 - the gateway needs its address
            async with running_gateway(engine.url, limits=Limits(replies_bytes=4 * MIB)) as gateway:
                with _not_reading(gateway, READERS):
                    await gateway.wait_for("exchange.request", READERS)
                    first = (await gateway.ends())[0]
                    assert first.body["state"] == "upstream_error"
                    assert "as many bytes of replies as it may" in first.body["reason"]
                    engine.script = lambda _: [Say(STREAM_HEAD + chunk(b"data: [DONE]\n\n") + STREAM_END)]
                    assert (await ask(gateway, BODY)).complete

    run(scenario())


def test_stop_with_many_open_streams_ends_in_time_and_says_of_each_how_it_ended() -> None:
    """A service manager kills what does not stop; then nothing at all would be said."""

    async def scenario() -> None:
        steps: list[Step] = [Say(STREAM_HEAD), *[Say(PIECE)] * 5, Hang()]
        async with running_engine(lambda _: steps) as engine:  # noqa: SIM117 - the gateway needs its address
            async with running_gateway(engine.url, limits=Limits(drain_seconds=0.2)) as gateway:
                with _not_reading(gateway, READERS):
                    await gateway.wait_for("exchange.request", READERS)
                    gateway.stop.set()
                    async with asyncio.timeout(30):
                        await gateway.task
                ends = gateway.recorder.of_kind("exchange.response")
                assert Counter(end.body["state"] for end in ends) == {"recorder_gap": READERS}
                assert gateway.recorder.entries[-1].kind == "source.stopped"

    run(scenario())
