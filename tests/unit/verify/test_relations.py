"""Joins and versions worked out from sorted traces: the same as with everything in memory, for any entries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.verify import relations, sorting
from proofbook.verify.relations import Relations, Traces
from proofbook.verify.tables import TableSpec

SPEC = TableSpec("here", False, ("a",), (), None, "every", ("b",), (), (), False, (), "", "", (), "")
KEYS = st.none() | st.sampled_from(["k1", "k2", "k3"])
ENTRIES = st.lists(st.tuples(st.sampled_from(["row", "joined"]), KEYS, st.sampled_from(["r1", "r2"])), max_size=40)


def expected(newest: bool, entries: list[tuple[str, str | None, str]]) -> tuple[list[tuple[int, int]], list[int]]:  # noqa: FBT001
    """The rule in the plainest words: look through everything for each row."""
    pairs, second = [], set()
    for index, (what, key, _) in enumerate(entries):
        if what != "row":
            continue
        fits = [(n, r) for n, (w, k, r) in enumerate(entries) if w == "joined" and k == key and key is not None]
        if newest:
            fits = [(n, r) for n, r in fits if all(other <= n for other, record in fits if record == r)]
        chosen = (max if newest else min)((n for n, _ in fits), default=-1)
        pairs.append((index, chosen))
        second |= {n for n, _ in fits if n != chosen}
    return pairs, sorted(second)


@pytest.mark.parametrize("newest", [False, True])
@given(entries=ENTRIES)
def test_joined_entries_are_those_of_the_rule(newest: bool, entries: list[tuple[str, str | None, str]]) -> None:  # noqa: FBT001
    """First or newest of a key, and every other one named."""
    found = Relations([SPEC, replace(SPEC, join_newest=newest)])
    for index, (what, key, record) in enumerate(entries):
        traces = Traces()
        if what == "row":
            traces.add_row(1, index, key)
        elif key is not None:
            traces.add_joined(1, index, key, record if newest else None)
        found.add(traces)
    found.finish()
    pairs, second = expected(newest, entries)
    assert (list(found.pairs(1)), found.second(1), found.count(1)) == (pairs, second, len(pairs))
    assert (list(found.pairs(0)), found.second(0), found.count(0)) == ([], [], 0), "another table has none of it"


@given(versions=st.lists(st.tuples(st.sampled_from("abc"), KEYS, st.sampled_from(relations.WRONG)), max_size=30))
def test_only_the_last_version_counts_and_each_left_out_is_counted(versions: list[tuple[str, str | None, str]]) -> None:
    """What is not a row is said to be left out, and why."""
    found, traces = Relations([SPEC]), Traces()
    traces.add_joined(0, 1000, "k1", None)
    for index, (latest, key, wrong) in enumerate(versions):
        traces.add_version(0, index, latest, key, wrong)
    found.add(traces)
    found.finish()
    last = {latest: (index, key, wrong) for index, (latest, key, wrong) in enumerate(versions)}
    rows = sorted((index, 1000 if key == "k1" else -1) for index, key, wrong in last.values() if not wrong)
    assert list(found.pairs(0)) == rows
    assert sum(found.left_out[0].values()) + len(rows) == len(versions)


def test_memory_stays_the_same_when_everything_shares_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A definition may join every entry to every row: no list of them is held."""
    monkeypatch.setattr(sorting, "RECORDS_AT_ONCE", 100)
    monkeypatch.setattr(relations, "MAX_SECONDS", 10)
    found = Relations([SPEC])
    for index in range(3000):
        traces = Traces()
        traces.add_joined(0, index, "k", None)
        traces.add_row(0, index + 5000, "k")
        found.add(traces)
    found.finish()
    assert {joined for _, joined in found.pairs(0)} == {0}
    assert found.second(0) == list(range(1, 11))
