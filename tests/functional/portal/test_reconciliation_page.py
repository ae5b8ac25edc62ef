"""The page of two sources: what it says of engines that agree, that differ, that cannot be told, and of none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from proofbook.tlog.vkey import format_vkey
from support.memory_book import SAMPLE_ORIGIN, sample_signer
from support.sample_entries import SampleEntries
from support.sample_portal import NOW, make_sources, running, write_book

DAYS = re.compile(r"(\d{4}-\d\d-\d\d): engine \d+, book \d+: \w+</title>")


def look(entries: SampleEntries, requests: int, model: str = "m") -> None:
    """A look at the sample engine's counters."""
    entries.wait(minutes=5)
    counter: dict[str, Any] = {"measure": "requests", "metric": "vllm:request_success_total", "model": model, "value": requests}
    body: dict[str, Any] = {
        "upstreams": ["local"], "address": "127.0.0.1:8000", "product": "vllm", "build": "sample", "asked": entries.instant(),
        "answered": entries.instant(), "status": "read", "reason": None, "process_start": None, "process_start_from": "unknown",
        "counters": [counter], "unchanged": 0,
    }  # fmt: skip
    entries.add("engine.counters", "engine:127.0.0.1:8000", body, source="collector:engine_counters")
    entries.wait(minutes=5)


def begun(days: int) -> SampleEntries:
    """A book that began some days ago."""
    entries = SampleEntries(NOW - timedelta(days=days))
    entries.opened(SAMPLE_ORIGIN, format_vkey(sample_signer().key))
    entries.started()
    return entries


def five_days() -> SampleEntries:
    """A look at noon of each day, with five exchanges between two; the third time the engine counted two more."""
    entries, counted = begun(6), 100
    for day in range(5):
        look(entries, counted)
        for _ in range(5):
            entries.exchange()
        counted += 7 if day == 2 else 5
        entries.wait(hours=23, minutes=50)
    look(entries, counted)
    return entries


def test_days_that_agree_and_one_that_differs_are_drawn_and_told(tmp_path: Path) -> None:
    """Five requests on record on each day; on the third the engine counted two more."""
    entries = five_days()
    with running(make_sources(write_book(tmp_path, entries.raw), tmp_path / "readmodel.sqlite")) as visitor:
        page = visitor.ask("/reconciliation")
    assert page.status == 200
    assert "differs" in page.words
    assert "the engine counted 7 requests, the book accounts for 5: 2 more" in page.words
    assert "traffic that did not come through the gateway" in page.words
    layers = {each.partition('"')[0]: each.count("<rect") for each in page.text.split('class="pg-series pg-')[1:]}
    assert layers == {"bar": 5, "other": 5, "differing": 1}
    assert "engine 7, book 5: differs" in page.text


def test_no_counters_are_no_comparison(tmp_path: Path) -> None:
    """Nothing on record is not agreement."""
    with running(make_sources(write_book(tmp_path, begun(1).raw), tmp_path / "readmodel.sqlite")) as visitor:
        words = visitor.ask("/reconciliation").words
    assert "nothing can be compared" in words
    assert "agrees" not in words


def test_days_are_those_of_the_zone_of_the_page(tmp_path: Path) -> None:
    """What was counted at noon in Greenwich is of the next day on Kiritimati."""
    entries = five_days()
    sources = make_sources(write_book(tmp_path, entries.raw), tmp_path / "readmodel.sqlite")
    with running(sources) as visitor:
        by_utc = sorted(set(DAYS.findall(visitor.ask("/reconciliation").text)))
    with running(replace(sources, zone="Pacific/Kiritimati")) as visitor:
        there = sorted(set(DAYS.findall(visitor.ask("/reconciliation").text)))
    assert len(by_utc) == len(there) == 5
    assert [date.fromisoformat(each) - timedelta(days=1) for each in there] == [date.fromisoformat(each) for each in by_utc]
