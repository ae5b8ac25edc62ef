"""What a process takes, sampled over time, and whether it grows."""

from __future__ import annotations

import csv
import statistics
import time
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process and its children together."""

    seconds: float
    resident_mib: float
    descriptors: int
    threads: int
    received: int


def look(pid: int, since: float, received: int) -> Sample:
    """A process and all below it. Raises psutil.NoSuchProcess when it is gone."""
    root = psutil.Process(pid)
    family = [root, *root.children(recursive=True)]
    return Sample(
        round(time.monotonic() - since, 1),
        round(sum(each.memory_info().rss for each in family) / 2**20, 2),
        sum(each.num_fds() for each in family),
        sum(each.num_threads() for each in family),
        received,
    )


def write_samples(samples: list[Sample], path: Path) -> None:
    """As CSV, for a plot."""
    with path.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow([each.name for each in fields(Sample)])
        table.writerows(astuple(each) for each in samples)


def compare(samples: list[Sample]) -> dict[str, tuple[float, float]]:
    """Medians of the second and of the last sixth of the run: what a process needs to warm up is no growth."""
    sixth = max(1, len(samples) // 6)
    early, late = samples[sixth : 2 * sixth] or samples[-1:], samples[-sixth:]
    return {
        name: (statistics.median(getattr(each, name) for each in early), statistics.median(getattr(each, name) for each in late))
        for name in ("resident_mib", "descriptors", "threads")
    }
