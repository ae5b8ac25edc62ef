"""Full hashes remembered by the stat identity of the file, so that an unchanged file need not be read again.

Promises: an entry is used only when device, inode, size, mtime and ctime all match; a file touched less than two seconds before
its hash is never remembered (its ctime could not show a second change); every answer says whether it is a full hash or a
remembered one, and since when. What it is worth: fooling it needs root, a file system without honest ctime, or damage below the
file system. Hostile input (an edited cache file) is refused as a whole with `MalformedModelFile`, which says what to do.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from proofbook.errors import MalformedModelFile, MalformedRecord, StoreUnavailable, UnavailableError
from proofbook.primitives.canonical import parse_json
from proofbook.primitives.digest import Digest, parse_digest
from proofbook.primitives.instants import Clock, format_instant, parse_instant
from proofbook.primitives.verdict import Unknown
from proofbook.weights.digest_set import set_digest
from proofbook.weights.hashing import FileHash, NotHashed, Progress, StatIdentity, hash_files
from proofbook.weights.opening import open_regular_file, read_small_file
from proofbook.weights.shards import shard_set

SETTLED_NS = 2_000_000_000
_TICK = timedelta(microseconds=1)
MAX_CACHE_BYTES = 64 * 1024 * 1024
MAX_CACHE_ENTRIES = 200_000
_FORM = "proofbook-hash-cache/1"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A digest and the instant of the full hash it stands on."""

    digest: Digest
    hashed_at: str


@dataclass(frozen=True, slots=True)
class KnownDigest:
    """A digest with how it is known: `full` at `hashed_at`, or `stat_cached` on the full hash of `hashed_at`."""

    digest: Digest
    method: Literal["full", "stat_cached"]
    hashed_at: str
    identity: StatIdentity


class HashCache:
    """Stat identity -> remembered digest. Safe to use from several threads; the oldest full hashes are forgotten first."""

    def __init__(self, entries: Mapping[StatIdentity, Remembered] | None = None) -> None:
        self._entries: dict[StatIdentity, Remembered] = dict(entries or {})
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def look_up(self, identity: StatIdentity, *, not_before: str = "") -> Remembered | None:
        """What is remembered for `identity` from a full hash at `not_before` or later."""
        with self._lock:
            found = self._entries.get(identity)
        return found if found is not None and found.hashed_at >= not_before else None

    def remember(self, identity: StatIdentity, digest: Digest, started: datetime) -> None:
        """Keep a full hash that was started at `started`, unless the file had been touched too recently to tell."""
        if identity.ctime_ns > int(started.timestamp()) * 1_000_000_000 - SETTLED_NS:
            return
        with self._lock:
            self._entries.pop(identity, None)
            self._entries[identity] = Remembered(digest, format_instant(started))
            while len(self._entries) > MAX_CACHE_ENTRIES:
                del self._entries[next(iter(self._entries))]

    def snapshot(self) -> tuple[tuple[StatIdentity, Remembered], ...]:
        """All entries, oldest first."""
        with self._lock:
            return tuple(self._entries.items())


def format_cache(cache: HashCache) -> bytes:
    """The JSON file form: one row of seven values per entry."""
    rows = [[*astuple(identity), kept.digest, kept.hashed_at] for identity, kept in cache.snapshot()]
    return json.dumps({"form": _FORM, "entries": rows}, separators=(",", ":")).encode("ascii")


def parse_cache(data: bytes) -> HashCache:
    """The inverse of `format_cache`, strictly. Raises MalformedModelFile naming the row."""
    try:
        value = parse_json(data)
    except MalformedRecord as error:
        raise MalformedModelFile(f"hash cache: {error.message}", hint="remove the file; it is rebuilt by hashing") from error
    if not isinstance(value, dict) or value.keys() != {"form", "entries"} or value["form"] != _FORM:
        raise MalformedModelFile(f"hash cache: is not of the form {_FORM}", hint="remove the file; it is rebuilt by hashing")
    rows = value["entries"]
    if not isinstance(rows, list) or len(rows) > MAX_CACHE_ENTRIES:
        raise MalformedModelFile(f"hash cache: entries: is not a list of at most {MAX_CACHE_ENTRIES}")
    return HashCache(dict(_parse_row(row, number) for number, row in enumerate(rows)))


def _parse_row(row: Any, number: int) -> tuple[StatIdentity, Remembered]:
    where = f"hash cache: entries[{number}]"
    if not isinstance(row, list) or len(row) != 7 or any(type(item) is not int for item in row[:5]):
        raise MalformedModelFile(f"{where}: is not five integers, a digest and an instant")
    if not isinstance(row[5], str) or not isinstance(row[6], str):
        raise MalformedModelFile(f"{where}: digest or instant is not text")
    try:
        digest = parse_digest(row[5])
        parse_instant(row[6])
    except MalformedRecord as error:
        raise MalformedModelFile(f"{where}: {error.message}") from error
    return StatIdentity(*row[:5]), Remembered(digest, row[6])


def read_cache(path: Path) -> HashCache:
    """The cache kept at `path`; an empty one when there is no file. Raises MalformedModelFile, LimitExceeded."""
    return parse_cache(read_small_file(path, MAX_CACHE_BYTES)) if path.exists() else HashCache()


def write_cache(cache: HashCache, path: Path) -> None:
    """Replace the file at `path` in one step, readable by its owner only. Raises StoreUnavailable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(format_cache(cache))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreUnavailable(f"hash cache cannot be written: {error.strerror}") from error


class CachedDigests:
    """Digests of files by path, from the cache where the stat identity allows it, else by a full pass.

    `max_age` bounds how old a full hash may be; `full` forces a pass over every file that this object has not read itself.
    """

    def __init__(
        self, cache: HashCache, clock: Clock, *, max_age: timedelta = timedelta(days=7), full: bool = False, workers: int = 1
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._made = clock.now()
        self._max_age = max_age
        self._full = full
        self._workers = workers

    def digest_of(self, path: str | Path) -> tuple[Digest, str] | Unknown:
        """The digest of a model by its file, and how it is known: `full at <instant>` or `stat_cached since <instant>`.

        A file of a split set stands for the set, as a program that opens one opens all: the digest is that of the set, the
        method the weakest of its files'.
        """
        files = shard_set(Path(path))
        known: dict[str, KnownDigest] = {}
        for file, outcome in zip(files, self.digests(files), strict=True):
            if isinstance(outcome, NotHashed):
                return Unknown((outcome.detail,))
            known[file.name] = outcome
        oldest = min(known.values(), key=lambda each: (each.method == "full", each.hashed_at))
        word = "full at" if oldest.method == "full" else "stat_cached since"
        return set_digest({name: each.digest for name, each in known.items()}), f"{word} {oldest.hashed_at}"

    def digests(self, paths: Sequence[Path], progress: Progress | None = None) -> tuple[KnownDigest | NotHashed, ...]:
        """The digests of several files, in the order given; only files without a usable remembered hash are read."""
        known: dict[int, KnownDigest | NotHashed] = {}
        started = self._clock.now()
        oldest = format_instant(self._made + _TICK if self._full else started - self._max_age)
        for position, path in enumerate(paths):
            found = self._remembered(path, oldest)
            if found is not None:
                known[position] = found
        unread = [position for position in range(len(paths)) if position not in known]
        outcomes = hash_files([paths[position] for position in unread], workers=self._workers, progress=progress)
        for position, outcome in zip(unread, outcomes, strict=True):
            if isinstance(outcome, FileHash):
                self._cache.remember(outcome.identity, outcome.digest, started)
                known[position] = KnownDigest(outcome.digest, "full", format_instant(started), outcome.identity)
            else:
                known[position] = outcome
        return tuple(known[position] for position in range(len(paths)))

    def _remembered(self, path: Path, oldest: str) -> KnownDigest | None:
        try:
            with open_regular_file(path) as (_, status):
                identity = StatIdentity.of(status)
        except (MalformedModelFile, UnavailableError):
            return None
        found = self._cache.look_up(identity, not_before=oldest)
        return None if found is None else KnownDigest(found.digest, "stat_cached", found.hashed_at, identity)
