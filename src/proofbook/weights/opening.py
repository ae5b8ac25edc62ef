"""Opening a file that may be anything: a pipe, a device, a link swapped in a moment ago.

Promises: only a regular file is opened, without waiting on pipes and without following anything after the open; the status
returned belongs to the very descriptor returned. Hostile input can cause nothing but the errors named below.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proofbook.errors import LimitExceeded, MalformedModelFile, SourceUnavailable


@contextmanager
def open_regular_file(path: Path) -> Iterator[tuple[int, os.stat_result]]:
    """A read-only descriptor and its status.

    Raises:
        SourceUnavailable: the file is missing or may not be read. MalformedModelFile: it is not a regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the path holds a null byte"
        raise SourceUnavailable(f"{path.name}: cannot be opened: {reason}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise MalformedModelFile(f"{path.name}: is not a regular file")
        yield descriptor, status
    finally:
        os.close(descriptor)


def read_small_file(path: Path, cap: int) -> bytes:
    """The whole of a file that may have at most `cap` bytes.

    Raises:
        LimitExceeded: it has more. SourceUnavailable, MalformedModelFile: as for `open_regular_file`.
    """
    with open_regular_file(path) as (descriptor, _):
        parts: list[bytes] = []
        left = cap + 1
        try:
            while left and (part := os.read(descriptor, min(left, 1024 * 1024))):
                parts.append(part)
                left -= len(part)
        except OSError as error:
            raise SourceUnavailable(f"{path.name}: cannot be read: {error.strerror}") from error
        if not left:
            raise LimitExceeded(f"{path.name}: has more than {cap} bytes")
        return b"".join(parts)
