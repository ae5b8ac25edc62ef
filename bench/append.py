"""How fast the book takes entries, each synced to disk before it is answered, against a bare SQLite insert of the same bytes.

    python bench/append.py [--folder DIR] [--seconds 2] [--rounds 5]

Three tables: entries per second by size of a call (one caller that waits), the same with 2 KB of sealed content in every entry,
and by number of callers at once (calls of one entry). `bare` inserts the very bytes of the book, same batches, same WAL and
synchronous=FULL, and nothing else: no hash, no tree, no numbering, no sealing. Rounds alternate between the two, since a shared
disk changes its speed from minute to minute; medians are shown, and the ratio is the median of the rounds' own ratios.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import apsw

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from proofbook.book.reader import BookReader
from proofbook.book.sqlite import open_writing
from proofbook.journal.receipt import Submission
from proofbook.primitives.ids import TimeOrderedIds
from support.draft_builder import asked, beats
from support.home_builder import BookPlace, make_book

BATCHES = (1, 10, 100, 1000)
CALLERS = (1, 8, 64)
CONTENT_BYTES = 2048
Make = Callable[[int, int], list[Submission]]
Row = tuple[bytes, bytes]


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def plain(_number: int, count: int) -> list[Submission]:
    """Entries without content."""
    return beats(count)


def sealed(number: int, count: int) -> list[Submission]:
    """Entries with content, ten to a conversation."""
    names = [f"{number}_{each}" for each in range(count)]
    return [
        asked(f"x_{name}", os.urandom(CONTENT_BYTES // 2).hex().encode(), f"c_{number}_{at // 10}")
        for at, name in enumerate(names)
    ]


def book_rate(place: BookPlace, make: Make, batch: int, seconds: float, callers: int = 1) -> float:
    """Acknowledged entries per second."""
    recorder = place.recorder(interval=1.0, ids=TimeOrderedIds(_Clock(), os.urandom))
    counts = [0] * callers
    until = time.perf_counter() + seconds

    def call(caller: int) -> None:
        number = 0
        while time.perf_counter() < until:
            recorder.submit(make(number * callers + caller, batch)).result()
            counts[caller] += batch
            number += 1

    began = time.perf_counter()
    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    recorder.close()
    return sum(counts) / took


def bare_rate(path: Path, rows: Sequence[Row], batch: int, seconds: float) -> float:
    """Rows per second of the same bytes, one synced transaction for each batch."""
    connection = open_writing(path)
    connection.execute("CREATE TABLE IF NOT EXISTS row (n INTEGER PRIMARY KEY, bytes BLOB, sealed BLOB)").fetchall()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        portion = [rows[(count + offset) % len(rows)] for offset in range(batch)]
        with connection:
            connection.executemany("INSERT INTO row (bytes, sealed) VALUES (?, ?)", portion).fetchall()
        count += batch
    took = time.perf_counter() - began
    connection.close()
    return count / took


def sample_rows(place: BookPlace) -> list[Row]:
    """Bytes of entries of a book and their sealed content."""
    with BookReader(place.path) as book:
        statement = (
            "SELECT e.bytes, coalesce(c.sealed, x'') FROM entry e LEFT JOIN content c USING (idx) WHERE idx > 0 LIMIT 2000"
        )
        return [(bytes(row[0]), bytes(row[1])) for row in book.rows(statement)]


def compare(folder: Path, title: str, make: Make, seconds: float, rounds: int) -> None:
    """One table by batch size."""
    print(f"\n{title}\n{'batch':>8} {'book/s':>10} {'bare/s':>10} {'book/bare':>10}")
    for batch in BATCHES:
        ours, theirs = [], []
        for number in range(rounds):
            place = make_book(folder / f"{title.split(maxsplit=1)[0]}-{batch}-{number}", clock=_Clock())
            ours.append(book_rate(place, make, batch, seconds))
            theirs.append(bare_rate(place.folder / "bare.sqlite", sample_rows(place), batch, seconds))
        ratio = statistics.median(mine / bare for mine, bare in zip(ours, theirs, strict=True))
        print(f"{batch:>8} {statistics.median(ours):>10.0f} {statistics.median(theirs):>10.0f} {ratio:>10.2f}")


def crowd(folder: Path, seconds: float, rounds: int) -> None:
    """The table by number of callers."""
    print(f"\ncallers at once, one entry a call, no content\n{'callers':>8} {'book/s':>10}")
    for callers in CALLERS:
        rates = [
            book_rate(make_book(folder / f"callers-{callers}-{number}", clock=_Clock()), plain, 1, seconds, callers)
            for number in range(rounds)
        ]
        print(f"{callers:>8} {statistics.median(rates):>10.0f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Synced appends per second, against bare SQLite inserts of the same bytes.")
    parser.add_argument("--folder", type=Path, help="where to write; a new folder is made in it and removed (default: temporary)")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements per cell")
    chosen = parser.parse_args()
    print(
        f"SQLite {apsw.sqlite_lib_version()}, WAL, synchronous=FULL; {os.cpu_count()} processors; load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        compare(folder, "plain entries, about 400 bytes, no content", plain, chosen.seconds, chosen.rounds)
        compare(folder, f"sealed entries with {CONTENT_BYTES} bytes of content", sealed, chosen.seconds, chosen.rounds)
        crowd(folder, chosen.seconds, chosen.rounds)


if __name__ == "__main__":
    main()
