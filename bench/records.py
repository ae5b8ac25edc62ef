"""How fast people's records go in, and how fast they are found again as the book grows.

    python bench/records.py [--folder DIR] [--sizes 10000,30000,100000] [--apply 10000]

First, a folder of so many record files is applied through the same calls as `proofbook record apply`: read, planned, planned
again under the lock, committed in one transaction; and applied again, which must plan nothing. Then a book is grown to each
size in versions of records (ten versions each, every tenth version is a sign-off), and the questions behind `record get`,
`list`, `history` and the pages are timed on a projection that is caught up: medians of 30, with random records. Limits: 1 s
for a page of 500; 100 ms for one record, now or at a past moment, for its history and for its sign-offs.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from proofbook.filing.plan import SOURCE
from proofbook.filing.sources import read_records
from proofbook.filing.writing import format_file
from proofbook.journal.receipt import Submission
from proofbook.readmodel.documents import Documents
from proofbook.records.envelope import Assurance, Draft
from proofbook.wiring.access import operator
from proofbook.wiring.filing import apply_plan, plan_run
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from support.home_builder import make_home
from support.kept_bodies import AT, body

VERSIONS = 10
BATCH = 2_000
ROUNDS = 30
PAGE = 500
SEED = 20_260_328
KINDS = ("risk", "vendor", "inventory.review", "access.grant", "change", "policy")
LIMITS = {"get": 0.1, "as of": 0.1, "history": 0.1, "list page": 1.0, "list page as of": 1.0, "sign-offs": 0.1}


def timed(act: Callable[[], Any]) -> float:
    """Seconds."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def bench_apply(folder: Path, count: int) -> list[tuple[str, float]]:
    """Apply so many files, then the same again."""
    home = make_home(folder / "apply")
    files = folder / "files"
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        path = files / kind / f"r-{number:06}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(format_file(kind, f"r-{number:06}", body(kind, notes=f"sample {number}\nof several lines")), "utf-8")
    rows: list[tuple[str, float]] = []
    for name in ("", " again"):
        run: list[Any] = []
        rows.append((f"read{name}", timed(lambda run=run: run.extend(read_records([str(files)], io.BytesIO())))))  # type: ignore[misc]  # bound as default
        plans: list[Any] = []
        rows.append((f"plan{name}", timed(lambda run=run, plans=plans: plans.append(plan_run(home, run)))))  # type: ignore[misc]  # same
        assert len(plans[0].changes) == (0 if name else count)
        rows.append((f"apply{name}", timed(lambda plans=plans: apply_plan(home, plans[0]))))  # type: ignore[misc]  # same
    return rows


def drafts(start: int, stop: int, entries: list[str]) -> Iterator[Draft]:
    """Versions in the order they come: of each record nine, then a sign-off of it."""
    for number in range(start, stop):
        record, version = divmod(number, VERSIONS)
        kind = KINDS[record % len(KINDS)]
        if version == VERSIONS - 1 and entries:
            signed = body("sign_off", of_kind=kind, of_id=f"r-{record:06}", of_entry=entries[-1])
            yield Draft("sign_off", f"s-{record:06}", AT, operator(), SOURCE, Assurance.MANUAL, signed)
        else:
            stated = body(kind, notes=f"sample {number}", title=f"Sample record {record}")
            yield Draft(kind, f"r-{record:06}", AT, operator(), SOURCE, Assurance.MANUAL, stated)


def grow(home: Home, start: int, stop: int) -> float:
    """Record versions [start, stop) straight through the door; seconds."""
    entries: list[str] = []

    def write() -> None:
        with open_door(home) as door:
            for at in range(start, stop, BATCH):
                batch = [Submission(draft) for draft in drafts(at, min(at + BATCH, stop), entries)]
                entries[:] = [each.entry_id for each in door.recorder.submit(batch).result()]

    return timed(write)


def catch_up(home: Home) -> None:
    """Bring the projection up to the book."""
    with open_projection(home):
        pass


def questions(home: Home, versions: int) -> dict[str, float]:
    """Median seconds of each question."""
    chance = random.Random(SEED)
    found: dict[str, list[float]] = {}
    with open_projection(home) as (_, projection):
        documents = Documents(projection.reader)
        last = versions // VERSIONS - 1
        middle = next(islice(documents.versions(), versions // 2, None)).recorded
        for _ in range(ROUNDS):
            record = chance.randrange(last)
            kind, name = KINDS[record % len(KINDS)], f"r-{record:06}"
            after = (kind, name)
            asked: dict[str, Callable[[], object]] = {
                "get": lambda kind=kind, name=name: documents.current(kind, name),  # type: ignore[misc]  # bound as default
                "as of": lambda kind=kind, name=name: documents.current(kind, name, middle),  # type: ignore[misc]  # same
                "history": lambda kind=kind, name=name: documents.history(kind, name),  # type: ignore[misc]  # same
                "sign-offs": lambda kind=kind, name=name: documents.sign_offs(kind, name),  # type: ignore[misc]  # same
                "list page": lambda after=after: documents.page(after=after, limit=PAGE),  # type: ignore[misc]  # same
                "list page as of": lambda after=after: documents.page(None, middle, after=after, limit=PAGE),  # type: ignore[misc]  # same
            }
            for question, ask in asked.items():
                found.setdefault(question, []).append(timed(ask))
        found["all newest"] = [timed(lambda: list(documents.listed()))]
        found["every version"] = [timed(lambda: sum(1 for _ in documents.versions()))]
    return {question: statistics.median(times) for question, times in found.items()}


def plot(curves: dict[str, list[tuple[int, float]]]) -> None:
    """Milliseconds at each size, as bars."""
    top = max(seconds for points in curves.values() for _, seconds in points)
    for question, points in curves.items():
        for size, seconds in points:
            print(f"  {question:>16} {size:>8,} {'#' * max(1, round(48 * seconds / top))} {seconds * 1000:.2f} ms")


def main() -> None:
    """Both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--sizes", default="10000,30000,100000")
    parser.add_argument("--apply", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        print(f"apply {options.apply:,} record files")
        for what, seconds in bench_apply(folder, options.apply):
            print(f"  {what:>16} {seconds:8.2f} s  {options.apply / seconds:10,.0f} records/s")
        home = make_home(folder / "grown")
        curves: dict[str, list[tuple[int, float]]] = {}
        start = 0
        print("\nversions of records, through the door and into the projection")
        for size in map(int, options.sizes.split(",")):
            written = grow(home, start, size)
            caught_up = timed(lambda: catch_up(home))
            print(f"  {size:>8,}  recorded {(size - start) / written:8,.0f}/s  caught up {(size - start) / caught_up:8,.0f}/s")
            for question, seconds in questions(home, size).items():
                curves.setdefault(question, []).append((size, seconds))
            start = size
        sizes = [size for size, _ in curves["get"]]
        print("\nmedian seconds by number of versions")
        print(f"  {'question':>16} {''.join(f'{size:>12,}' for size in sizes)}   limit")
        for question, points in curves.items():
            limit = LIMITS.get(question)
            said = "" if limit is None else f"{limit:5.1f} {'kept' if points[-1][1] <= limit else 'NOT KEPT'}"
            print(f"  {question:>16} {''.join(f'{seconds:>12.5f}' for _, seconds in points)}   {said}")
        print()
        plot({name: points for name, points in curves.items() if name in LIMITS})


if __name__ == "__main__":
    main()
