"""A log key changes hands: recorded, signed by the old one, unbroken for whoever follows the history."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import ConfigurationError, IntegrityError, StoreUnavailable
from proofbook.records.envelope import parse_entry
from proofbook.signing.keys import file_uri, make_log_key, open_log_signer
from proofbook.tlog.checkpoint import check_checkpoint
from proofbook.tlog.note import Ed25519Verifier
from proofbook.tlog.vkey import format_vkey, parse_vkey
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.rotation import rotate_log_key
from proofbook.wiring.settling import next_key
from support.draft_builder import beat
from support.home_builder import make_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two entries."""
    home = make_home(tmp_path)
    with open_door(home) as door:
        door.recorder.record(beat())
    return home


def test_a_rotation_is_recorded_and_signed_by_both(home: Home) -> None:
    """The old key signs the very size of the change, the new one every size after it."""
    old = home.identity().vkey
    new = rotate_log_key(home, "sample yearly change")
    with open_door(home) as door:
        door.recorder.record(beat())
    with BookReader(home.book) as book:
        body = parse_entry(book.entry(2)).body
        assert body == {"old_vkey": old, "new_vkey": new, "size": 3, "reason": "sample yearly change"}
        for mark in book.checkpoints():
            vkey = old if mark.size <= 3 else new
            check_checkpoint(mark.note, origin=book.origin, verifiers=[Ed25519Verifier(parse_vkey(vkey))])
        assert {mark.size for mark in book.checkpoints()} >= {3, 4}
        assert [(key.vkey, key.from_size, key.to_size) for key in BookReader.keys(book)] == [(old, 0, 3), (new, 3, None)]
    assert inspect_home(home, content=True).damages == ()


def test_the_old_private_key_is_gone(home: Home) -> None:
    """One key file, with the new key in it, and the identity names it."""
    before = home.log_key.read_bytes()
    new = rotate_log_key(home, "sample")
    assert format_vkey(open_home(home.path).signer().key) == new == home.identity().vkey
    assert not next_key(home).exists()
    assert all(before not in path.read_bytes() for path in home.path.rglob("*") if path.is_file())


def test_keys_may_change_many_times(home: Home) -> None:
    """Each change hands over from the one before."""
    vkeys = [home.identity().vkey, *(rotate_log_key(home, f"sample {number}") for number in range(4))]
    with BookReader(home.book) as book:
        assert [key.vkey for key in BookReader.keys(book)] == vkeys
    assert inspect_home(home, content=True).damages == ()


def test_a_rotation_needs_the_writers_place(home: Home) -> None:
    """Two processes must not each think they hold the key."""
    with open_door(home), pytest.raises(StoreUnavailable, match="another process writes"):
        rotate_log_key(home, "sample")
    assert not next_key(home).exists()


def test_a_key_that_was_never_announced_is_discarded(home: Home) -> None:
    """Also half of one: a crash while it was written."""
    for content in (None, b"-----BEGIN PRIV"):
        make_log_key(next_key(home))
        if content is not None:
            next_key(home).write_bytes(content)
        with open_door(home) as door:
            door.recorder.record(beat())
        assert not next_key(home).exists()
    assert inspect_home(home, content=True).damages == ()


def test_a_restored_keys_folder_does_not_bring_the_old_key_back(tmp_path: Path, home: Home) -> None:
    """The book names the key in use; an older one is refused, with the remedy."""
    shutil.copytree(home.log_key.parent, tmp_path / "old keys")
    rotate_log_key(home, "sample")
    shutil.copytree(home.log_key.parent, tmp_path / "new keys")
    shutil.copytree(tmp_path / "old keys", home.log_key.parent, dirs_exist_ok=True)
    with pytest.raises(IntegrityError, match="announced another key"), open_door(home):
        pass
    shutil.copytree(tmp_path / "new keys", home.log_key.parent, dirs_exist_ok=True)
    with open_door(home) as door:
        door.recorder.record(beat())
    shutil.copytree(tmp_path / "old keys", home.log_key.parent, dirs_exist_ok=True)
    with pytest.raises(IntegrityError, match="not the one this book names"), open_door(home):
        pass


def test_a_waiting_key_that_the_book_does_not_know_is_left_alone(tmp_path: Path, home: Home) -> None:
    """Neither key is the book's: whoever mixed them up must say which belong together."""
    rotate_log_key(home, "sample")
    make_log_key(next_key(home))
    make_log_key(tmp_path / "other.key")
    shutil.copy(tmp_path / "other.key", home.log_key)
    with pytest.raises(ConfigurationError, match="is not the key that the book announces"), open_door(home):
        pass
    assert open_log_signer(file_uri(next_key(home)), "sample.example/book")
