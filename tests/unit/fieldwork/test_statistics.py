"""What a sample would tell: published figures, stated assumptions, no conclusion."""

from __future__ import annotations

import pytest

from proofbook.errors import InputError
from proofbook.fieldwork.statistics import NOTICE, need, tell


@pytest.mark.parametrize(
    ("tolerable", "confidence", "sizes"),
    [
        (500, 90, [45, 77, 105, 132]), (500, 95, [59, 93, 124, 153]), (1000, 90, [22, 38, 52, 65]), (1000, 95, [29, 46, 61, 76]),
    ],
)  # fmt: skip
def test_smallest_samples_are_the_published_ones(tolerable: int, confidence: int, sizes: list[int]) -> None:
    """The tables in use; a figure that differs from them would be asked about."""
    assert [need(tolerable, each, confidence=confidence).items for each in range(4)] == sizes


@pytest.mark.parametrize(("sample", "bound"), [(5, 3691), (10, 2057), (25, 880), (40, 560), (45, 499), (60, 377)])
def test_upper_bounds_after_no_deviation(sample: int, bound: int) -> None:
    """Rounded up, never down."""
    assert tell(sample, 0).upper_bound == bound


@pytest.mark.parametrize(("population", "tolerable", "items"), [(52, 1000, 16), (52, 500, 28), (250, 1000, 21), (250, 500, 40)])
def test_small_populations_need_less(population: int, tolerable: int, items: int) -> None:
    """Without replacement: hypergeometric."""
    assert need(tolerable, population=population).items == items


def test_every_item_looked_at_leaves_no_room() -> None:
    """Nothing was drawn: all was seen."""
    found = tell(20, 1, population=20)
    assert found.upper_bound == 1000
    assert tell(20, 0, population=20).upper_bound in {0, 500}


def test_what_no_sample_can_show_is_none() -> None:
    """One deviation among fifty hides from 44 items more than one time in ten; no sample bounds a rate in a large population so low."""
    assert need(1, population=50).items == 45
    assert need(1).items is None


def test_assumptions_and_notice_are_always_said() -> None:
    """A figure without its assumptions would be read as a conclusion."""
    for found in (tell(25, 1), tell(25, 1, population=100), need(500)):
        assert found.notice == NOTICE
        assert len(found.assumptions) == 5
        assert "service auditor determines" in found.notice
    assert "exactly 100 items" in " ".join(tell(25, 1, population=100).assumptions)


@pytest.mark.parametrize(
    "numbers",
    [
        {"sample": 0, "deviations": 0}, {"sample": 5, "deviations": 6}, {"sample": 5, "deviations": -1}, {"sample": 1001, "deviations": 0},
        {"sample": 5, "deviations": 0, "population": 4}, {"sample": 5, "deviations": 0, "confidence": 100}, {"sample": 900, "deviations": 51},
    ],
)  # fmt: skip
def test_impossible_numbers_are_refused(numbers: dict[str, int]) -> None:
    """And numbers that would take minutes."""
    with pytest.raises(InputError):
        tell(**numbers)
    with pytest.raises(InputError):
        need(0)
