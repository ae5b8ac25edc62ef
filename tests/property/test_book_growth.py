"""Any sequence of calls, good and bad, leaves a book that re-derives, with every source numbered without gaps."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.book.growth import Growth
from proofbook.book.reader import BookReader
from proofbook.errors import MalformedRecord
from proofbook.journal.receipt import Submission
from proofbook.records.envelope import parse_entry
from proofbook.tlog.memory_tree import MemoryTree
from proofbook.tlog.merkle import CompactRange, leaf_hash
from proofbook.tlog.proof import derive_root
from support.draft_builder import beat, malformed
from support.home_builder import make_book, recording

CALLS = st.lists(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([True, True, True, False])), min_size=1, max_size=4), max_size=25
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CALLS)
def test_a_failed_call_leaves_no_trace(calls: list[list[tuple[str, bool]]]) -> None:
    """A call with one malformed draft writes nothing; the numbers it would have had go to the next one."""
    expected: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        place = make_book(Path(folder))
        with recording(place) as recorder:
            futures = [
                recorder.submit([Submission(beat(0, name) if good else malformed(name)) for name, good in call]) for call in calls
            ]
        for call, future in zip(calls, futures, strict=True):
            if all(good for _, good in call):
                expected.update(name for name, _ in call)
                assert len(future.result()) == len(call)
            else:
                assert isinstance(future.exception(), MalformedRecord)
        seen = place.inspect()
        assert seen.damages == []
        assert seen.sources == {"book": 1, **{name: count for name, count in expected.items() if count}}
        with BookReader(place.path) as book:
            for _, data in book.entries(0, book.size()):
                parse_entry(data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 700), max_size=6), st.integers(0, 5))
def test_the_edge_of_the_tree_is_the_same_however_it_grew(steps: list[int], undone: int) -> None:
    """In any portions, and with some taken back: same root, same tiles as a tree built at once."""
    growth, tree, count, tiles = Growth.empty(), MemoryTree(), 0, {}
    for number, step in enumerate(steps):
        leaves = [leaf_hash(f"{count + offset}".encode()) for offset in range(step)]
        if number == undone:
            mark = growth.mark()
            growth.extend(leaves)
            growth.reset(mark)
        for tile in growth.extend(leaves):
            tiles[tile.level, tile.index] = tile
        tree.extend(leaves)
        count += step
    assert growth.size == count
    assert growth.root() == (derive_root(tree, count) if count else CompactRange().root())
    assert len([place for place in tiles if place[0] == 0]) == count // 256
    assert all(tile.root == tree.read_hash(8 * (level + 1), index) for (level, index), tile in tiles.items())
