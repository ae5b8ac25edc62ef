"""What passes is classified after it is on record; a system that may not be sent certain data is refused; nothing leaks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from proofbook.gateway.classifying import ClassificationSettings, SystemClassification
from proofbook.sensitive.classes import SensitiveKind
from proofbook.wiring.classifier import ProcessClassifier, WatchedRecorder
from proofbook.wiring.screening import ProcessScreening
from support.fault_engine import STREAM_END, STREAM_HEAD, Say, chunk, running_engine, whole
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock, ask, run, running_gateway

CARD, MAIL = "4111 1111 1111 1111", "ada@example.org"
ASKED = json.dumps({"model": "m", "messages": [{"role": "user", "content": f"Pay with {CARD}, says {MAIL}"}]}).encode()
STREAM = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "which card?"}]}).encode()
ANSWER = json.dumps({"choices": [{"index": 0, "message": {"content": f"Noted for {MAIL}"}}]}).encode()
SETTINGS = ClassificationSettings()
REFUSING = ClassificationSettings(systems=(SystemClassification("support-desk", "refuse", ("payment_card",)),))


def _delta(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


@contextmanager
def classifier(recorder: MemoryRecorder) -> Iterator[ProcessClassifier]:
    """Closed at the end of the block, which records what is still under way."""
    made = ProcessClassifier(SETTINGS, recorder, SystemClock(), "classifier:main")
    try:
        yield made
    finally:
        made.close()


def test_exchange_is_classified_after_its_end_and_nothing_leaks() -> None:
    """The entry has counts; neither it, nor any other, nor a log has the content."""

    async def scenario(made: ProcessClassifier) -> None:
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder, watched=lambda inner: WatchedRecorder(inner, made.take)) as gateway,
        ):
            assert (await ask(gateway, ASKED)).status == 200
            (found,) = await gateway.wait_for("exchange.classified")
            (asked,) = recorder.of_kind("exchange.request")
            assert (found.body["exchange"], found.body["system"]) == (asked.body["exchange"], "support-desk")
            assert found.body["request"]["counts"] == {"payment_card": 1, "email": 1}
            assert found.body["response"]["counts"] == {"email": 1}
            kinds = [entry.kind for entry in recorder.entries]
            assert kinds.index("exchange.classified") > kinds.index("exchange.response")

    recorder = MemoryRecorder(SystemClock())
    with capture_logs() as logs, classifier(recorder) as made:
        run(scenario(made))
    everything = b"".join(recorder.raw) + repr(logs).encode()
    for secret in (CARD, MAIL, "4111", "example.org"):
        assert secret.encode() not in everything


def test_number_split_over_the_pieces_of_a_stream_is_found() -> None:
    """The model's tokens are not the auditor's units."""

    async def scenario(made: ProcessClassifier) -> None:
        pieces = [Say(chunk(_delta(CARD[place : place + 3]))) for place in range(0, len(CARD), 3)]
        async with (
            running_engine(lambda _: [Say(STREAM_HEAD), *pieces, Say(chunk(b"data: [DONE]\n\n") + STREAM_END)]) as engine,
            running_gateway(engine.url, recorder=recorder, watched=lambda inner: WatchedRecorder(inner, made.take)) as gateway,
        ):
            assert (await ask(gateway, STREAM)).status == 200
            (found,) = await gateway.wait_for("exchange.classified")
            assert found.body["response"]["counts"] == {"payment_card": 1}

    recorder = MemoryRecorder(SystemClock())
    with classifier(recorder) as made:
        run(scenario(made))


def test_replies_do_not_wait_for_the_classifier() -> None:
    """A process that hangs holds up its own queue and nobody else."""

    async def scenario(made: ProcessClassifier) -> None:
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder, watched=lambda inner: WatchedRecorder(inner, made.take)) as gateway,
        ):
            await ask(gateway, ASKED)
            await gateway.wait_for("exchange.classified")
            (child,) = made.children
            os.kill(child, signal.SIGSTOP)
            for _ in range(20):
                assert (await ask(gateway, ASKED)).status == 200
            assert len(recorder.of_kind("exchange.classified")) == 1
            os.kill(child, signal.SIGKILL)
            found = await gateway.wait_for("exchange.classified", 21)
            assert all(entry.body["request"]["counts"] for entry in found)

    recorder = MemoryRecorder(SystemClock())
    with classifier(recorder) as made:
        run(scenario(made))


def test_system_that_may_not_be_sent_a_class_is_refused_it() -> None:
    """Held until it was looked at: what is refused never reaches the engine, and the entry says why without saying what."""

    async def scenario() -> None:
        screening = ProcessScreening({"support-desk": (SensitiveKind.PAYMENT_CARD,)}, REFUSING)
        try:
            async with (
                running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
                running_gateway(engine.url, screening=screening) as gateway,
            ):
                refused = await ask(gateway, ASKED)
                assert refused.status == 403
                assert b"payment_card" in refused.body
                assert CARD.encode() not in refused.body
                (entry,) = await gateway.wait_for("exchange.refused")
                assert entry.body["reason"] == "data_class_refused"
                assert not engine.requests
                assert (await ask(gateway, ASKED.replace(CARD.encode(), b"cash"))).status == 200
                picture = json.dumps({"messages": [{"content": [{"image_url": {"url": "data:image/png;base64,AAAA"}}]}]}).encode()
                assert (await ask(gateway, picture)).status == 403
                assert not gateway.recorder.of_kind("exchange.refused")[0].body.get("content")
        finally:
            screening.close()

    run(scenario())


def test_system_is_refused_everything_while_nobody_can_look() -> None:
    """`refuse` fails closed."""

    async def scenario() -> None:
        settings = ClassificationSettings(screen_seconds=0.001, systems=REFUSING.systems)
        screening = ProcessScreening({"support-desk": (SensitiveKind.PAYMENT_CARD,)}, settings)
        try:
            async with (
                running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
                running_gateway(engine.url, screening=screening) as gateway,
            ):
                assert (await ask(gateway, ASKED)).status == 503
                assert not engine.requests
        finally:
            screening.close()

    run(scenario())


@pytest.mark.parametrize("system", ["other", "unknown"])
def test_other_systems_do_not_wait(system: str) -> None:
    """Only a system whose policy it is pays for the look."""

    async def scenario() -> None:
        screening = ProcessScreening({system: (SensitiveKind.PAYMENT_CARD,)}, REFUSING)
        try:
            async with (
                asyncio.timeout(20),
                running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
                running_gateway(engine.url, screening=screening) as gateway,
            ):
                assert (await ask(gateway, ASKED)).status == 200
                assert screening.pid is None
        finally:
            screening.close()

    run(scenario())
