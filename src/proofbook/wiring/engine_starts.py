"""When the process behind a port of this machine started, as the kernel tells it. Source: proc(5)."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from proofbook.collectors.discover.machine import Machine, read_node
from proofbook.collectors.discover.sockets import read_sockets

_START_FIELD: Final = 19
"""Place of `starttime` among the fields after the command's name."""


class EngineStarts:
    """Implements the gateway's `StartOf`. Remembers which process listens, so that the sockets need not be read each time."""

    def __init__(self, machine: Machine | None = None) -> None:
        self._machine = machine or Machine("this machine")
        self._seen: dict[int, tuple[int, float]] = {}

    def __call__(self, port: int) -> float | None:
        """See `StartOf`."""
        pid, started = self._seen.get(port, (0, 0.0))
        if pid and self._started_at(pid) == started:
            return started
        self._seen.pop(port, None)
        pids = {each.pid for each in read_sockets(self._machine).listening if each.port == port}
        if len(pids) != 1 or (found := pids.pop()) is None:
            return None  # nobody, several or somebody hidden: which of them answered is not known
        moment = self._started_at(found)
        if moment is not None:
            self._seen[port] = (found, moment)
        return moment

    def _started_at(self, pid: int) -> float | None:
        stat = read_node(self._machine.proc / str(pid) / "stat") or b""
        kernel = read_node(self._machine.proc / "stat") or b""
        with suppress(IndexError, StopIteration, ValueError):  # missing, or of another form
            ticks = int(stat.rpartition(b")")[2].split()[_START_FIELD])
            boot = next(int(line.split()[1]) for line in kernel.splitlines() if line.startswith(b"btime "))
            return boot + ticks / os.sysconf("SC_CLK_TCK")
        return None
