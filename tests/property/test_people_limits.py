"""Lock-out and counting of refusals, whatever the order of attempts and pauses."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.people.attempts import FREE_FAILURES, LONGEST_WAIT, LockOut, Rate, RateLimits, derive_wait
from proofbook.people.sealing import Seal
from proofbook.people.store import Store
from proofbook.people.tally import Counted, Kind, Tally
from proofbook.people.visitor import Reason
from support.sample_people import KEY, START

NAMES = count()


@pytest.fixture(scope="module")
def lock_out(tmp_path_factory: pytest.TempPathFactory) -> LockOut:
    """One store for all examples, each under a name of its own."""
    folder: Path = tmp_path_factory.mktemp("people")
    return LockOut(Store(folder / "people.sqlite"), Seal(KEY, bytes))


@given(st.integers(min_value=0, max_value=10_000))
def test_waits_grow_and_have_an_end(failures: int) -> None:
    """Each failure costs at least as much as the one before, and nothing costs more than a quarter of an hour."""
    assert derive_wait(failures) <= derive_wait(failures + 1) <= LONGEST_WAIT
    assert bool(derive_wait(failures)) == (failures >= FREE_FAILURES)


@settings(max_examples=40)
@given(st.data())
def test_attempts_looked_at_are_bounded_by_the_time_they_take(lock_out: LockOut, data: st.DataObject) -> None:
    """However an attacker spaces them: beyond the free ones, each look costs its wait."""
    name, now, looked = str(next(NAMES)), START, 0
    allowed = START
    for pause in data.draw(st.lists(st.integers(min_value=0, max_value=1200), max_size=25)):
        now += timedelta(seconds=pause)
        attempt = lock_out.begin(name, now)
        assert (attempt.seconds == 0) == (now >= allowed)
        if attempt.seconds:
            assert now + timedelta(seconds=attempt.seconds) >= allowed
            continue
        looked += 1
        assert attempt.failures == looked
        allowed = now + derive_wait(looked)


@given(st.lists(st.tuples(st.floats(min_value=0, max_value=90), st.sampled_from(["a", "b", None])), max_size=60))
def test_no_minute_has_more_attempts_than_allowed(attempts: list[tuple[float, str | None]]) -> None:
    """From one address, and altogether, in any sixty seconds."""
    moment = 0.0
    rate = Rate(RateLimits(each_address=3, altogether=5), lambda: moment)
    let: list[tuple[float, str | None]] = []
    for pause, address in attempts:
        moment += pause
        if rate.take(address):
            let.append((moment, address))
    for at, _ in let:
        window = [each for each in let if at <= each[0] < at + 60.0 - 1e-6]
        assert len(window) <= 5
        assert all(sum(each[1] == address for each in window) <= 3 for address in ("a", "b"))


@given(st.lists(st.tuples(st.integers(min_value=0, max_value=90), st.sampled_from(["a", "b", None]), st.booleans()), max_size=40))
def test_every_refusal_is_counted_in_exactly_one_entry(events: list[tuple[int, str | None, bool]]) -> None:
    """Whatever fails to be recorded at first, and whenever the program ends."""
    tally, now, recorded = Tally(), START, []

    def record(due: tuple[Counted, ...], *, works: bool) -> None:
        for each in due:
            if works:
                recorded.append(each)
            else:
                tally.put_back(each)

    for pause, account, works in events:
        now += timedelta(seconds=pause)
        record(tally.add(Kind(account, "local_account", Reason.WRONG_PASSWORD), now), works=works)
    record(tally.flush(now, everything=True), works=True)
    for account in ("a", "b", None):
        counted = sum(each.attempts for each in recorded if each.kind.account == account)
        assert counted == sum(event[1] == account for event in events)
