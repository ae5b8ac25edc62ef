"""Cells and rows: the rule that writer and verifier share byte for byte."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.bundle.csv_table import format_cell, format_row, format_table
from proofbook.bundle.json_table import EMPTY_TABLE, JsonTable
from proofbook.errors import MalformedRecord
from proofbook.primitives.canonical import JsonValue, parse_canonical
from proofbook.verify.tables import format_cell as verified_cell

_HOSTILE = st.text(st.sampled_from("=+-@\uff1d\uff0b\uff0d\uff20;\t\r\n \"',a1"), max_size=12)
_UNGUARDED = re.compile(r"(\A|[;\t\r\n])'")
_FORMULA = re.compile(r'(\A|[;\t\r\n])[ "]*[=+\-@\uff1d\uff0b\uff0d\uff20]|\A[\t\r\n]')


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
        ("\nx", '"\'\nx"'),
        ("\t=1", "'\t'=1"),
        ("\uff1d1", "'\uff1d1"),
        (" =1", "' =1"),
        ('"=1', '"\'""=1"'),
        ("a;=1+1;b", "a;'=1+1;b"),
        ('a; "+1', '"a;\' ""+1"'),
        ("a\n- b", '"a\n\'- b"'),
        ("a\t@b", "a\t'@b"),
        ("a=b; c-d", "a=b; c-d"),
        (["a;=1"], '"[""a;\'=1""]"'),
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
    assert [_UNGUARDED.sub(r"\1", cell) for cell in row] == [_UNGUARDED.sub(r"\1", text) for text in texts]
    assert not any(_FORMULA.search(cell) for cell in row)


@given(st.lists(_HOSTILE, min_size=1, max_size=5))
def test_no_text_starts_a_formula_where_cells_are_parted_elsewhere(texts: list[str]) -> None:
    """Where the comma is the decimal sign, spreadsheets part at semicolons, and quotes inside a cell mean nothing to them."""
    line = format_row(["plain", *texts]).decode()
    for separator in ";\t":
        for row in csv.reader(io.StringIO(line, newline=""), delimiter=separator):
            assert not any(cell.lstrip(' "').startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) for cell in row), row


@given(st.one_of(_HOSTILE, st.lists(_HOSTILE, max_size=3)))
def test_writer_and_verifier_spell_every_cell_alike(value: str | list[str]) -> None:
    """Written twice on purpose; a difference would make a sound room look damaged."""
    assert format_cell(value) == verified_cell(value)


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
