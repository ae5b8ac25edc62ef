"""The machine's clock and randomness, handed to everything else as values."""

from __future__ import annotations

import os
import secrets
import socket
import time
from datetime import UTC, datetime

from proofbook.primitives.ids import TimeOrderedIds


class SystemClock:
    """The operating system's clock."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)


CLOCK = SystemClock()
ENTROPY = secrets.token_bytes
MONOTONIC = time.monotonic
IDS = TimeOrderedIds(CLOCK, ENTROPY)


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
