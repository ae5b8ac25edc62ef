"""Memory does not grow with the period."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.sample_room import make_room, start_book

FEW, MANY = 400, 1_600
AT_MOST = 64 * 1024
"""Bytes more, for 1,200 more exchanges of 1.8 KB each: what is said of a file of the book (one for 256 entries) is in them."""


class Peaks:
    """The most that Python held in each step of an export beyond what it held at its start, by the step's name."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._step = "start"
        self._began = tracemalloc.get_traced_memory()[0]

    def see(self, step: str, _done: int, _of: int) -> None:
        """The exporter's progress; steps have to be few, or each would be too short to hold anything."""
        peak = tracemalloc.get_traced_memory()[1] - self._began
        self.found[self._step] = max(self.found.get(self._step, 0), peak)
        tracemalloc.reset_peak()
        self._step = step


def peaks_of(count: int, folder: Path) -> dict[str, int]:
    """Of a room of so many exchanges; the book itself is not counted."""
    book = start_book(datetime(2026, 1, 1, tzinfo=UTC))
    for _ in range(count):
        book.entries.exchange()
    book.sign()
    folder.mkdir()
    gc.collect()
    gc.freeze()  # or what other tests left behind decides when garbage of this one is looked for
    gc.collect()
    gc.disable()  # by itself it looks after so many objects, which is a moment of its own in each run
    tracemalloc.start()
    try:
        peaks = Peaks()
        make_room(book, folder / "room", progress=peaks.see)
        peaks.see("end", 0, 0)
    finally:
        tracemalloc.stop()
        gc.enable()
    return peaks.found


@pytest.fixture(scope="module")
def peaks(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], dict[str, int]]:
    """Of a short book and of one four times as long, after one whose modules and templates were read for the first time."""
    folder = tmp_path_factory.mktemp("memory")
    peaks_of(50, folder / "first")
    return peaks_of(FEW, folder / "few"), peaks_of(MANY, folder / "many")


STEPS = ("reading the book", "writing populations", "checking populations", "writing workbooks", "verifying the room")


def test_steps_are_those_an_export_tells(peaks: tuple[dict[str, int], dict[str, int]]) -> None:
    """A step under another name would not be held to anything."""
    assert set(STEPS) <= peaks[0].keys() == peaks[1].keys()


@pytest.mark.parametrize("step", STEPS)
def test_four_times_the_exchanges_take_no_more_memory(step: str, peaks: tuple[dict[str, int], dict[str, int]]) -> None:
    """Entries and rows are streamed, what must be remembered of each lies in a file; a step that kept them would show here."""
    few, many = peaks[0][step], peaks[1][step]
    assert many - few < AT_MOST, (step, few, many)
