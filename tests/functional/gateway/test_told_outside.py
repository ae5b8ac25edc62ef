"""What the gateway tells of itself outside the book: figures, spans, logs, readiness. They must be true, and hold no content."""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.request
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client.parser import text_string_to_metric_families

from proofbook.errors import StoreUnavailable
from proofbook.gateway.running.figures import Ended
from proofbook.gateway.running.operation_settings import MetricsSettings
from proofbook.gateway.running.server import Surroundings
from proofbook.gateway.running.tracing import ExchangeTracer
from proofbook.gateway.settings import GatewaySettings, SystemSettings, UpstreamSettings
from support.fault_engine import STREAM_END, STREAM_HEAD, Close, FaultEngine, Hang, Say, Step, chunk, running_engine, whole
from support.free_ports import free_port
from support.running_gateway import LOST_TOKEN, RunningGateway, ask, connected, request_bytes, run, running_gateway

CANARY = "canary-9f31c7"
BODY = json.dumps({"model": f"model-{CANARY}", "messages": [{"role": "user", "content": f"secret {CANARY}"}]}).encode()
ANSWER = json.dumps({"choices": [], "model": CANARY, "usage": {"prompt_tokens": 5, "completion_tokens": 7}}).encode()
EVENTS = f'data: {{"choices":[{{"delta":{{"content":"{CANARY}"}}}}]}}\n\ndata: [DONE]\n\n'.encode()
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@asynccontextmanager
async def _watched(
    script: Sequence[Step], exporter: InMemorySpanExporter | None = None
) -> AsyncIterator[tuple[RunningGateway, FaultEngine, int]]:
    """A gateway with figures and spans in front of an engine; the port of the figures."""
    port = free_port()
    tracer = None if exporter is None else ExchangeTracer(exporter, version="0", source="gateway:main")

    def adjust(around: Surroundings) -> Surroundings:
        return replace(around, tracer=tracer, fresh={"keys": lambda: True, "records": lambda: False})

    async with running_engine(lambda _: script) as engine:
        settings = GatewaySettings(
            upstreams=(UpstreamSettings("engine", engine.url),),
            systems=(SystemSettings("support-desk", "Support desk", "test", "engine"),),
            port=0,
            metrics=MetricsSettings(port=port),
        )
        async with running_gateway("", settings=settings, adjust=adjust) as gateway:
            yield gateway, engine, port
    if tracer is not None:
        await asyncio.get_running_loop().run_in_executor(None, tracer.close)


async def _scrape(port: int) -> dict[tuple[str, ...], float]:
    """Every sample by name and values of its labels but the worker's."""
    text = await _scrape_text(port)
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name != "worker"}
            found[_key(sample.name.removeprefix("proofbook_gateway_"), *labels.values())] = sample.value
    return found


def _key(name: str, *values: str) -> tuple[str, ...]:
    return (name, *sorted(values))


async def _scrape_text(port: int) -> str:
    def read() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as reply:
            return str(reply.read().decode())

    return await asyncio.get_running_loop().run_in_executor(None, read)


def test_figures_are_those_of_the_book() -> None:
    """A dashboard that disagrees with the evidence is worse than none."""

    async def scenario() -> None:
        async with _watched([Say(whole(ANSWER))]) as (gateway, engine, port):
            for _ in range(3):
                assert (await ask(gateway, BODY)).status == 200
            await ask(gateway, BODY, token=None)
            await ask(gateway, BODY, token=LOST_TOKEN)
            engine.script = lambda _: [Close()]
            assert (await ask(gateway, BODY)).status == 502
            found = await _scrape(port)
            assert found[_key("exchanges_total", "support-desk", "openai.chat", "complete")] == 3
            assert found[_key("exchanges_total", "support-desk", "openai.chat", "upstream_error")] == 1
            assert found[_key("refusals_total", "", "key_missing")] == 1
            assert found[_key("refusals_total", "", "upstream_not_configured")] == 1
            assert found[_key("content_bytes_total", "support-desk", "request")] == 4 * len(BODY)
            assert found[_key("content_bytes_total", "support-desk", "response")] == 3 * len(ANSWER)
            assert found[_key("duration_seconds_count", "support-desk", "openai.chat")] == 4
            assert found[_key("first_byte_seconds_count", "support-desk", "openai.chat")] == 3
            assert found[_key("record_wait_seconds_count")] >= 10
            assert (found[_key("open_exchanges")], found[_key("store_writable")]) == (0, 1)
            assert (found[_key("upstream_state", "engine", "reachable")], found[_key("weights_differ", "support-desk")]) == (1, 0)
            assert (found[_key("source_fresh", "keys")], found[_key("source_fresh", "records")], found[_key("ready")]) == (
                1,
                0,
                0,
            )

    run(scenario())


def test_figures_of_what_is_under_way_and_of_a_store_that_fails() -> None:
    """What an operator looks at while something is wrong."""

    async def scenario() -> None:
        async with _watched([Hang()]) as (gateway, _, port):
            waiting = asyncio.create_task(ask(gateway, BODY))
            await gateway.wait_for("exchange.request")
            assert (await _scrape(port))[_key("open_exchanges")] == 1
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await gateway.ends()
            gateway.recorder.fail_with = StoreUnavailable("sample outage")
            assert (await ask(gateway, BODY)).status == 503
            found = await _scrape(port)
            assert (found[_key("open_exchanges")], found[_key("store_writable")]) == (0, 0)
            assert found[_key("record_failures_total")] >= 1
            gateway.recorder.fail_with = None

    run(scenario())


def test_names_of_series_cannot_be_made_by_callers() -> None:
    """A thousand model names or keys must not become a thousand series in somebody's database."""

    async def scenario() -> None:
        async with _watched([Say(whole(ANSWER))]) as (gateway, _, port):
            await ask(gateway, BODY)
            before = set(await _scrape(port))
            for number in range(5):
                body = json.dumps({"model": f"m{number}", "user": f"u{number}", "messages": []}).encode()
                await ask(gateway, body, extra=f"X-Sample-{number}: {number}\r\n")
                await ask(gateway, body, path=f"/unknown/{number}")
            new = {name for name in set(await _scrape(port)) - before if not name[0].startswith(("python", "process"))}
            assert new == {_key("refusals_total", "support-desk", "path_not_served")}

    run(scenario())


def _spans(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return list(exporter.get_finished_spans())


def test_span_is_a_child_of_the_callers_and_says_what_the_book_says() -> None:
    """One trace from the application through the gateway; the exchange's id leads from it to the evidence."""
    exporter = InMemorySpanExporter()

    async def scenario() -> str:
        async with _watched([Say(whole(ANSWER))], exporter) as (gateway, _, _port):
            await ask(gateway, BODY, extra=f"Traceparent: 00-{TRACE}-{PARENT}-01\r\n")
            await ask(gateway, BODY, extra=f"Traceparent: 00-{TRACE}-{PARENT}-00\r\n")
            await ask(gateway, BODY, extra=f"Traceparent: {CANARY}\r\n")
            return (await gateway.ends(3))[0].subject

    first = run(scenario())
    traced, untold = _spans(exporter)
    assert traced.parent is not None
    assert (format(traced.parent.trace_id, "032x"), format(traced.parent.span_id, "016x")) == (TRACE, PARENT)
    assert untold.parent is None
    found = dict(traced.attributes or {})
    assert found["proofbook.exchange"] == first
    assert (found["proofbook.system"], found["proofbook.state"]) == ("support-desk", "complete")
    assert (found["gen_ai.operation.name"], found["gen_ai.usage.output_tokens"]) == ("chat", 7)
    assert traced.start_time is not None
    assert [event.name for event in traced.events] == ["proofbook.forwarded", "proofbook.first_byte"]
    assert traced.start_time <= traced.events[0].timestamp <= traced.events[1].timestamp <= (traced.end_time or 0)


def test_span_of_an_exchange_that_failed_is_an_error() -> None:
    """So that it is kept and found where only errors are."""
    exporter = InMemorySpanExporter()

    async def scenario() -> None:
        async with _watched([Close()], exporter) as (gateway, _, _port):
            await ask(gateway, BODY)
            await gateway.ends()

    run(scenario())
    (span,) = _spans(exporter)
    assert (span.status.status_code, dict(span.attributes or {})["error.type"]) == (StatusCode.ERROR, "upstream_error")


class _Slow(InMemorySpanExporter):
    """A collector that takes nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def export(self, spans: Sequence[ReadableSpan]) -> Any:
        self.asked += 1
        raise ConnectionError("sample collector is away")


def test_collector_that_is_away_costs_nobody_anything(caplog: pytest.LogCaptureFixture) -> None:
    """Traces are a convenience; records are not."""
    exporter = _Slow()

    async def scenario() -> None:
        async with _watched([Say(whole(ANSWER))], exporter) as (gateway, _, _port):
            for _ in range(5):
                assert (await ask(gateway, BODY)).status == 200

    with caplog.at_level(logging.CRITICAL):
        run(scenario())
    assert exporter.asked


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Everything that is logged, as JSON."""
    lines: list[str] = []
    before = structlog.get_config()

    def keep(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
        lines.append(json.dumps(event, default=repr))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.processors.format_exc_info, keep], cache_logger_on_first_use=False)
    try:
        yield lines
    finally:
        structlog.configure(**before)


def test_nothing_a_caller_or_an_engine_says_is_in_logs_figures_or_spans() -> None:
    """Prompts are confidential, and whoever runs the dashboards is not whoever may read them."""
    exporter = InMemorySpanExporter()
    odd = f"X-{CANARY}: {CANARY}\r\nX-Request-Id: {CANARY}\r\nTracestate: a={CANARY}\r\nTraceparent: 00-{TRACE}-{PARENT}-01\r\n"

    async def scenario() -> str:
        async with _watched([Say(whole(ANSWER))], exporter) as (gateway, engine, port):
            await ask(gateway, BODY, extra=odd)
            await ask(gateway, BODY, path=f"/{CANARY}", extra=odd)
            await ask(gateway, BODY, path=f"/v1/chat/completions?{CANARY}")
            await ask(gateway, BODY, token=f"pbk_{CANARY}_{CANARY}")
            await ask(gateway, f'{{"{CANARY}'.encode())
            bad = f"HTTP/1.1 200 {CANARY}\r\nx: {CANARY}\r\n\r\r{CANARY}".encode()
            for steps in ([Say(STREAM_HEAD + chunk(EVENTS) + STREAM_END)], [Say(bad)], [Say(whole(CANARY.encode(), status=500))]):
                engine.script = lambda _, steps=steps: steps  # type: ignore[misc]  # one parameter is asked for
                await ask(gateway, BODY)
            await engine.go_away()
            await ask(gateway, BODY)
            gateway.recorder.fail_with = StoreUnavailable("sample outage")
            await ask(gateway, BODY)
            gateway.recorder.fail_with = None
            await gateway.ends(4)
            ready = await ask(gateway, b"", method="GET", path="/readyz", token=None)
            return await _scrape_text(port) + ready.body.decode()

    with _logged() as lines:
        told = run(scenario())
    spans = "".join(span.to_json() for span in _spans(exporter))
    assert len(_spans(exporter)) >= 4
    assert any("store_failed" in line for line in lines)
    assert CANARY not in told
    assert CANARY not in spans
    assert CANARY not in "".join(lines)


def test_readiness_is_lost_while_what_decisions_rest_on_is_stale() -> None:
    """A load balancer must stop sending before requests fail, and must not be told that all is well."""
    fresh, peers = {"keys": True}, {"gateway:main/2": "ready"}

    def adjust(around: Surroundings) -> Surroundings:
        return replace(around, fresh={"keys": lambda: fresh["keys"]}, peers=lambda: peers)

    async def scenario() -> None:
        async with (
            running_engine(lambda _: []) as engine,
            running_gateway(engine.url, adjust=adjust) as gateway,
            connected(gateway) as client,
        ):
            assert await _status(client) == (200, "ready")
            fresh["keys"] = False
            assert await _status(client) == (503, "not_ready")
            fresh["keys"] = True
            peers["gateway:main/2"] = "not_ready"
            assert await _status(client) == (503, "not_ready")
            peers["gateway:main/2"] = "draining"
            assert await _status(client) == (200, "ready")

    run(scenario())


async def _status(client: Any) -> tuple[int, str]:
    await client.send(request_bytes(b"", method="GET", path="/readyz", token=None))
    reply = await client.read_reply()
    return reply.status, json.loads(reply.body)["status"]


def test_tracer_that_is_flooded_drops_and_says_how_many() -> None:
    """Memory stays bounded whatever a collector does."""
    tracer = ExchangeTracer(InMemorySpanExporter(), version="0", source="gateway:main")
    tracer._queue.put(None)
    tracer._thread.join()
    nothing = Ended("x_1", {}, {}, "", "", None)
    for _ in range(10_010):
        tracer.ended(nothing)
    assert tracer.dropped == 10
    tracer._provider.shutdown()
