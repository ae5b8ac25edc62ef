"""Which occurrences a control's page lists, and which widths an address may name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from proofbook.errors import InputError
from proofbook.obligations.cadence import Cadence
from proofbook.obligations.duty import Cell, Occurrence, State
from proofbook.portal.staff.coverage.control_page import MOST, shown_of
from proofbook.portal.staff.coverage.grid_page import read_width


def cells(*states: State) -> list[Cell]:
    """Occurrences of days in a row."""
    made = []
    for number, state in enumerate(states):
        day = date(2026, 1, 1) + timedelta(days=number)
        owed = Occurrence("LC-20", "", day.isoformat(), day, day, day, part=False, cadence=Cadence.DAILY)
        made.append(Cell(owed, state, "sample", (), late_recorded=False))
    return made


def test_few_are_listed_as_they_are() -> None:
    """Nothing is left out of what can be read."""
    given = cells(*[State.DONE] * MOST)
    assert shown_of(given) == tuple(given)


def test_of_many_what_needs_a_look_stays_in_its_order() -> None:
    """A page of ten thousand rows hides the one that matters; so would a cut at the end."""
    given = cells(*[State.DONE] * 500, State.MISSED, *[State.DONE] * 50, State.UNKNOWN)
    shown = shown_of(given)
    assert len(shown) == MOST
    assert [each.state for each in shown[-2:]] == [State.MISSED, State.UNKNOWN]
    assert list(shown) == sorted(shown, key=lambda each: each.occurrence.first)


@pytest.mark.parametrize(("given", "width"), [({}, "month"), ({"by": ""}, "month"), ({"by": "quarter"}, "quarter")])
def test_width_is_the_month_unless_the_address_says_quarter(given: dict[str, str], width: str) -> None:
    """The narrower one shows more."""
    assert read_width(given) == width


def test_another_width_is_refused_with_those_there_are() -> None:
    """A page of something else would look like what was asked for."""
    with pytest.raises(InputError) as caught:
        read_width({"by": "week"})
    assert "by=quarter" in str(caught.value.hint)
