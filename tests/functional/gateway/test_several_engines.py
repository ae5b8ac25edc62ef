"""A system served by several engines over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from proofbook.gateway.settings import GatewaySettings, SystemSettings, UpstreamSettings
from support.fault_engine import Close, FaultEngine, Hang, Say, Seen, Step, running_engine, whole
from support.running_gateway import KnownDigests, RunningGateway, ask, run, running_gateway

BODY = json.dumps({"model": "sample", "messages": [{"role": "user", "content": "hello"}]}).encode()
ANSWER = b'{"choices":[]}'
NOWHERE = "http://127.0.0.1:9"


def _answers(seen: Seen) -> Sequence[Step]:
    return [Say(whole(ANSWER))]


def _settings(*urls: str, models: Sequence[tuple[str, ...]] = ()) -> GatewaySettings:
    names = [f"engine-{number}" for number in range(len(urls))]
    served = [*models, *[()] * (len(urls) - len(models))]
    return GatewaySettings(
        upstreams=tuple(UpstreamSettings(name, url, models=each) for name, url, each in zip(names, urls, served, strict=True)),
        systems=(SystemSettings("support-desk", "Support desk", "test", upstreams=tuple(names)),),
        port=0,
    )


def _engines(gateway: RunningGateway) -> Counter[str]:
    return Counter(entry.body["engine"]["upstream"] for entry in gateway.recorder.of_kind("exchange.request"))


async def _ready(gateway: RunningGateway) -> tuple[int, dict[str, dict[str, str]]]:
    reply = await ask(gateway, b"", method="GET", path="/readyz", token=None)
    return reply.status, json.loads(reply.body)


def test_requests_are_spread_and_each_entry_names_the_engine_that_served() -> None:
    """Two engines behind one system are one system to callers and two to the auditor."""

    async def scenario() -> None:
        async with (
            running_engine(_answers) as first,
            running_engine(_answers) as second,
            running_gateway("", settings=_settings(first.url, second.url)) as gateway,
        ):
            for _ in range(6):
                assert (await ask(gateway, BODY)).status == 200
            assert (len(first.requests), len(second.requests)) == (3, 3)
            assert _engines(gateway) == {"engine-0": 3, "engine-1": 3}

    run(scenario())


def test_engine_that_goes_away_is_passed_over_before_anything_is_recorded_for_it() -> None:
    """The first request after a crash must not fail when another engine could have served it."""

    async def scenario() -> None:
        async with (
            running_engine(_answers) as first,
            running_engine(_answers) as second,
            running_gateway("", settings=_settings(first.url, second.url)) as gateway,
        ):
            await first.go_away()
            for _ in range(4):
                assert (await ask(gateway, BODY)).status == 200
            assert _engines(gateway) == {"engine-1": 4}
            status, state = await _ready(gateway)
            assert (status, state["upstreams"]) == (200, {"engine-0": "unreachable", "engine-1": "reachable"})

    run(scenario())


def test_request_that_may_have_reached_an_engine_is_never_sent_to_another() -> None:
    """An engine that broke off may have done what was asked; a second one must not do it again."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Close()]) as first,
            running_engine(lambda _: [Close()]) as second,
            running_gateway("", settings=_settings(first.url, second.url)) as gateway,
        ):
            assert (await ask(gateway, BODY)).status == 502
            (end,) = await gateway.ends()
            assert end.body["state"] == "upstream_error"
            assert len(first.requests) + len(second.requests) == 1

    run(scenario())


def test_none_to_be_reached_is_refused_at_once_and_recorded() -> None:
    """Callers of a dead system get an answer they can act on, not a queue."""

    async def scenario() -> None:
        async with running_gateway("", settings=_settings(NOWHERE, NOWHERE)) as gateway:
            reply = await ask(gateway, BODY)
            (refused,) = await gateway.wait_for("exchange.refused")
            assert (reply.status, json.loads(reply.body)["error"]["code"]) == (503, "upstream_unavailable")
            assert (refused.body["reason"], refused.body["system"]) == ("upstream_unavailable", "support-desk")
            status, state = await _ready(gateway)
            assert (status, state["systems"]) == (503, {"support-desk": "not_served"})

    run(scenario())


def test_engine_with_other_weights_gets_no_traffic_and_readiness_says_so() -> None:
    """One name must not mean two models depending on which engine happened to be free."""

    async def scenario() -> None:
        digests = KnownDigests({"/a.gguf": b"a", "/b.gguf": b"b"})
        async with running_engine(_answers) as first, running_engine(_answers) as second:
            first.props, second.props = b'{"model_path":"/a.gguf","build_info":"b"}', b'{"model_path":"/b.gguf","build_info":"b"}'
            async with running_gateway("", settings=_settings(first.url, second.url), digests=digests) as gateway:
                for _ in range(4):
                    await ask(gateway, BODY)
                assert _engines(gateway) == {"engine-0": 4}
                await _until(gateway, "weights_differ")

    run(scenario())


async def _until(gateway: RunningGateway, wanted: str) -> None:
    async with asyncio.timeout(20):
        while (await _ready(gateway))[1]["systems"] != {"support-desk": wanted}:  # noqa: ASYNC110 - told over HTTP only
            await asyncio.sleep(0.05)


def test_model_name_chooses_the_engine() -> None:
    """One address for callers, a model each for the engines behind it."""

    async def scenario() -> None:
        async with running_engine(_answers) as first, running_engine(_answers) as second:
            settings = _settings(first.url, second.url, models=(("small",), ("large",)))
            async with running_gateway("", settings=settings) as gateway:
                for model in ("small", "large", "large"):
                    assert (await ask(gateway, json.dumps({"model": model, "messages": []}).encode())).status == 200
                assert _engines(gateway) == {"engine-0": 1, "engine-1": 2}
                assert (await ask(gateway, BODY)).status == 404
                (refused,) = await gateway.wait_for("exchange.refused")
                assert refused.body["reason"] == "upstream_not_configured"

    run(scenario())


class _Answering(FaultEngine):
    """An engine that answers each path as it is told, whatever it is asked for."""

    def __init__(self, answers: Mapping[str, tuple[int, bytes]], otherwise: tuple[int, bytes]) -> None:
        super().__init__(_answers)
        self._told = answers
        self._otherwise = otherwise

    async def _answer(self, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        status, body = self._told.get(seen.target, self._otherwise)
        writer.write(whole(body, status=status))
        self.requests.extend([seen] if seen.method == "POST" else [])
        return False


LOADING = (503, b'{"error":{"message":"Loading model","type":"unavailable_error","code":503}}')
LISTED = (200, b'{"data":[{"id":"sample"}]}')


@pytest.mark.parametrize(
    ("engine", "state"),
    [
        (_Answering({}, LOADING), "unready"),
        (_Answering({"/v1/models": LISTED}, LOADING), "unready"),
        (_Answering({}, (503, b"{}")), "unready"),
        (_Answering({"/props": (503, b"{}"), "/v1/models": LISTED}, (200, ANSWER)), "reachable"),
    ],
    ids=["loading", "loading, lists its models", "unavailable", "knows one question less"],
)
def test_engine_that_says_it_cannot_serve_yet_gets_nothing(engine: _Answering, state: str) -> None:
    """An engine that takes connections and is loading would fail each request it got; one that is merely odd would not."""

    async def scenario() -> None:
        server = await asyncio.start_server(engine.serve, "127.0.0.1", 0)
        engine.port = server.sockets[0].getsockname()[1]
        async with (
            server,
            running_engine(_answers) as second,
            running_gateway("", settings=_settings(engine.url, second.url)) as gateway,
        ):
            for _ in range(4):
                assert (await ask(gateway, BODY)).status == 200
            assert (len(engine.requests) > 0) is (state == "reachable")
            assert (await _ready(gateway))[1]["upstreams"]["engine-0"] == state

    run(scenario())


def test_busy_engine_is_passed_over() -> None:
    """A long reply on one engine must not have others wait behind it while its peer is idle."""

    async def scenario() -> None:
        async with (
            running_engine(lambda _: [Hang()]) as first,
            running_engine(lambda _: [Hang()]) as second,
            running_gateway("", settings=_settings(first.url, second.url)) as gateway,
        ):
            waiting = [asyncio.create_task(ask(gateway, BODY)) for _ in range(4)]
            await gateway.wait_for("exchange.request", 4)
            assert _engines(gateway) == {"engine-0": 2, "engine-1": 2}
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            await gateway.ends(4)

    run(scenario())
