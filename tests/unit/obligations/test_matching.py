"""Which performance stands for which occurrence: the cases people argue about."""

from __future__ import annotations

from datetime import date

from proofbook.obligations.cadence import Cadence
from proofbook.primitives.instants import Period
from support.duty_builder import grid, performed, rule, states


def test_three_reviews_in_four_quarters_show_one_missed() -> None:
    """The second review of Q3 does not repair Q2: nobody has said that it was meant to. It is listed where it was made."""
    file = [performed(day) for day in ("2026-02-10", "2026-07-15", "2026-08-20", "2026-11-01")]
    cells = grid(rule(), file)
    assert states(cells) == {"2026-Q1": "done", "2026-Q2": "missed", "2026-Q3": "done", "2026-Q4": "done"}
    assert cells[2].entries == ("e_2026-07-15", "e_2026-08-20")
    assert cells[2].reason == "performed 2026-07-15; 1 more on file, which stand for no other interval"


def test_a_missed_quarter_tells_what_came_after_it() -> None:
    """The owner of an April review for Q1 learns what to record."""
    missed = grid(rule(), [performed("2026-04-20")])[0]
    assert missed.state == "missed"
    assert missed.reason == (
        "was due by 2026-03-31, nothing on file counts; e_2026-04-20 of 2026-04-20 came later and does not say that it was for 2026-Q1"
    )
    assert missed.entries == ()


def test_a_review_within_the_grace_goes_to_the_earlier_deadline() -> None:
    """5 April is in time for Q1; the review of 20 April is then the one of Q2."""
    cells = grid(rule(grace=10), [performed("2026-04-05"), performed("2026-04-20")])
    assert [(cell.state.value, cell.entries) for cell in cells[:2]] == [("done", ("e_2026-04-05",)), ("done", ("e_2026-04-20",))]


def test_one_review_within_the_grace_does_not_serve_two_quarters() -> None:
    """It lies in both windows and stands for one."""
    assert states(grid(rule(grace=10), [performed("2026-04-05")]))["2026-Q2"] == "missed"


def test_a_review_that_names_its_quarter_is_late_for_it() -> None:
    """The statement was recorded with it; Q2 stays open for another one."""
    cells = grid(rule(), [performed("2026-04-20", interval="2026-Q1"), performed("2026-06-10")])
    assert [(cell.state.value, cell.entries) for cell in cells[:2]] == [("late", ("e_2026-04-20",)), ("done", ("e_2026-06-10",))]
    assert cells[0].reason == "performed 2026-04-20, due by 2026-03-31"


def test_a_named_review_counts_for_no_other_quarter() -> None:
    """A review of Q1 made in Q2 is not one of Q2."""
    assert states(grid(rule(), [performed("2026-04-20", interval="2026-Q1")]))["2026-Q2"] == "missed"


def test_a_named_review_after_the_next_quarter_is_no_longer_late_but_missed() -> None:
    """Late ends where the next interval ends; the entry stays in sight."""
    last, after = (performed(day, interval="2026-Q1") for day in ("2026-06-30 23:59:59", "2026-07-01 00:00:00"))
    assert states(grid(rule(), [last]))["2026-Q1"] == "late"
    cell = grid(rule(), [after])[0]
    assert (cell.state.value, cell.entries) == ("missed", (after.entry,))
    assert "names this interval, when the one after it was over" in cell.reason


def test_a_review_before_its_quarter_does_not_count_for_it() -> None:
    """Nobody can review a quarter that has not begun."""
    cell = grid(rule(), [performed("2026-03-30", interval="2026-Q2")])[1]
    assert (cell.state.value, cell.entries) == ("missed", ("e_2026-03-30",))
    assert "names this interval, which had not begun" in cell.reason


def test_of_two_that_name_one_quarter_the_earlier_counts() -> None:
    """The other is listed."""
    cell = grid(rule(), [performed("2026-03-20", interval="2026-Q1"), performed("2026-02-20", interval="2026-Q1")])[0]
    assert (cell.state.value, cell.entries) == ("done", ("e_2026-02-20", "e_2026-03-20"))
    assert cell.reason == "performed 2026-02-20; e_2026-03-20 of 2026-03-20 names this interval as well"


def test_a_named_review_leaves_the_unnamed_one_free() -> None:
    """The unnamed one in Q1's grace then serves Q2."""
    cells = grid(rule(grace=10), [performed("2026-03-01", interval="2026-Q1"), performed("2026-04-05")])
    assert [cell.entries for cell in cells[:2]] == [("e_2026-03-01",), ("e_2026-04-05",)]


def test_the_last_review_of_a_retired_duty_is_late_without_naming_it() -> None:
    """No other occurrence was open on that day, so it cannot have been meant for anything else."""
    retired = rule(ends=date(2026, 6, 30), grace=10)
    assert states(grid(retired, [performed("2026-07-20")])) == {"2026-Q1": "missed", "2026-Q2": "late"}
    assert states(grid(retired, [performed("2026-10-01")])) == {"2026-Q1": "missed", "2026-Q2": "missed"}


def test_a_second_stray_repairs_nothing_more() -> None:
    """One occurrence is late by one performance; the other one is listed nowhere near it as if it counted."""
    retired = rule(ends=date(2026, 6, 30))
    assert states(grid(retired, [performed("2026-07-20"), performed("2026-07-25")])) == {"2026-Q1": "missed", "2026-Q2": "late"}


def test_work_before_the_duty_began_does_not_count_and_is_shown() -> None:
    """A review on the eve of go-live is not the review of the quarter in service."""
    cell = grid(rule(starts=date(2026, 2, 1)), [performed("2026-01-31 23:59:59")])[0]
    assert (cell.state.value, cell.entries) == ("missed", ("e_2026-01-31 23:59:59",))


def test_what_filled_the_quarter_before_the_period_does_not_fill_the_first_in_it() -> None:
    """5 April was in time for Q1, which no period asked for here, and is spent."""
    later = Period(date(2026, 4, 1), date(2026, 12, 31), "UTC")
    assert states(grid(rule(grace=10), [performed("2026-04-05")], period=later))["2026-Q2"] == "missed"


def test_what_fills_the_quarter_after_the_period_is_not_late_for_the_last_in_it() -> None:
    """The review of 20 April is the one of Q2, whether or not Q2 was asked for."""
    earlier = Period(date(2026, 1, 1), date(2026, 3, 31), "UTC")
    assert states(grid(rule(), [performed("2026-04-20")], period=earlier)) == {"2026-Q1": "missed"}


def test_a_shorter_grace_from_april_on_makes_april_due_before_march() -> None:
    """The one performance of 10 April goes to what is due first, which is April, also for the period that ended in March."""
    versions = [
        rule(Cadence.MONTHLY, grace=60, starts=date(2026, 3, 1), ends=date(2026, 3, 31)),
        rule(Cadence.MONTHLY, starts=date(2026, 4, 1)),
    ]
    file = [performed("2026-04-10")]
    assert states(grid(versions, file))["2026-04"] == "done"
    for last in (date(2026, 3, 31), date(2026, 12, 31)):
        assert states(grid(versions, file, period=Period(date(2026, 1, 1), last, "UTC")))["2026-03"] == "missed"


def test_a_long_grace_keeps_its_window_open_beside_a_newer_one() -> None:
    """A spare performance of August lies in June's window, so it is not taken as late for July, whose own has closed."""
    versions = [
        rule(Cadence.MONTHLY, grace=90, starts=date(2026, 6, 1), ends=date(2026, 6, 30)),
        rule(Cadence.MONTHLY, starts=date(2026, 7, 1), ends=date(2026, 7, 31)),
    ]
    file = [performed("2026-06-10"), performed("2026-08-10")]
    assert states(grid(versions, file)) == {"2026-06": "done", "2026-07": "missed"}


def test_an_incomplete_review_never_counts() -> None:
    """Started is not performed; the reason says what is open, in the grace as well."""
    open_review = performed("2026-03-15", complete=False, note="2 removals open")
    in_grace = performed("2026-04-03", complete=False, interval="2026-Q1")
    cell = grid(rule(grace=10), [open_review, in_grace])[0]
    assert (cell.state.value, cell.entries) == ("missed", ("e_2026-03-15", "e_2026-04-03"))
    assert (
        "e_2026-03-15 of 2026-03-15 is not complete: 2 removals open; e_2026-04-03 of 2026-04-03 is not complete" in cell.reason
    )


def test_a_review_dated_after_its_own_record_does_not_count() -> None:
    """Nobody can write down in January that the review of March was made; a day of clock difference is let through."""
    early = performed("2026-03-15", recorded="2026-01-10")
    cell = grid(rule(), [early])[0]
    assert (cell.state.value, cell.entries) == ("missed", (early.entry,))
    assert "is dated 2026-03-15, later than it was recorded" in cell.reason
    assert states(grid(rule(), [performed("2026-03-15", recorded="2026-03-14")]))["2026-Q1"] == "done"
    assert states(grid(rule(), [performed("2026-03-15 12:00:01", recorded="2026-03-14")]))["2026-Q1"] == "missed"


def test_recorded_late_is_done_and_says_so() -> None:
    """Seven days are let through, a second more is shown; the state stays done."""
    punctual, tardy = (performed("2026-03-01", recorded=when) for when in ("2026-03-08 12:00:00", "2026-03-08 12:00:01"))
    assert [(one.state.value, one.late_recorded) for one in (grid(rule(), [punctual])[0], grid(rule(), [tardy])[0])] == [
        ("done", False),
        ("done", True),
    ]
    assert grid(rule(), [tardy])[0].reason == "performed 2026-03-01; recorded 7 d 1 s after it occurred"


def test_a_quarter_rests_on_the_review_that_was_recorded_in_time() -> None:
    """A backdated entry must not push aside the contemporaneous one of the same quarter, named or not; it stays listed."""
    tardy = performed("2026-01-10", recorded="2026-12-01")
    tardy_named = performed("2026-01-11", recorded="2026-12-01", interval="2026-Q1")
    punctual = performed("2026-02-10")
    for file in ([tardy, punctual], [tardy_named, punctual]):
        cell = grid(rule(), file)[0]
        assert (cell.state.value, cell.late_recorded, cell.entries) == ("done", False, (punctual.entry, file[0].entry))


def test_two_late_records_stay_what_they_are() -> None:
    """There is no better one to rest on."""
    file = [performed(day, recorded="2026-12-01") for day in ("2026-01-10", "2026-02-10")]
    cell = grid(rule(), file)[0]
    assert (cell.late_recorded, cell.entries) == (True, ("e_2026-01-10", "e_2026-02-10"))


def test_the_same_performance_told_twice_is_one() -> None:
    """A caller that reads a row twice must not fill two weeks with it."""
    once = performed("2026-01-06")
    assert grid(rule(Cadence.WEEKLY, grace=7), [once, once]) == grid(rule(Cadence.WEEKLY, grace=7), [once])


def test_many_things_beside_are_told_as_a_number() -> None:
    """Three are spelled out; all entries are listed."""
    file = [performed(f"2026-01-{day:02d}", complete=False) for day in range(1, 7)]
    cell = grid(rule(), file)[0]
    assert cell.reason.endswith("e_2026-01-03 of 2026-01-03 is not complete; 3 more of this sort")
    assert len(cell.entries) == 6


def test_a_skipped_day_with_grace_is_one_missed_day_in_the_end() -> None:
    """With two days of grace each day's check may be made up for; a check that was never made leaves one day open."""
    file = [performed(f"2026-01-{day:02d}") for day in range(1, 32) if day != 10]
    duty = rule(Cadence.DAILY, grace=2, starts=date(2026, 1, 1), ends=date(2026, 1, 31))
    for first in (date(2026, 1, 1), date(2026, 1, 20)):
        cells = grid(duty, file, period=Period(first, date(2026, 12, 31), "UTC"))
        assert [cell.occurrence.interval for cell in cells if cell.state == "missed"] == ["2026-01-31"]
