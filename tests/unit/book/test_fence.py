"""The fence lets one history pass, and no other."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from proofbook.book.fence import FenceState, FileFence
from proofbook.errors import ConfigurationError, HistoryDiverged, StoreUnavailable
from proofbook.primitives.canonical import canonical_bytes

FIRST, SECOND = FenceState(1, b"\x01" * 32), FenceState(2, b"\x02" * 32)


def _fence(folder: Path, origin: str = "sample.example/book") -> FileFence:
    return FileFence(folder / "fence" / "fence.json", origin)


def test_a_fence_moves_from_where_it_stands(tmp_path: Path) -> None:
    """And a second process sees where it stands."""
    fence = _fence(tmp_path)
    assert fence.read() is None
    fence.advance(None, FIRST)
    fence.advance(FIRST, SECOND)
    assert _fence(tmp_path).read() == SECOND


@pytest.mark.parametrize("expected", [None, SECOND, FenceState(1, b"\x09" * 32)])
def test_a_writer_that_left_it_elsewhere_is_stopped(tmp_path: Path, expected: FenceState | None) -> None:
    """Somebody else signed for this book: going on would fork it."""
    fence = _fence(tmp_path)
    fence.advance(None, FIRST)
    with pytest.raises(HistoryDiverged, match="stands at size 1") as caught:
        fence.advance(expected, FenceState(3, b"\x03" * 32))
    assert caught.value.place == str(fence.path)
    assert fence.read() == FIRST


def test_of_many_writers_one_gets_through(tmp_path: Path) -> None:
    """Compare and set is one step, also between threads and processes."""
    _fence(tmp_path).advance(None, FIRST)
    outcomes: list[str] = []

    def advance(number: int) -> None:
        try:
            _fence(tmp_path).advance(FIRST, FenceState(2, bytes([number]) * 32))
        except HistoryDiverged:
            outcomes.append("stopped")
        else:
            outcomes.append("through")

    threads = [threading.Thread(target=advance, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stopped"] * 11 + ["through"]


def test_the_fence_of_another_book_is_refused(tmp_path: Path) -> None:
    """A fence copied from elsewhere guards nothing here."""
    _fence(tmp_path, "other.example/book").advance(None, FIRST)
    with pytest.raises(ConfigurationError, match=r"is the fence of 'other\.example/book'"):
        _fence(tmp_path).read()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        {"size": 0},
        {"size": True},
        {"size": "5"},
        {"size": -1},
        {"root": "aa"},
        {"root": "G" * 64},
        {"root": 5},
        {"format": "other/1"},
        {"more": 1},
    ],
)
def test_a_damaged_fence_is_never_a_missing_one(tmp_path: Path, content: bytes | dict[str, Any]) -> None:
    """Treating it as missing would switch the guard off."""
    fence = _fence(tmp_path)
    fence.path.parent.mkdir()
    if isinstance(content, dict):
        whole: dict[str, Any] = {"format": "proofbook-fence/1", "origin": "sample.example/book", "size": 1, "root": "00" * 32}
        content = canonical_bytes(whole | content)
    fence.path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="fence is damaged"):
        fence.read()
    with pytest.raises(ConfigurationError, match="fence is damaged"):
        fence.advance(None, FIRST)


def test_a_fence_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A folder in its place, as after a wrong copy."""
    fence = _fence(tmp_path)
    fence.path.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="fence cannot be read"):
        fence.read()


def test_a_fence_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The signature waits; the entries are safe."""
    (tmp_path / "fence").write_text("a file is in the way")
    with pytest.raises(StoreUnavailable, match="fence cannot be locked"):
        _fence(tmp_path).advance(None, FIRST)
