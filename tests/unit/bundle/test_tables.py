"""Cells and rows: the rule that writer and verifier share byte for byte."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.bundle.csv_table import format_cell, format_row, format_table
from proofbook.bundle.json_table import EMPTY_TABLE, JsonTable
from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import JsonValue, parse_canonical


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, ""),
        ("", '""'),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('a"b', '"a""b"'),
        ("a\nb", '"a\nb"'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ('=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'),
        ([], "[]"),
        (["b", 1], '"[""b"",1]"'),
        ({"b": 1, "a": None}, '"{""a"":null,""b"":1}"'),
    ],
)
def test_each_kind_of_value_has_its_one_field(value: JsonValue, field: str) -> None:
    """The verifier builds the same field from the same entry."""
    assert format_cell(value) == field


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=6))
def test_no_text_leaves_its_field_or_starts_a_formula(texts: list[str]) -> None:
    """Prompts are hostile; so is a model's name."""
    row = next(iter(csv.reader(io.StringIO(format_row(texts).decode(), newline=""))))
    assert [
        cell.removeprefix("'") if text[:1] in tuple("=+-@\t\r") else cell for cell, text in zip(row, texts, strict=True)
    ] == texts
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_a_table_has_a_header_row_and_crlf_line_ends() -> None:
    """RFC 4180."""
    assert format_table(("a", "b"), [(1, None), ("x", True)]) == b"a,b\r\n1,\r\nx,true\r\n"


def test_a_lone_surrogate_is_refused_as_our_error() -> None:
    """It has no UTF-8 form; a leaked UnicodeEncodeError would be a bug."""
    with pytest.raises(MalformedRecord):
        format_row(("\ud800",))


def test_an_empty_json_table_is_an_empty_array() -> None:
    """A population of zero is still a population."""
    assert JsonTable(("a",)).format_end() == EMPTY_TABLE == b"[]\n"


def test_json_rows_stand_on_lines_of_their_own_in_canonical_form() -> None:
    """A reader may check a line alone."""
    table = JsonTable(("b", "a"))
    made = table.format_row((1, "=x")) + table.format_row((None, [])) + table.format_end()
    assert made == b'[\n{"a":"=x","b":1},\n{"a":[],"b":null}\n]\n'
    assert json.loads(made) == [{"a": "=x", "b": 1}, {"a": [], "b": None}]
    assert parse_canonical(made.split(b"\n")[1].rstrip(b",")) == {"a": "=x", "b": 1}
