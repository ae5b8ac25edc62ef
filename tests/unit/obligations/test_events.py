"""Duties per event: the event asks, and only what names it answers."""

from __future__ import annotations

from datetime import date

import pytest

from proofbook.errors import MalformedRecord
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Event
from proofbook.primitives.instants import Period
from support.duty_builder import CONTROL, SCOPE, at, blind, event_grid, moment, performed, rule, waiver

DUTY = rule(Cadence.PER_EVENT, grace=3)


def event(happened: str, due: str | None = None, *, entry: str = "e_event", zone: str = "UTC", scope: str = SCOPE) -> Event:
    """An event at that local moment, with or without a due moment of its own."""
    return Event(entry, CONTROL, scope, at(happened, zone), None if due is None else moment(due, zone))


def test_an_answer_in_time_is_done() -> None:
    """The cell lies in the month of the event and names it."""
    cell = event_grid(DUTY, [event("2026-03-30")], [performed("2026-04-02 23:59:59", event="e_event")])[0]
    assert (cell.state.value, cell.entries, cell.reason) == ("done", ("e_2026-04-02 23:59:59",), "performed 2026-04-02")
    told = cell.occurrence
    assert (told.interval, told.first, told.last, told.due, told.event) == (
        "2026-03",
        date(2026, 3, 30),
        date(2026, 3, 30),
        date(2026, 4, 2),
        "e_event",
    )


def test_an_answer_after_the_grace_is_late_however_long_after() -> None:
    """It names the event, so there is no doubt what it was for."""
    for told in ("2026-04-03 00:00:00", "2028-01-01"):
        cell = event_grid(DUTY, [event("2026-03-30")], [performed(told, event="e_event")])[0]
        assert cell.state == "late"
        assert cell.reason == f"performed {told[:10]}, due by 2026-04-02"


def test_a_stated_due_moment_is_the_last_in_time() -> None:
    """Four hours to triage are four hours, without days of grace."""
    asked = event("2026-03-30 08:00:00", "2026-03-30 12:00:00")
    for told, state in (("2026-03-30 12:00:00", "done"), ("2026-03-30 12:00:00.000001", "late")):
        assert event_grid(DUTY, [asked], [performed(told, event="e_event")])[0].state == state
    assert event_grid(DUTY, [asked], as_of="2026-03-30 12:00:00")[0].state == "not_due"
    assert event_grid(DUTY, [asked], as_of="2026-03-30 12:00:00.000001")[0].state == "missed"


def test_an_approval_may_come_before_what_it_approves() -> None:
    """And must, when the due moment lies before the event: a grant approved afterwards is late."""
    asked = event("2026-03-30 08:00:00", "2026-03-30 07:59:59")
    for told, state in (("2026-03-28", "done"), ("2026-03-30 09:00:00", "late")):
        assert event_grid(DUTY, [asked], [performed(told, event="e_event")])[0].state == state
    assert event_grid(DUTY, [asked])[0].state == "missed"


def test_what_names_no_event_or_another_answers_nothing() -> None:
    """Nearness in time is no evidence."""
    file = [performed("2026-03-30"), performed("2026-03-30 13:00:00", event="e_other")]
    cell = event_grid(DUTY, [event("2026-03-30")], file)[0]
    assert (cell.state.value, cell.entries) == ("missed", ())


def test_an_incomplete_answer_is_none() -> None:
    """It is listed, beside a complete one as well."""
    begun = performed("2026-03-31", event="e_event", complete=False, note="removal open")
    cell = event_grid(DUTY, [event("2026-03-30")], [begun])[0]
    assert (cell.state.value, cell.entries) == ("missed", ("e_2026-03-31",))
    assert cell.reason.endswith("e_2026-03-31 of 2026-03-31 is not complete: removal open")
    both = event_grid(DUTY, [event("2026-03-30")], [begun, performed("2026-04-01", event="e_event")])[0]
    assert (both.state.value, both.entries) == ("done", ("e_2026-04-01", "e_2026-03-31"))


def test_of_several_answers_the_earliest_punctual_one_in_time_counts() -> None:
    """The backdated one is listed, the late one too, and one that names an interval besides is no less an answer."""
    file = [
        performed("2026-03-30", event="e_event", recorded="2026-06-01"),
        performed("2026-04-01", event="e_event", interval="2026-03"),
        performed("2026-05-01", event="e_event"),
    ]
    cell = event_grid(DUTY, [event("2026-03-30")], file)[0]
    assert cell.entries == ("e_2026-04-01", "e_2026-03-30", "e_2026-05-01")
    assert (cell.state.value, cell.late_recorded, cell.reason) == ("done", False, "performed 2026-04-01; 2 more on file")
    alone = event_grid(DUTY, [event("2026-03-30")], file[:1])[0]
    assert (alone.late_recorded, alone.reason) == (True, "performed 2026-03-30; recorded 63 d after it occurred")


def test_a_waiver_names_the_event_and_not_its_month() -> None:
    """One decision does not clear a month of changes."""
    assert event_grid(DUTY, [event("2026-03-30")], waivers=[waiver("2026-03")])[0].state == "missed"
    cell = event_grid(DUTY, [event("2026-03-30")], waivers=[waiver("e_event")])[0]
    assert (cell.state.value, cell.entries) == ("not_applicable", ("e_waiver",))


def test_gaps_and_the_beginning_of_the_book_make_it_unknown() -> None:
    """Only between the event and its due moment, and only for evidence that a program records."""
    gap = [blind("2026-04-01", "2026-04-02")]
    observed = rule(Cadence.PER_EVENT, grace=3, observed=True)
    assert event_grid(observed, [event("2026-03-30")], blinds=gap)[0].state == "unknown"
    assert event_grid(DUTY, [event("2026-03-30")], blinds=gap)[0].state == "missed"
    assert event_grid(observed, [event("2026-03-25")], blinds=gap)[0].state == "missed"
    assert event_grid(DUTY, [event("2026-03-30")], began=at("2026-03-31"))[0].state == "unknown"


def test_an_event_belongs_to_the_day_it_had_in_the_zone() -> None:
    """23:59:59 on New Year's Eve in Tokyo is 14:59:59 in UTC and the old year's; a second later is not."""
    duty = rule(Cadence.PER_EVENT, "Asia/Tokyo")
    found = event_grid(
        duty,
        [
            event("2026-12-31 23:59:59", entry="e_old", zone="Asia/Tokyo"),
            event("2027-01-01 00:00:00", entry="e_new", zone="Asia/Tokyo"),
            event("2025-12-31 23:59:59", entry="e_older", zone="Asia/Tokyo"),
        ],
        period=Period(date(2026, 1, 1), date(2026, 12, 31), "Asia/Tokyo"),
    )
    assert [cell.occurrence.event for cell in found] == ["e_old"]


def test_an_event_is_owed_when_a_rule_existed_on_its_day() -> None:
    """The newest of the versions that did gives the grace; other scopes and rules by interval owe nothing for it."""
    rules = [
        rule(Cadence.PER_EVENT, starts=date(2026, 2, 1), ends=date(2026, 3, 31), grace=1),
        rule(Cadence.PER_EVENT, starts=date(2026, 3, 1), ends=date(2026, 3, 31), grace=9),
        rule(Cadence.QUARTERLY),
    ]
    days = ("2026-01-31", "2026-02-01", "2026-03-02", "2026-04-01")
    events = [event(day, entry=day) for day in days] + [event("2026-03-02", scope="sample-other")]
    assert [(one.occurrence.event, one.occurrence.due) for one in event_grid(rules, events)] == [
        ("2026-02-01", date(2026, 2, 2)),
        ("2026-03-02", date(2026, 3, 11)),
    ]


def test_an_event_told_twice_is_one_and_told_differently_is_refused() -> None:
    """Two moments for one entry cannot both be what the book says."""
    assert len(event_grid(DUTY, [event("2026-03-30"), event("2026-03-30")])) == 1
    with pytest.raises(MalformedRecord, match="told twice"):
        event_grid(DUTY, [event("2026-03-30"), event("2026-03-31")])


def test_events_of_impossible_years_lie_in_no_period() -> None:
    """They are not an overflow either."""
    assert event_grid(DUTY, [event("0001-01-01 00:00:00"), event("9999-12-31 23:59:59", entry="e_last")]) == ()
