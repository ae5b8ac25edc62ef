"""Small files that must survive a power cut: write beside, sync, rename, sync the folder.

Promises: after `write_durably` returns, a crash leaves either the old bytes or the new ones, never a mixture and never nothing.
The gap that remains: a disk that acknowledges a sync it did not do. No content passes here, only keys, fences and settings.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from proofbook.errors import StoreUnavailable

OWNER_ONLY = 0o600


def write_durably(path: Path, content: bytes, *, mode: int = OWNER_ONLY, exclusive: bool = False) -> None:
    """Replace `path` by `content`; with `exclusive` refuse when it exists already.

    Raises:
        StoreUnavailable: the file or its folder cannot be written; names the path.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        try:
            os.fchmod(descriptor, mode)
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]  # a full disk may take a part only, and refuse the next
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if exclusive:
            os.link(beside, path)  # fails when the name is taken, unlike rename
            beside.unlink()
        else:
            beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise StoreUnavailable(f"{path}: cannot be written: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Make renames and new names inside `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
