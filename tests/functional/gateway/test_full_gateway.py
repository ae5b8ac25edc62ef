"""Many large bodies at once: memory is bounded, and who is turned away is on record."""

from __future__ import annotations

import asyncio
import itertools
import json

from proofbook.gateway.settings import MIB, Limits
from support.fault_engine import Hang, Pause, Say, Seen, Step, running_engine, whole
from support.running_gateway import RunningGateway, ask, connected, request_bytes, run, running_gateway

LARGE = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x" * MIB}]}).encode()
SMALL = b'{"model":"m","messages":[]}'


def test_bodies_beyond_the_bound_are_refused_and_room_comes_back() -> None:
    """Slow uploads, a slow disk or a slow engine must not add up to all memory."""

    async def scenario() -> None:
        limits = Limits(bodies_bytes=2 * MIB)
        async with (
            running_engine(lambda _: [Pause(0.05), Say(whole(b'{"choices":[]}'))]) as engine,
            running_gateway(engine.url, limits=limits) as gateway,
            connected(gateway) as slow,
        ):
            await slow.send(request_bytes(LARGE)[:-1])
            served = await _until_answered(gateway, 503)
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (refused.body["reason"], refused.body["principal"]["id"]) == ("gateway_full", "sample-service")
            assert (await ask(gateway, SMALL)).status == 200
            await slow.send(LARGE[-1:])
            assert (await slow.read_reply()).status == 200
            for _ in range(5):  # each lets go of its bytes: forwarded, answered, refused or hung up
                await _until_answered(gateway, 200)
                async with connected(gateway) as gone:
                    await gone.send(request_bytes(LARGE)[:-1])
            assert len(engine.requests) == 7 + served

    run(scenario())


async def _until_answered(gateway: RunningGateway, status: int) -> int:
    """Send large bodies until one is answered so; how many were not. What others sent may still be on its way in or out."""
    async with asyncio.timeout(60):
        for number in itertools.count():
            if (await ask(gateway, LARGE)).status == status:
                return number
    raise AssertionError


def test_bytes_are_let_go_when_forwarded_not_when_answered() -> None:
    """An engine that thinks for a minute holds no body of ours."""

    async def scenario() -> None:
        def script(_: Seen) -> list[Step]:
            return [Hang()] if len(engine.requests) == 1 else [Say(whole(b'{"choices":[]}'))]

        async with (
            running_engine(script) as engine,
            running_gateway(engine.url, limits=Limits(bodies_bytes=MIB + 1024)) as gateway,
            connected(gateway) as first,
        ):
            await first.send(request_bytes(LARGE))
            await engine.asked(1)
            assert (await ask(gateway, LARGE)).status == 200

    run(scenario())
