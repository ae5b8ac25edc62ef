"""A digest says what an engine holds only as long as its file is what the engine read."""

from __future__ import annotations

from pathlib import Path

from proofbook.gateway.engines.loaded import LoadedFiles, never_seen
from proofbook.primitives.digest import sha256_digest
from proofbook.primitives.verdict import Unknown
from support.running_gateway import KnownDigests

MODEL = "/models/m.gguf"
KNOWN = KnownDigests({MODEL: b"weights"})


def _found(started: float | None, changed: float) -> tuple[str, str] | Unknown:
    files = LoadedFiles(KNOWN, 8080, lambda port: started if port == 8080 else None, lambda _: changed)
    return files.digest_of(MODEL)


def test_unchanged_file_is_what_the_engine_read() -> None:
    """The usual case: downloaded, then loaded."""
    assert _found(1000.0, 10.0) == (sha256_digest(b"weights"), "full hash, unchanged since the engine started")


def test_file_replaced_under_a_running_engine_is_unknown() -> None:
    """The engine answers from what it read before; the new file's digest would be a lie in every record."""
    found = _found(1000.0, 2000.0)
    assert isinstance(found, Unknown)
    assert "restart" in found.reasons[0]
    assert not isinstance(_found(3000.0, 2000.0), Unknown), "restarted since"


def test_start_that_cannot_be_seen_is_said() -> None:
    """An auditor must see what the digest rests on."""
    assert _found(None, 2000.0) == (sha256_digest(b"weights"), "full hash, start of the engine not visible")
    assert never_seen(8080) is None


def test_unknown_file_stays_unknown_and_a_vanished_one_becomes_so(tmp_path: Path) -> None:
    """No look makes a digest out of nothing."""
    assert isinstance(LoadedFiles(KnownDigests(), 1, lambda _: 1.0).digest_of(MODEL), Unknown)
    gone = str(tmp_path / "gone.gguf")
    assert isinstance(LoadedFiles(KnownDigests({gone: b"x"}), 1, lambda _: 1.0).digest_of(gone), Unknown)
