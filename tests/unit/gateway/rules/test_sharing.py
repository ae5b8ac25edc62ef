"""Limits that several workers count by: what one lets in counts for all, and nobody who is gone holds a place."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofbook.errors import StoreUnavailable
from proofbook.gateway.rules.budget import Budget
from proofbook.gateway.rules.pace import Rate
from proofbook.gateway.rules.shared_table import SharedTable, lay_out
from proofbook.gateway.rules.sharing import SharedLimits
from support.rule_records import GivenTime

SYSTEM, CALLER, OTHER = ("desk",), ("desk", "", "one"), ("desk", "", "two")


@contextmanager
def workers(path: Path, now: GivenTime, number: int = 2) -> Iterator[tuple[SharedLimits, ...]]:
    """So many, as if each were a process of its own."""
    with ExitStack() as open_:
        made = (SharedLimits(path, each, range(1, each), now) for each in range(1, number + 1))
        yield tuple(open_.enter_context(closing(each)) for each in made)


def test_rate_is_one_for_all_workers(tmp_path: Path) -> None:
    """Four a minute are four, whichever worker is asked."""
    now = GivenTime(1000.0)
    with workers(tmp_path / "limits", now) as (first, second):
        takes = [each.limits.rate.take((SYSTEM, 4)) for each in (first, second, first, second, first)]
        assert takes[:4] == [0.0] * 4
        assert takes[4] == pytest.approx(15.0)
        now.seconds += 15.0
        assert second.limits.rate.take((SYSTEM, 4)) == 0.0


def test_request_that_one_limit_turns_away_counts_against_none(tmp_path: Path) -> None:
    """A caller who is too fast must not use up what the system has for others."""
    with workers(tmp_path / "limits", GivenTime(5.0)) as (first, second):
        assert first.limits.rate.take((SYSTEM, 3), (CALLER, 1)) == 0.0
        for _ in range(9):
            assert second.limits.rate.take((SYSTEM, 3), (CALLER, 1)) > 0
        assert [second.limits.rate.take((SYSTEM, 3), (OTHER, 2)) for _ in range(2)] == [0.0] * 2


def test_crowd_is_one_for_all_workers_and_without_those_that_died(tmp_path: Path) -> None:
    """A worker that was killed in the middle of exchanges must not keep callers out for ever."""
    path, now = tmp_path / "limits", GivenTime()
    with workers(path, now) as (first, second):
        assert first.limits.crowd.enter((SYSTEM, 3), (CALLER, 0))
        assert second.limits.crowd.enter((SYSTEM, 3), (CALLER, 0))
        assert second.limits.crowd.enter((SYSTEM, 3), (OTHER, 2))
        assert not first.limits.crowd.enter((SYSTEM, 3), (OTHER, 2))
        first.limits.crowd.leave(SYSTEM, CALLER)
        assert first.limits.crowd.enter((SYSTEM, 3), (OTHER, 2))
        assert not first.limits.crowd.enter((SYSTEM, 9), (OTHER, 2))
        with closing(SharedLimits(path, 2, [1], now)) as successor:
            assert [successor.limits.crowd.enter((SYSTEM, 3)) for _ in range(3)] == [True, True, False]


def test_leaving_twice_takes_nobody_elses_place(tmp_path: Path) -> None:
    """Counts of a worker do not go below nothing."""
    with workers(tmp_path / "limits", GivenTime()) as (first, second):
        assert first.limits.crowd.enter((SYSTEM, 1))
        second.limits.crowd.leave(SYSTEM)
        assert not second.limits.crowd.enter((SYSTEM, 1))


_USES = st.lists(st.tuples(st.floats(0, 90), st.integers(0, 1000), st.integers(0, 1)), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_USES, st.integers(1, 3000), st.sampled_from(["minute", "hour", "day"]))
def test_tokens_count_as_in_one_process(
    tmp_path_factory: pytest.TempPathFactory, uses: list[tuple[float, int, int]], limit: int, stretch: str
) -> None:
    """The same uses, told to two workers in turns or to one process alone: the same sum and the same wait."""
    now = GivenTime(500_000.0)
    alone = Budget(now)
    with workers(tmp_path_factory.mktemp("shared") / "limits", now) as pair:
        for pause, tokens, who in uses:
            now.seconds += pause
            alone.spend(tokens, (SYSTEM, stretch))
            pair[who].limits.budget.spend(tokens, (SYSTEM, stretch))
        for each in pair:
            assert each.limits.budget.wait((SYSTEM, stretch, limit)) == pytest.approx(alone.wait((SYSTEM, stretch, limit)))
        now.seconds += alone.wait((SYSTEM, stretch, limit))
        assert pair[0].limits.budget.wait((SYSTEM, stretch, limit)) == pytest.approx(0.0, abs=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 1), st.integers(1, 5)), max_size=40))
def test_rate_counts_as_in_one_process(tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[float, int, int]]) -> None:
    """The same requests in turns at two workers or at one process alone: the same are let in."""
    now = GivenTime(500_000.0)
    alone = Rate(now)
    with workers(tmp_path_factory.mktemp("shared") / "limits", now) as pair:
        for pause, who, limit in asked:
            now.seconds += pause
            wanted = ((SYSTEM, limit), (CALLER, 2))
            assert pair[who].limits.rate.take(*wanted) == pytest.approx(alone.take(*wanted), abs=1e-6)


def test_only_the_first_says_what_was_used_before(tmp_path: Path) -> None:
    """Otherwise every worker would add the day's tokens once more; new limits are told anew."""
    with workers(tmp_path / "limits", GivenTime(9000.0)) as (first, second):
        assert first.agree(b"a" * 32)
        first.limits.budget.spend(70, (SYSTEM, "hour"), ago=60.0)
        assert not second.agree(b"a" * 32)
        assert second.limits.budget.wait((SYSTEM, "hour", 70)) > 0
        assert second.agree(b"b" * 32)
        assert first.limits.budget.wait((SYSTEM, "hour", 70)) == 0.0


def test_what_another_start_of_the_machine_left_does_not_count(tmp_path: Path) -> None:
    """Monotonic clocks begin anew: a number from a long uptime would keep everybody out."""
    path = tmp_path / "limits"
    with workers(path, GivenTime(9_000_000.0)) as (first, _):
        assert [first.limits.rate.take((SYSTEM, 1)) > 0 for _ in range(2)] == [False, True]
        first.limits.budget.spend(70, (SYSTEM, "day"))
    with workers(path, GivenTime(3.0)) as (first, _):
        assert first.limits.rate.take((SYSTEM, 1)) == 0.0
        assert first.limits.budget.wait((SYSTEM, "day", 1)) == 0.0
    data = bytearray(path.read_bytes())
    data[:9] = b"something"
    path.write_bytes(data)
    with workers(path, GivenTime(3.0)) as (first, _):
        assert first.agree(b"a" * 32)
        assert first.limits.rate.take((SYSTEM, 1)) == 0.0


def test_file_of_another_version_is_replaced_under_whoever_still_uses_it(tmp_path: Path) -> None:
    """A successor of another version takes over while the old one ends its streams: neither may die of the other's file."""
    path = tmp_path / "limits"
    with workers(path, GivenTime(3.0)) as (old, _):
        path.rename(tmp_path / "mapped")
        path.write_bytes(b"another version")
        with workers(path, GivenTime(3.0)) as (new, _):
            assert [each.limits.rate.take((SYSTEM, 1)) for each in (old, new)] == [0.0, 0.0]


def test_nobodys_name_is_in_the_file(tmp_path: Path) -> None:
    """Principals are e-mail addresses often enough, and backups copy whole folders."""
    path = tmp_path / "limits"
    with workers(path, GivenTime(3.0)) as (first, _):
        first.limits.rate.take((("desk", "", "someone@sample.example"), 1))
        first.limits.crowd.enter((("desk", "", "someone@sample.example"), 1))
        first.limits.budget.spend(7, (("desk", "", "someone@sample.example"), "day"))
    assert b"someone" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_full_table_takes_over_the_quiet_and_refuses_a_crowd(tmp_path: Path) -> None:
    """More callers than slots: whoever is quiet makes room, and a crowd that nobody can count is a full one."""
    small = lay_out((4, 1))[0]
    with closing(SharedTable(tmp_path / "table", (small,))) as table:
        for number in range(4):
            (slot,) = table.find(small, [(str(number),)], lambda numbers: numbers[0] < 5)
            assert slot is not None
            slot.write(0, 9.0 if number else 1.0)
        assert table.find(small, [("0",), ("new",)], lambda numbers: numbers[0] < 5)[1] is None
        (slot,) = table.find(small, [("new",)], lambda numbers: numbers[0] < 5)
        assert slot is not None
        assert slot.read() == (0.0,)
        assert table.find(small, [("newer",)], lambda _: False) == (None,)


def _count(path: Path, number: int) -> None:
    with closing(SharedLimits(path, number, range(1, 9), lambda: 100.0)) as mine:
        for _ in range(200):
            assert mine.limits.crowd.enter((SYSTEM, 10_000))


def test_processes_that_count_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Four processes, two hundred exchanges each: eight hundred are under way."""
    path = tmp_path / "limits"
    with closing(SharedLimits(path, 9, range(1, 9), lambda: 100.0)) as mine:
        start = multiprocessing.get_context("spawn")
        running = [start.Process(target=_count, args=(path, number)) for number in range(1, 5)]
        for each in running:
            each.start()
        for each in running:
            each.join(60)
        assert not mine.limits.crowd.enter((SYSTEM, 800))
        assert mine.limits.crowd.enter((SYSTEM, 801))


def test_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(StoreUnavailable, match="limits that workers share"):
        SharedLimits(tmp_path / "missing" / "limits", 1, [], lambda: 0.0)
