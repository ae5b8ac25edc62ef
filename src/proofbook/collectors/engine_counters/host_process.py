"""When the process behind a port of this machine started, as the kernel tells it.

Promises: a process that cannot be seen gives None, never a guess. The owner of a port is looked for only when the one known last
is gone: looking through all processes is dear. Format: proc(5), `/proc/PID/stat` and the `btime` line of `/proc/stat`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Final

from proofbook.collectors.discover.machine import Machine, read_node
from proofbook.collectors.discover.sockets import read_sockets
from proofbook.primitives.instants import format_instant

_STARTTIME: Final = 22 - 3
"""Position among the fields behind the command's name, which may hold spaces and brackets."""
_SKIPPED_LOOKS: Final = 15
"""After an owner was not found, so many questions are answered without looking again."""


class HostProcesses:
    """Start times of processes that listen on ports of this machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine: Final = machine
        self._owners: Final[dict[int, tuple[int, str]]] = {}
        self._waiting: Final[dict[int, int]] = {}

    def started(self, port: int) -> str | None:
        """When the process that listens on a port started; None when that cannot be seen."""
        known = self._owners.get(port)
        if known is not None and read_start(self._machine, known[0]) == known[1]:
            return known[1]
        if known is None and self._waiting.get(port, 0) > 0:
            self._waiting[port] -= 1
            return None
        pid = next((each.pid for each in read_sockets(self._machine).listening if each.port == port and each.pid), None)
        start = None if pid is None else read_start(self._machine, pid)
        if pid is None or start is None:
            self._owners.pop(port, None)
            self._waiting[port] = _SKIPPED_LOOKS
            return None
        self._owners[port] = pid, start
        return start


def read_start(machine: Machine, pid: int) -> str | None:
    """When a process started; None when it is gone or cannot be seen."""
    stat, system = read_node(machine.proc / str(pid) / "stat", 4096), read_node(machine.proc / "stat")
    if stat is None or system is None:
        return None
    fields = stat.rpartition(b")")[2].split()
    booted = next((line.split()[1] for line in system.splitlines() if line.startswith(b"btime ")), None)
    try:
        ticks, boot = int(fields[_STARTTIME]), int(booted or b"")
        return format_instant(datetime.fromtimestamp(boot + ticks / os.sysconf("SC_CLK_TCK"), UTC))
    except (IndexError, ValueError, OverflowError, OSError):
        return None
