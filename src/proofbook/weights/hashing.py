"""SHA-256 of large files: one pass, one buffer, threads over files, and a good neighbour to whoever serves the same weights.

Promises: a digest is only returned when size, mtime and ctime of the open file were the same before and after the pass; pages
that were not cached before the pass are dropped from the page cache behind it (pages other processes have mapped stay).
Does not parallelise one file: SHA-256 is a chain. Hostile input (a file that grows, shrinks, or is a pipe) ends in `NotHashed`.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from proofbook.errors import MalformedModelFile, SourceUnavailable
from proofbook.primitives.digest import Digest, digest_of_raw
from proofbook.weights.opening import open_regular_file

BUFFER_BYTES = 1024 * 1024
"""Measured: from 256 KiB to 8 MiB within a few percent, 1 MiB best."""
WINDOW_BYTES = 16 * 1024 * 1024
"""Stretch after which pages are dropped and progress is told; far longer than any read-ahead."""
ATTEMPTS = 3

Progress: TypeAlias = Callable[[int, int], None]
"""Called with bytes done and bytes in total; may be called from several threads, never at the same time."""


@dataclass(frozen=True, slots=True)
class StatIdentity:
    """What the system knows of a file without reading it. ctime is in it because mtime can be set back by anybody."""

    dev: int
    ino: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> StatIdentity:
        """From a status; the status should come from an open descriptor."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class FileHash:
    """The digest of the bytes that `identity` stood for during the whole pass."""

    digest: Digest
    identity: StatIdentity


@dataclass(frozen=True, slots=True)
class NotHashed:
    """Why there is no digest."""

    code: Literal["changed_while_hashing", "unreadable"]
    detail: str


HashOutcome: TypeAlias = FileHash | NotHashed


class _Tally:
    """Adds up bytes of several threads; takes back what a repeated attempt had counted."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        if self._progress is not None and count:
            with self._lock:
                self._done += count
                self._progress(min(self._done, self._total), self._total)


def hash_file(path: Path, progress: Progress | None = None) -> HashOutcome:
    """The SHA-256 of one file, read from start to end with one 1 MiB buffer."""
    return hash_files([path], workers=1, progress=progress)[0]


def hash_files(paths: Sequence[Path], *, workers: int = 1, progress: Progress | None = None) -> tuple[HashOutcome, ...]:
    """The SHA-256 of several files, `workers` at a time, in the order given. The longest are started first."""
    sizes = [_size(path) for path in paths]
    tally = _Tally(sum(sizes), progress)
    if workers <= 1 or len(paths) <= 1:
        return tuple(_hash_with_retries(path, tally) for path in paths)
    order = sorted(range(len(paths)), key=lambda position: -sizes[position])
    with ThreadPoolExecutor(max_workers=min(workers, len(paths)), thread_name_prefix="hashing") as pool:
        running = {position: pool.submit(_hash_with_retries, paths[position], tally) for position in order}
        return tuple(running[position].result() for position in range(len(paths)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _hash_with_retries(path: Path, tally: _Tally) -> HashOutcome:
    try:
        for _ in range(ATTEMPTS):
            outcome = _hash_once(path, tally)
            if outcome is not None:
                return outcome
    except (SourceUnavailable, MalformedModelFile) as error:
        return NotHashed("unreadable", error.message)
    except OSError as error:
        return NotHashed("unreadable", f"{path.name}: cannot be read: {error.strerror}")
    return NotHashed("changed_while_hashing", f"{path.name}: changed during each of {ATTEMPTS} passes")


def _hash_once(path: Path, tally: _Tally) -> FileHash | None:
    """One pass; None when the file changed during it."""
    with open_regular_file(path) as (descriptor, status):
        before = StatIdentity.of(status)
        digest = hashlib.sha256()
        done = _read_into(descriptor, before.size, digest, tally)
        if done != before.size or StatIdentity.of(os.fstat(descriptor)) != before:
            tally.add(-done)
            return None
        return FileHash(digest_of_raw(digest.digest()), before)


def _read_into(descriptor: int, size: int, digest: hashlib._Hash, tally: _Tally) -> int:
    """Feed up to `size` bytes to `digest`; the bytes read. One byte more is asked for at the end, to notice growth."""
    buffer = memoryview(bytearray(BUFFER_BYTES))
    position = window_at = 0
    was_cached = _is_cached(descriptor, min(size, WINDOW_BYTES) - 1)
    while position <= size:
        count = os.readv(descriptor, [buffer])
        if count == 0:
            break
        digest.update(buffer[:count])
        position += count
        if position - window_at >= WINDOW_BYTES:
            _leave_window(descriptor, window_at, position, keep=was_cached)
            tally.add(position - window_at)
            window_at = position
            was_cached = _is_cached(descriptor, min(size, position + WINDOW_BYTES) - 1)
    _leave_window(descriptor, window_at, position, keep=was_cached)
    tally.add(position - window_at)
    return position


def _is_cached(descriptor: int, offset: int) -> bool:
    """Whether the page at `offset` is in the page cache already: a read that may not wait succeeds only then."""
    nowait = getattr(os, "RWF_NOWAIT", None)
    if nowait is None or offset < 0:
        return False
    try:
        return os.preadv(descriptor, [bytearray(1)], offset, nowait) == 1
    except OSError:
        return False


def _leave_window(descriptor: int, start: int, end: int, *, keep: bool) -> None:
    if keep or end <= start or not hasattr(os, "posix_fadvise"):
        return
    os.posix_fadvise(descriptor, start, end - start, os.POSIX_FADV_DONTNEED)
