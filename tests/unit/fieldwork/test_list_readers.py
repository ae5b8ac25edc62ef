"""Reading tables that somebody sent: hostile CSV and XLSX end in words, quickly, and nothing is evaluated."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from proofbook.errors import InputError, LimitExceeded
from proofbook.fieldwork.csv_reading import find_separator, read_csv
from proofbook.fieldwork.request_import import ImportRefused, plan_import, read_request_list
from proofbook.fieldwork.sheet import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, column_letters
from proofbook.fieldwork.xlsx_reading import read_xlsx
from support.fieldwork_desk import ENGAGEMENT, FieldworkDesk
from support.xlsx_builder import make_workbook

HEADING = ["Request No.", "Description"]
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
_OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def test_a_workbook_is_read_as_people_see_it() -> None:
    """Dates, numbers, truth and empty cells; only visible sheets."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.append(["Number", "Description", "Due", "Count", "Flag"])
    first.append([1, "  Listing  ", datetime(2026, 6, 30), 2.0, True])  # noqa: DTZ001 - a spreadsheet knows no zone
    first.append([2.5, None, date(2026, 7, 1), 3, None])
    hidden = book.create_sheet("hidden")
    hidden.append(HEADING)
    hidden.sheet_state = "hidden"
    book.create_sheet("empty")
    made = io.BytesIO()
    book.save(made)
    sheets = read_xlsx("list.xlsx", made.getvalue())
    assert [each.name for each in sheets] == ["list.xlsx: Sheet"]
    assert sheets[0].rows[1:] == (("1", "Listing", "2026-06-30", "2", "true"), ("2.5", "", "2026-07-01", "3"))


def test_formulas_and_errors_are_never_evaluated_and_keep_a_list_out(desk: FieldworkDesk) -> None:
    """What a formula would say depends on who opens it."""
    for cell in ("=1+1", '=HYPERLINK("http://127.0.0.1/x","y")', "=cmd|' /C calc'!A0", "#REF!"):
        sheet = read_request_list("list.xlsx", make_workbook(HEADING, ["R-1", cell]))
        assert sheet.computed == {(1, 1)}
        with pytest.raises(ImportRefused, match=r"row 2, column B: is computed by a formula"):
            plan_import(desk.reader, desk.act(), ENGAGEMENT, sheet)


def test_a_formula_in_a_column_that_is_not_read_does_no_harm(desk: FieldworkDesk) -> None:
    """Auditors keep totals beside their lists."""
    sheet = read_request_list("list.xlsx", make_workbook([*HEADING, "Days open"], ["R-1", "Listing", "=TODAY()"]))
    assert len(plan_import(desk.reader, desk.act(), ENGAGEMENT, sheet).new) == 1


def test_the_sheet_with_the_headings_is_found() -> None:
    """Lists come with a cover sheet."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Engagement letter"])
    listing = book.create_sheet("PBC")
    listing.append(HEADING)
    listing.append(["R-1", "Listing"])
    made = io.BytesIO()
    book.save(made)
    assert read_request_list("list.xlsx", made.getvalue()).name == "list.xlsx: PBC"


@pytest.mark.parametrize("prefix", [_BOMB, _OUTSIDE])
@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "workbook", "styles"])
def test_entities_in_a_workbook_are_refused(prefix: str, part: str) -> None:
    """Neither swelling entities nor files of this machine."""

    def poison(content: bytes) -> bytes:
        text = content.decode().removeprefix('<?xml version="1.0"?>')
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        return (prefix + text.replace("Listing", "&a;", 1)).encode()

    with pytest.raises(InputError, match="cannot be read as an XLSX"):
        read_xlsx("list.xlsx", make_workbook(HEADING, ["R-1", "Listing"], **{part: poison}))


def swelling(megabytes: int) -> Callable[[bytes], bytes]:
    """A part with much white space behind it."""
    return lambda content: content + b" " * (megabytes << 20)


def test_a_workbook_that_swells_is_refused_before_it_is_opened() -> None:
    """Some kilobytes must not become gigabytes."""
    for part, size in (("sheet1", 13), ("sharedStrings", 13), ("styles", 2)):
        data = make_workbook(HEADING, ["R-1", "Listing"], **{part: swelling(size)})
        assert len(data) < 200_000
        with pytest.raises(LimitExceeded, match="too large for a list"):
            read_xlsx("list.xlsx", data)


def test_a_size_that_the_archive_lies_about_does_not_help() -> None:
    """The parts are read to the size that was looked at, and no further."""
    data = bytearray(make_workbook(HEADING, ["R-1", "Listing"], sheet1=lambda content: content + b" " * (20 << 20)))
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(InputError):
        read_xlsx("list.xlsx", bytes(data))


def test_rows_and_columns_beyond_the_cap_are_refused() -> None:
    """A cell at the far corner must not make a million rows."""
    assert [column_letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    with pytest.raises(LimitExceeded, match=f"more than {MAX_ROWS} rows"):
        read_xlsx("list.xlsx", make_workbook(*[["R", "x"]] * (MAX_ROWS + 1)))
    with pytest.raises(LimitExceeded, match=f"cap is {MAX_COLUMNS}"):
        read_xlsx("list.xlsx", make_workbook(["x"] * (MAX_COLUMNS + 1)))
    with pytest.raises(LimitExceeded, match="row 1, column A has"):
        read_xlsx("list.xlsx", make_workbook(["x" * (MAX_CELL_CHARACTERS + 1)]))
    far = make_workbook(
        HEADING,
        ["R-1", "x"],
        sheet1=lambda content: content.replace(b'r="A2"', b'r="XFD1048576"').replace(b'r="2"', b'r="1048576"'),
    )
    assert len(read_xlsx("list.xlsx", far)[0].rows) <= MAX_ROWS


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100, make_workbook(HEADING)[:-30], make_workbook(HEADING)[:200], make_workbook(HEADING, sheet1=lambda _: b"<x"),
        make_workbook(HEADING, workbook=lambda _: b""), make_workbook(HEADING, workbook=lambda _: b"<workbook/>"),
        make_workbook(HEADING, sheet1=lambda _: b"<worksheet><sheetData><row r='x'><c r='1'/></row></sheetData></worksheet>"),
        make_workbook(HEADING, sheet1=lambda content: content.replace(b't="s"', b't="s"').replace(b"<v>0</v>", b"<v>999</v>")),
    ],
)  # fmt: skip
def test_damaged_workbooks_are_bad_input(data: bytes) -> None:
    """Whatever the library stumbles over becomes words."""
    with pytest.raises(InputError):
        read_request_list("list.xlsx", data)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_never_leak_another_error(data: st.DataObject) -> None:
    """A workbook with some bytes changed is read or refused."""
    content = bytearray(_SOUND)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        read_request_list("list.xlsx", bytes(content))


_SOUND = make_workbook(HEADING, ["R-1", "Listing"])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        ("Number,Description\n".encode("utf-16"), "UTF-16"),
        (b"Number,Description\nR-1,caf\xe9\n", "row 2: is not UTF-8"),
        (b"Number,Description\nR-1,a\0b\n", "row 2: holds a NUL"),
        (b'Number,Description\nR-1,"a\n', "row 2: unexpected end"),
        (b'Number,Description\nR-1,"a"b\n', "row 2: "),
        (b"a," * MAX_COLUMNS + b"a\n", "row 1 has 61 columns"),
        (b"x" * (MAX_CELL_CHARACTERS + 1), "row 1, column A has 8001 characters"),
        (b"x" * 140_000, "beyond every cap"),
        (b"x" * (MAX_FILE_BYTES + 1), "cap for a request list"),
        (b"a\n" * (MAX_ROWS + 1), "more than 2000 rows"),
    ],
)
def test_csv_that_cannot_be_read_says_where(data: bytes, said: str) -> None:
    """Row and reason, and for encodings how to save it."""
    with pytest.raises(InputError, match=said):
        read_csv("list.csv", data)


def test_csv_keeps_what_looks_like_a_formula_as_text() -> None:
    """Text stays text; whoever writes a table escapes it."""
    assert read_csv("list.csv", b"a,=1+1\n+2,@x\n").rows == (("a", "=1+1"), ("+2", "@x"))


@pytest.mark.parametrize(
    ("text", "sign"), [("a,b\n", ","), ("a;b;c,d\n", ";"), ('"a,b,c";d\n', ";"), ("a\tb\n", "\t"), ("a\n", ",")]
)
def test_the_separator_is_found_outside_quotes(text: str, sign: str) -> None:
    """Semicolons are what spreadsheets write where the comma is the decimal sign."""
    assert find_separator(text) == sign


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_as_csv(data: bytes) -> None:
    """No other error leaves."""
    with suppress(InputError):
        read_request_list("list.csv", data)
