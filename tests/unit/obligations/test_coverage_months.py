"""Continuous duties: a month is done only if somebody could see it the whole time, and saw it."""

from __future__ import annotations

from datetime import date

from proofbook.obligations.cadence import Cadence
from support.duty_builder import at, blind, grid, performed, rule, waiver

MARCH = rule(Cadence.CONTINUOUS, observed=True, starts=date(2026, 3, 1), ends=date(2026, 3, 31))


def test_a_month_seen_throughout_with_a_sign_is_done() -> None:
    """The first and the last sign are named, all are counted, and those that name a month or not count alike."""
    file = [performed("2026-03-01"), performed("2026-03-09", interval="2026-03"), performed("2026-03-31 23:59:59")]
    cell = grid(MARCH, file)[0]
    assert (cell.state.value, cell.reason) == ("done", "signs of operation on file: 3")
    assert cell.entries == ("e_2026-03-01", "e_2026-03-31 23:59:59")


def test_a_blind_hour_makes_the_month_unknown() -> None:
    """However many signs there are: in that hour it may have stood still."""
    cell = grid(MARCH, [performed("2026-03-05")], blinds=[blind("2026-03-10 10:00:00", "2026-03-10 11:00:00", "gateway down")])[0]
    assert (cell.state.value, cell.entries) == ("unknown", ("e_2026-03-05",))
    assert cell.reason == (
        "signs of operation on file: 1; blind for 1 h in all: 2026-03-10 10:00 UTC to 2026-03-10 11:00 UTC (gateway down)"
    )


def test_silence_is_unknown_and_not_missed() -> None:
    """A control that runs by itself leaves no trace of standing still."""
    cell = grid(MARCH)[0]
    assert (cell.state.value, cell.reason) == ("unknown", "signs of operation on file: 0")


def test_an_incomplete_sign_is_none() -> None:
    """It is listed with its note."""
    cell = grid(MARCH, [performed("2026-03-05", complete=False, note="probe refused", interval="2026-03")])[0]
    assert (cell.state.value, cell.entries) == ("unknown", ("e_2026-03-05",))
    assert cell.reason.endswith("e_2026-03-05 of 2026-03-05 is not complete: probe refused")


def test_signs_outside_the_month_or_the_life_do_not_count() -> None:
    """The duty ended on the 20th; a sign of the 21st is no sign of it, and the blind hour of the 25th is not its hour."""
    short = rule(Cadence.CONTINUOUS, observed=True, starts=date(2026, 3, 10), ends=date(2026, 3, 20))
    outside = [performed("2026-03-09 23:59:59"), performed("2026-03-21 00:00:00")]
    assert grid(short, outside)[0].state == "unknown"
    inside = [performed("2026-03-20 23:59:59")]
    assert grid(short, inside, blinds=[blind("2026-03-25", "2026-03-26")])[0].state == "done"


def test_a_month_can_be_told_only_when_it_is_over() -> None:
    """A sign on the first day does not make the month."""
    cell = grid(MARCH, [performed("2026-03-01")], as_of="2026-03-31 23:59:59")[0]
    assert (cell.state.value, cell.reason) == ("not_due", "can be told after 2026-03-31; signs of operation on file: 1")
    assert grid(MARCH, [performed("2026-03-01")], as_of="2026-04-01 00:00:00")[0].state == "done"


def test_the_month_in_which_the_book_began_is_unknown() -> None:
    """What ran before it, nobody saw."""
    cell = grid(MARCH, [performed("2026-03-20")], began=at("2026-03-02"))[0]
    assert cell.state == "unknown"
    assert cell.reason.endswith("the book began only at 2026-03-02T12:00:00.000000Z")


def test_a_continuous_duty_told_by_hand_needs_one_sign() -> None:
    """A setting that people confirm is not lost by a recorder's gap."""
    by_hand = rule(Cadence.CONTINUOUS, starts=date(2026, 3, 1), ends=date(2026, 3, 31))
    file = [performed("2026-03-05", recorded="2026-03-30")]
    cell = grid(by_hand, file, blinds=[blind("2026-03-01", "2026-03-31")], began=at("2026-03-02"))[0]
    assert (cell.state.value, cell.late_recorded) == ("done", True)


def test_one_sign_recorded_in_time_is_enough_to_be_in_time() -> None:
    """Late recorded is a month whose every sign was written down late."""
    file = [performed("2026-03-05", recorded="2026-03-30"), performed("2026-03-06")]
    assert grid(MARCH, file)[0].late_recorded is False


def test_a_waiver_counts_unless_the_month_is_done() -> None:
    """And a flawed one is told."""
    assert grid(MARCH, waivers=[waiver("2026-03")])[0].state == "not_applicable"
    cell = grid(MARCH, [performed("2026-03-05")], waivers=[waiver("2026-03")])[0]
    assert (cell.state.value, cell.reason) == ("done", "signs of operation on file: 1; waiver e_waiver is on file as well")
    assert "waiver e_waiver does not count: no reason is stated" in grid(MARCH, waivers=[waiver("2026-03", reason="")])[0].reason


def test_a_duty_that_became_continuous_is_owed_in_both_ways() -> None:
    """Monthly until 20 March, continuous from the 21st: two occurrences of one month, told apart by their cadence."""
    cells = grid(
        [
            rule(Cadence.MONTHLY, starts=date(2026, 3, 1), ends=date(2026, 3, 20)),
            rule(Cadence.CONTINUOUS, starts=date(2026, 3, 21)),
        ]
    )
    march = [(cell.occurrence.cadence.value, cell.state.value) for cell in cells if cell.occurrence.interval == "2026-03"]
    assert sorted(march) == [("continuous", "unknown"), ("monthly", "missed")]
