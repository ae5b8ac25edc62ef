"""The trust page names, for each line, tests that exist; a line without one says so."""

from __future__ import annotations

import ast
import re

import pytest

from tracked import ROOT

PAGE = (ROOT / "docs/trust.md").read_text("utf-8")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_OPEN = ("**nothing**", "not shown yet")


def _lines() -> list[list[str]]:
    section = PAGE.split("## Who can do what")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


@pytest.mark.parametrize(("file", "name"), sorted(set(_TEST.findall(PAGE))))
def test_named_test_exists(file: str, name: str) -> None:
    """A renamed or removed test would leave a promise without its proof."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_line_names_a_test_or_says_that_nothing_shows_it() -> None:
    """What is not shown must not look as if it were."""
    lines = _lines()
    assert len(lines) > 10
    bare = [row[0] for row in lines if not _TEST.search(" ".join(row)) and not row[2].startswith(_OPEN)]
    assert bare == []


def test_a_line_that_nothing_shows_names_no_test() -> None:
    """The reverse: when it becomes shown, the words must change too."""
    assert [row[0] for row in _lines() if row[2].startswith(_OPEN) and _TEST.search(" ".join(row))] == []
