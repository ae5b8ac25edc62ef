"""Adds items to a new book one after the other, each on disk before the next one is begun. For `peers.py`.

python book_items.py FOLDER COUNT
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from proofbook.primitives.ids import TimeOrderedIds
from support.draft_builder import asked
from support.home_builder import make_book

BYTES = 1024


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main() -> None:
    """Add them and print the milliseconds of one: of all, of the last tenth, and of processor time."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    recorder = make_book(folder, clock=_Clock()).recorder(interval=1.0, ids=TimeOrderedIds(_Clock(), os.urandom))
    spent = []
    for number in range(count):
        began = time.perf_counter()
        recorder.submit([asked(f"x_{number}", os.urandom(BYTES // 2).hex().encode(), f"c_{number}")]).result()
        spent.append(time.perf_counter() - began)
    recorder.close()
    last = spent[-max(1, count // 10) :]
    processor = sum(os.times()[:4])
    print(json.dumps({"each": 1000 * sum(spent) / count, "last": 1000 * sum(last) / len(last), "cpu": 1000 * processor / count}))


if __name__ == "__main__":
    main()
