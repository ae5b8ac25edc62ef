"""Inspection beyond tampered rows: damaged pages, a writer at work, and the history of keys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from proofbook.book.fsck import inspect_book
from proofbook.errors import EntryDamaged
from proofbook.primitives.instants import FixedClock
from proofbook.tlog.vkey import format_vkey
from proofbook.wiring.home import Home
from proofbook.wiring.rotation import rotate_log_key
from support.book_forger import altered, forging
from support.draft_builder import START, beats
from support.home_builder import BookPlace, make_book, make_home, recording
from support.memory_book import sample_signer


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    """A book of 400 entries."""
    place = make_book(tmp_path / "book")
    with recording(place) as recorder:
        recorder.submit(beats(399)).result()
    return place


def test_damaged_pages_end_in_a_report(place: BookPlace) -> None:
    """Below the rows there is nothing to walk over; the report says so instead of failing."""
    raw = bytearray(place.path.read_bytes())
    for start in range(30 * 4096, len(raw), 4096):
        raw[start : start + 16] = b"\xff" * 16
    place.path.write_bytes(raw)
    seen = inspect_book(place.path, fence=place.fence)
    assert any(damage.place == "database file" or "damaged below" in damage.what for damage in seen.damages)


def test_other_parts_are_looked_at_in_the_same_moment(place: BookPlace) -> None:
    """What was frozen while entries still came in is frozen again."""
    sizes = [401, 399, 400]
    seen = inspect_book(place.path, fence=place.fence, freeze=lambda: sizes.pop(0))
    assert (sizes, seen.damages, seen.entries) == ([], [], 400)


def test_progress_is_told_up_to_the_end(place: BookPlace) -> None:
    """Somebody watches a bar."""
    told: list[int] = []
    inspect_book(place.path, fence=place.fence, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 400


def test_a_book_without_its_head_is_named(place: BookPlace) -> None:
    """The inspection cannot begin there, and says where."""
    with forging(place) as forger:
        forger.run("DELETE FROM head")
    assert [damage.place for damage in inspect_book(place.path, fence=place.fence).damages] == ["head"]


def test_a_damaged_first_entry_does_not_hide_a_missing_fence(tmp_path: Path) -> None:
    """Whether the book was ever signed cannot be told then, so it is not carried on."""
    clock = FixedClock(START)
    place = make_book(tmp_path, clock=clock)
    with recording(place) as recorder:
        clock.advance(timedelta(minutes=10))
        recorder.submit(beats(3)).result()
    place.fence.path.unlink()
    with forging(place) as forger:
        forger.run("DELETE FROM checkpoint")
        forger.store(0, b"nonsense", leaf=False)
    with pytest.raises(EntryDamaged, match="entry 0"):
        place.open()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose log key was changed once, by entry 1."""
    home = make_home(tmp_path / "rotated")
    rotate_log_key(home, "sample")
    return home


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body__old_vkey": format_vkey(sample_signer().key)}, "entry 1 does not hand over"),
        ({"body__new_vkey": format_vkey(sample_signer().key)}, "does not agree with the log.key_rotated entries"),
        ({"body__size": 9}, "entry 1 does not hand over"),
    ],
)
def test_the_key_history_is_that_of_the_entries(home: Home, changes: dict[str, object], words: str) -> None:
    """Who signs from when on is what the book itself recorded."""
    fence = home.fence(home.identity().origin)
    place = BookPlace(home.book.parent, home.signer(), fence_folder=fence.path.parent)
    with forging(place) as forger:
        entries = forger.entries()
        forger.rebuild([entries[0], altered(entries[1], **changes)])
    damages = inspect_book(home.book, fence=fence).damages
    assert any(damage.place == "log_key" and words in damage.what for damage in damages)


def test_a_checkpoint_that_no_key_could_have_signed_is_named(place: BookPlace) -> None:
    """A key history that begins too late leaves the first sizes without a key."""
    with forging(place) as forger:
        forger.run("UPDATE log_key SET from_size = 5")
    damages = inspect_book(place.path, fence=place.fence).damages
    assert ("checkpoint 1", "no log key was in force at this size") in [(damage.place, damage.what) for damage in damages]
