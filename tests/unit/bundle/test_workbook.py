"""Workbooks: what a spreadsheet program makes of them, byte for byte the same, and nothing in them that acts."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from proofbook.bundle.workbook import CUT, MAX_TEXT, Moment, Value, Workbook

DANGEROUS = (
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "https://example.invalid/",
    "{=1}",
    "01",
    "1e5",
    "TRUE",
)


def made(rows: list[tuple[Value, ...]], columns: tuple[str, ...] = ("a", "b"), most: int | None = None) -> bytes:
    """A workbook of one table."""
    file = io.BytesIO()
    with Workbook(file, "Sample", *(() if most is None else (most,))) as book:
        book.add("Sample", columns, rows)
    return file.getvalue()


def read(data: bytes, sheet: str = "Sample") -> list[tuple[object, ...]]:
    """Rows as another program reads them."""
    return [tuple(row) for row in openpyxl.load_workbook(io.BytesIO(data))[sheet].iter_rows(values_only=True)]


def test_values_keep_their_types() -> None:
    """A number that is text cannot be added up, a date that is text cannot be filtered by month."""
    rows = read(made([(7, True), (None, "x"), (-3, Moment(45658.5)), (2**53, ["a", 1])]))
    assert rows[1:3] == [(7, True), (None, "x")]
    assert rows[3][0] == -3
    assert str(rows[3][1]) == "2025-01-01 12:00:00"
    assert rows[4] == (str(2**53), '["a",1]')


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_anything_but_text(text: str) -> None:
    """A model's name must not run in an auditor's spreadsheet, nor turn into a number."""
    data = made([(text, "x")])
    cell = openpyxl.load_workbook(io.BytesIO(data))["Sample"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet.lower().replace(b"=hyperlink", b"")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_comes_back_whole(text: str) -> None:
    """Names come from outside: markup, controls and look-alikes must neither break the file nor disappear."""
    encodable = text.encode("utf-8", "ignore").decode()
    shown = read(made([(encodable, "end")]))[1]
    expected = encodable.replace("\r\n", "\n").replace("\r", "\n")
    assert shown[1] == "end"
    assert unescape(str(shown[0] or "")).replace("\r\n", "\n").replace("\r", "\n") == expected


def test_what_a_cell_cannot_hold_is_cut_and_says_so() -> None:
    """A cut that nobody sees would be a lie."""
    found = str(read(made([("x" * (MAX_TEXT + 1), "y")]))[1][0])
    assert len(found) == MAX_TEXT
    assert found.endswith(CUT)


def test_a_full_sheet_is_followed_by_one_that_says_so() -> None:
    """Nothing is dropped at the format's limit (soc2.md 19.10)."""
    book = openpyxl.load_workbook(io.BytesIO(made([(n, "x") for n in range(7)], most=4)))
    assert book.sheetnames == ["Sample", "Sample (2)", "Sample (3)"]
    found = [row[0] for name in book.sheetnames for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert found == list(range(7))
    assert [row[0].value for row in (next(book[name].iter_rows()) for name in book.sheetnames)] == ["a"] * 3


def test_headings_are_frozen_and_can_be_filtered() -> None:
    """What every auditor does first."""
    sheet = openpyxl.load_workbook(io.BytesIO(made([(1, "x"), (2, "y")])))["Sample"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")
    empty = openpyxl.load_workbook(io.BytesIO(made([])))["Sample"]
    assert empty.max_row == 1


def test_the_same_rows_give_the_same_bytes_whatever_the_clock_says(tmp_path: Path) -> None:
    """A room is compared byte for byte."""
    rows: list[tuple[Value, ...]] = [(n, f"name {n}") for n in range(100)]
    with Workbook(tmp_path / "one.xlsx", "Sample") as book:
        book.add("Sample", ("a", "b"), rows)
    data = (tmp_path / "one.xlsx").read_bytes()
    assert data == made(rows)
    assert {each.date_time for each in zipfile.ZipFile(io.BytesIO(data)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
