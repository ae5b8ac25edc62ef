"""After a restored backup: a new book that names the old one, and content that stays readable and erasable."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import EntryDamaged, HistoryDiverged, RefusedError, StoreUnavailable
from proofbook.records.envelope import parse_entry
from proofbook.vault.reader import Absent, VaultReader
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.reopening import reopen_book
from proofbook.wiring.rotation import rotate_log_key
from support.draft_builder import asked, beat, erasing, holding, releasing
from support.home_builder import make_home

ORIGIN = "sample.example/book"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Content in c_1 (entry 1) and c_2 (entry 2), c_2 on hold; restored to that state after two more entries were signed."""
    home = make_home(tmp_path)
    with open_door(home) as door:
        door.recorder.submit(
            [asked("x_1", b"first sample", "c_1"), asked("x_2", b"second sample", "c_2"), holding("c_2")]
        ).result()
    shutil.copy(home.book, tmp_path / "backup.sqlite")
    with open_door(home) as door:
        door.recorder.record(beat())
        door.recorder.record(beat())
    _restore(home, tmp_path / "backup.sqlite")
    return home


def _restore(home: Home, backup: Path) -> None:
    for path in home.book.parent.glob("book.sqlite*"):
        path.unlink()
    shutil.copy(backup, home.book)


def _retired(home: Home) -> Path:
    (path,) = home.book.parent.glob("retired-*.sqlite")
    return path


def _commit(path: Path, index: int) -> bytes:
    with BookReader(path) as book:
        return bytes.fromhex(parse_entry(book.entry(index)).body["content"]["request"]["commit"])


def test_a_restored_backup_is_not_carried_on(home: Home) -> None:
    """It would issue indices 4 and 5 a second time."""
    with pytest.raises(HistoryDiverged, match="holds 4 entries, 6 were signed") as caught, open_door(home):
        pass
    assert "book reopen" in (caught.value.hint or "")


def test_the_new_book_names_the_old_one(home: Home) -> None:
    """Origin, size and root of what was restored, and how far the fence had seen it signed."""
    state = home.fence(ORIGIN).read()
    assert state is not None
    origin = reopen_book(home, "sample restore")
    assert origin.startswith(f"{ORIGIN}/reopened-")
    with BookReader(home.book) as book, BookReader(_retired(home)) as old:
        assert (book.origin, old.origin) == (origin, ORIGIN)
        kinds = [parse_entry(data).kind for _, data in book.entries(0, book.size())]
        assert kinds == ["book.opened", "log.restored", "content.held"]
        assert parse_entry(book.entry(1)).body == {
            "old_origin": ORIGIN,
            "old_size": 4,
            "old_root": old.root(4).hex(),
            "fence_size": 6,
            "fence_root": state.root.hex(),
            "reason": "sample restore",
        }
    assert inspect_home(open_home(home.path), content=True).damages == ()
    with open_door(home) as door:
        assert door.recorder.record(beat()).index == 3


def test_the_old_file_is_kept_byte_for_byte(home: Home) -> None:
    """It is evidence; and its fence still stands where it stood."""
    before, fence = home.book.read_bytes(), home.fence(ORIGIN).read()
    reopen_book(home, "sample restore")
    with open_door(home) as door:
        door.recorder.submit([asked("x_3", b"more", "c_1")]).result()
    assert _retired(home).read_bytes() == before
    assert home.fence(ORIGIN).read() == fence


def test_old_content_stays_readable_and_conversations_go_on(home: Home) -> None:
    """From the new book's vault, by the old book's origin and index."""
    reopen_book(home, "sample restore")
    with open_door(home) as door:
        door.recorder.submit([asked("x_3", b"third sample", "c_1")]).result()
    with VaultReader(home.book, home.vault_key()) as vault:
        assert vault.carried(ORIGIN, 1, "request", _commit(_retired(home), 1)) == b"first sample"
        assert vault.carried(ORIGIN, 2, "request", _commit(_retired(home), 2)) == b"second sample"
        assert vault.content(3, "request", _commit(home.book, 3)) == b"third sample"
    assert inspect_home(home, content=True).damages == ()


def test_erasing_reaches_the_retired_book_too(home: Home) -> None:
    """Key and blob are gone from every file; the old entries and proofs are untouched."""
    reopen_book(home, "sample restore")
    with BookReader(_retired(home)) as old:
        secrets = [
            bytes(row[0])
            for query in ("SELECT sealed FROM content WHERE idx = 1", "SELECT wrapped FROM conversation WHERE id = 'c_1'")
            for row in old.rows(query)
        ]
    with open_door(home) as door:
        door.recorder.submit([erasing("c_1")]).result()
    for path in home.book.parent.iterdir():
        raw = path.read_bytes()
        assert [secret in raw for secret in secrets] == [False, False], path
    with BookReader(home.book) as book, BookReader(_retired(home)) as old:
        assert parse_entry(book.entry(3)).body["blobs"] == 1
        assert old.root(4) == bytes.fromhex(parse_entry(book.entry(1)).body["old_root"])
    with VaultReader(_retired(home), home.vault_key()) as vault:
        assert vault.content(1, "request", _commit(_retired(home), 1)) == Absent()
        assert vault.content(2, "request", _commit(_retired(home), 2)) == b"second sample"


def test_a_damaged_retired_book_does_not_stop_the_one_in_use(home: Home) -> None:
    """It is evidence of the past; recording goes on, and the status says what is left to do."""
    reopen_book(home, "sample restore")
    _retired(home).write_bytes(b"damaged" * 1000)
    with open_door(home) as door:
        assert door.writer is not None
        for _ in range(5):
            door.recorder.submit([asked("x_3", b"more", "c_1")]).result()
            time.sleep(0.06)
        assert door.writer.status.state in {"writing", "failing"}
    assert inspect_home(home, content=True).damages == ()


def test_holds_are_carried_over(home: Home) -> None:
    """By entries of the new book, and released like any other."""
    reopen_book(home, "sample restore")
    with open_door(home) as door:
        assert isinstance(door.recorder.submit([erasing("c_2")]).exception(), RefusedError)
        door.recorder.submit([releasing("c_2")]).result()
        door.recorder.submit([erasing("c_2")]).result()
    assert inspect_home(home, content=True).damages == ()


def test_a_book_is_reopened_again_and_again(tmp_path: Path, home: Home) -> None:
    """The second successor names the first, carries everything on, and its name does not grow."""
    first = reopen_book(home, "sample restore")
    shutil.copy(home.book, tmp_path / "again.sqlite")
    with open_door(home) as door:
        door.recorder.record(beat())
    _restore(home, tmp_path / "again.sqlite")
    second = reopen_book(home, "sample restore again")
    assert second != first
    assert len(second) == len(first)
    with BookReader(home.book) as book:
        assert parse_entry(book.entry(1)).body["old_origin"] == first
    old = next(path for path in home.book.parent.glob("retired-*.sqlite") if _origin(path) == ORIGIN)
    with VaultReader(home.book, home.vault_key()) as vault:
        assert vault.carried(ORIGIN, 1, "request", _commit(old, 1)) == b"first sample"
    assert inspect_home(home, content=True).damages == ()


def _origin(path: Path) -> str:
    with BookReader(path) as book:
        return book.origin


def _lose(home: Home) -> None:
    home.fence(ORIGIN).path.unlink()


def _damage(home: Home) -> None:
    home.fence(ORIGIN).path.write_bytes(b"damaged")


@pytest.mark.parametrize("accident", [_lose, _damage])
def test_a_lost_fence_is_said_to_be_lost(tmp_path: Path, accident: Callable[[Home], None]) -> None:
    """How far the book had been signed is then not known, and says so."""
    home = make_home(tmp_path)
    accident(home)
    reopen_book(home, "sample loss")
    with BookReader(home.book) as book:
        body = parse_entry(book.entry(1)).body
    assert (body["old_size"], body["fence_size"], body["fence_root"]) == (1, None, None)
    assert inspect_home(home, content=True).damages == ()


def test_a_book_that_can_be_carried_on_is_not_retired(tmp_path: Path) -> None:
    """A new origin costs every holder of a checkpoint; it is no routine."""
    home = make_home(tmp_path)
    rotate_log_key(home, "sample")
    with pytest.raises(RefusedError, match="stands where its fence left it"):
        reopen_book(home, "sample")
    assert [path.name for path in home.book.parent.glob("*.sqlite")] == ["book.sqlite"]


def test_a_backup_from_before_a_key_rotation_can_be_reopened(tmp_path: Path) -> None:
    """The key in use is then not the one that the old file names."""
    home = make_home(tmp_path)
    shutil.copy(home.book, tmp_path / "backup.sqlite")
    rotate_log_key(home, "sample")
    _restore(home, tmp_path / "backup.sqlite")
    reopen_book(home, "sample restore")
    assert inspect_home(home, content=True).damages == ()


def test_reopening_needs_the_writers_place(home: Home) -> None:
    """And leaves it when it is refused."""
    fresh = home.fence(ORIGIN).path.read_bytes()
    other = make_home(home.path.parent / "other", origin="other.example/book")
    with open_door(other), pytest.raises(StoreUnavailable, match="another process writes"):
        reopen_book(other, "sample")
    assert home.fence(ORIGIN).path.read_bytes() == fresh


def test_a_damaged_old_book_is_looked_at_first(home: Home) -> None:
    """Its size and root would be written down as facts."""
    import apsw

    connection = apsw.Connection(str(home.book))
    connection.execute("DELETE FROM head")
    connection.close()
    with pytest.raises(EntryDamaged, match="no head"):
        reopen_book(home, "sample")
