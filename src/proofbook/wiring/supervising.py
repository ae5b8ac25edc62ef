"""Running the gateway and the page as two processes that live and end together.

Two processes, because a slow page must never hold up traffic. A signal reaches both; when one ends, the other is asked to stop.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

_STOP_SECONDS: Final = 45.0
"""Longer than the gateway's own drain time."""
_LOOK_SECONDS: Final = 0.2


def run_both(home: Path, say: Callable[[str], None]) -> int:
    """Run until a signal, or until one of them ends; the exit code of the one that failed, else 0."""
    children = {name: _start(home, name) for name in ("gateway", "portal")}
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping and all(child.poll() is None for child in children.values()):
        time.sleep(_LOOK_SECONDS)
    failed = next((child.returncode for child in children.values() if child.poll() not in {None, 0}), 0)
    if not stopping:
        ended = ", ".join(name for name, child in children.items() if child.poll() is not None)
        say(f"{ended} ended; stopping the rest")
    _stop(list(children.values()))
    return int(failed or 0)


def _start(home: Path, name: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us, and we pass it on once.
    return subprocess.Popen([sys.executable, "-m", "proofbook", "--home", str(home), name], start_new_session=True)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
