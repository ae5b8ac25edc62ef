"""The example of docs/formats/obligations.md, so that the page and the grid say the same."""

from __future__ import annotations

from datetime import date

from proofbook.obligations.duty import Cell, Performance
from proofbook.obligations.rollup import roll_up
from support.duty_builder import at, grid, performed, rule, year

BERLIN = "Europe/Berlin"
DUTY = rule(zone=BERLIN, grace=10, starts=date(2026, 2, 1))
A = performed("2026-04-10 23:59:59", zone=BERLIN, entry="A")
B = performed("2026-05-20", recorded="2026-07-02", zone=BERLIN, entry="B")
C = performed("2026-08-20", zone=BERLIN, entry="C", complete=False, note="two removals open")
D = performed("2026-10-20", zone=BERLIN, entry="D")


def example(*file: Performance) -> tuple[Cell, ...]:
    """The year as seen on 15 November."""
    return grid(DUTY, file, period=year(2026, BERLIN), as_of="2026-11-15", began=at("2026-01-05"))


def test_the_example_comes_out_as_printed() -> None:
    """Whoever checks the page by hand must reach what the program shows."""
    cells = example(A, B, C, D)
    assert [(one.state.value, one.entries, one.late_recorded, one.occurrence.part) for one in cells] == [
        ("done", ("A",), False, True),
        ("done", ("B",), True, False),
        ("missed", ("C",), False, False),
        ("done", ("D",), False, False),
    ]
    assert cells[1].reason == "performed 2026-05-20; recorded 43 d after it occurred"
    assert [one.occurrence.due for one in cells] == [date(2026, 4, 10), date(2026, 7, 10), date(2026, 10, 10), date(2027, 1, 10)]
    assert roll_up(cells) == "missed"


def test_its_last_two_sentences_hold() -> None:
    """A second later is Q2; a named interval makes Q3 late and leaves Q4 to come."""
    later = performed("2026-04-11 00:00:00", zone=BERLIN, entry="A")
    cells = example(later, B, C, D)
    assert [(one.state.value, one.entries) for one in cells[:2]] == [("missed", ()), ("done", ("A", "B"))]
    named = performed("2026-10-20", zone=BERLIN, entry="D", interval="2026-Q3")
    cells = example(A, B, C, named)
    assert [one.state.value for one in cells] == ["done", "done", "late", "not_due"]
