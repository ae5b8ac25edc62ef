"""JSON files: strict, numbers as written, mistakes told as JSON's."""

from __future__ import annotations

import json

import pytest

from proofbook.filing.json_reading import parse_json_documents
from proofbook.filing.mistakes import Mistakes
from support.filing_room import plain


def read(text: str) -> tuple[list[object], list[str]]:
    """Plain values and mistakes."""
    mistakes = Mistakes()
    values = [plain(each) for each in parse_json_documents(text, "f.json", mistakes)]
    return values, [str(each) for each in mistakes.told()]


@pytest.mark.parametrize(
    "text", ['{"a": [1, "x", true, null, {}], "b": {"c": "\\u00e4\\n\\ud83d\\ude00"}}', "[]", '[[], [{"a": -5}]]', ' {"": 0} ']
)
def test_what_json_reads_is_read_alike(text: str) -> None:
    """No dialect of our own."""
    assert read(text) == ([json.loads(text)], [])


@pytest.mark.parametrize("number", ["0.93", "1e3", "-0", "1E-5", "9007199254740992", "123456789012345678901234567890"])
def test_a_number_that_would_not_survive_stays_text(number: str) -> None:
    """What a computer's arithmetic would round is kept as it was written."""
    assert read(f'{{"a": {number}}}') == ([{"a": number}], [])


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('{"a": 1,}', "f.json:1:9: is not JSON: a comma stands before the closing '}'; remove that comma"),
        ("[1, 2,]", "a comma stands before the closing ']'"),
        ('{"a": 1 "b": 2}', "a comma or '}' is expected"),
        ('{"a" 1}', "a colon after the name is expected"),
        ("{'a': 1}", "JSON takes double quotes only"),
        ("{a: 1}", "a name in double quotes is expected"),
        ('{"a": True}', "write true in small letters"),
        ('{"a": None}', "write null in small letters"),
        ('{"a": NaN}', "a value is expected"),
        ('{"a": 01}', "a value is expected"),
        ('{"a": .5}', "a value is expected"),
        ('{"a": 1} // no', "has '// no' after its end"),
        ("{\n  // no\n}", "f.json:2:3: is not JSON: a name in double quotes is expected, not '// no'; JSON has no comments"),
        ('{"a": "x\ny"}', "a text does not end, or holds a line break"),
        ('{"a": "\\x"}', "a text does not end, or holds a line break or an unknown escape"),
        ('{"a": [', "it ends where a value should stand; close what was opened"),
        ('{"a": 1}\n{"b": 2}', "write several records as one list"),
        ("", "it ends where a value should stand"),
        ("[" * 100_000, "nested deeper than 32 levels"),
    ],
)
def test_mistake_is_told_as_json(text: str, mistake: str) -> None:
    """Words about indentation would mislead whoever wrote JSON."""
    values, mistakes = read(text)
    assert values == []
    assert len(mistakes) == 1
    assert mistake in mistakes[0]


def test_a_key_that_stands_twice_is_told() -> None:
    """Other readers would silently take the last."""
    assert read('{"a": 1,\n "a": 2}')[1] == [
        "f.json:2:2: field a: the key 'a' stands twice, first in line 1; remove one of the two"
    ]
