"""A store that hangs instead of failing: nobody waits for ever, nothing is lost, and nothing is on record twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from proofbook.errors import StoreUnavailable
from proofbook.gateway.settings import Limits
from support.fault_engine import STREAM_END, STREAM_HEAD, FaultEngine, Say, chunk, running_engine, whole
from support.hanging_recorder import HangingRecorder
from support.memory_recorder import MemoryRecorder
from support.running_gateway import TOKEN, RunningGateway, ask, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
WHOLE = [Say(whole(b'{"choices":[]}'))]
STREAM = [Say(STREAM_HEAD + chunk(b'data: {"choices":[]}\n\n') + chunk(b"data: [DONE]\n\n") + STREAM_END)]


@asynccontextmanager
async def _hanging(
    policy: Literal["fail_closed", "fail_open"], said: list[Say]
) -> AsyncIterator[tuple[RunningGateway, HangingRecorder, FaultEngine]]:
    made: list[HangingRecorder] = []

    def watched(recorder: MemoryRecorder) -> HangingRecorder:
        made.append(HangingRecorder(recorder))
        return made[0]

    limits = Limits(commit_seconds=0.05)
    async with (
        running_engine(lambda _: said) as engine,
        running_gateway(engine.url, limits=limits, watched=watched, recording=policy) as gateway,
    ):
        yield gateway, made[0], engine
        made[0].go_on()


def test_a_system_that_fails_open_is_served_and_recorded_once() -> None:
    """Availability was chosen; the gap says how many went out before their record, and the hung records are not made twice."""

    async def scenario() -> None:
        async with _hanging("fail_open", STREAM) as (gateway, recorder, engine):
            recorder.hangs = True
            replies = await asyncio.gather(*(ask(gateway, BODY) for _ in range(3)))
            assert [each.complete for each in replies] == [True, True, True]
            assert (len(engine.requests), gateway.recorder.of_kind("exchange.request")) == (3, [])
            waiting = recorder.taken
            assert (await ask(gateway, BODY)).complete  # at once, and without filling the store's queue
            assert recorder.taken == waiting
            recorder.go_on()
            assert (await ask(gateway, BODY)).complete
            (gap,) = await gateway.wait_for("source.gap")
            assert (gap.body["reason"], gap.body["served_late"], gap.body["served_unrecorded"]) == ("store_unavailable", 4, 0)
            ends = await gateway.ends(5)
            requests = await gateway.wait_for("exchange.request", 5)
            assert len({each.subject for each in requests}) == len(requests) == len(ends) == 5
            assert {each.subject for each in ends} == {each.subject for each in requests}

    run(scenario())


def test_a_system_that_fails_closed_answers_503_and_ends_what_is_recorded_late() -> None:
    """Its callers are told after the bound; a request that gets into the book after all has an end there, and one only."""

    async def scenario() -> None:
        async with _hanging("fail_closed", WHOLE) as (gateway, recorder, engine):
            recorder.hangs = True
            assert [(await ask(gateway, BODY)).status, (await ask(gateway, BODY)).status] == [503, 503]
            assert (await ask(gateway, BODY, token=TOKEN[:-1])).status == 503
            assert engine.requests == []
            recorder.go_on()
            assert (await ask(gateway, BODY)).status == 200
            (gap,) = await gateway.wait_for("source.gap")
            assert (gap.body["served_late"], gap.body["served_unrecorded"]) == (0, 0)
            await gateway.ends(2)
            await gateway.wait_for("exchange.refused", 2)
            states = {each.subject: each.body["state"] for each in gateway.recorder.of_kind("exchange.response")}
            requests = [each.subject for each in gateway.recorder.of_kind("exchange.request")]
            assert sorted(states) == sorted(requests)
            assert sorted(states.values()) == ["complete", "recorder_gap"]
            refused = [each.subject for each in gateway.recorder.of_kind("exchange.refused")]
            assert len(set(refused)) == len(refused) == 2
            assert set(refused) & set(requests) == set()

    run(scenario())


def test_readiness_says_that_the_store_is_stuck() -> None:
    """A balancer should ask another gateway meanwhile."""

    async def scenario() -> None:
        async with _hanging("fail_closed", WHOLE) as (gateway, recorder, _):
            recorder.hangs = True
            assert (await ask(gateway, BODY)).status == 503
            reply = await ask(gateway, b"", path="/readyz", method="GET", token=None)
            assert (reply.status, json.loads(reply.body)["store"]) == (503, "stuck")
            recorder.go_on()
            assert (await ask(gateway, BODY)).status == 200

    run(scenario())


def test_a_hanging_store_that_fails_in_the_end_is_an_outage_like_any_other() -> None:
    """What was kept for it is recorded when it works again."""

    async def scenario() -> None:
        async with _hanging("fail_open", WHOLE) as (gateway, recorder, _):
            recorder.hangs = True
            assert (await ask(gateway, BODY)).status == 200
            gateway.recorder.fail_with = StoreUnavailable("sample failure")
            recorder.go_on()
            assert (await ask(gateway, BODY)).status == 200
            gateway.recorder.fail_with = None
            assert (await ask(gateway, BODY)).status == 200
            (gap,) = await gateway.wait_for("source.gap")
            assert gap.body["served_late"] == 2
            assert len(await gateway.ends(3)) == len(gateway.recorder.of_kind("exchange.request")) == 3

    run(scenario())
