"""Callers without a key, by the hundred: they cost a bounded number of entries, and none of them is left out."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest

from proofbook.errors import StoreUnavailable
from proofbook.gateway.settings import Limits
from support.fault_engine import Say, running_engine, whole
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock, ask, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
LIMITS = Limits(unknown_refusals=5)
FLOOD = 60


def test_flood_of_refusals_is_counted_and_every_answer_names_its_record() -> None:
    """Anybody who reaches the port can knock; that must neither fill the disk nor go unrecorded."""
    recorder = MemoryRecorder(SystemClock())

    async def scenario() -> list[str]:
        async with (
            running_engine(lambda _: [Say(whole(b'{"choices":[]}'))]) as engine,
            running_gateway(engine.url, limits=LIMITS, recorder=recorder) as gateway,
        ):
            tokens = [None if number % 3 else "pbk_k_nobody_" + "0" * 48 for number in range(FLOOD)]
            replies = await asyncio.gather(*(ask(gateway, BODY, token=token) for token in tokens))
            assert {reply.status for reply in replies} == {401}
            assert all(reply.complete for reply in replies)
            assert (await ask(gateway, BODY)).status == 200
            assert engine.requests[0].body == BODY
            return [reply.headers["x-proofbook-exchange"] for reply in replies]

    named = run(scenario())
    refused = recorder.of_kind("exchange.refused")
    assert len(refused) <= 5 + 2
    assert Counter(entry.body["reason"] for entry in refused for _ in range(entry.body["count"])) == {
        "key_missing": FLOOD - FLOOD // 3,
        "key_unknown": FLOOD // 3,
    }
    assert set(named) == {entry.body["exchange"] for entry in refused}
    assert Counter(named) == {entry.body["exchange"]: entry.body["count"] for entry in refused}
    for entry in refused:
        assert (entry.body["until"] is not None) == (entry.body["count"] > 1)
        assert entry.body["until"] is None or entry.occurred <= entry.body["until"]
    kinds = [entry.kind for entry in recorder.entries]
    assert kinds[-1] == "source.stopped"  # an orderly stop records the counts before its own end


def test_flood_of_unreadable_heads_is_counted_too() -> None:
    """What is not HTTP has no key either."""
    recorder = MemoryRecorder(SystemClock())

    async def scenario() -> None:
        async with (
            running_engine(lambda _: []) as engine,
            running_gateway(engine.url, limits=LIMITS, recorder=recorder) as gateway,
        ):
            replies = await asyncio.gather(*(ask(gateway, b"", extra="Content-Length: 1\r\n") for _ in range(FLOOD)))
            assert {reply.status for reply in replies} == {400}

    run(scenario())
    refused = recorder.of_kind("exchange.refused")
    assert len(refused) <= 5 + 1
    assert sum(entry.body["count"] for entry in refused) == FLOOD


def test_known_callers_are_never_counted_together() -> None:
    """Who is known answers for each refusal."""
    recorder = MemoryRecorder(SystemClock())

    async def scenario() -> None:
        async with (
            running_engine(lambda _: []) as engine,
            running_gateway(engine.url, limits=LIMITS, recorder=recorder) as gateway,
        ):
            await asyncio.gather(*(ask(gateway, BODY, path="/v1/files") for _ in range(FLOOD)))

    run(scenario())
    assert [entry.body["count"] for entry in recorder.of_kind("exchange.refused")] == [1] * FLOOD


@pytest.mark.parametrize("back", [True, False])
def test_counts_outlive_an_outage(back: bool) -> None:  # noqa: FBT001 - a table's column
    """A count that could not be recorded is kept for the next time, and nobody is told that it was recorded."""
    recorder = MemoryRecorder(SystemClock())

    async def scenario() -> None:
        async with (
            running_engine(lambda _: []) as engine,
            running_gateway(engine.url, limits=LIMITS, recorder=recorder) as gateway,
        ):
            await asyncio.gather(*(ask(gateway, BODY, token=None) for _ in range(FLOOD)))
            recorder.fail_with = StoreUnavailable("no space")
            assert (await ask(gateway, BODY)).status == 503  # the outage is noticed
            assert (await ask(gateway, BODY, token=None)).status == 503
            if back:
                recorder.fail_with = None
                assert (await ask(gateway, BODY, path="/v1/files")).status == 404

    run(scenario())
    counted = sum(each.body["count"] for each in recorder.of_kind("exchange.refused") if each.body["reason"] == "key_missing")
    assert counted == (FLOOD if back else 5)
