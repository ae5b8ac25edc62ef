"""Starts gateways fast: a process that has imported the program once and forks one child for each start that is asked for.

Each child is a gateway process of its own (session, descriptors, signals), running the same command an operator runs; it only
skips half a second of imports, so that a suite can afford hundreds of starts. `Nursery` is the side that asks; the side that
forks is `python -m support.nursery`. Started with `spawn` instead, a gateway is the installed command itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Started:
    """A process that can be killed. `log` holds its output, from byte `start` on."""

    pid: int
    log: Path
    start: int

    def alive(self) -> bool:
        """Whether any thread of it still runs: while one waits for the disk, a killed process holds its files and locks."""
        for thread in Path(f"/proc/{self.pid}/task").glob("*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                if thread.read_text("ascii").rpartition(")")[2].split()[0] not in {"Z", "X"}:
                    return True
        return False

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal; nothing when it is gone already."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> None:
        """Until it is gone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.alive():
            if time.monotonic() > deadline:
                raise AssertionError(f"process {self.pid} does not end; see {self.log}")
            time.sleep(0.002)

    def wait_for(self, word: str) -> None:
        """Until its output holds `word`; what does not come to say it is killed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while word not in (said := self.said()):
            if not self.alive() or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"process {self.pid} did not say {word!r}:\n{said[-2000:]}")
            time.sleep(0.005)

    def said(self) -> str:
        """Its output so far."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as stream:
            stream.seek(self.start)
            return stream.read().decode("utf-8", "replace")


class Nursery:
    """Asks the forking process for gateways."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start_gateway(self, home: Path, log: Path) -> Started:
        """A gateway of that home, its output in `log`."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the nursery has no pipes")
        start = log.stat().st_size if log.exists() else 0
        self._process.stdin.write(json.dumps({"home": str(home), "log": str(log)}) + "\n")
        self._process.stdin.flush()
        return Started(int(self._process.stdout.readline()), log, start)


@contextmanager
def running_nursery() -> Iterator[Nursery]:
    """A nursery for the length of a `with` block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "support.nursery"], cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Nursery(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(PATIENCE_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def _serve() -> None:
    import proofbook.cli.running
    import proofbook.wiring.gateway
    from proofbook.cli.main import main

    del proofbook.cli.running, proofbook.wiring.gateway
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # killed children are reaped by the kernel
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order["log"])
            sys.exit(main(["--home", order["home"], "gateway"]))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _become(log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    quiet = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, source in ((0, quiet), (1, out), (2, out)):
        os.dup2(source, number)
    os.close(quiet)
    os.close(out)


if __name__ == "__main__":
    _serve()
