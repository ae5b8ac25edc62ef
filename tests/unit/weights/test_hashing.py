"""Digests of files: right, honest about change, and told while they are made."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from proofbook.primitives.digest import sha256_digest
from proofbook.weights.hashing import WINDOW_BYTES, FileHash, NotHashed, StatIdentity, hash_file, hash_files


def test_several_threads_agree_with_hashlib(tmp_path: Path) -> None:
    """Order of results is order of paths, whatever finished first."""
    sizes = [0, 1, WINDOW_BYTES, WINDOW_BYTES + 1, 3_000_000, 2 * WINDOW_BYTES + 77, 1024 * 1024, 5]
    paths = []
    for number, size in enumerate(sizes):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(hashlib.shake_128(bytes([number])).digest(min(size, 4096)) * (size // 4096 + 1))
        os.truncate(path, size)
        paths.append(path)
    told: list[tuple[int, int]] = []
    outcomes = hash_files(paths, workers=3, progress=lambda done, total: told.append((done, total)))
    for path, outcome in zip(paths, outcomes, strict=True):
        assert isinstance(outcome, FileHash)
        assert outcome.digest == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        assert outcome.identity == StatIdentity.of(path.stat())
    assert told[-1] == (sum(sizes), sum(sizes))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_file_that_grows_during_the_pass_has_no_digest(tmp_path: Path) -> None:
    """A digest of bytes that were never together in one file would be evidence of nothing."""
    path = tmp_path / "growing.bin"
    path.write_bytes(bytes(2 * WINDOW_BYTES))

    def grow(done: int, total: int) -> None:
        with path.open("ab") as stream:
            stream.write(b"x")

    outcome = hash_file(path, grow)
    assert isinstance(outcome, NotHashed)
    assert outcome.code == "changed_while_hashing"


def test_an_edit_that_restores_mtime_during_the_pass_is_noticed_and_repeated(tmp_path: Path) -> None:
    """The ctime moves even when mtime is put back; one change leads to a second pass, not to a wrong digest."""
    path = tmp_path / "edited.bin"
    path.write_bytes(bytes(2 * WINDOW_BYTES))
    edits = 0

    def edit(done: int, total: int) -> None:
        nonlocal edits
        if edits == 0:
            edits = 1
            status = path.stat()
            with path.open("r+b") as stream:
                stream.seek(5)
                stream.write(b"x")
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    outcome = hash_file(path, edit)
    assert isinstance(outcome, FileHash)
    assert outcome.digest == sha256_digest(path.read_bytes())


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """One unreadable file must not stop the others."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "good").write_bytes(b"x")
    absent, pipe, folder, good = hash_files([tmp_path / "absent", tmp_path / "pipe", tmp_path, tmp_path / "good"], workers=2)
    assert isinstance(absent, NotHashed)
    assert isinstance(pipe, NotHashed)
    assert isinstance(folder, NotHashed)
    assert absent.code == "unreadable"
    assert isinstance(good, FileHash)


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="needs reads that may not wait")
def test_pages_that_were_cached_before_stay_cached(tmp_path: Path) -> None:
    """Hashing must not push out weights that an engine is serving from the page cache."""
    path = tmp_path / "warm.bin"
    path.write_bytes(bytes(WINDOW_BYTES))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        try:
            os.preadv(descriptor, [bytearray(1)], WINDOW_BYTES - 1, os.RWF_NOWAIT)
        except OSError:
            pytest.skip("this file system does not answer reads that may not wait")
        assert isinstance(hash_file(path), FileHash)
        assert os.preadv(descriptor, [bytearray(1)], WINDOW_BYTES - 1, os.RWF_NOWAIT) == 1
    finally:
        os.close(descriptor)


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="needs reads that may not wait")
def test_pages_that_only_the_pass_read_are_dropped(tmp_path: Path) -> None:
    """Hundreds of gigabytes read once must not fill the page cache."""
    path = tmp_path / "cold.bin"
    path.write_bytes(bytes(2 * WINDOW_BYTES))
    descriptor = os.open(path, os.O_RDWR)

    def cached(offset: int) -> bool:
        try:
            return os.preadv(descriptor, [bytearray(1)], offset, os.RWF_NOWAIT) == 1
        except OSError:
            return False

    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        if cached(WINDOW_BYTES // 2) or cached(2 * WINDOW_BYTES - 1):
            pytest.skip("this file system keeps its pages")
        assert isinstance(hash_file(path), FileHash)
        assert not cached(WINDOW_BYTES // 2)
    finally:
        os.close(descriptor)
