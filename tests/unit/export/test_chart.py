"""The strip of a period: every row is in a bar, and silence is hatched, in the page and in the PDF alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from proofbook.export.chart import Strip, derive_strip
from proofbook.export.coverage import Uncovered
from proofbook.export.totals import Calendar, Totals
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.instants import Period

FIRST = date(2026, 1, 1)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def sheet(tmp_path: Path) -> Iterator[Worksheet]:
    """Nothing is written to it here."""
    with Worksheet(tmp_path / "worksheet") as made:
        yield made


def strip(sheet: Worksheet, days: int, counts: dict[int, int], uncovered: tuple[Uncovered, ...] = ()) -> Strip:
    """A period of `days` with rows on some of them, by their place."""
    period = Period(FIRST, FIRST + timedelta(days=days - 1), "UTC")
    totals = Totals("rows", "rows", "id", (), ("id",), Calendar(period), sheet, in_period=True)
    totals.days.update({FIRST + timedelta(days=place): count for place, count in counts.items()})
    return derive_strip("Sample list", totals, uncovered, period)


def test_days_become_bars_and_empty_days_none(sheet: Worksheet) -> None:
    """A day without rows is no bar of nothing."""
    made = strip(sheet, 4, {0: 10, 3: 5})
    assert [(each.words, each.height) for each in made.bars] == [("2026-01-01: 10", 10), ("2026-01-04: 5", 5)]
    assert [round(each.start, 3) for each in made.bars] == [0.0, 0.75]
    assert made.name == "Sample list: rows per day over the period, highest 10; 0 intervals without a recorder"


def test_long_periods_are_put_together_and_nothing_is_lost(sheet: Worksheet) -> None:
    """A year in bars of two days, said in words."""
    made = strip(sheet, 365, dict.fromkeys(range(365), 1))
    assert made.days_per_bar == 2
    assert sum(each.height for each in made.bars) == 365
    assert made.bars[0].words == "2026-01-01 to 2026-01-02: 2"


def test_one_row_beside_many_is_seen(sheet: Worksheet) -> None:
    """A hundred thousand on one day must not hide one on another."""
    low, high = (each.height for each in strip(sheet, 2, {0: 1, 1: 100_000}).bars)
    assert low / high >= 0.02


def test_silence_is_hatched_at_its_place_and_a_minute_of_it_is_seen(sheet: Worksheet) -> None:
    """The same in both pictures: unknown is not nothing."""
    gap = Uncovered(
        "gateway:main", "2026-01-02T00:00:00.000000Z", "2026-01-03T00:00:00.000000Z", explained=False, quiet=False, words="w"
    )
    short = Uncovered(
        "gateway:main", "2026-01-04T23:59:00.000000Z", "2026-01-05T00:00:00.000000Z", explained=False, quiet=False, words="w"
    )
    made = strip(sheet, 4, {0: 10}, (gap, short))
    assert (made.bands[0].start, made.bands[0].end) == (0.25, 0.5)
    assert made.bands[1].end - made.bands[1].start >= 0.002
    assert made.bands[1].end <= 1
    for palette in ("screen", "paper"):
        tree = ET.fromstring(made.document()[palette])  # noqa: S314 - our own drawing
        bands = next(each for each in tree.iter(f"{SVG}g") if each.get("class") == "pg-series pg-band")
        assert bands.get("fill", "").startswith("url(#")
        assert len([*bands.iter(f"{SVG}rect")]) == 2
