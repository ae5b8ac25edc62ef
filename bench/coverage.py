"""How long it takes to know what was due, as the book grows.

    python bench/coverage.py [--folder DIR] [--sizes 10000,30000,100000]

A home gets an engagement of a year, systems, and so many versions of the records that controls rest on: reviews, checks, grants
and decisions, spread over the year; half of the grants are approved, and all is written down long after. At each size the steps
behind `proofbook due` are timed on a projection that is caught up: reading the facts, the grid, the self-tests with the list, and
all answers with their evidence. Limits, with 100,000 versions on two cores that others use too: 8 s for the grid, 15 s for the
list.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from proofbook.assessment.answers import answer_cards
from proofbook.assessment.facts import read_facts
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.scope import Scope
from proofbook.assessment.selftests.table import CHECKS
from proofbook.assessment.today import derive_today
from proofbook.filing.plan import SOURCE
from proofbook.journal.receipt import Submission
from proofbook.primitives.instants import format_instant, parse_period
from proofbook.records.envelope import Assurance, Draft
from proofbook.wiring.access import operator
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.recording import open_door
from support.home_builder import make_home
from support.kept_bodies import body

SYSTEMS = tuple(f"sample-{number:02}" for number in range(10))
PERIOD = parse_period("2025-01-01", "2025-12-31", "UTC")
BEGIN = datetime(2025, 1, 1, 8, tzinfo=UTC)
BATCH = 2_000
LIMITS = {"grid": 8.0, "list": 15.0}
STEPS = ("facts", "grid", "list", "answers")
T = TypeVar("T")


def timed(act: Callable[[], T]) -> tuple[T, float]:
    """What came out, and seconds."""
    start = time.perf_counter()
    made = act()
    return made, time.perf_counter() - start


def stated(number: int) -> tuple[str, dict[str, Any]]:
    """Kind and fields of the record of that number."""
    system, moment = SYSTEMS[number // 7 % len(SYSTEMS)], BEGIN + timedelta(minutes=number * 5 % 500_000)
    at, sooner = format_instant(moment), format_instant(moment - timedelta(hours=2))
    match number % 7:
        case 0:
            return "inventory.review", {"system": system, "performed_at": at, "outcome": "no_change"}
        case 1:
            return "boundary.test", {"performed_at": at, "test": "unauthenticated_refused", "outcome": "as_expected"}
        case 2:
            return "integrity.check", {"performed_at": at, "outcome": "checks_out"}
        case 3:
            approved = {"approved_by": "sample-person-1", "approved_at": sooner} if number % 2 else {}
            return "access.grant", {"system": system, "granted_at": at, "subject_id": f"sample-{number}"} | approved
        case 4:
            return "decision.review", {"system": system, "decided_at": at, "opened_at": sooner}
        case 5:
            return "backup.run", {"ended_at": at, "outcome": "complete"}
        case _:
            return "alert.triage", {"system": system, "raised_at": sooner, "triaged_at": at}


def drafts(start: int, stop: int) -> Iterator[Draft]:
    """Pages of the systems first, then records; every tenth is a new version of the one before it."""
    actor = operator()
    for number in range(start, stop):
        if number < len(SYSTEMS):
            page = body("ai_system", status="production", go_live="2024-06-01", business_owner="sample-person-1")
            yield Draft("ai_system", SYSTEMS[number], format_instant(BEGIN), actor, SOURCE, Assurance.MANUAL, page)
        else:
            kind, fields = stated(number - (number % 10 == 0) * 7)
            name = f"r-{number - (number % 10 == 0) * 7:06}"
            occurred = format_instant(BEGIN)
            yield Draft(kind, name, occurred, actor, SOURCE, Assurance.MANUAL, body(kind, **fields))


def grow(home: Home, start: int, stop: int) -> None:
    """Record versions [start, stop), and bring the projection up to the book."""
    with open_door(home) as door:
        for at in range(start, stop, BATCH):
            door.recorder.submit([Submission(draft) for draft in drafts(at, min(at + BATCH, stop))]).result()
    with open_projection(home):
        pass


def measure(home: Home, size: int) -> tuple[dict[str, float], int, int]:
    """Seconds of each step; occurrences and findings."""
    scope = Scope("sample", "Sample Organisation", ("security", "processing_integrity", "availability"), "type_2", PERIOD)
    with open_projection(home) as (_, projection):
        facts, reading = timed(lambda: read_facts(projection.reader, scope, datetime.now(UTC), size))
    grid, drawing = timed(lambda: derive_grid(facts))
    today, listing = timed(lambda: derive_today(grid, CHECKS))
    _, answering = timed(lambda: answer_cards(grid))
    return dict(zip(STEPS, (reading, drawing, listing, answering), strict=True)), sum(grid.counts.values()), len(today.items)


def main() -> None:
    """Grow, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--sizes", default="10000,30000,100000")
    options = parser.parse_args()
    print(f"{'versions':>10} {'occurrences':>12} {'findings':>9} {''.join(f'{step:>10}' for step in STEPS)}   seconds")
    last: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        home, before = make_home(Path(name) / "grown"), 0
        for size in map(int, options.sizes.split(",")):
            grow(home, before, size)
            last, occurrences, findings = measure(home, size)
            print(f"{size:>10,} {occurrences:>12,} {findings:>9,} {''.join(f'{last[step]:>10.2f}' for step in STEPS)}")
            before = size
    for step, limit in LIMITS.items():
        print(f"{step}: limit {limit:.0f} s, {'kept' if last[step] <= limit else 'NOT KEPT'}")


if __name__ == "__main__":
    main()
