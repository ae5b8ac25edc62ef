"""Importing request lists: tolerant of wording, strict about what is wrong, idempotent."""

from __future__ import annotations

import pytest

from proofbook.errors import InputError, LimitExceeded
from proofbook.fieldwork import list_words as words
from proofbook.fieldwork.acting import Side
from proofbook.fieldwork.request_import import ImportPlan, ImportRefused, plan_import, read_request_list
from proofbook.fieldwork.requests import Evidence, State, list_requests, move_request, read_request
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk

LIST = (
    "\ufeffSample Company SOC 2;;;;;;;;\r\n"
    "Request #;Control;TSC;Description;Type;Period;Responsible;Due Date;Status\r\n"
    'R-1;lc-14;CC8.1, cc6.8;"System-generated listing of\r\nall model changes";Population;2026-01-01 to 2026-06-30;A Person;31.7.2026;Open\r\n'
    "R-2;IT-77;;AI policy;Policy;as of 30 Jun 2026;;;accepted\r\n"
    ";;;;;;;;\r\n"
    "R-3;;;=HYPERLINK(1);other;FY26 first half;;Jul 31, 2026;odd\r\n"
)


def plan(desk: FieldworkDesk, text: str, side: Side = Side.STAFF) -> ImportPlan:
    """What importing a CSV text would do."""
    return plan_import(desk.reader, desk.act(side), ENGAGEMENT, read_request_list("list.csv", text.encode()))


def test_a_list_as_auditors_send_it_is_read(desk: FieldworkDesk) -> None:
    """Title rows, semicolons, a byte order mark, line ends in cells, dates in three spellings."""
    made = plan(desk, LIST)
    desk.record(made.submissions)
    one, two, three = list_requests(desk.reader, ENGAGEMENT)

    assert (one.control, one.criteria, one.sort.value, one.first, one.last) == (
        "LC-14", ("CC8.1", "CC6.8"), "population", "2026-01-01", "2026-06-30",
    )  # fmt: skip
    assert (one.owner, one.due, one.title) == ("A Person", "2026-07-31", "System-generated listing of")
    assert one.description == "System-generated listing of\r\nall model changes"
    assert (two.control, two.control_as_written, two.as_of, two.state) == (None, "IT-77", "2026-06-30", State.NOT_STARTED)
    assert (three.description, three.due, three.body["notes"]) == (
        "=HYPERLINK(1)", "2026-07-31", "Period as written: FY26 first half",
    )  # fmt: skip
    assert ("Responsible", "owner") in made.columns
    told = [(each.number, each.what.split(" ")[0]) for each in made.remarks]
    assert told == [("R-2", "control"), ("R-2", "the"), ("R-3", "type"), ("R-3", "period"), ("R-3", "status")]


def test_the_same_list_again_changes_nothing_and_a_changed_one_only_what_changed(desk: FieldworkDesk) -> None:
    """Auditors send the list again every week."""
    desk.record(plan(desk, LIST).submissions)
    again = plan(desk, LIST)
    assert (again.submissions, again.unchanged) == ((), ("R-1", "R-2", "R-3"))
    changed = plan(desk, LIST.replace("A Person", "B Person").replace("R-3", "R-4"))
    assert [(each.number, each.fields) for each in changed.changed] == [("R-1", ("owner",))]
    assert [each.number for each in changed.new] == ["R-4"]
    assert changed.absent == ("R-3",)


def test_state_and_evidence_survive_another_import(desk: FieldworkDesk) -> None:
    """What both sides have done on the portal is not undone by a spreadsheet."""
    desk.record(plan(desk, LIST).submissions)
    found = list_requests(desk.reader, ENGAGEMENT)[0]
    given = (Evidence("file", "a.csv"),)
    desk.record(move_request(desk.reader, desk.act(), found.id, State.SUBMITTED, seen=found.entry, evidence=given))
    desk.record(plan(desk, LIST.replace("A Person", "C Person")).submissions)
    after = read_request(desk.reader, found.id)
    assert (after.owner, after.state, after.evidence) == ("C Person", State.SUBMITTED, given)


@pytest.mark.parametrize("side", list(Side))
def test_no_import_moves_a_state(desk: FieldworkDesk, side: Side) -> None:
    """A word in a spreadsheet accepts nothing, whoever imports it."""
    desk.record(plan(desk, "No,Description,Status\nR-1,Sample,accepted\n", side).submissions)
    assert list_requests(desk.reader, ENGAGEMENT)[0].state is State.NOT_STARTED


@pytest.mark.parametrize(
    ("rows", "place", "said"),
    [
        ("R-1,a\nR-1,b\n", "row 3, column A", "stands in row 2 too"),
        ("R-1,a\nr.1,b\n", "row 3, column A", "stands in row 2 too"),
        (",a\n", "row 2, column A", "has no number"),
        ("…,a\n", "row 2, column A", "cannot be kept"),
        ("R-1,\n", "row 2, column B", "says nothing"),
        ("R-1,a,03/04/2026\n", "row 2, column C", "not one certain day"),
        ("R-1,a,2026-02-30\n", "row 2, column C", "not one certain day"),
        ("R-1,a,,CC6.1;CC12.9\n", "row 2, column D", "none of the criteria"),
        ("R-" + "1" * 70 + ",a\n", "row 2, column A", "cannot be kept"),
    ],
)
def test_what_is_wrong_is_named_with_row_column_and_fix(desk: FieldworkDesk, rows: str, place: str, said: str) -> None:
    """Whoever mends the list must find the cell."""
    with pytest.raises(ImportRefused) as caught:
        plan(desk, _list(rows))
    first = caught.value.mistakes[0]
    assert first.sentence().startswith(place)
    assert said in first.what
    assert first.fix


def _list(rows: str) -> str:
    return "Request No.,Description,Due,Criteria\n" + rows


def test_all_mistakes_are_told_at_once_up_to_a_cap(desk: FieldworkDesk) -> None:
    """One round trip, not forty."""
    rows = "".join(f"R-{number},a,soon\n" for number in range(150))
    with pytest.raises(ImportRefused) as caught:
        plan(desk, _list(rows))
    assert len(caught.value.mistakes) == 100
    assert "and 99 more" in caught.value.message


def test_a_number_of_another_spelling_than_one_on_record_is_refused(desk: FieldworkDesk) -> None:
    """R-1 and R 1 would be one record id; which of them is meant is for a person."""
    desk.record(plan(desk, _list("R-1,a\n")).submissions)
    with pytest.raises(ImportRefused, match="is one of another"):
        plan(desk, _list("R 1,b\n"))


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Number\nR-1\n", "\n\n", "Description,Control\nx,y\n"])
def test_a_table_without_headings_is_refused(desk: FieldworkDesk, text: str) -> None:
    """Nothing is taken for a request list by accident."""
    with pytest.raises(InputError, match="names its columns"):
        plan(desk, text)


def test_a_heading_alone_and_a_doubled_heading_are_refused(desk: FieldworkDesk) -> None:
    """An empty list is a mistake; two columns for one thing are ambiguous."""
    with pytest.raises(ImportRefused, match="no request below"):
        plan(desk, "Number,Description\n")
    with pytest.raises(ImportRefused, match="columns B and C both say description"):
        plan(desk, "Number,Description,Details\nR-1,a,b\n")


def test_a_list_that_is_too_long_is_refused(desk: FieldworkDesk) -> None:
    """A cap, said in words."""
    with pytest.raises(LimitExceeded, match="more than 2000 rows"):
        plan(desk, _list("".join(f"R-{number},a\n" for number in range(2001))))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-30", "2026-06-30"), ("2026-6-3", "2026-06-03"), ("30.06.2026", "2026-06-30"), ("30 Jun 2026", "2026-06-30"),
        ("June 30, 2026", "2026-06-30"), ("30-Jun-2026", "2026-06-30"), ("6/30/2026", "2026-06-30"), ("30/6/2026", "2026-06-30"),
        ("5/5/2026", "2026-05-05"), ("5/6/2026", None), ("30 Foo 2026", None), ("tomorrow", None), ("", None),
        ("2026-06-30 00:00:00", "2026-06-30"), ("31.4.2026", None), ("٣٠.٠٦.٢٠٢٦", None),
    ],
)  # fmt: skip
def test_days_are_never_guessed(text: str, day: str | None) -> None:
    """A day that could be two is none."""
    assert words.parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026-01-01 to 2026-06-30", ("2026-01-01", "2026-06-30")),
        ("1 Jan 2026 - 30 Jun 2026", ("2026-01-01", "2026-06-30")),
        ("2026-01-01/2026-06-30", ("2026-01-01", "2026-06-30")),
        ("2026-01-01–2026-06-30", ("2026-01-01", "2026-06-30")),
        ("from 2026-01-01 through 2026-06-30", ("2026-01-01", "2026-06-30")),
        ("2026-06-30 to 2026-01-01", None),
        ("H1 2026", None),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, span: tuple[str, str] | None) -> None:
    """First and last day, or nothing."""
    assert words.parse_span(text) == span


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Request #", "number"),
        ("#", "number"),
        ("PBC No.", "number"),
        ("  EVIDENCE REQUESTED: ", "description"),
        ("Colour", None),
        ("", None),
    ],
)
def test_column_names_are_read_without_case_and_signs(name: str, field: str | None) -> None:
    """Every firm spells them its own way."""
    assert words.field_of(name) == field
