"""Small files survive a crash whole: the old bytes or the new ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofbook.book.durable import write_durably
from proofbook.errors import StoreUnavailable


def test_a_file_is_replaced_whole_and_kept_from_others(tmp_path: Path) -> None:
    """Nothing is left beside it, and only the owner reads it."""
    path = tmp_path / "fence.json"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [child.name for child in tmp_path.iterdir()] == ["fence.json"]


def test_an_exclusive_write_never_replaces(tmp_path: Path) -> None:
    """Two writers of one name: the second one hears of it, and the first one's bytes stay."""
    path = tmp_path / "key"
    write_durably(path, b"one", exclusive=True, mode=0o640)
    with pytest.raises(StoreUnavailable, match="key: cannot be written"):
        write_durably(path, b"two", exclusive=True)
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [child.name for child in tmp_path.iterdir()] == ["key"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The operator must see which path failed."""
    with pytest.raises(StoreUnavailable, match=r"missing/fence\.json: cannot be written: No such file"):
        write_durably(tmp_path / "missing" / "fence.json", b"one")


def test_content_larger_than_one_write_arrives_whole(tmp_path: Path) -> None:
    """A write may take a part only."""
    content = os.urandom(5_000_000)
    write_durably(tmp_path / "large", content)
    assert (tmp_path / "large").read_bytes() == content
