"""States at their edges: moments, periods, what was known when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.grid import assess
from proofbook.primitives.instants import Period
from support.duty_builder import LONG_AGO, grid, moment, performed, rule, states, year


@pytest.mark.parametrize(
    "zone", ["America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12", "Australia/Lord_Howe"]
)
def test_the_last_second_and_the_first_lie_in_their_own_months(zone: str) -> None:
    """23:59:59 on the 31st is March, 00:00:00 is April, in the zone that the duty states and in no other."""
    duty = rule(Cadence.MONTHLY, zone)
    last = states(grid(duty, [performed("2026-03-31 23:59:59.999999", zone=zone)], period=year(2026, zone)))
    first = states(grid(duty, [performed("2026-04-01 00:00:00", zone=zone)], period=year(2026, zone)))
    assert (last["2026-03"], last["2026-04"]) == ("done", "missed")
    assert (first["2026-03"], first["2026-04"]) == ("missed", "done")


def test_the_last_second_of_the_grace_is_in_time_and_the_next_is_not() -> None:
    """The due day is a whole day of the zone, on the day the clocks go forward as well."""
    duty = rule(Cadence.MONTHLY, "Europe/Berlin", grace=29, ends=date(2026, 2, 28))
    for told, state in (("2026-03-29 23:59:59", "done"), ("2026-03-30 00:00:00", "late")):
        file = [performed(told, zone="Europe/Berlin")]
        assert states(grid(duty, file))["2026-02"] == state, told


def test_week_53_is_owed_once() -> None:
    """Its days lie in two years; the performance on 1 January 2027 is the one of 2026-W53."""
    cells = grid(rule(Cadence.WEEKLY), [performed("2027-01-01")], period=year(2027))
    assert (cells[0].occurrence.interval, cells[0].state.value, cells[0].occurrence.part) == ("2026-W53", "done", True)
    assert cells[1].occurrence.interval == "2027-W01"


def test_what_was_done_outside_the_period_says_so() -> None:
    """The auditor of July to December must see that the year's exercise was in March, and that grace ran into the next year."""
    period = Period(date(2026, 7, 1), date(2026, 12, 31), "UTC")
    before = grid(rule(Cadence.ANNUAL), [performed("2026-03-01")], period=period)[0]
    assert (before.state.value, before.reason) == ("done", "performed 2026-03-01; before the period began on 2026-07-01")
    after = grid(rule(Cadence.ANNUAL, grace=30), [performed("2027-01-10")], period=period)[0]
    assert (after.state.value, after.reason) == ("done", "performed 2027-01-10; after the period ended on 2026-12-31")


def test_not_due_ends_with_the_due_day() -> None:
    """Until the last moment of the grace nothing can be missed; from the next one on it is."""
    before = grid(rule(grace=5), as_of="2026-04-05 23:59:59.999999")[0]
    assert (before.state.value, before.reason) == ("not_due", "due by 2026-04-05")
    assert grid(rule(grace=5), as_of="2026-04-06 00:00:00")[0].state == "missed"


def test_a_quarter_may_be_done_before_it_is_due() -> None:
    """Looking at the grid in February, a review of January is done."""
    assert states(grid(rule(), [performed("2026-01-20")], as_of="2026-02-01"))["2026-Q1"] == "done"


def test_nothing_recorded_later_was_known() -> None:
    """The grid as of 1 May shows what was known then, although the review of March was entered on 2 May."""
    file = [performed("2026-03-15", recorded="2026-05-02")]
    assert grid(rule(), file, as_of="2026-05-01")[0].state == "missed"
    assert grid(rule(), file, as_of="2026-05-03")[0].state == "done"


def test_what_is_dated_in_the_future_has_not_happened() -> None:
    """Within the day that clocks may differ by, too."""
    file = [performed("2026-03-15 12:00:00", recorded="2026-03-15 06:00:00")]
    cell = grid(rule(), file, as_of="2026-03-15 07:00:00")[0]
    assert (cell.state.value, cell.entries) == ("not_due", (file[0].entry,))
    assert grid(rule(), file, as_of="2026-03-15 12:00:00")[0].state == "done"


@pytest.mark.parametrize("when", ["0001-01-01 00:00:00", "1899-12-31", "9999-12-31 23:59:59.999999"])
def test_a_performance_of_an_impossible_year_changes_nothing(when: str) -> None:
    """A typing error in a year must not stop the whole grid."""
    for cadence in (Cadence.ANNUAL, Cadence.DAILY):
        duty = rule(cadence, starts=date(2026, 1, 1))
        assert states(grid(duty, [performed(when)])) == states(grid(duty))


def test_duties_and_scopes_do_not_mix() -> None:
    """A review of one system does not fill the quarter of another, nor the organisation's."""
    cells = grid([rule(), rule(scope="sample-other"), rule(scope="")], [performed("2026-02-01")])
    assert [(cell.occurrence.scope, cell.state.value) for cell in cells if cell.occurrence.interval == "2026-Q1"] == [
        ("", "missed"),
        ("sample-desk", "done"),
        ("sample-other", "missed"),
    ]


def test_duties_per_event_and_their_answers_are_not_of_this_grid() -> None:
    """A run made for a change is that change's; it is counted once."""
    assert grid(rule(Cadence.PER_EVENT)) == ()
    assert grid(rule(), [performed("2026-02-01", event="e_change")])[0].state == "missed"


def test_a_moment_without_zone_and_a_malformed_beginning_are_refused() -> None:
    """Both would be compared with instants as if they were such."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(MalformedRecord, match="without a time zone"):
        assess([], [], [], [], year(2026), naive, LONG_AGO)
    with pytest.raises(MalformedRecord, match="not an instant"):
        assess([], [], [], [], year(2026), datetime(2026, 1, 1, tzinfo=UTC), "")


def test_the_days_until_late_recorded_can_be_set() -> None:
    """A company may promise to write things down within a day."""
    file = [performed("2026-02-01", recorded="2026-02-03")]
    for days, shown in ((1, True), (2, False)):
        cells = assess([rule()], file, [], [], year(2026), moment("2027-06-01"), LONG_AGO, days)
        assert cells[0].late_recorded is shown
