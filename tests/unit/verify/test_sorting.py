"""Sorting beyond memory: the same order as in memory, whatever comes, also when it is spilled and merged in steps."""

from __future__ import annotations

import random

import pytest

from proofbook.verify import sorting
from proofbook.verify.report import NotRun
from proofbook.verify.sorting import SortedRecords, TemporaryRecords


def records(count: int, seed: int) -> list[bytes]:
    """Of five bytes, the same for one seed."""
    chance = random.Random(seed)
    return [chance.randbytes(5) for _ in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 999])
def test_records_come_in_the_order_of_their_bytes(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of ten, three of them at once: every path from none to several passes over the file is gone."""
    for name, number in (("RECORDS_AT_ONCE", 10), ("RUNS_AT_ONCE", 3), ("CHUNK_RECORDS", 4), ("IN_MEMORY_BYTES", 64)):
        monkeypatch.setattr(sorting, name, number)
    taken = records(count, count)
    ordered = SortedRecords(5)
    for start in range(0, count, 7):
        ordered.extend(taken[start : start + 7])
    assert list(ordered.in_order()) == sorted(taken)


def test_a_stretch_is_read_from_any_place() -> None:
    """Rows of a table are one stretch of many."""
    kept = TemporaryRecords(5)
    taken = records(2000, 1)
    kept.append(taken[:700])
    kept.append(taken[700:])
    assert list(kept.read(650, 1400)) == taken[650:1400]
    assert list(kept.read(3, 3)) == []


def test_no_space_is_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk of the reader is no damage of the room; what cannot be checked is said not to have been run."""
    monkeypatch.setattr(sorting, "SpooledTemporaryFile", _Full)
    with pytest.raises(NotRun, match="no space for a temporary file"):
        TemporaryRecords(5).append(records(1, 1))


class _Full:
    """A file on a disk without space."""

    def __init__(self, max_size: int) -> None:
        self.max_size = max_size

    def seek(self, place: int) -> None:
        """Goes anywhere."""

    def write(self, data: bytes) -> int:
        """Never."""
        raise OSError(28, "No space left on device", len(data))

    def close(self) -> None:
        """Nothing is open."""
