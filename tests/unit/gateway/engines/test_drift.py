"""What an engine was seen to be, and when that changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from proofbook.errors import StoreUnavailable
from proofbook.gateway.engines.binding import Sighting, Weights
from proofbook.gateway.engines.drift import MOST_MODELS, Sightings, derive_changes, draft_sighting
from proofbook.gateway.recording import Recording
from proofbook.primitives.digest import sha256_digest
from proofbook.records.kinds import check_body
from proofbook.records.sighting import EngineSighting
from support.memory_recorder import MemoryRecorder
from support.running_gateway import SystemClock, run

NOW = "2026-06-01T00:00:00.000000Z"
FIRST, SECOND = sha256_digest(b"first"), sha256_digest(b"second")
KNOWN = Sighting("llama.cpp", "b1", Weights(FIRST, "path", None), resolved_at=NOW)
OTHER = replace(KNOWN, any_name=Weights(SECOND, "path", None))
LOST = replace(KNOWN, any_name=Weights(None, "path", "not stated"))
LISTED = Sighting("ollama", "0.9", None, {"a": Weights(FIRST, "tags", None), "b": Weights(SECOND, "tags", None)}, NOW)


def test_same_is_no_change() -> None:
    """A look that finds what was there is not news."""
    assert list(derive_changes(KNOWN, replace(KNOWN, resolved_at="later"))) == []
    assert list(derive_changes(LISTED, LISTED)) == []


def test_each_difference_is_named() -> None:
    """Weights, the software, its build, names that come and go, and models that are served elsewhere from now on."""
    (swapped,) = derive_changes(KNOWN, OTHER)
    assert (swapped.what, swapped.name, swapped.before, swapped.after) == ("weights", None, FIRST, SECOND)
    (lost,) = derive_changes(KNOWN, LOST)
    assert (lost.before, lost.after) == (FIRST, None)
    assert [each.what for each in derive_changes(KNOWN, replace(KNOWN, build="b2", product="vllm"))] == ["product", "build"]
    away = replace(
        LISTED, by_name={"a": Weights(None, "tags", "served remotely", "https://far.example"), "c": Weights(SECOND, "tags", None)}
    )
    assert {(each.what, each.name, each.after) for each in derive_changes(LISTED, away)} == {
        ("weights", "a", None),
        ("remote_host", "a", "https://far.example"),
        ("weights", "b", None),
        ("weights", "c", SECOND),
    }


def test_first_look_and_changes_are_recorded_and_nothing_else() -> None:
    """Ten looks that find the same are one entry."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        sightings = Sightings(Recording(recorder, asyncio.get_running_loop(), SystemClock(), "gateway:main"))
        for seen in (KNOWN, KNOWN, replace(KNOWN, resolved_at="2026-06-01T00:00:10.000000Z"), OTHER, OTHER, LOST):
            sightings.noticed("engine", "127.0.0.1:1", seen)
            await asyncio.sleep(0.01)
        told = [(each.body["cause"], len(each.body["changes"])) for each in recorder.of_kind("engine.sighting")]
        assert told == [("first_look", 0), ("changed", 1), ("changed", 1)]

    run(scenario())


def test_what_could_not_be_recorded_is_told_again() -> None:
    """A change that happens during an outage must not be lost with it."""

    async def scenario() -> None:
        recorder = MemoryRecorder(SystemClock())
        sightings = Sightings(Recording(recorder, asyncio.get_running_loop(), SystemClock(), "gateway:main"))
        sightings.noticed("engine", "127.0.0.1:1", KNOWN)
        await asyncio.sleep(0.01)
        recorder.fail_with = StoreUnavailable("disk is full")
        sightings.noticed("engine", "127.0.0.1:1", OTHER)
        await asyncio.sleep(0.01)
        recorder.fail_with = None
        sightings.noticed("engine", "127.0.0.1:1", OTHER)
        await asyncio.sleep(0.01)
        assert [each.body["cause"] for each in recorder.of_kind("engine.sighting")] == ["first_look", "changed"]
        assert recorder.of_kind("engine.sighting")[-1].body["changes"][0]["before"] == FIRST

    run(scenario())


def test_entry_is_bounded_and_fits_its_kind() -> None:
    """An engine can list as many names as it likes."""
    many = replace(LISTED, by_name={f"m{number:04d}": Weights(FIRST, "tags", None) for number in range(400)})
    body = check_body("engine.sighting", draft_sighting("gateway:main", "engine", "127.0.0.1:1", many, ()).draft.body)
    assert isinstance(body, EngineSighting)
    assert (len(body.models), body.models_total) == (MOST_MODELS, 400)
