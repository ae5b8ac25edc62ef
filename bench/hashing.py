"""How fast files are hashed against the interpreter's bare SHA-256, alternating in one run.

Prints gigabytes (10^9) per second and the ratios that the design promises: one file at 0.9 of the bare rate or more, four files
with two workers at 1.8 of it or more on two free cores. On a shared machine the ratios, not the rates, are to be read.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from proofbook.weights.hashing import FileHash, hash_file, hash_files

PART = 1024 * 1024


def make_files(folder: Path, mebibytes: int) -> tuple[Path, list[Path]]:
    """One file and four quarters of it, random."""
    single, quarters = folder / "single.bin", [folder / f"part{number}.bin" for number in range(4)]
    with single.open("wb") as whole:
        for quarter in quarters:
            with quarter.open("wb") as part:
                for _ in range(mebibytes // 4):
                    block = os.urandom(PART)
                    whole.write(block)
                    part.write(block)
    return single, quarters


def bare(path: Path) -> None:
    """The interpreter's own way."""
    with path.open("rb") as stream:
        hashlib.file_digest(stream, "sha256")


def ours(path: Path) -> None:
    """One file."""
    assert isinstance(hash_file(path), FileHash)


def ours_set(paths: list[Path]) -> None:
    """Four files, two workers."""
    assert all(isinstance(outcome, FileHash) for outcome in hash_files(paths, workers=2))


def timed(work: Callable[[], None]) -> float:
    """Seconds of wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Alternate the three, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None, help="where the temporary files go")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        single, quarters = make_files(Path(name), options.mebibytes)
        runs: dict[str, list[float]] = {"bare": [], "ours": [], "set": []}
        for _ in range(options.rounds):
            bare(single)  # warm the page cache, so that reading costs the same for all
            runs["bare"].append(timed(lambda: bare(single)))
            runs["ours"].append(timed(lambda: ours(single)))
            for quarter in quarters:
                bare(quarter)
            runs["set"].append(timed(lambda: ours_set(quarters)))
    size = options.mebibytes * PART / 1e9
    rates = {what: size / statistics.median(times) for what, times in runs.items()}
    print(f"bare hashlib, one file      {rates['bare']:.2f} GB/s")
    print(f"hash_file, one file         {rates['ours']:.2f} GB/s   {rates['ours'] / rates['bare']:.2f} of bare (promise 0.90)")
    print(f"hash_files, 4 files, 2 workers {rates['set']:.2f} GB/s {rates['set'] / rates['bare']:.2f} of bare (promise 1.80)")


if __name__ == "__main__":
    main()
