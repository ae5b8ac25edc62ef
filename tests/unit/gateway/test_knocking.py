"""Which refusals get an entry of their own, and what becomes of the others."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from proofbook.errors import StoreUnavailable
from proofbook.gateway.drafts import Opening, derive_actor
from proofbook.gateway.knocking import Knocking
from proofbook.gateway.recording import Recording
from proofbook.gateway.refusal import KEY_MISSING, KEY_REVOKED, KEY_UNKNOWN, malformed
from support.memory_recorder import MemoryRecorder
from support.running_gateway import KEY, SystemClock, run


def _opening(number: int) -> Opening:
    occurred = f"2026-06-01T00:00:{number:02d}.000000Z"
    return Opening(f"x_{number}", "gateway:main", occurred, "POST", "/", None, derive_actor(None))


async def _knocking(recorder: MemoryRecorder, now: list[float]) -> Knocking:
    recording = Recording(recorder, asyncio.get_running_loop(), SystemClock(), "gateway:main")
    await recording.record(())
    return Knocking(recording, 2, lambda: now[0], of_one=3)


def test_a_number_a_minute_is_recorded_by_itself_and_time_makes_room_again() -> None:
    """A quiet gateway records every refusal on its own."""

    async def scenario() -> None:
        now = [0.0]
        knocking = await _knocking(MemoryRecorder(SystemClock()), now)
        assert [knocking.counted(_opening(n), KEY_MISSING) for n in range(4)] == [None, None, "x_2", "x_2"]
        now[0] = 30.0
        assert [knocking.counted(_opening(n), KEY_MISSING) for n in (5, 6)] == [None, "x_2"]

    run(scenario())


def test_each_reason_is_counted_apart_with_first_and_last() -> None:
    """A summary must say what the single entries would have said in sum."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        knocking = await _knocking(recorder, [0.0])
        for number in range(9):
            knocking.counted(_opening(number), KEY_UNKNOWN if number % 2 else KEY_MISSING)
        await knocking.flush()
        await knocking.flush()
        found = {each.body["reason"]: each for each in recorder.of_kind("exchange.refused")}
        assert {reason: each.body["count"] for reason, each in found.items()} == {"key_missing": 4, "key_unknown": 3}
        missing = found["key_missing"]
        assert (missing.body["exchange"], missing.occurred[17:19], missing.body["until"][17:19]) == ("x_2", "02", "08")
        assert "stands for 4 such refusals" in missing.body["detail"]

    run(scenario())


def test_counts_that_cannot_be_recorded_are_added_to_later_ones() -> None:
    """Never dropped, never doubled."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        knocking = await _knocking(recorder, [0.0])
        for number in range(5):
            knocking.counted(_opening(number), KEY_MISSING)
        recorder.fail_with = StoreUnavailable("no space")
        waiting = asyncio.ensure_future(knocking.flush())
        await asyncio.sleep(0)
        knocking.counted(_opening(7), KEY_MISSING)
        with pytest.raises(StoreUnavailable):
            await waiting
        recorder.fail_with = None
        await knocking.flush()
        (entry,) = recorder.of_kind("exchange.refused")
        assert (entry.body["exchange"], entry.body["count"], entry.body["until"][17:19]) == ("x_2", 4, "07")

    run(scenario())


def test_what_a_known_caller_sends_wrongly_is_never_counted() -> None:
    """Whoever is known answers for each of their own mistakes."""

    async def scenario() -> None:
        knocking = await _knocking(MemoryRecorder(SystemClock()), [0.0])
        known = _opening(1)._replace(caller=KEY.caller)
        assert [knocking.counted(known, malformed("Sample.")) for _ in range(9)] == [None] * 9

    run(scenario())


def test_denials_of_a_known_caller_are_counted_by_caller() -> None:
    """A program that tries again and again must not fill the disk, and its count must not be another's."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        knocking = await _knocking(recorder, [0.0])
        callers = [replace(KEY, id=name, principal=f"sample-{name}").caller for name in ("one", "two")]
        for caller in callers:
            known = _opening(1)._replace(caller=caller, exchange=f"x_{caller.principal}")
            assert [knocking.counted(known, KEY_REVOKED) for _ in range(5)] == [None] * 3 + [f"x_{caller.principal}"] * 2
        await knocking.flush()
        told = {each.body["principal"]["id"]: each.body["count"] for each in recorder.of_kind("exchange.refused")}
        assert told == {"sample-one": 2, "sample-two": 2}

    run(scenario())
