"""Remembered hashes: used only when nothing moved, and never passed off as fresh ones."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proofbook.errors import MalformedModelFile
from proofbook.primitives.digest import Digest, sha256_digest
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.primitives.verdict import Unknown
from proofbook.weights.digest_set import set_digest
from proofbook.weights.hash_cache import CachedDigests, HashCache, format_cache, parse_cache, read_cache, write_cache
from proofbook.weights.hashing import StatIdentity


def settled_clock(path: Path) -> FixedClock:
    """A minute after the file was last touched."""
    return FixedClock(datetime.fromtimestamp(path.stat().st_ctime, UTC) + timedelta(minutes=1))


def known(answer: tuple[Digest, str] | Unknown) -> tuple[Digest, str]:
    """The answer, which must be one."""
    assert isinstance(answer, tuple)
    return answer


def test_an_unchanged_file_is_answered_from_the_cache_and_says_since_when(tmp_path: Path) -> None:
    """A remembered hash cites the full hash it stands on."""
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    clock = settled_clock(path)
    digests = CachedDigests(HashCache(), clock)
    first = format_instant(clock.now())
    assert known(digests.digest_of(path)) == (sha256_digest(b"weights"), f"full at {first}")
    clock.advance(timedelta(hours=1))
    assert known(digests.digest_of(path)) == (sha256_digest(b"weights"), f"stat_cached since {first}")


def test_an_edit_in_place_with_restored_mtime_is_noticed(tmp_path: Path) -> None:
    """The classic way to fool a cache that looks at size and mtime."""
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    clock = settled_clock(path)
    digests = CachedDigests(HashCache(), clock)
    digests.digest_of(path)
    before = path.stat()
    with path.open("r+b") as stream:
        stream.write(b"W")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    digest, method = known(digests.digest_of(path))
    assert digest == sha256_digest(b"Weights")
    assert method.startswith("full")


def test_a_file_touched_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    """Two edits within one tick of the clock have one ctime."""
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    clock = FixedClock(datetime.fromtimestamp(path.stat().st_ctime, UTC))
    digests = CachedDigests(HashCache(), clock)
    digests.digest_of(path)
    assert known(digests.digest_of(path))[1].startswith("full")


def test_an_old_full_hash_is_renewed(tmp_path: Path) -> None:
    """Bit rot never moves ctime, so a cache has a highest age."""
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    clock = settled_clock(path)
    digests = CachedDigests(HashCache(), clock, max_age=timedelta(days=7))
    digests.digest_of(path)
    clock.advance(timedelta(days=6))
    assert known(digests.digest_of(path))[1].startswith("stat_cached")
    clock.advance(timedelta(days=2))
    assert known(digests.digest_of(path))[1].startswith("full")


def test_full_means_full(tmp_path: Path) -> None:
    """At intake and at a period's end nothing is remembered."""
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    cache, clock = HashCache(), settled_clock(path)
    CachedDigests(cache, clock).digest_of(path)
    assert known(CachedDigests(cache, clock, full=True).digest_of(path))[1].startswith("full")


def test_a_full_look_reads_a_file_that_two_models_share_once(tmp_path: Path) -> None:
    """Two tags on one blob must not cost two passes over it; the second answer says what it stands on."""
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    clock = settled_clock(path)
    digests = CachedDigests(HashCache(), clock, full=True)
    clock.advance(timedelta(seconds=1))
    assert known(digests.digest_of(path))[1].startswith("full")
    clock.advance(timedelta(seconds=1))
    assert known(digests.digest_of(path))[1].startswith("stat_cached")


def test_a_file_of_a_split_set_stands_for_the_set(tmp_path: Path) -> None:
    """An engine names the first file and loads all: a change in the last must change the digest that is bound."""
    parts = [tmp_path / f"m-{number:05}-of-00002.gguf" for number in (1, 2)]
    for number, part in enumerate(parts):
        part.write_bytes(bytes([number]))
    digests = CachedDigests(HashCache(), settled_clock(parts[1]))
    expected = set_digest({part.name: sha256_digest(part.read_bytes()) for part in parts})
    assert known(digests.digest_of(str(parts[0])))[0] == expected
    parts[1].unlink()
    missing = digests.digest_of(parts[0])
    assert isinstance(missing, Unknown)
    assert parts[1].name in missing.reasons[0]


def test_an_absent_file_is_unknown(tmp_path: Path) -> None:
    """Never a default digest."""
    answer = CachedDigests(HashCache(), FixedClock(datetime(2026, 11, 1, tzinfo=UTC))).digest_of(tmp_path / "absent")
    assert isinstance(answer, Unknown)
    assert "absent" in answer.reasons[0]


def test_the_file_form_goes_round_and_is_private(tmp_path: Path) -> None:
    """A cache survives a restart with its dates."""
    cache = HashCache()
    cache.remember(StatIdentity(1, 2, 3, 4, 5), sha256_digest(b"a"), datetime(2026, 11, 1, tzinfo=UTC))
    write_cache(cache, tmp_path / "run" / "hashes.json")
    assert read_cache(tmp_path / "run" / "hashes.json").snapshot() == cache.snapshot()
    assert (tmp_path / "run" / "hashes.json").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["hashes.json"]
    assert len(read_cache(tmp_path / "absent.json")) == 0


ROW = [1, 2, 3, 4, 5, "sha256:" + "ab" * 32, "2026-11-01T00:00:00.000000Z"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"form": "other/1", "entries": []},
        {"form": "proofbook-hash-cache/1", "entries": {}},
        {"form": "proofbook-hash-cache/1", "entries": [], "extra": 1},
        {"form": "proofbook-hash-cache/1", "entries": [ROW[:-1]]},
        {"form": "proofbook-hash-cache/1", "entries": [[True, *ROW[1:]]]},
        {"form": "proofbook-hash-cache/1", "entries": [[*ROW[:5], "sha256:zz", ROW[6]]]},
        {"form": "proofbook-hash-cache/1", "entries": [[*ROW[:5], 7, ROW[6]]]},
        {"form": "proofbook-hash-cache/1", "entries": [[*ROW[:6], "yesterday"]]},
    ],
)
def test_a_damaged_cache_file_is_refused_as_a_whole(value: object) -> None:
    """Half a cache would answer with hashes nobody can vouch for."""
    with pytest.raises(MalformedModelFile, match="hash cache"):
        parse_cache(json.dumps(value).encode())
    with pytest.raises(MalformedModelFile, match="hash cache"):
        parse_cache(b"\xff{")


def test_a_good_row_is_accepted() -> None:
    """The counterpart of the refusals above."""
    cache = parse_cache(json.dumps({"form": "proofbook-hash-cache/1", "entries": [ROW]}).encode())
    assert parse_cache(format_cache(cache)).snapshot() == cache.snapshot()


def test_a_set_has_the_digest_of_its_files_in_path_order() -> None:
    """One file keeps its own digest, so that it can be looked up anywhere."""
    a, b = sha256_digest(b"a"), sha256_digest(b"b")
    assert set_digest({"only": a}) == a
    expected = sha256_digest(bytes.fromhex(a[7:]) + bytes.fromhex(b[7:]))
    assert set_digest({"y": b, "x": a}) == expected
    with pytest.raises(MalformedModelFile):
        set_digest({})
