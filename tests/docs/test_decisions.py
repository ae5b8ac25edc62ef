"""Decisions are numbered and whole, and every dependency has its reasons."""

from __future__ import annotations

import re
import tomllib

import pytest

from tracked import ROOT

FOLDER = ROOT / "docs/decisions"
PAGES = sorted(FOLDER.glob("*.md"))
DEPENDENCIES = (FOLDER / "0002-dependencies.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0]


def _rows(title: str) -> list[list[str]]:
    section = DEPENDENCIES.split(f"### {title}")[1].split("\n### ")[0].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def test_numbers_have_no_gap() -> None:
    """A missing number looks like a decision that was taken back."""
    assert [int(path.name[:4]) for path in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_has_its_parts(path: object) -> None:
    """Context, decision, and whether it is in force."""
    text = (FOLDER / str(path)).read_text("utf-8")
    assert re.match(rf"# {int(str(path).rpartition('/')[2][:4])}\. ", text)
    assert "\nStatus: " in text
    assert "## Context" in text
    assert "## Decision" in text


def test_every_base_dependency_has_a_whole_row_and_no_other_has_one() -> None:
    """Reason, upkeep, what it brings, what we would write instead, how to remove it."""
    rows = _rows("What the program needs")
    assert {row[0] for row in rows} == {_name(each) for each in PROJECT["dependencies"]}
    assert [row[0] for row in rows if len(row) != 6 or not all(cell.strip() for cell in row)] == []


def test_every_extra_has_a_row() -> None:
    """Extras are dependencies of those who take them."""
    named = {(extra, row[1]) for row in _rows("Extras") for extra in row[0].split(", ")}
    assert named == {(extra, _name(each)) for extra, wanted in PROJECT["optional-dependencies"].items() for each in wanted}
