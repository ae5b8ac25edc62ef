"""The ids that git gives to a file's bytes, and to the pointer that stands for a large file.

Used to hold local bytes against a repository listing. A git id is SHA-1: enough against accident and against somebody who wants
to match an existing file, not against an owner who prepares two files with one id; large files carry SHA-256 in their pointer.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from proofbook.errors import LimitExceeded, SourceUnavailable
from proofbook.weights.opening import open_regular_file

MAX_BLOB_BYTES = 256 * 1024 * 1024
"""Files kept in git itself are small; a large one is named by its pointer."""


def git_blob_id(data: bytes) -> str:
    """The git object id (40 hex) of a blob with these bytes."""
    return _blob_hash(len(data), data).hexdigest()


def lfs_pointer(sha256: str, size: int) -> bytes:
    """The pointer file that git keeps for a large file with this hex SHA-256 and size."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode("ascii")


def lfs_pointer_blob_id(sha256: str, size: int) -> str:
    """The git object id of that pointer: what a tree listing names for a large file."""
    return git_blob_id(lfs_pointer(sha256, size))


def read_git_blob_id(path: Path) -> str:
    """The git object id of the file at `path`.

    Raises:
        LimitExceeded: larger than `MAX_BLOB_BYTES`. SourceUnavailable, MalformedModelFile: it cannot be read.
    """
    with open_regular_file(path) as (descriptor, status):
        if status.st_size > MAX_BLOB_BYTES:
            raise LimitExceeded(f"{path.name}: {status.st_size} bytes are more than a git blob's cap of {MAX_BLOB_BYTES}")
        digest = _blob_hash(status.st_size, b"")
        left = status.st_size
        while left:
            part = os.read(descriptor, min(left, 1024 * 1024))
            if not part:
                raise SourceUnavailable(f"{path.name}: became shorter while it was read")
            digest.update(part)
            left -= len(part)
        return digest.hexdigest()


def _blob_hash(size: int, start: bytes) -> hashlib._Hash:
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    digest.update(start)
    return digest
