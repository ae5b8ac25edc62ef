"""Files written from records: plain to read, one way to write each value."""

from __future__ import annotations

import pytest

from proofbook.filing.writing import file_value, format_file, format_json_file
from proofbook.filing.yaml_writing import format_scalar, format_yaml
from proofbook.primitives.canonical import JsonValue
from support.filing_room import parsed
from support.kept_bodies import body


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Sample title, with (words)", "Sample title, with (words)"),
        ("2026-03-28", "2026-03-28"),
        ("2026-03-28T08:00:00.000000Z", "2026-03-28T08:00:00.000000Z"),
        ("no", '"no"'),
        ("1.10", '"1.10"'),
        ("12", '"12"'),
        ("", '""'),
        (" x", '" x"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("[[blank]]", '"[[blank]]"'),
        ("- a", '"- a"'),
        ('say "x"\\', '"say \\"x\\"\\\\"'),
        ("\x1b[31m", '"\\x1b[31m"'),
        ("\u202egnp.exe", '"\\u202egnp.exe"'),
        ("a\u00a0b", '"a\\xa0b"'),
        ("Zürich", '"Zürich"'),
        ("\U0001f600", '"\U0001f600"'),
        ("http://sample.example/a?b=c", '"http://sample.example/a?b=c"'),
        (None, "null"),
        (True, "true"),
        (-7, "-7"),
    ],
)
def test_one_way_to_write_a_value(value: str | int | None, written: str) -> None:
    """Git shows a change only where something changed; what nobody sees is escaped."""
    assert format_scalar(value) == written


def test_text_of_several_lines_stands_as_it_is() -> None:
    """A policy is read and compared line by line."""
    assert format_yaml({"a": "one\n\n  two: #\n"}) == "a: |\n  one\n\n    two: #\n"
    assert format_yaml({"a": "one\ntwo"}) == "a: |-\n  one\n  two\n"
    assert format_yaml({"a": "one\ntwo\n\n\n"}) == "a: |+\n  one\n  two\n\n\n"
    assert format_yaml({"a": " one\ntwo"}) == 'a: " one\\ntwo"\n'
    assert format_yaml({"a": "one \ntwo"}) == 'a: "one \\ntwo"\n'


def test_nesting_is_indented() -> None:
    """Lists of tables are what most records hold."""
    value: dict[str, JsonValue] = {"a": [{"b": 1, "c": ["x", []]}, {}, [["z"]]], "d": {}, "e": {"f": None}}
    assert (
        format_yaml(value) == "a:\n  - b: 1\n    c:\n      - x\n      - []\n  - {}\n  -\n    -\n      - z\nd: {}\ne:\n  f: null\n"
    )


def test_what_was_not_stated_is_left_out() -> None:
    """A page of nulls hides the five lines that matter; a default that says something is written."""
    found = file_value("ai_system", "help-desk", body("ai_system", decisions_informed=[], notes="sample"))
    assert found["record"] == {
        "title": "sample title",
        "notes": "sample",
        "purpose": "sample purpose",
        "status": "proposed",
        "decisions_informed": [],
        "review_cadence": "quarterly",
    }


def test_fields_of_a_later_program_are_written_too() -> None:
    """Leaving them out would lose what the book says."""
    assert "later: x" in format_file("risk", "r", {**body("risk"), "later": "x"})


@pytest.mark.parametrize("write", [(format_file, "r.yaml"), (format_json_file, "r.json")])
def test_what_is_written_is_read_back(write: tuple[object, str]) -> None:
    """Both formats carry the same record."""
    form, name = write
    stated = body("risk", notes="two\nlines", treatment="accept")
    assert callable(form)
    (found,), mistakes = parsed(form("risk", "r-1", stated), name)
    assert (mistakes, found.kind, found.id, found.body) == ((), "risk", "r-1", stated)
