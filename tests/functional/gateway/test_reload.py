"""New settings while requests are under way: nothing is lost, nothing wrong comes into force."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from proofbook.errors import ConfigurationError
from proofbook.gateway.settings import GatewaySettings, Limits, SystemSettings, UpstreamSettings
from support.fault_engine import STREAM_END, STREAM_HEAD, Await, FaultEngine, Say, Step, chunk, running_engine, whole
from support.running_gateway import RunningGateway, ask, connected, request_bytes, run, running_gateway

BODY = json.dumps({"model": "sample", "messages": [{"role": "user", "content": "hello"}]}).encode()
STREAM = json.dumps({"model": "sample", "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
EVENT = b'data: {"choices":[]}\n\n'
MARK = b"data: [DONE]\n\n"


def _settings(url: str) -> GatewaySettings:
    return GatewaySettings(
        upstreams=(UpstreamSettings("engine", url),),
        systems=(SystemSettings("support-desk", "Support desk", "test", "engine"),),
        port=0,
    )


def _says(words: bytes) -> Sequence[Step]:
    return [Say(whole(b'{"choices":[],"said":"%s"}' % words))]


@asynccontextmanager
async def _between(old: Sequence[Step], new: Sequence[Step]) -> AsyncIterator[tuple[RunningGateway, FaultEngine, FaultEngine]]:
    """A gateway in front of the first engine, and another engine to be set instead."""
    async with running_engine(lambda _: old) as first, running_engine(lambda _: new) as second:  # noqa: SIM117 - the second needs the first
        async with running_gateway("", settings=_settings(first.url)) as gateway:
            yield gateway, first, second


async def _reload_state(gateway: RunningGateway) -> str:
    reply = await ask(gateway, b"", method="GET", path="/readyz", token=None)
    return str(json.loads(reply.body)["reload"])


async def _until(gateway: RunningGateway, wanted: str) -> None:
    async with asyncio.timeout(20):
        while await _reload_state(gateway) != wanted:  # noqa: ASYNC110 - told over HTTP only
            await asyncio.sleep(0.01)


def test_stream_under_way_ends_whole_on_its_old_engine_while_new_requests_go_to_the_new_one() -> None:
    """An operator who moves an engine must not have to wait for the longest answer, nor cut it."""
    released = asyncio.Event()
    steps: list[Step] = [Say(STREAM_HEAD + chunk(EVENT)), Await(released), Say(chunk(EVENT + MARK) + STREAM_END)]

    async def scenario() -> None:
        async with _between(steps, _says(b"new")) as (gateway, old, new), connected(gateway) as client:
            await client.send(request_bytes(STREAM))
            await client.read_until(EVENT)
            gateway.reload(_settings(new.url))
            await _until(gateway, "done")
            assert b"new" in (await ask(gateway, BODY)).body
            released.set()
            rest = await client.read_until(b"0\r\n\r\n")
            assert MARK in rest
            ends = await gateway.ends(2)
            assert [end.body["state"] for end in ends] == ["complete", "complete"]
            assert (len(old.requests), len(new.requests)) == (1, 1)

    run(scenario())


def test_connection_that_was_there_before_gets_the_new_settings_with_its_next_request() -> None:
    """Clients keep connections for hours; old settings must not live on in them."""

    async def scenario() -> None:
        async with _between(_says(b"old"), _says(b"new")) as (gateway, _, new), connected(gateway) as client:
            await client.send(request_bytes(BODY))
            assert b"old" in (await client.read_reply()).body
            gateway.reload(_settings(new.url))
            await _until(gateway, "done")
            await client.send(request_bytes(BODY))
            assert b"new" in (await client.read_reply()).body

    run(scenario())


def test_engine_that_is_set_as_before_keeps_its_connections() -> None:
    """A reload for another reason must not have every connection made anew."""

    async def scenario() -> None:
        async with _between(_says(b"it"), ()) as (gateway, engine, _):
            await ask(gateway, BODY)
            while len(engine.writers) > 1:  # noqa: ASYNC110 - the look closes its own connection and says nothing
                await asyncio.sleep(0)
            before = len(engine.writers)
            gateway.reload(replace(_settings(engine.url), guardrail="v2"))
            await _until(gateway, "done")
            await ask(gateway, BODY)
            assert len(engine.writers) == before == 1
            requests = gateway.recorder.of_kind("exchange.request")
            assert [entry.body["guardrail"] for entry in requests] == ["unknown", "v2"]

    run(scenario())


def test_settings_that_are_wrong_change_nothing_and_are_told() -> None:
    """A typing error must not take the gateway down, nor half of it."""

    async def scenario() -> None:
        async with _between(_says(b"old"), ()) as (gateway, engine, _):
            good = _settings(engine.url)
            missing = replace(good, upstreams=(replace(good.upstreams[0], api_key_file="/no/such/file"),))
            moved = replace(good, port=gateway.port + 1)
            for wanted in (ConfigurationError("proofbook.toml: is not TOML"), missing, moved):
                gateway.reload(wanted)
                await _until(gateway, "refused")
                assert b"old" in (await ask(gateway, BODY)).body
                gateway.reload(good)
                await _until(gateway, "done")
            assert gateway.entered == [good, good, good]

    run(scenario())


def test_reload_for_which_no_descriptors_are_left_changes_nothing_and_the_next_one_works() -> None:
    """Many connections may use up what a process may open; half of new settings, or none ever again, would be worse than the old."""

    async def scenario() -> None:
        async with _between(_says(b"old"), _says(b"new")) as (gateway, old, new), connected(gateway) as client:
            wanted = _settings(new.url)
            allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
            told = "none"
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, most))
            try:
                gateway.reload(wanted)
                async with asyncio.timeout(20):
                    while told == "none":
                        await client.send(request_bytes(b"", method="GET", path="/readyz", token=None))
                        told = json.loads((await client.read_reply()).body)["reload"]
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
            assert told == "refused"
            assert b"old" in (await ask(gateway, BODY)).body
            gateway.reload(wanted)
            await _until(gateway, "done")
            assert b"new" in (await ask(gateway, BODY)).body
            assert (len(old.requests), len(new.requests)) == (1, 1)

    run(scenario())


def test_smaller_limits_hold_for_new_connections() -> None:
    """What an operator tightens is tight from then on."""

    async def scenario() -> None:
        async with _between(_says(b"it"), ()) as (gateway, engine, _):
            gateway.reload(replace(_settings(engine.url), limits=Limits(body_bytes=10)))
            await _until(gateway, "done")
            assert (await ask(gateway, BODY)).status == 413

    run(scenario())
