"""The machine's clock and randomness, handed to everything else as values."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from proofbook.primitives.ids import TimeOrderedIds


class SystemClock:
    """The operating system's clock."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)


class DrawnEntropy:
    """The operating system's randomness, fetched some at a time: asking for each salt costs more than using it.

    No byte is given out twice, in no thread and in no child process.
    """

    def __init__(self, source: Callable[[int], bytes], at_once: int = 8192) -> None:
        self._source = source
        self._at_once = at_once
        self._guard = threading.Lock()
        self._drawn, self._used = b"", 0
        os.register_at_fork(after_in_child=self._forget)

    def __call__(self, count: int) -> bytes:
        """So many fresh bytes."""
        with self._guard:
            start, end = self._used, self._used + count
            if end > len(self._drawn):
                self._drawn = self._source(max(count, self._at_once))
                start, end = 0, count
            self._used = end
            return self._drawn[start:end]

    def _forget(self) -> None:
        self._guard = threading.Lock()  # another thread of the parent may have held it
        self._drawn, self._used = b"", 0


CLOCK = SystemClock()
ENTROPY = secrets.token_bytes
DRAWN = DrawnEntropy(ENTROPY)
"""For what is made with every entry: ids, salts, keys of conversations. Long-lived keys use `ENTROPY` itself."""
MONOTONIC = time.monotonic
IDS = TimeOrderedIds(CLOCK, DRAWN)


def host_name() -> str:
    """This host's name as it appears in records."""
    return socket.gethostname()


def operator_name() -> str:
    """The operating-system account that runs a command, as `os:<name>`."""
    import pwd

    try:
        return f"os:{pwd.getpwuid(os.geteuid()).pw_name}"
    except KeyError:
        return f"os:{os.geteuid()}"
