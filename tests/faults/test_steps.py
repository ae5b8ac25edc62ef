"""A rotation or a reopening is killed before each of its changes in turn; whoever opens next finishes or discards it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import HistoryDiverged
from proofbook.records.envelope import parse_entry
from proofbook.vault.reader import VaultReader
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.inspecting import inspect_home
from proofbook.wiring.recording import open_door
from proofbook.wiring.reopening import reopen_book
from proofbook.wiring.rotation import rotate_log_key
from proofbook.wiring.settling import next_key
from support.draft_builder import asked, beat
from support.fork_server import ForkServer, fork_server
from support.home_builder import make_home

pytestmark = pytest.mark.crash
ORIGIN = "sample.example/book"
MOST_STEPS = 200


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    """Children without the wait for an interpreter."""
    with fork_server() as started:
        yield started


def _copies(made: Path, folder: Path) -> Iterator[tuple[int, Home]]:
    """A fresh copy of a home and its fence for every step: both lie in `made`, and the settings name the copy's own fence."""
    for step in range(1, MOST_STEPS):
        copy = folder / f"step {step}"
        shutil.copytree(made, copy)
        config = copy / "home" / "proofbook.toml"
        config.write_text(config.read_text().replace(str(made / "fence"), str(copy / "fence")))
        yield step, open_home(copy / "home")
    raise AssertionError("it never came to its end")


def test_a_rotation_killed_at_any_step_is_finished_or_discarded(tmp_path: Path, server: ForkServer) -> None:
    """And the next rotation works: nothing is in its way."""
    made = make_home(tmp_path / "made")
    old, outcomes = made.identity().vkey, set()
    for step, home in _copies(tmp_path / "made", tmp_path):
        server.start("rotate", home=home.path, step=step)
        ended = server.wait()
        with open_door(home) as door:
            door.recorder.record(beat())
        report = inspect_home(home, content=True)
        assert report.damages == (), f"step {step}"
        assert not next_key(home).exists()
        with BookReader(home.book) as book:
            vkeys = [key.vkey for key in BookReader.keys(book)]
        outcomes.add(len(vkeys))
        assert vkeys[0] == old
        assert vkeys[-1] == home.identity().vkey
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        if step % 5 == 0:
            rotate_log_key(home, "sample again")
            assert inspect_home(home, content=True).damages == ()
    assert outcomes == {1, 2}
    assert step > 8


def test_a_reopening_killed_at_any_step_is_finished_or_discarded(tmp_path: Path, server: ForkServer) -> None:
    """Either the old book still waits to be reopened, or the new one is in its place with all that was carried over."""
    made = _behind_its_fence(tmp_path / "made")
    outcomes = set()
    for step, home in _copies(tmp_path / "made", tmp_path):
        server.start("reopen", home=home.path, step=step)
        ended = server.wait()
        finished = _settled(home)
        outcomes.add(finished)
        with open_door(home) as door:
            door.recorder.submit([asked("x_9", b"after", "c_1")]).result()
        assert inspect_home(home, content=True).damages == (), f"step {step}"
        names = sorted(path.name for path in home.book.parent.iterdir() if path.suffix in {".sqlite", ".json"})
        assert len(names) == 2, names
        assert names[0] == "book.sqlite"
        _check_carried(home, home.book.parent / names[1])
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
    assert outcomes == {True, False}
    assert step > 12
    assert made.book.exists()


def _behind_its_fence(folder: Path) -> Home:
    home = make_home(folder)
    with open_door(home) as door:
        door.recorder.submit([asked("x_1", b"first sample", "c_1")]).result()
    shutil.copy(home.book, folder / "backup.sqlite")
    with open_door(home) as door:
        door.recorder.record(beat())
    for path in home.book.parent.glob("book.sqlite*"):
        path.unlink()
    shutil.copy(folder / "backup.sqlite", home.book)
    return home


def _settled(home: Home) -> bool:
    """Whether the killed reopening is finished by opening; otherwise it is made again, as an operator would."""
    try:
        with open_door(home):
            return True
    except HistoryDiverged:
        pass
    assert home.identity().origin == ORIGIN
    reopen_book(home, "sample restore")
    return False


def _check_carried(home: Home, retired: Path) -> None:
    with BookReader(retired) as old, VaultReader(home.book, home.vault_key()) as vault:
        commit = bytes.fromhex(parse_entry(old.entry(1)).body["content"]["request"]["commit"])
        assert old.size() == 2
        assert vault.carried(ORIGIN, 1, "request", commit) == b"first sample"
