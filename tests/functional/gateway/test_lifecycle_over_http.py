"""The gateway's own life in the book: start, gap, heartbeat, drain, stop; and which weights it saw."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Sequence

import pytest

from proofbook.errors import ConfigurationError, StoreUnavailable
from proofbook.gateway.running.lifecycle import PreviousRun
from proofbook.gateway.settings import Limits
from proofbook.primitives.digest import sha256_digest
from support.fault_engine import STREAM_END, STREAM_HEAD, Hang, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.memory_recorder import MemoryRecorder
from support.running_gateway import KnownDigests, SystemClock, ask, connected, request_bytes, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
EVENT = b'data: {"choices":[]}\n\n'
LAST = "2026-11-20T23:00:00.000000Z"


def _answers(seen: Seen) -> Sequence[Step]:
    return [Say(whole(b"{}"))]


def test_first_run_starts_without_a_gap_and_stops_cleanly() -> None:
    """Continuity begins somewhere; the book says where."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        async with running_engine(_answers) as engine, running_gateway(engine.url, recorder=recorder):
            pass
        started, stopped = recorder.entries
        assert (started.kind, started.body["previous_end"]) == ("source.started", "none")
        assert (stopped.kind, stopped.body["run"]) == ("source.stopped", started.body["run"])

    run(scenario())


def test_start_after_a_crash_states_the_gap_and_closes_open_exchanges() -> None:
    """Silence is never the record of an outage."""

    async def scenario() -> None:
        previous = PreviousRun(LAST, ended_cleanly=False, open_exchanges=("x_1", "x_2"))
        async with running_engine(_answers) as engine, running_gateway(engine.url, previous=previous) as gateway:
            started, gap, *ends = gateway.recorder.entries
            assert started.body["previous_end"] == "unclean"
            assert (gap.body["from"], gap.body["reason"]) == (LAST, "unclean_stop")
            assert [(end.subject, end.body["state"]) for end in ends] == [("x_1", "recorder_gap"), ("x_2", "recorder_gap")]

    run(scenario())


def test_gateway_that_cannot_record_its_start_does_not_start() -> None:
    """Fail closed from the first moment."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        recorder.fail_with = StoreUnavailable("disk is full")
        with pytest.raises(StoreUnavailable):
            async with running_gateway("http://127.0.0.1:9", recorder=recorder):
                pass

    run(scenario())


def test_heartbeat_counts_what_happened() -> None:
    """Zero exchanges with a heartbeat is knowledge; without one it is ignorance."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url, heartbeat_seconds=0.1) as gateway:
            await ask(gateway, BODY)
            await ask(gateway, BODY, token=None)
            beats = await gateway.wait_for("source.heartbeat", 3)
            last = beats[-1].body
            assert (last["exchanges"], last["refused"], last["open_exchanges"]) == (1, 1, 0)

    run(scenario())


def test_open_stream_may_finish_while_draining() -> None:
    """A restart should not break answers that are nearly done."""

    async def scenario() -> None:
        steps: list[Step] = [Say(STREAM_HEAD + chunk(EVENT)), Pause(0.3), Say(chunk(b"data: [DONE]\n\n") + STREAM_END)]
        async with (
            running_engine(lambda _: steps) as engine,
            running_gateway(engine.url) as gateway,
            connected(gateway) as client,
        ):
            await client.send(request_bytes(BODY))
            await client.read_until(EVENT)
            gateway.stop.set()
            assert (await client.read_until(STREAM_END)).endswith(STREAM_END)
            await gateway.task
            kinds = [entry.kind for entry in gateway.recorder.entries]
            assert kinds[-2:] == ["exchange.response", "source.stopped"]
            assert gateway.recorder.entries[-2].body["state"] == "complete"

    run(scenario())


def test_request_still_arriving_at_the_end_of_the_drain_is_not_served() -> None:
    """It must neither hold up the stop nor be recorded and forwarded after the gateway recorded its own end."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        async with (
            running_engine(lambda _: [Say(whole(b"{}"))]) as engine,
            running_gateway(engine.url, limits=Limits(drain_seconds=0.2), recorder=recorder) as gateway,
            connected(gateway) as client,
        ):
            request = request_bytes(BODY)
            await client.send(request[:-1])
            await asyncio.sleep(0.1)
            gateway.stop.set()
            async with asyncio.timeout(30):
                await gateway.task
            assert await client.at_end()
            assert recorder.entries[-1].kind == "source.stopped"
            assert engine.requests == []

    run(scenario())


def test_stream_beyond_the_drain_is_cut_and_recorded_as_such() -> None:
    """A stop must end, and what it cut must say so."""

    async def scenario() -> None:
        limits = Limits(drain_seconds=0.2)
        async with (
            running_engine(lambda _: [Say(STREAM_HEAD + chunk(EVENT)), Hang()]) as engine,
            running_gateway(engine.url, limits=limits) as gateway,
            connected(gateway) as client,
        ):
            await client.send(request_bytes(BODY))
            await client.read_until(EVENT)
            gateway.stop.set()
            assert not (await client.reader.read()).endswith(STREAM_END)
            await gateway.task
            end, stopped = gateway.recorder.entries[-2:]
            assert (end.body["state"], stopped.kind) == ("recorder_gap", "source.stopped")
            assert gateway.recorder.content_of(end, "response") == EVENT

    run(scenario())


def test_address_in_use_is_a_configuration_error() -> None:
    """The operator gets the field to change, not a traceback."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url) as gateway:
            with pytest.raises(ConfigurationError, match=f"127.0.0.1:{gateway.port}"):
                async with running_gateway(engine.url, port=gateway.port):
                    pass

    run(scenario())


def test_weights_are_bound_by_what_the_engine_says_it_loaded() -> None:
    """From an answer to the file that gave it."""

    async def scenario() -> None:
        digests = KnownDigests({"/models/sample.gguf": b"weights"})
        async with running_engine(_answers) as engine:
            engine.props = json.dumps({"model_path": "/models/sample.gguf", "build_info": "b1-sample"}).encode()
            async with running_gateway(engine.url, digests=digests) as gateway:
                await ask(gateway, BODY)
                (begin,) = await gateway.wait_for("exchange.request")
                model = begin.body["model"]
                assert (model["asked"], model["artifact"], model["status"]) == ("m", sha256_digest(b"weights"), "resolved")
                assert begin.body["engine"] == {"upstream": "engine", "product": "llama.cpp", "build": "b1-sample"}
                assert model["resolved_at"] <= begin.occurred

    run(scenario())


def test_engine_that_comes_back_with_other_weights_is_seen_again() -> None:
    """A restart of the engine is the moment weights change; the schedule would be too late."""

    async def scenario() -> None:
        digests = KnownDigests({"/a.gguf": b"a", "/b.gguf": b"b"})
        async with running_engine(lambda _: [Say(whole(b"{}"))]) as engine:
            engine.props = b'{"model_path":"/a.gguf","build_info":"b1"}'
            async with running_gateway(engine.url, digests=digests) as gateway:
                await ask(gateway, BODY)
                engine.props = b'{"model_path":"/b.gguf","build_info":"b1"}'
                engine.drop_connections()
                async with asyncio.timeout(60):
                    while True:
                        await asyncio.sleep(0.2)
                        await ask(gateway, BODY)
                        if gateway.recorder.of_kind("exchange.request")[-1].body["model"]["artifact"] == sha256_digest(b"b"):
                            break

    run(scenario())


def test_engine_that_tells_nothing_is_bound_to_nothing() -> None:
    """Unknown is a value with a reason."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url) as gateway:
            await ask(gateway, BODY)
            (begin,) = await gateway.wait_for("exchange.request")
            assert (begin.body["model"]["status"], begin.body["model"]["artifact"]) == ("unknown", None)
            assert begin.body["model"]["reason"]

    run(scenario())


def test_termination_signal_stops_in_order() -> None:
    """Process supervisors speak in signals."""

    async def scenario() -> None:
        async with running_engine(_answers) as engine, running_gateway(engine.url, on_signals=True) as gateway:
            signal.raise_signal(signal.SIGTERM)
            await gateway.task
            assert gateway.recorder.entries[-1].kind == "source.stopped"

    run(scenario())
