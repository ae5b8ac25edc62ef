"""The size gate sees what it is there for, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from check_sizes import MAX_FILE_LINES, MAX_FUNCTION_LINES, check_sizes
from tracked import ROOT


def _write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _found(root: Path) -> list[str]:
    return [str(finding) for finding in check_sizes(root)]


def _function(lines: int) -> str:
    return "def long():\n" + "    pass\n" * (lines - 1)


def test_the_project_itself_is_within_the_caps() -> None:
    """The gate has no allow-list, so there is nothing to hide behind."""
    assert _found(ROOT) == []


@pytest.mark.parametrize("place", ["src/proofbook/a.py", "tests/unit/test_a.py", "src/proofbook/readmodel/queries/a.sql"])
def test_a_file_one_line_too_long_is_named(tmp_path: Path, place: str) -> None:
    """Tests and queries grow as well as code does."""
    _write(tmp_path, place, "\n" * (MAX_FILE_LINES + 1))
    assert [f"{place}: has 401 lines, the cap is 400: split it by what it is about"] == _found(tmp_path)


def test_a_file_at_the_cap_is_left_alone(tmp_path: Path) -> None:
    """400 is allowed."""
    _write(tmp_path, "src/a.py", "\n" * MAX_FILE_LINES)
    assert _found(tmp_path) == []


def test_a_function_one_line_too_long_is_named_with_its_line(tmp_path: Path) -> None:
    """Nested and async functions count too, since the walk sees every definition."""
    _write(tmp_path, "src/a.py", "X = 1\nasync " + _function(MAX_FUNCTION_LINES + 1))
    assert _found(tmp_path) == ["src/a.py:2: long has 51 lines, the cap is 50"]


def test_a_function_at_the_cap_is_left_alone_and_tests_are_not_measured(tmp_path: Path) -> None:
    """A test may be one long story; the file cap still holds it."""
    _write(tmp_path, "src/a.py", _function(MAX_FUNCTION_LINES))
    _write(tmp_path, "tests/test_a.py", _function(MAX_FUNCTION_LINES + 1))
    assert _found(tmp_path) == []


@pytest.mark.parametrize("place", ["src/proofbook/utils/a.py", "src/proofbook/key_manager.py", "tests/helpers.py", "src/Core.py"])
def test_a_module_or_folder_named_for_a_drawer_is_named(tmp_path: Path, place: str) -> None:
    """A drawer collects what has no home, so the missing room stays missing."""
    _write(tmp_path, place, "")
    (finding,) = _found(tmp_path)
    assert "is named for a drawer" in finding


@pytest.mark.parametrize("name", ["RequestHandler", "HTTPService", "_BaseThing"])
def test_a_class_named_for_a_drawer_is_named(tmp_path: Path, name: str) -> None:
    """Private classes count: a name is for the reader of the module."""
    _write(tmp_path, "src/a.py", f"class {name}: ...\n")
    (finding,) = _found(tmp_path)
    assert f"class {name} is named for a drawer" in finding


def test_words_that_only_contain_a_drawer_are_left_alone(tmp_path: Path) -> None:
    """`database`, `metadata` and `scores` are things, not drawers."""
    _write(tmp_path, "src/database_scores.py", "class Metadata: ...\nclass Information: ...\n")
    assert _found(tmp_path) == []


def test_other_projects_files_are_not_measured(tmp_path: Path) -> None:
    """Vendored files stay byte for byte as their authors wrote them."""
    _write(tmp_path, "src/portal/vendored/page.js", "\n" * 999)
    assert _found(tmp_path) == []
