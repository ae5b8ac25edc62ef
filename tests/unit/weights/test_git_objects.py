"""Git ids as git computes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import LimitExceeded
from proofbook.weights.git_objects import MAX_BLOB_BYTES, git_blob_id, lfs_pointer, lfs_pointer_blob_id, read_git_blob_id


def test_blob_ids_match_git(tmp_path: Path) -> None:
    """Published constants: the empty blob, and the blob of 'hello' with a newline."""
    assert git_blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert git_blob_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    (tmp_path / "f").write_bytes(b"hello\n")
    assert read_git_blob_id(tmp_path / "f") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_the_pointer_of_a_large_file_has_its_published_form() -> None:
    """Three lines; its blob id is what a tree listing names for the large file."""
    pointer = lfs_pointer("ab" * 32, 7)
    assert pointer.decode().splitlines() == ["version https://git-lfs.github.com/spec/v1", f"oid sha256:{'ab' * 32}", "size 7"]
    assert lfs_pointer_blob_id("ab" * 32, 7) == git_blob_id(pointer)


def test_a_huge_file_is_not_hashed_as_a_blob(tmp_path: Path) -> None:
    """Git keeps pointers for large files; hashing gigabytes with SHA-1 would answer no question."""
    with (tmp_path / "f").open("wb") as stream:
        stream.truncate(MAX_BLOB_BYTES + 1)
    with pytest.raises(LimitExceeded):
        read_git_blob_id(tmp_path / "f")
