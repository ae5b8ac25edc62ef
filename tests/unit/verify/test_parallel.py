"""The same answer on one core and on many, also when processes die or cannot be had."""

from __future__ import annotations

import os

import pytest

from proofbook.verify import parallel
from proofbook.verify.definitions import parse_definition
from proofbook.verify.entries import BundleWork
from proofbook.verify.merkle import tiles_of
from proofbook.verify.parallel import in_order, worker_count
from proofbook.verify.populations import RowWork
from proofbook.verify.relations import Relations
from support.room_checks import Room, room, sound

__all__ = ["room", "sound"]


def square(number: int) -> int:
    return number * number


def die_elsewhere(parent_and_number: tuple[int, int]) -> int:
    if os.getpid() != parent_and_number[0]:
        os._exit(1)
    return parent_and_number[1]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    """Facts are joined bundle by bundle; another order would invent gaps."""
    assert list(in_order(square, range(50), workers)) == [number * number for number in range(50)]


def test_work_of_processes_that_died_is_done_here() -> None:
    """A machine that kills processes must not change the answer."""
    assert list(in_order(die_elsewhere, [(os.getpid(), number) for number in range(9)], 2)) == list(range(9))


def test_work_that_cannot_be_sent_is_done_here() -> None:
    """As where the file was loaded in a way its functions cannot be found again."""
    assert list(in_order(lambda number: number + 1, range(9), 2)) == list(range(1, 10))


def test_small_books_start_no_process() -> None:
    """Starting them would cost more than the work."""
    assert worker_count(parallel.PARALLEL_FROM - 1) == 1


def test_facts_and_rows_are_the_same_in_other_processes(sound: Room) -> None:
    """Everything that crosses a process border survives it."""
    path = sound.folder / "10_IPE_and_tool_assurance/report_definitions/POP-15.json"
    spec = parse_definition(path.read_bytes(), "def", "2026-11-01", "2026-12-01")[1]["interactions"]
    work = BundleWork(str(sound.folder), (spec,))
    pieces = [[tile] for tile in tiles_of(sound.plan.size)]
    here, there = (list(in_order(work, pieces, workers)) for workers in (1, 2))
    assert here == there
    relations = Relations([spec])
    for facts in (each for piece in here for each in piece):
        relations.add(facts.traces)
    relations.finish()
    derive = RowWork(str(sound.folder), sound.plan.size, spec)
    pairs = list(relations.pairs(0))
    assert len(pairs) > 50, "otherwise the second piece would be empty"
    assert list(in_order(derive, [pairs[:50], pairs[50:]], 1)) == list(in_order(derive, [pairs[:50], pairs[50:]], 2))
