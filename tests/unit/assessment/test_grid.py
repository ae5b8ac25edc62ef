"""The coverage grid: columns, rows, squares, roll-ups; every occurrence stands in exactly one place."""

from __future__ import annotations

from datetime import date

import pytest

from proofbook.assessment.facts import Facts
from proofbook.assessment.grid import Grid, Row, derive_grid, make_columns, name_of
from proofbook.obligations.duty import State
from proofbook.primitives.instants import parse_period
from support.facts_builder import PERSON, FactsBuilder

DESK = {"system": "sample-desk"}
GRANT = {"subject_id": "sample-person-2", "subject_kind": "person", "role": "use"} | DESK


def reviewed(*days: str) -> FactsBuilder:
    """A system whose page was reviewed on these days."""
    builder = FactsBuilder().system("sample-desk")
    for number, day in enumerate(days):
        builder.add("inventory.review", f"ir-{number}", happened=day, reviewer=PERSON, outcome="no_change", **DESK)
    return builder


def row_of(grid: Grid, control: str, scope: str = "sample-desk") -> Row:
    """The first row of a control and scope."""
    return next(each for each in grid.rows if (each.control, each.scope) == (control, scope))


def states(row: Row) -> list[str | None]:
    """State of each square."""
    return [None if each is None else each.state.value for each in row.squares]


@pytest.mark.parametrize(
    ("width", "ids"), [("quarter", ["2026-Q1", "2026-Q2"]), ("month", ["2026-02", "2026-03", "2026-04", "2026-05"])]
)
def test_columns_are_cut_to_the_period(width: str, ids: list[str]) -> None:
    """A column that reached beyond the period would hold what nobody asked about."""
    columns = make_columns(parse_period("2026-02-15", "2026-05-03", "UTC"), "quarter" if width == "quarter" else "month")
    assert [each.id for each in columns] == ids
    assert (columns[0].first, columns[-1].last) == (date(2026, 2, 15), date(2026, 5, 3))


def test_three_of_four_quarters_leave_one_missed() -> None:
    """A quarterly control done three times is not three quarters of a control."""
    grid = derive_grid(reviewed("2026-03-20", "2026-06-20", "2026-12-20").build(), "quarter")
    assert states(row_of(grid, "LC-02")) == ["done", "done", "missed", "done"]
    standing = grid.standing("LC-02")
    assert standing is not None
    assert (standing.state, standing.counts[State.DONE], standing.counts[State.MISSED]) == (State.MISSED, 3, 1)


def test_occurrence_stands_in_the_column_it_ends_in() -> None:
    """By month, a quarter stands where it ends; and in no other column."""
    assert states(row_of(derive_grid(reviewed("2026-03-20").build()), "LC-02"))[:4] == [None, None, "done", None]


def test_both_widths_count_the_same() -> None:
    """Wider columns are another look at the same occurrences."""
    facts = reviewed("2026-03-20", "2026-06-20").build()
    grid = derive_grid(facts)
    assert grid.counts == derive_grid(facts, "quarter").counts
    assert sum(grid.counts.values()) == sum(len(row.cells) for row in grid.rows)


def test_square_shows_what_is_most_in_need_of_a_look() -> None:
    """Thirty days done and one missed are not done; how many more there are is said."""
    builder = FactsBuilder("2026-03-01", "2026-03-31")
    for day in range(3, 32):
        builder.add("backup.run", f"bk-{day}", happened=f"2026-03-{day:02}", job="nightly", outcome="complete")
    (square,) = row_of(derive_grid(builder.build()), "LC-28", "").squares
    assert square is not None
    assert (square.state, len(square.cells)) == (State.MISSED, 31)
    assert square.reason.endswith("(and 1 more missed)")
    assert not square.late_recorded


def test_recorded_late_is_seen_in_the_square() -> None:
    """Done in March and written down in May is done, and marked."""
    stated = {"reviewer": PERSON, "outcome": "no_change"} | DESK
    builder = (
        FactsBuilder()
        .system("sample-desk")
        .add("inventory.review", "ir-1", happened="2026-03-20", recorded="2026-05-02", **stated)
    )
    square = row_of(derive_grid(builder.build(), "quarter"), "LC-02").squares[0]
    assert square is not None
    assert square.late_recorded


def test_event_stands_in_its_month_and_names_what_called() -> None:
    """Who reads the grid must find the grant behind the square."""
    builder = FactsBuilder().system("sample-desk").add("access.grant", "g-1", happened="2026-03-02", **GRANT)
    grid = derive_grid(builder.build())
    (cell,) = row_of(grid, "LC-04").cells
    call = grid.call_of(cell)
    assert call is not None
    assert (call.id, cell.state) == ("g-1", State.MISSED)
    assert name_of(cell) == f"LC-04/sample-desk/{call.entry}"
    assert grid.call_of(row_of(grid, "LC-02").cells[0]) is None
    assert name_of(row_of(grid, "LC-02").cells[0]) == "LC-02/sample-desk/2026-Q1"


def test_owner_is_the_systems_else_the_controls() -> None:
    """An illustrative control names a role, which nobody can be asked."""
    stated = {"status": "active", "effective_on": "2025-12-01", "owner": "sample-person-9"}
    builder = FactsBuilder().system("sample-desk").system("sample-other", business_owner=None)
    grid = derive_grid(builder.add("control", "LC-02", **stated).add("control", "LC-03", **stated).build())
    owners = {(each.control, each.scope): each.owner for each in grid.rows}
    assert [owners["LC-02", "sample-desk"], owners["LC-02", "sample-other"]] == [PERSON, "sample-person-9"]
    assert [owners["LC-03", ""], owners["LC-20", ""]] == ["sample-person-9", "unknown"]


def test_control_of_which_nothing_was_due_is_still_named() -> None:
    """It must not be forgotten only because nothing happened."""
    standing = derive_grid(reviewed().build()).standing("LC-15")
    assert standing is not None
    assert not standing.owed


def test_only_versions_that_held_in_the_period_are_shown() -> None:
    """And of a control that ended before it, the last."""

    def change(builder: FactsBuilder, effective: str, **fields: str) -> FactsBuilder:
        return builder.add("control", "LC-02", status="active", effective_on=effective, recorded=effective, **fields)

    def shown(facts: Facts) -> list[int]:
        standing = derive_grid(facts).standing("LC-02")
        assert standing is not None
        return [each.version for each in standing.versions]

    both = change(change(change(reviewed(), "2025-12-01"), "2025-12-10"), "2026-07-01")
    assert shown(both.build()) == [2, 3]
    assert shown(change(reviewed(), "2025-12-01", ends_on="2025-12-20").build()) == [1]


def test_rows_stand_in_the_order_of_controls() -> None:
    """Own controls stand where the illustrative one stood, by calendar before by event."""
    stated = {"status": "active", "effective_on": "2025-12-01", "based_on": "LC-02"}
    grid = derive_grid(
        reviewed().add("control", "zz-inventory", **stated).add("access.grant", "g-1", happened="2026-03-02", **GRANT).build()
    )
    order = list(dict.fromkeys(row.control for row in grid.rows))
    assert order.index("zz-inventory") < order.index("LC-03") < order.index("LC-04")


def test_unknown_control_has_no_standing() -> None:
    """A card may point at a control that is not in scope."""
    assert derive_grid(FactsBuilder(categories=("security",)).build()).standing("LC-26") is None
