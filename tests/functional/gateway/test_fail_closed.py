"""No record, no service: what happens when the store cannot be written, and that it heals by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from proofbook.errors import LimitExceeded, ProofbookError, StoreUnavailable
from proofbook.journal.receipt import Receipt, Submission
from support.fault_engine import STREAM_END, STREAM_HEAD, Pause, Say, Seen, Step, chunk, running_engine, whole
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock, ask, connected, request_bytes, run, running_gateway

BODY = json.dumps({"model": "m", "messages": []}).encode()
ANSWER = b'{"choices":[]}'
MARK = b"data: [DONE]\n\n"


class SelectiveRecorder(MemoryRecorder):
    """Fails for chosen kinds, and keeps others waiting until told."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.failing: dict[str, ProofbookError] = {}
        self.failing_once: dict[str, ProofbookError] = {}
        self.delayed: set[str] = set()
        self._waiting: list[Callable[[], None]] = []

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        kinds = {item.draft.kind for item in submissions}
        future: Future[tuple[Receipt, ...]] = Future()
        for kind in kinds & self.failing.keys():
            future.set_exception(self.failing[kind])
            return future
        for kind in kinds & self.failing_once.keys():
            future.set_exception(self.failing_once.pop(kind))
            return future
        if kinds & self.delayed:
            self._waiting.append(lambda: future.set_result(super(SelectiveRecorder, self).submit(submissions).result()))
            return future
        return super().submit(submissions)

    def release(self) -> None:
        """Record what waits."""
        self.delayed.clear()
        while self._waiting:
            self._waiting.pop(0)()


def test_nothing_is_forwarded_while_the_store_fails_and_traffic_resumes_by_itself() -> None:
    """The product's first promise: an unrecorded exchange does not happen."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            gateway.recorder.fail_with = StoreUnavailable("disk is full")
            for _ in range(3):
                reply = await ask(gateway, BODY)
                assert reply.status == 503
                assert json.loads(reply.body)["error"]["code"] == "store_unavailable"
            assert (await ask(gateway, b"", method="GET", path="/readyz", token=None)).status == 503
            assert engine.requests == []
            gateway.recorder.fail_with = None
            assert (await ask(gateway, BODY)).status == 200
            assert (await ask(gateway, b"", method="GET", path="/readyz", token=None)).status == 200
            (gap,) = await gateway.wait_for("source.gap")
            assert gap.body["reason"] == "store_unavailable"
            assert gap.body["from"] < gap.body["until"]
            refused = await gateway.wait_for("exchange.refused", 3)
            assert {entry.body["reason"] for entry in refused} == {"store_unavailable"}

    run(scenario())


def test_refusal_that_cannot_be_recorded_is_answered_as_unavailable() -> None:
    """Even a refusal is not given without its record."""

    async def scenario() -> None:
        async with running_engine(lambda _: [Say(whole(ANSWER))]) as engine, running_gateway(engine.url) as gateway:
            gateway.recorder.fail_with = StoreUnavailable("disk is full")
            assert (await ask(gateway, BODY, token=None)).status == 503
            gateway.recorder.fail_with = None
            assert (await ask(gateway, BODY, token=None)).status == 401

    run(scenario())


def test_request_is_durable_before_the_engine_sees_it() -> None:
    """Order, not luck: while the record is pending nothing is sent."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder) as gateway,
        ):
            recorder.delayed.add("exchange.request")
            asking = asyncio.create_task(ask(gateway, BODY))
            await asyncio.sleep(0.1)
            assert engine.requests == []
            recorder.release()
            assert (await asking).body == ANSWER

    run(scenario())


def test_whole_reply_is_durable_before_any_of_it_is_shown() -> None:
    """A client that has the answer has it on record."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder) as gateway,
        ):
            recorder.delayed.add("exchange.response")
            async with connected(gateway) as client:
                await client.send(request_bytes(BODY))
                assert not await client.at_end(0.2)
                recorder.release()
                assert (await client.read_reply()).body == ANSWER

    run(scenario())


def test_end_mark_waits_for_the_record_but_the_text_does_not() -> None:
    """Streaming stays streaming; only its last piece waits."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        steps: list[Step] = [Say(STREAM_HEAD + chunk(b"data: {}\n\n")), Pause(0.02), Say(chunk(MARK) + STREAM_END)]

        def script(seen: Seen) -> Sequence[Step]:
            return steps

        async with running_engine(script) as engine, running_gateway(engine.url, recorder=recorder) as gateway:
            recorder.delayed.add("exchange.response")
            async with connected(gateway) as client:
                await client.send(request_bytes(BODY))
                await client.read_until(b"data: {}\n\n\r\n")
                assert not await client.at_end(0.2)
                recorder.release()
                assert await client.read_until(STREAM_END) == chunk(MARK) + STREAM_END

    run(scenario())


def test_stream_whose_record_fails_never_gets_its_end() -> None:
    """The client must not take an unrecorded answer for a complete one."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        text = b'data: {"choices":[]}\n\n'

        def script(seen: Seen) -> Sequence[Step]:
            return [Say(STREAM_HEAD + chunk(text)), Pause(0.02), Say(chunk(MARK) + STREAM_END)]

        async with running_engine(script) as engine, running_gateway(engine.url, recorder=recorder) as gateway:
            recorder.failing["exchange.response"] = StoreUnavailable("disk is full")
            reply = await ask(gateway, BODY)
            assert (reply.body, reply.complete) == (text, False)
            recorder.failing.clear()
            assert (await ask(gateway, BODY)).complete
            ends = await gateway.ends(2)
            assert sorted(end.body["state"] for end in ends) == ["complete", "recorder_gap"]
            assert len(await gateway.wait_for("source.gap")) == 1

    run(scenario())


def test_whole_reply_whose_record_fails_is_withheld() -> None:
    """Nothing of it was shown, so the client gets an error instead."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder) as gateway,
        ):
            recorder.failing["exchange.response"] = StoreUnavailable("disk is full")
            reply = await ask(gateway, BODY)
            assert reply.status == 503
            assert ANSWER not in reply.raw

    run(scenario())


def test_request_that_has_no_form_as_an_entry_is_refused_on_record() -> None:
    """Too large for the book is the caller's matter, not an outage."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder) as gateway,
        ):
            recorder.failing["exchange.request"] = LimitExceeded("entry too large")
            assert (await ask(gateway, BODY)).status == 413
            assert engine.requests == []
            (refused,) = await gateway.wait_for("exchange.refused")
            assert refused.body["reason"] == "request_too_large"

    run(scenario())


def test_reply_that_has_no_form_as_an_entry_ends_as_a_gap_at_once() -> None:
    """The exchange must not stay open for ever because its end was odd."""

    async def scenario() -> None:
        recorder = SelectiveRecorder()
        async with (
            running_engine(lambda _: [Say(whole(ANSWER))]) as engine,
            running_gateway(engine.url, recorder=recorder) as gateway,
        ):
            recorder.failing_once["exchange.response"] = LimitExceeded("content too large")
            assert (await ask(gateway, BODY)).status == 503
            (end,) = await gateway.ends()
            assert end.body["state"] == "recorder_gap"

    run(scenario())
