"""The engines' own counters in a room: they agree, they show traffic around the gateway, or they cannot be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.sample_entries import SampleEntries
from support.sample_room import make_room, start_book

HEADER = "04_Populations/POP-15_ai-interactions/header.json"


def look(entries: SampleEntries, requests: int | None, *, started: str = "2025-12-01T00:00:00.000000Z") -> None:
    """A look at the sample engine's counters, some time after whatever came before."""
    entries.wait(minutes=1)
    counter = {"measure": "requests", "metric": "vllm:request_success_total", "model": "m", "value": requests or 0}
    body: dict[str, Any] = {
        "upstreams": ["local"], "address": "127.0.0.1:8000", "product": "vllm", "build": "sample", "asked": entries.instant(),
        "answered": entries.instant(), "status": "unknown" if requests is None else "read",
        "reason": "the engine did not answer" if requests is None else None, "process_start": started,
        "process_start_from": "metrics", "counters": [] if requests is None else [counter], "unchanged": 0,
    }  # fmt: skip
    entries.add("engine.counters", "engine:127.0.0.1:8000", body, source="collector:engine_counters")
    entries.wait(minutes=1)


def room_of(tmp_path: Path, *looks: int | None, served: int = 3, restart: bool = False) -> tuple[dict[str, Any], Any]:
    """A room of a day with exchanges between looks; the check and the header."""
    made = start_book()
    for number, requests in enumerate(looks):
        later = restart and number == len(looks) - 1
        look(made.entries, requests, started="2026-01-01T00:03:00.000000Z" if later else "2025-12-01T00:00:00.000000Z")
        for _ in range(served if number < len(looks) - 1 else 0):
            made.entries.exchange()
        made.entries.beats(3)
    made.sign()
    room = make_room(made, tmp_path / "room")
    header = json.loads((room.path / HEADER).read_bytes())
    omitted = any("engine counters" in each.what for each in room.omissions)
    assert omitted == (not looks)
    return next(each for each in header["checks"] if each["id"] == "engine_reconciliation"), header


def test_engines_that_counted_what_is_recorded_agree(tmp_path: Path) -> None:
    """Completeness rests on two sources that do not know of each other."""
    check, header = room_of(tmp_path, 100, 103, 106)
    assert (check["result"], check["detail"]) == ("agree", "stretches that agree: 1, that differ: 0, unknown: 0")
    assert "6 requests, the book accounts for 6" in check["items"][0]
    assert not any("engine" in reason for reason in header["reasons"])


def test_traffic_around_the_gateway_keeps_the_population_from_being_shown_complete(tmp_path: Path) -> None:
    """The room says so on its front, not in a footnote."""
    check, header = room_of(tmp_path, 100, 104, 107)
    assert check["result"] == "differs"
    assert any("7 requests, the book accounts for 6: 1 more" in each for each in check["items"])
    assert header["completeness"] == "not_demonstrated"
    assert any("traffic that is not in this population" in reason for reason in header["reasons"])


def test_engine_with_fewer_is_said_and_does_not_stamp(tmp_path: Path) -> None:
    """Counters that were lost take nothing from the population."""
    check, header = room_of(tmp_path, 100, 102, 105)
    assert check["result"] == "differs"
    assert not any("engine" in reason for reason in header["reasons"])


@pytest.mark.parametrize(
    ("looks", "restart", "result"), [((), False, "unknown"), ((100, None), False, "unknown"), ((100, 2), True, "gap_explained")]
)
def test_what_cannot_be_told_is_unknown(
    tmp_path: Path,
    looks: tuple[int | None, ...],
    restart: bool,  # noqa: FBT001  # whether the engine restarted
    result: str,
) -> None:
    """No counters, counters that cannot be read, counters that began anew: none of them agrees."""
    check, _ = room_of(tmp_path, *looks, restart=restart)
    assert check["result"] == result
