"""A page made ready for its templates: nothing hidden, nothing wider than paper, no word cut where there is room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proofbook.artifacts.page import Cell, Field, Fields, Standing, Table
from proofbook.artifacts.shaping import measure, name_silent_columns, shape_block

NOTHING = Cell("not stated", Standing.NOT_STATED)
WORDS = st.text(alphabet="abcdefghij -", min_size=1, max_size=80)


def test_what_says_nothing_is_named_after_what_says_something() -> None:
    """Gathered is not hidden: every label is still there."""
    rows = (Field("A", NOTHING), Field("B", Cell("b")), Field("C", Cell("unknown", Standing.UNKNOWN)), Field("D", NOTHING))
    shaped = shape_block(Fields("Group", rows))
    assert [each["label"] for each in shaped["rows"]] == ["B"]
    assert [(each["word"], each["labels"]) for each in shaped["silent"]] == [("not stated", ["A", "D"]), ("unknown", ["C"])]


def test_an_unknown_that_says_more_keeps_its_line() -> None:
    """`no scan is recorded` is more than unknown."""
    shaped = shape_block(Fields("Group", (Field("Scan", Cell("no scan is recorded", Standing.UNKNOWN)),)))
    assert [each["label"] for each in shaped["rows"]] == ["Scan"]


def test_a_column_in_which_no_row_says_anything_is_named_below() -> None:
    """Twelve columns of which five are empty are unreadable; five names are not."""
    table = Table("T", ("A", "B", "C"), ((Cell("1"), NOTHING, Cell("x")), (Cell("2"), NOTHING, NOTHING)), "none", "Note.")
    shown = name_silent_columns(table)
    assert shown.columns == ("A", "C")
    assert shown.note == "Note. Not stated in any row: B."
    assert [len(row) for row in shown.rows] == [2, 2]


def test_a_table_that_says_nothing_at_all_stays_as_it_is() -> None:
    """Dropping every column would drop the rows."""
    table = Table("T", ("A",), ((NOTHING,),), "none")
    assert name_silent_columns(table) == table


def test_a_late_or_marked_value_is_never_dropped() -> None:
    """`not stated` and owed is the finding."""
    table = Table("T", ("A", "B"), ((Cell("1"), Cell("not stated", Standing.LATE)),), "none")
    assert name_silent_columns(table).columns == ("A", "B")


def test_a_wide_table_takes_the_page_sideways_and_a_narrow_one_does_not() -> None:
    """Words are cut only when the widest page has no room for them."""
    narrow = measure(Table("T", ("A", "B"), ((Cell("confidential"), Cell("yes")),), ""))
    wide = measure(Table("T", tuple("ABCDEFGHIJKL"), (tuple(Cell("confidential") for _ in range(12)),), ""))
    assert (narrow.room, wide.room) == (482, 728)
    assert all(at >= len("confidential") for at in (narrow.word_at[0], *wide.word_at))


@given(st.lists(st.lists(WORDS, min_size=4, max_size=4), min_size=1, max_size=5))
def test_no_word_up_to_thirty_letters_is_cut_on_a_page_of_four_columns(rows: list[list[str]]) -> None:
    """`confide ntial` is what happens otherwise."""
    texts = [[" ".join(word[:30] for word in each.split()) for each in row] for row in rows]
    fit = measure(Table("T", tuple("ABCD"), tuple(tuple(map(Cell, row)) for row in texts), ""))
    for row in texts:
        for place, text in enumerate(row):
            assert all(len(part) <= fit.word_at[place] for word in text.split() for part in word.replace("-", "- ").split())


@given(st.lists(st.integers(0, 400), min_size=1, max_size=14))
def test_widths_are_positive_and_lines_hold_letters_whatever_comes(lengths: list[int]) -> None:
    """A word of ten kilobytes must not make another column vanish."""
    fit = measure(Table("T", tuple("C" for _ in lengths), (tuple(Cell("w" * each) for each in lengths),), ""))
    assert min(fit.widths) >= 1
    assert min(*fit.word_at, *fit.mono_at, 99) >= 4
