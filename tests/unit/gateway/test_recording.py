"""Submitting, and what an outage leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future

from proofbook.errors import LimitExceeded, MalformedRecord, ProofbookError, StoreUnavailable
from proofbook.gateway.drafts import Opening, derive_actor, draft_refusal
from proofbook.gateway.outage import KEPT_REFUSALS
from proofbook.gateway.recording import Recording
from proofbook.gateway.refusal import KEY_MISSING, Refusal
from proofbook.journal.receipt import Receipt, Submission
from proofbook.records.exchange import RefusalReason
from support.memory_recorder import MemoryRecorder
from support.running_gateway import KEY, SystemClock, run

NOW = "2026-06-01T00:00:00.000000Z"


def _refusal(number: int = 1) -> Submission:
    opening = Opening(f"x_{number}", "gateway:main", NOW, "POST", "/v1/models", KEY.caller, derive_actor(KEY.caller))
    return draft_refusal(opening, KEY_MISSING, None)


async def _submit(recording: Recording, number: int = 1) -> Refusal | None:
    outcome: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
    recording.submit(_refusal(number), outcome.set_result)
    return await outcome


def _recording(recorder: MemoryRecorder) -> Recording:
    return Recording(recorder, asyncio.get_running_loop(), SystemClock(), "gateway:main")


def test_success_and_failure_are_told_apart() -> None:
    """The caller of the gateway must learn the right one of three things."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        recording = _recording(recorder)
        before = recording.available
        assert await _submit(recording) is None
        assert (before, recording.available) == (False, True)
        cases: list[tuple[ProofbookError, RefusalReason]] = [
            (LimitExceeded("x"), RefusalReason.REQUEST_TOO_LARGE),
            (MalformedRecord("x"), RefusalReason.MALFORMED_REQUEST),
            (StoreUnavailable("x"), RefusalReason.STORE_UNAVAILABLE),
        ]
        for recorder.fail_with, reason in cases:
            refusal = await _submit(recording)
            assert refusal is not None
            assert refusal.reason is reason
        assert not recording.available

    run(scenario())


def test_one_failing_continuation_does_not_hold_up_the_others() -> None:
    """Many submissions wake the loop once; a mistake in one exchange must not leave the others waiting for their record."""

    async def scenario() -> None:
        recording = _recording(MemoryRecorder(SystemClock()))
        mistakes: list[BaseException] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: mistakes.append(context["exception"]))
        heard: list[int] = []

        def fail(_: Refusal | None) -> None:
            raise RuntimeError("sample mistake")

        recording.submit(_refusal(1), fail)
        recording.submit(_refusal(2), lambda _: heard.append(2))
        await asyncio.sleep(0.05)
        assert heard == [2]
        assert [str(each) for each in mistakes] == ["sample mistake"]

    run(scenario())


def test_outage_is_stated_once_with_what_it_held_back() -> None:
    """One gap for one interval, and the refusals within it."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        recording = _recording(recorder)
        recorder.fail_with = StoreUnavailable("x")
        for number in range(3):
            await _submit(recording, number)
            recording.keep_refusal(_refusal(number))
        recording.keep_lost_end("x_lost")
        recorder.fail_with = None
        await _submit(recording, 9)
        await _submit(recording, 10)
        await asyncio.sleep(0.01)
        (gap,) = recorder.of_kind("source.gap")
        assert gap.body["reason"] == "store_unavailable"
        assert "4 refusals and lost ends follow, 0 more" in gap.body["detail"]
        assert {entry.subject for entry in recorder.of_kind("exchange.refused")} == {"x_0", "x_1", "x_2", "x_9", "x_10"}
        assert [entry.subject for entry in recorder.of_kind("exchange.response")] == ["x_lost"]

    run(scenario())


def test_what_is_kept_in_memory_is_bounded_and_the_rest_is_counted() -> None:
    """A long outage under load must not end the process, nor hide how much it refused."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        recording = _recording(recorder)
        recorder.fail_with = StoreUnavailable("x")
        await _submit(recording)
        for number in range(KEPT_REFUSALS + 5):
            recording.keep_refusal(_refusal(number))
        recorder.fail_with = None
        await _submit(recording)
        await asyncio.sleep(0.01)
        assert "5 more refusals were only counted" in recorder.of_kind("source.gap")[0].body["detail"]

    run(scenario())


def test_lost_end_without_an_outage_is_recorded_at_once() -> None:
    """An odd reply is no outage."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        recording = _recording(recorder)
        await _submit(recording)
        recording.keep_lost_end("x_odd")
        await asyncio.sleep(0.01)
        assert [entry.body["state"] for entry in recorder.of_kind("exchange.response")] == ["recorder_gap"]

    run(scenario())


def test_refusals_do_not_crowd_out_the_ends_of_exchanges() -> None:
    """Whoever knocks without a key during an outage must not leave answered exchanges open in the book."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        recording = _recording(recorder)
        recorder.fail_with = StoreUnavailable("x")
        await _submit(recording)
        for number in range(KEPT_REFUSALS + 5):
            recording.keep_refusal(_refusal(number))
        recording.keep_lost_end("x_lost")
        recorder.fail_with = None
        await _submit(recording, 9999)
        await asyncio.sleep(0.05)
        assert [entry.body["exchange"] for entry in recorder.of_kind("exchange.response")] == ["x_lost"]
        (gap,) = recorder.of_kind("source.gap")
        assert gap.body["detail"].endswith(
            f"{KEPT_REFUSALS + 1} refusals and lost ends follow, 5 more refusals were only counted"
        )

    run(scenario())


class _TurnRecorder(MemoryRecorder):
    """Notes in which turn of the loop each call arrives."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.turn = 0
        self.arrived: list[int] = []

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        self.arrived.append(self.turn)
        return super().submit(submissions)


async def _submit_in_turns(count: int, *, each: int = 2) -> list[int]:
    """Some submissions in each of so many turns of the loop; in which turns they were handed over."""
    recorder = _TurnRecorder()
    recording = _recording(recorder)
    told: list[Refusal | None] = []
    for number in range(count):
        for other in range(each):
            recording.submit(_refusal(number * each + other), told.append)
        await asyncio.sleep(0)
        recorder.turn += 1
    while len(told) < count * each:
        await asyncio.sleep(0)
        recorder.turn += 1
    return recorder.arrived


def test_what_comes_turn_by_turn_is_handed_over_together() -> None:
    """One sync for many exchanges is what makes recording cheap; a single one goes at once."""

    async def scenario() -> None:
        assert await _submit_in_turns(1, each=1) == [0]
        assert len(set(await _submit_in_turns(5))) == 1

    run(scenario())


def test_what_keeps_coming_does_not_hold_back_what_came() -> None:
    """Under a load that never pauses the first caller must not wait for the last."""

    async def scenario() -> None:
        arrived = await _submit_in_turns(50)
        assert arrived[0] < 10
        assert len(set(arrived)) > 3

    run(scenario())
