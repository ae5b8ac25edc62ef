"""Where a machine shows itself: the roots of its process, system and device trees, handed in so that tests can build one.

Promises: reads are bounded and never raise: what cannot be read is None, and the caller says so. Process environments are never
read: they hold secrets.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from proofbook.errors import InputError, UnavailableError
from proofbook.weights.opening import open_regular_file

MAX_READ = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Machine:
    """The trees that are looked at, and the host's name for the record."""

    host: str
    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    dev: Path = Path("/dev")


def read_node(path: Path, cap: int = MAX_READ) -> bytes | None:
    """At most `cap` bytes of a file of one of the trees; None when it cannot be read."""
    try:
        with open_regular_file(path) as (descriptor, _):
            parts: list[bytes] = []
            left = cap
            while left and (part := os.read(descriptor, min(left, 65_536))):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
    except (InputError, UnavailableError, OSError):
        return None


def read_link(path: Path) -> str | None:
    """Where a link of one of the trees leads; None when it cannot be read."""
    try:
        return str(path.readlink())
    except (OSError, ValueError):
        return None


def names_in(path: Path) -> tuple[str, ...] | None:
    """Names in a folder of one of the trees, sorted; None when it cannot be listed."""
    try:
        return tuple(sorted(os.listdir(path)))  # noqa: PTH208  # names, not paths
    except OSError:
        return None
