"""Not applicable, unknown and missed: never one for the other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from proofbook.obligations.blindness import format_length
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Blind
from support.duty_builder import SCOPE, at, blind, grid, performed, rule, waiver


def test_a_waiver_that_counts_makes_it_not_applicable() -> None:
    """With who decided and why, resting on the entry of the decision; it may be made before the due day."""
    for as_of in ("2026-02-01", "2030-01-01"):
        cell = grid(rule(), waivers=[waiver("2026-Q1")], as_of=as_of)[0]
        assert (cell.state.value, cell.entries) == ("not_applicable", ("e_waiver",))
        assert cell.reason == "waived by sample-person-1: no traffic in that quarter"


@pytest.mark.parametrize(
    ("field", "text", "flaw"),
    [
        ("reason", " ", "no reason is stated"),
        ("reason", "[[why it did not apply]]", "no reason is stated"),
        ("approver", "", "no approver is stated"),
        ("approver", "[[who]]", "no approver is stated"),
        ("requester", "", "no requester is stated"),
        ("requester", " SAMPLE-Person-1 ", "requested and approved by the same person"),
    ],
)
def test_a_waiver_that_does_not_count_leaves_it_missed(field: str, text: str, flaw: str) -> None:
    """A missed quarter is not talked away: the flaw is told beside it."""
    cell = grid(rule(), waivers=[waiver("2026-Q1", **{field: text})])[0]
    assert cell.state == "missed"
    assert cell.reason == f"was due by 2026-03-31, nothing on file counts; waiver e_waiver does not count: {flaw}"


def test_a_waiver_counts_for_its_own_interval_and_scope_only() -> None:
    """Nor does one for Q1 excuse Q2."""
    cells = grid([rule(), rule(scope="sample-other")], waivers=[waiver("2026-Q1")])
    waived = [(one.occurrence.scope, one.occurrence.interval) for one in cells if one.state == "not_applicable"]
    assert waived == [(SCOPE, "2026-Q1")]


def test_a_waiver_does_not_hide_what_was_performed() -> None:
    """Done stays done, and the contradiction is shown."""
    cell = grid(rule(), [performed("2026-02-01")], waivers=[waiver("2026-Q1")])[0]
    assert (cell.state.value, cell.reason) == ("done", "performed 2026-02-01; waiver e_waiver is on file as well")


def test_one_sound_waiver_among_flawed_ones_is_enough() -> None:
    """It was asked for again, properly."""
    flawed = waiver("2026-Q1", entry="e_a", approver="")
    assert grid(rule(), waivers=[flawed, waiver("2026-Q1", entry="e_b")])[0].entries == ("e_b",)


def test_a_recorder_gap_makes_observed_evidence_unknown() -> None:
    """The nightly check may have run; nobody could see it. The reason names the stretch and its length."""
    duty = rule(Cadence.DAILY, observed=True, starts=date(2026, 3, 1), ends=date(2026, 3, 3))
    cells = grid(duty, blinds=[blind("2026-03-02 10:00:00", "2026-03-02 12:05:00")])
    assert [cell.state.value for cell in cells] == ["missed", "unknown", "missed"]
    assert cells[1].reason == (
        "nothing on file counts, and blind for 2 h 5 min in all: 2026-03-02 10:00 UTC to 2026-03-02 12:05 UTC (recorder stopped)"
    )


def test_a_recorder_gap_excuses_nothing_that_people_file() -> None:
    """A manual review is not lost because a gateway stood still."""
    assert grid(rule(), blinds=[blind("2025-01-01", "2027-01-01")])[0].state == "missed"


def test_a_gap_during_the_grace_counts_and_one_after_it_does_not() -> None:
    """The window ends with the due day; the gap's end is not part of it."""
    duty = rule(Cadence.MONTHLY, observed=True, grace=5, starts=date(2026, 3, 1), ends=date(2026, 3, 31))
    for start, end, state in (
        ("2026-04-05 23:59:59", "2026-05-01", "unknown"),
        ("2026-04-06 00:00:00", "2026-05-01", "missed"),
        ("2026-02-01", "2026-03-01 00:00:00", "missed"),
        ("2026-02-01", "2026-03-01 00:00:00.000001", "unknown"),
        ("2026-03-10", "2026-03-10", "unknown"),
    ):
        assert grid(duty, blinds=[blind(start, end)])[0].state == state, (start, end)


def test_a_gap_of_one_system_blinds_that_one_and_the_organisation() -> None:
    """Evidence for the whole organisation may come from any system."""
    day = date(2026, 3, 1)
    scopes = (SCOPE, "sample-other", "")
    rules = [rule(Cadence.DAILY, observed=True, starts=day, ends=day, scope=scope) for scope in scopes]
    cells = grid(rules, blinds=[blind("2026-03-01 01:00:00", "2026-03-01 02:00:00", scope=SCOPE)])
    assert {cell.occurrence.scope: cell.state.value for cell in cells} == {
        SCOPE: "unknown",
        "sample-other": "missed",
        "": "unknown",
    }


def test_overlapping_gaps_are_not_counted_twice() -> None:
    """Two sources were down at once: the total is the time in which somebody was blind, with both reasons."""
    duty = rule(Cadence.DAILY, observed=True, starts=date(2026, 3, 1), ends=date(2026, 3, 1))
    gaps = [
        blind("2026-03-01 01:00:00", "2026-03-01 03:00:00", "gateway stopped"),
        blind("2026-03-01 02:00:00", "2026-03-01 02:30:00", "disk full"),
    ]
    assert "blind for 2 h in all" in grid(duty, blinds=gaps)[0].reason
    assert grid(duty, blinds=gaps)[0].reason.endswith("(gateway stopped, disk full)")


def test_many_gaps_are_told_as_five_and_a_number() -> None:
    """The total covers all of them."""
    duty = rule(Cadence.DAILY, observed=True, starts=date(2026, 3, 1), ends=date(2026, 3, 1))
    gaps = [blind(f"2026-03-01 {hour:02d}:00:00", f"2026-03-01 {hour:02d}:10:00") for hour in range(7)]
    reason = grid(duty, blinds=gaps)[0].reason
    assert "blind for 1 h 10 min in all" in reason
    assert reason.endswith(", and 2 more")


def test_a_gap_at_the_end_of_time_is_ignored() -> None:
    """One that begins in the year 9999 touches nothing, and one that lasts until then is cut."""
    duty = rule(Cadence.DAILY, observed=True, starts=date(2026, 3, 1), ends=date(2026, 3, 1))
    never = at("9999-12-31 23:59:59.999999")
    assert grid(duty, blinds=[Blind(never, never, "clock")])[0].state == "missed"
    assert "blind for 23 h in all" in grid(duty, blinds=[Blind(at("2026-03-01 01:00:00"), never, "clock")])[0].reason


def test_before_the_book_began_nothing_is_known() -> None:
    """A quarter that began before the book is unknown; the first whole one is missed. A record entered afterwards still counts."""
    began = at("2026-01-01 00:00:00.000001")
    cells = grid(rule(), began=began)
    assert [cell.state.value for cell in cells] == ["unknown", "missed", "missed", "missed"]
    assert cells[0].reason == "nothing on file counts, and the book began only at 2026-01-01T00:00:00.000001Z"
    assert grid(rule(), began=at("2026-01-01 00:00:00"))[0].state == "missed"
    late_entry = performed("2026-01-01 00:00:00", recorded="2026-03-01")
    assert [(one.state.value, one.late_recorded) for one in grid(rule(), [late_entry], began=began)[:1]] == [("done", True)]


def test_a_duty_that_is_younger_than_the_book_is_known_from_its_first_day() -> None:
    """The part of the quarter before the duty does not matter."""
    assert grid(rule(starts=date(2026, 2, 1)), began=at("2026-01-15"))[0].state == "missed"


def test_nothing_is_unknown_before_it_is_due() -> None:
    """A gap in a running quarter is no state yet: the review can still be made."""
    assert grid(rule(observed=True), blinds=[blind("2026-01-02", "2026-01-03")], as_of="2026-02-01")[0].state == "not_due"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=3, hours=2, minutes=5, seconds=7), "3 d 2 h 5 min 7 s"),
        (timedelta(hours=1), "1 h"),
        (timedelta(days=1, seconds=1), "1 d 1 s"),
        (timedelta(microseconds=999_999), "less than 1 s"),
        (timedelta(), "less than 1 s"),
    ],
)
def test_lengths_are_told_in_plain_units(length: timedelta, text: str) -> None:
    """A stretch that is on file never reads as zero."""
    assert format_length(length) == text
