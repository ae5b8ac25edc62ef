"""How the gateway reaches its engine: its own key, its connections, and what it says when the engine is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError
from proofbook.gateway.settings import Limits
from support.fault_engine import Pause, Say, Seen, Step, running_engine, whole
from support.running_gateway import KnownDigests, ask, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()


def _answers(seen: Seen) -> Sequence[Step]:
    return [Say(whole(b"{}"))]


def test_engine_gets_its_own_key_from_a_file(tmp_path: Path) -> None:
    """The engine may be locked to everybody but the recorder; that is what makes bypassing it hard."""

    async def scenario() -> None:
        file = tmp_path / "engine.key"
        file.write_text("sample-engine-key\n")
        async with running_engine(_answers) as engine, running_gateway(engine.url, api_key_file=str(file)) as gateway:
            assert (await ask(gateway, BODY)).status == 200
            assert engine.requests[0].headers["authorization"] == "Bearer sample-engine-key"
            assert all(probe.headers["authorization"] == "Bearer sample-engine-key" for probe in engine.probes)
            assert not any(b"sample-engine-key" in raw for raw in gateway.recorder.raw)

    run(scenario())


@pytest.mark.parametrize("content", [None, b"", b"two\nlines", b"\xff"])
def test_unusable_key_file_is_a_configuration_error(tmp_path: Path, content: bytes | None) -> None:
    """Named by its field, without its content."""

    async def scenario() -> None:
        file = tmp_path / "engine.key"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"upstreams\[engine\].api_key_file"):
            async with running_gateway("http://127.0.0.1:9", api_key_file=str(file)):
                pass

    run(scenario())


def test_requests_beyond_the_connection_limit_wait_their_turn() -> None:
    """An engine with few slots must not be flooded, and nobody is turned away for it."""

    async def scenario() -> None:
        limits = Limits(upstream_connections=2)
        async with (
            running_engine(lambda _: [Pause(0.05), Say(whole(b"{}"))]) as engine,
            running_gateway(engine.url, limits=limits) as gateway,
        ):
            replies = await asyncio.gather(*(ask(gateway, BODY) for _ in range(8)))
            assert [reply.status for reply in replies] == [200] * 8
            assert engine.connections - len(engine.probes) <= 2

    run(scenario())


def test_one_who_waits_for_a_connection_and_leaves_is_recorded() -> None:
    """And does not take the turn of the next."""

    async def scenario() -> None:
        limits = Limits(upstream_connections=1)
        async with (
            running_engine(lambda _: [Pause(0.3), Say(whole(b"{}"))]) as engine,
            running_gateway(engine.url, limits=limits) as gateway,
        ):
            first = asyncio.create_task(ask(gateway, BODY))
            await gateway.wait_for("exchange.request")
            leaving = asyncio.create_task(ask(gateway, BODY))
            await gateway.wait_for("exchange.request", 2)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            (aborted,) = await gateway.ends()
            assert aborted.body["state"] == "client_aborted"
            assert (await first).status == (await ask(gateway, BODY)).status == 200
            assert len(engine.requests) == 2

    run(scenario())


def test_weights_seen_before_an_engine_went_away_are_not_claimed_after() -> None:
    """What answers at that address next may be another model."""

    async def scenario() -> None:
        digests = KnownDigests({"/a.gguf": b"a"})
        async with running_engine(_answers) as engine:
            engine.props = b'{"model_path":"/a.gguf","build_info":"b1"}'
            async with running_gateway(engine.url, digests=digests) as gateway:
                await ask(gateway, BODY)
                await engine.go_away()
                await asyncio.sleep(0.05)
                assert (await ask(gateway, BODY)).status == 503
                (asked,) = gateway.recorder.of_kind("exchange.request")
                assert asked.body["model"]["status"] == "resolved"
                ready = await ask(gateway, b"", method="GET", path="/readyz", token=None)
                assert (ready.status, json.loads(ready.body)["upstreams"]) == (503, {"engine": "unreachable"})

    run(scenario())
