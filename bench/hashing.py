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
from concurrent.futures import ThreadPoolExecutor
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


def bare_threads(paths: list[Path]) -> None:
    """The same four files by the interpreter's own way in two threads: what the machine has to give right now."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(bare, paths))


def main() -> None:
    """Alternate the three, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None, help="where the temporary files go")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        single, quarters = make_files(Path(name), options.mebibytes)
        runs: dict[str, list[float]] = {"bare": [], "ours": [], "threads": [], "set": []}
        for _ in range(options.rounds):
            bare(single)  # warm the page cache, so that reading costs the same for all
            runs["bare"].append(timed(lambda: bare(single)))
            runs["ours"].append(timed(lambda: ours(single)))
            for quarter in quarters:
                bare(quarter)
            runs["threads"].append(timed(lambda: bare_threads(quarters)))
            runs["set"].append(timed(lambda: ours_set(quarters)))
    size = options.mebibytes * PART / 1e9
    rates = {what: size / statistics.median(times) for what, times in runs.items()}
    for what, words in (
        ("bare", "bare hashlib, one file"),
        ("ours", "hash_file, one file (promise 0.90)"),
        ("threads", "bare hashlib, 4 files, two threads (two free cores: 2)"),
        ("set", "hash_files, 4 files, two workers (promise 1.80)"),
    ):
        print(f"{rates[what]:6.2f} GB/s  {rates[what] / rates['bare']:5.2f} of bare  {words}")
    print(f"hash_files against bare threads: {rates['set'] / rates['threads']:.2f}")


if __name__ == "__main__":
    main()
