"""Duties per event: one cell for each event, wherever a period is cut and however the facts are ordered."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Cell, Event, Performance, State
from proofbook.obligations.events import assess_events
from proofbook.primitives.instants import Period, format_instant
from support.duty_builder import CONTROL, LONG_AGO, SCOPE, moment, rule

START = moment("2026-01-01 00:00:00")
AS_OF = moment("2026-06-01 00:00:00")
WHOLE = Period(date(2025, 12, 1), date(2026, 6, 30), "Asia/Kathmandu")
RANK = {State.DONE: 2, State.LATE: 1}
DUTY = [
    rule(Cadence.PER_EVENT, "Asia/Kathmandu", starts=date(2026, 1, 10), ends=date(2026, 2, 28), grace=2),
    rule(Cadence.PER_EVENT, "Asia/Kathmandu", starts=date(2026, 3, 1), grace=9, observed=True),
]

HOURS = st.integers(0, 24 * 150).map(lambda hours: timedelta(hours=hours))
EVENTS = st.lists(
    st.builds(
        lambda name, after, due: Event(
            f"e_event_{name}",
            CONTROL,
            SCOPE,
            format_instant(START + after),
            None if due is None else START + after + timedelta(hours=due),
        ),
        st.integers(0, 30),
        HOURS,
        st.none() | st.integers(-48, 200),
    ),
    max_size=8,
    unique_by=lambda event: event.entry,
)
ANSWERS = st.builds(
    lambda name, answers, after, delay, complete: Performance(
        f"e_{name}",
        CONTROL,
        SCOPE,
        format_instant(START + after),
        format_instant(START + after + timedelta(days=delay)),
        complete,
        "",
        f"e_event_{answers}",
    ),
    st.integers(0, 10**9),
    st.integers(0, 30),
    HOURS,
    st.sampled_from([-3, 0, 0, 20]),
    st.sampled_from([True, True, False]),
)


def cells_of(events: list[Event], answers: list[Performance], period: Period = WHOLE) -> dict[str, Cell]:
    """Cells by event."""
    cells = assess_events(DUTY, events, answers, [], [], period, AS_OF, LONG_AGO)
    found = {cell.occurrence.event: cell for cell in cells}
    assert len(found) == len(cells)
    return found


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.lists(ANSWERS, max_size=12), st.integers(0, 200))
def test_each_event_lies_in_one_part_of_a_period_and_is_judged_alike(
    events: list[Event], answers: list[Performance], cut: int
) -> None:
    """The delta since an interim date holds exactly the events that the first part did not."""
    middle = WHOLE.first + timedelta(days=cut)
    before = cells_of(events, answers, Period(WHOLE.first, middle, WHOLE.zone))
    after = cells_of(events, answers, Period(middle + timedelta(days=1), WHOLE.last, WHOLE.zone))
    assert not before.keys() & after.keys()
    assert before | after == cells_of(events, answers)


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.lists(ANSWERS, max_size=12), ANSWERS, st.randoms(use_true_random=False))
def test_one_more_answer_never_makes_a_state_worse_in_any_order(
    events: list[Event], answers: list[Performance], more: Performance, order: Random
) -> None:
    """Nor does it touch the state of another event."""
    before = cells_of(events, answers)
    after = cells_of(order.sample(events, len(events)), order.sample([more, *answers], len(answers) + 1))
    assert before.keys() == after.keys()
    for event, cell in before.items():
        if event == more.event:
            assert RANK.get(after[event].state, 0) >= RANK.get(cell.state, 0)
        else:
            assert after[event] == cell


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.lists(ANSWERS, max_size=12))
def test_an_event_rests_on_an_answer_that_names_it(events: list[Event], answers: list[Performance]) -> None:
    """Done is in time, late is not; both are complete and were known."""
    moments = {event.entry: event for event in events}
    by_entry = {one.entry: one for one in answers}
    for event, cell in cells_of(events, answers).items():
        if cell.state in RANK:
            one, due = by_entry[cell.entries[0]], moments[event].due
            assert (one.event, one.complete) == (event, True)
            assert one.recorded <= format_instant(AS_OF)
            if due is not None:
                assert (one.occurred <= format_instant(due)) == (cell.state is State.DONE)
