"""Ports for servers that a test starts, stops and starts again on the same port.

They lie outside the range from which the kernel takes ports for connections: nothing else on the machine gets such a port by
itself while its server is down, as it does with a port that was free a moment ago.
"""

from __future__ import annotations

import socket
from random import SystemRandom

_RANGE = range(12_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on. Chosen by chance that no seed governs, since tests run side by side."""
    for port in SystemRandom().sample(_RANGE, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
