"""YAML as people write it, and as nobody should: what is read, and what is told with its line."""

from __future__ import annotations

import pytest

from proofbook.filing.marked import Place, Table, find_name, find_nearest, format_path
from proofbook.filing.mistakes import Mistakes
from proofbook.filing.yaml_reading import parse_yaml
from support.filing_room import plain


def read(text: str) -> tuple[list[object], list[str]]:
    """Plain documents and mistakes."""
    mistakes = Mistakes()
    documents = [plain(each) for each in parse_yaml(text, "f.yaml", mistakes)]
    return documents, [str(each) for each in mistakes.told()]


def test_mappings_lists_and_scalars_are_read() -> None:
    """The part of YAML that records need."""
    text = "a: 1\nb: [x, 'y', \"z\"]\nc:\n- d: no\n  e: |\n    one\n    two\nf: >-\n  folded\n  text\n"
    assert read(text) == ([{"a": 1, "b": ["x", "y", "z"], "c": [{"d": "no", "e": "one\ntwo\n"}], "f": "folded text"}], [])


def test_quoted_words_are_texts() -> None:
    """Quotes are how people say that they mean text."""
    assert read("a: '1'\nb: \"true\"\nc: 'null'\n") == ([{"a": "1", "b": "true", "c": "null"}], [])


def test_documents_are_told_apart_and_empty_ones_left_out() -> None:
    """A trailing separator is not a record."""
    assert read("a: 1\n---\n---\n# only words\n---\nb: 2\n...\n") == ([{"a": 1}, {"b": 2}], [])


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: 1\na: 2\n", "f.yaml:2:1: the key 'a' stands twice, first in line 1; remove one of the two"),
        (
            "r:\n  x:\n  - b: 1\n    b: 2\n",
            "f.yaml:4:5: field r.x[0]: the key 'b' stands twice, first in line 3; remove one of the two",
        ),
        ("a: &x 1\n", "f.yaml:1:4: field a: uses an anchor (&x); write the value out where it is used"),
        ("b: *x\n", "f.yaml:1:4: field b: uses an alias (*x); write the value out where it is used"),
        ("<<: {a: 1}\n", "f.yaml:1:1: uses a merge key (<<); write the value out where it is used"),
        ("a: !!python/object/apply:os.system [id]\n", "uses a type tag"),
        ("a: !!int 3\n", "uses a type tag"),
        ("? [a]\n: 1\n", "f.yaml:1:3: has a key that is not a word; keys are field names"),
        ("? \n: 1\n", "has a key that is not a word"),
        ("a:\n\t- 1\n", "f.yaml:2:1: is not YAML"),
        ("a: b: c\n", "put a text that contains ': ' in quotes"),
        ("a: 'x\n", "close the quotes or brackets"),
        ("a: [1, 2\n", "f.yaml:2:1: is not YAML"),
        ("a: 1\n  b: 2\n", "f.yaml:2:4: is not YAML"),
        ("a: @b\n", "put the text in quotes"),
    ],
)
def test_mistake_is_told_with_its_line(text: str, mistake: str) -> None:
    """Whoever wrote it finds the place."""
    _, mistakes = read(text)
    assert len(mistakes) == 1
    assert mistake in mistakes[0]


def test_depth_is_bounded() -> None:
    """A file of brackets must not fill memory or the stack."""
    assert "is nested deeper than 32 levels" in read("[" * 100_000)[1][0]
    assert "is nested deeper than 32 levels" in read("a:\n" + "".join(f"{'  ' * n}- - a:\n" for n in range(1, 40)))[1][0]


def test_a_bomb_of_aliases_is_not_put_together() -> None:
    """Nine lines that would become a billion texts."""
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    documents, mistakes = read(bomb)
    assert len(mistakes) == 50
    assert len(repr(documents)) < 5_000


def test_all_mistakes_are_found_at_once() -> None:
    """Nobody likes to mend a file one run at a time."""
    assert len(read("a: 1\na: 2\nb: &c 1\nc: !x 2\n")[1]) == 3


def test_places_are_found_by_path() -> None:
    """Mistakes of meaning point into the file as well."""
    (value,) = parse_yaml("a:\n  - b: 1\n    c: 2\n", "f.yaml", Mistakes())
    assert isinstance(value, Table)
    assert find_nearest(value, ("a", 0, "c")) == Place("f.yaml", 3, 8)
    assert find_name(value, ("a", 0, "c")) == Place("f.yaml", 3, 5)
    assert find_nearest(value, ("a", 0, "missing", "x")) == Place("f.yaml", 2, 5)
    assert find_nearest(value, ("a", 7)) == Place("f.yaml", 2, 3)
    assert find_name(value, ("a", 7, "x")) == Place("f.yaml", 2, 3)
    assert format_path(("a", 0, "c")) == "record.a[0].c"
