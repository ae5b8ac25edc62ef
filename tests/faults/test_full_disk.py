"""A disk that is full: calls are refused by cause, nothing acknowledged is lost, and free space is all it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.errors import StoreUnavailable
from proofbook.journal.receipt import Receipt
from proofbook.journal.recorder import BookRecorder
from proofbook.records.envelope import parse_entry
from support.draft_builder import asked, beat, beats
from support.home_builder import BookPlace, make_book, recording
from support.small_disk import mounted_tmpfs, run

pytestmark = pytest.mark.crash
TESTS = Path(__file__).parents[1]


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _record_until_refused(recorder: BookRecorder, taken: list[Receipt]) -> StoreUnavailable:
    for number in range(2000):
        future = recorder.submit([asked(f"x_{number}", os.urandom(50_000), f"c_{number}"), *beats(2)])
        error = future.exception()
        if error is not None:
            assert isinstance(error, StoreUnavailable)
            return error
        taken += future.result()
    raise AssertionError("the disk never became full")


def _check_all_there(place: BookPlace, taken: list[Receipt]) -> None:
    with BookReader(place.path) as book:
        assert [parse_entry(book.entry(receipt.index)).id for receipt in taken] == [receipt.entry_id for receipt in taken]
    seen = place.inspect()
    assert seen.damages == []
    assert seen.entries == len(taken) + 1


def test_a_full_disk_is_named_and_survived(tmp_path: Path) -> None:
    """Three times in a row; the numbering has no gap where the disk was full."""
    with mounted_tmpfs(tmp_path / "disk") as disk:
        place = make_book(disk.folder / "book")
        taken: list[Receipt] = []
        with recording(place, interval=0.02) as recorder:
            for _ in range(3):
                taken += recorder.submit(beats(3)).result()
                disk.fill()
                error = _record_until_refused(recorder, taken)
                assert str(place.path) in str(error)
                assert "full" in str(error)
                assert "recording resumes by itself" in (error.hint or "")
                assert isinstance(recorder.submit([asked("x", os.urandom(50_000), "c")]).exception(), StoreUnavailable)
                disk.free()
                _eventually(lambda: recorder.status.state == "writing")
                taken.append(recorder.record(beat()))
        _check_all_there(place, taken)


def test_a_full_disk_when_closing_loses_nothing(tmp_path: Path) -> None:
    """The last signature is missing then; the next writer makes it."""
    with mounted_tmpfs(tmp_path / "disk") as disk:
        place, taken = make_book(disk.folder / "book"), list[Receipt]()
        with recording(place, interval=3600) as recorder:
            disk.fill()
            _record_until_refused(recorder, taken)
        disk.free()
        with recording(place):
            pass
        _check_all_there(place, taken)
        with BookReader(place.path) as book:
            newest = book.latest_checkpoint()
            assert newest is not None
            assert newest.size == book.size()


def test_a_full_disk_under_the_fence_stops_signatures_only_until_there_is_space(tmp_path: Path) -> None:
    """Nothing is signed that the fence did not let pass, and the entries are safe meanwhile."""
    with mounted_tmpfs(tmp_path / "disk") as disk:
        made = make_book(tmp_path / "book")
        fence_folder = disk.folder / "fence"
        made.fence.path.parent.rename(tmp_path / "moved")
        fence_folder.mkdir()
        for child in (tmp_path / "moved").iterdir():
            (fence_folder / child.name).write_bytes(child.read_bytes())
        place = replace(made, fence_folder=fence_folder)
        taken: list[Receipt] = []
        with recording(place, interval=0.02) as recorder, BookReader(place.path) as book:
            disk.fill()
            taken += recorder.submit(beats(5)).result()
            _eventually(lambda: recorder.status.state == "failing")
            assert "fence" in (recorder.status.reason or "")
            taken += recorder.submit(beats(5)).result()
            signed = book.latest_checkpoint()
            assert signed is not None
            assert signed.size == 1
            disk.free()
            _eventually(lambda: (newest := book.latest_checkpoint()) is not None and newest.size == 11)
            _eventually(lambda: recorder.status.state == "writing")
        _check_all_there(place, taken)


def test_a_read_only_disk_is_named(tmp_path: Path) -> None:
    """Mounted read-only after its errors, as file systems do; made writable again, the book goes on."""
    with mounted_tmpfs(tmp_path / "disk") as disk:
        place = make_book(disk.folder / "book")
        run("mount", "-o", "remount,ro", str(disk.folder))
        with pytest.raises(StoreUnavailable) as caught, recording(place):
            pass
        assert str(place.path) in str(caught.value)
        run("mount", "-o", "remount,rw", str(disk.folder))
        with recording(place) as recorder:
            assert recorder.record(beat()).seq == 1
        assert place.inspect().damages == []


LIMITED = """
import json, os, resource, signal, sys
from pathlib import Path
from support.draft_builder import asked, beat, beats
from support.home_builder import make_book, recording
place = make_book(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
told = {"taken": [], "errors": []}
with recording(place, interval=0.02) as recorder:
    for limit in (2_000_000, 3_000_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        for number in range(500):
            future = recorder.submit([asked(f"x_{limit}_{number}", os.urandom(20_000), "c_1")])
            if future.exception() is not None:
                told["errors"].append([type(future.exception()).__name__, str(future.exception())])
                break
            told["taken"] += [receipt.entry_id for receipt in future.result()]
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        told["taken"].append(recorder.record(beat()).entry_id)
print(json.dumps(told))
"""


def test_a_file_that_may_not_grow_is_survived_without_root(tmp_path: Path) -> None:
    """The same promise where nothing can be mounted: a limit of the process on file sizes."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "book")],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told = json.loads(done.stdout)
    assert [kind for kind, _ in told["errors"]] == ["StoreUnavailable"] * 2
    place = BookPlace(tmp_path / "book", make_book(tmp_path / "reference").signer)
    with BookReader(place.path) as book:
        assert [parse_entry(data).id for _, data in book.entries(1, book.size())] == told["taken"]
    assert place.inspect().damages == []
