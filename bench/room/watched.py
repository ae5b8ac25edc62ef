"""A command and everything it starts, watched from outside: how long it took and how much memory all of it held at once."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Spent:
    """Wall clock and processor seconds, and the highest sum of memory over all processes in MiB.

    Memory is the proportional set size: a page that forked processes share is counted once.
    """

    seconds: float
    processor: float
    mebibytes: float


def run_watched(command: Sequence[str], output: Path) -> Spent:
    """Runs a command, its words into a file; nothing else may run meanwhile. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with output.open("wb") as file:
        process = psutil.Popen(list(command), stdout=file, stderr=subprocess.STDOUT)
    looks = _Looks(process)
    watcher = threading.Thread(target=looks.follow, daemon=True)
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - began
    watcher.join()
    if code != 0:
        raise subprocess.CalledProcessError(code, list(command), output.read_text("utf-8", "replace")[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Spent(seconds, processor, looks.highest / 2**20)


class _Looks:
    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.highest = 0

    def follow(self) -> None:
        """Looks until the process has ended."""
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            with contextlib.suppress(psutil.Error):
                self._look([self._process, *self._process.children(recursive=True)])
            time.sleep(LOOK_SECONDS)

    def _look(self, family: list[psutil.Process]) -> None:
        held = 0
        for each in family:
            with contextlib.suppress(psutil.Error):
                held += each.memory_full_info().pss
        self.highest = max(self.highest, held)
