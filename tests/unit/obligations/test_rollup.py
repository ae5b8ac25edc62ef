"""Many cells in one state."""

from __future__ import annotations

from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import State
from proofbook.obligations.rollup import WORST_FIRST, count_states, roll_up
from support.duty_builder import at, grid, performed, rule, waiver


def test_every_state_has_its_place() -> None:
    """A new state without a place would vanish from the sum."""
    assert sorted(WORST_FIRST) == sorted(State)


def test_the_worst_state_comes_out_and_all_are_counted() -> None:
    """Q1 before the book, Q2 waived, Q3 late, Q4 not over: unknown is worst, and each is in the count."""
    file = [performed("2026-10-05", interval="2026-Q3")]
    cells = grid(rule(), file, waivers=[waiver("2026-Q2")], began=at("2026-01-05"), as_of="2026-11-01")
    assert [cell.state.value for cell in cells] == ["unknown", "not_applicable", "late", "not_due"]
    assert [roll_up(cells[start:]).value for start in range(4)] == ["unknown", "late", "late", "not_due"]
    assert roll_up(cells[1:2]) is State.NOT_APPLICABLE
    assert count_states(cells) == {
        State.MISSED: 0,
        State.UNKNOWN: 1,
        State.LATE: 1,
        State.NOT_DUE: 1,
        State.DONE: 0,
        State.NOT_APPLICABLE: 1,
    }


def test_done_comes_out_only_when_nothing_is_open() -> None:
    """Three quarters done and one to come are not a year that is done; with one waived they are."""
    file = [performed(day) for day in ("2026-01-10", "2026-04-10", "2026-07-10")]
    assert roll_up(grid(rule(), file, as_of="2026-11-01")) is State.NOT_DUE
    assert roll_up(grid(rule(), file, waivers=[waiver("2026-Q4")])) is State.DONE
    assert roll_up(grid(rule(), file)) is State.MISSED


def test_nothing_owed_is_nothing_due() -> None:
    """It is not done: nobody did anything."""
    assert roll_up(grid(rule(Cadence.PER_EVENT))) is State.NOT_DUE
    assert sum(count_states(()).values()) == 0
