"""Drafts into a home that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import ConfigurationError, ConflictError
from proofbook.starter.texts import starter_ids
from proofbook.wiring.starting import Start, start_home
from proofbook.wiring.starting_text import find_home, lay_down_starter, starter_folder


def _start(place: Path) -> Path:
    start_home(place / "home", Start("Sample Organisation", place / "fence", (), "sample.internal/book"))
    return place / "home"


def test_where_there_is_no_home_none_is_found(tmp_path: Path) -> None:
    """Then a new one is made."""
    assert find_home(tmp_path / "home", "Sample Organisation") is None


def test_home_of_another_organisation_is_not_taken(tmp_path: Path) -> None:
    """Drafts of one organisation must not end in the book of another."""
    with pytest.raises(ConfigurationError, match="Sample Organisation"):
        find_home(_start(tmp_path), "Sample Other")


def test_drafts_are_laid_below_records_once(tmp_path: Path) -> None:
    """A second time is refused; the home is otherwise as it was."""
    home = find_home(_start(tmp_path), "Sample Organisation")
    assert home is not None
    before = sorted(each for each in home.path.rglob("*"))
    assert len(lay_down_starter(home)) == len(starter_ids())
    assert starter_folder(home) == home.path / "records" / "starter"
    assert [each for each in sorted(home.path.rglob("*")) if home.path / "records" not in (each, *each.parents)] == before
    with pytest.raises(ConflictError):
        lay_down_starter(home)
