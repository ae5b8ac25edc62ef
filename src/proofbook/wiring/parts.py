"""Our own long-running processes as `up` and the demonstration start them: where they log, when they are ready, how they end.

Promises: a part says its address on a pipe, never in its log (the page's address holds a key); it is asked to end when whoever
started it ends, however that happens; its log is a file of structured lines that only the owner can read. Does not restart
anything. Nothing from outside reaches here but what the parts themselves log, which holds no content.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

LOG_FOLDER: Final = "log"
MAX_LOG_BYTES: Final = 16 * 1024 * 1024
"""A log larger than this when a part starts is set aside as `.1`; the one before it is dropped."""
_PARENT: Final = "PROOFBOOK_PARENT"
_PR_SET_PDEATHSIG: Final = 1
_READ_BYTES: Final = 64 * 1024
_STOP_SECONDS: Final = 45.0
"""Longer than the gateway's own drain time."""
_LOOK_SECONDS: Final = 0.05
_SHOWN_KEYS: Final = ("event", "level", "timestamp")


def supervised() -> bool:
    """Whether this process was started as a part of another one."""
    return _PARENT in os.environ


def end_with_parent() -> None:
    """Have the kernel send SIGTERM when the process that started this one is gone, also when it was killed."""
    parent = os.environ.get(_PARENT)
    if parent is None:
        return
    import ctypes  # only here, because it takes memory

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if str(os.getppid()) != parent:  # it went before the kernel was asked
        os.kill(os.getpid(), signal.SIGTERM)


def child_environment() -> dict[str, str]:
    """The environment of a process that is to end with this one."""
    return os.environ | {_PARENT: str(os.getpid())}


@dataclass(slots=True)
class Part:
    """A running process of ours. `log` holds what it says, from byte `start` on."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    start: int
    _said: bytes = field(default=b"", init=False)
    _seen: int = field(default=0, init=False)

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self.process.poll() is not None

    @property
    def exit_code(self) -> int:
        """Its exit code as a shell states it; 0 while it runs."""
        code = self.process.returncode or 0
        return code if code >= 0 else 128 - code

    def address(self) -> str | None:
        """Its address, once it is ready."""
        address, self._said = read_address(self.process.stdout, self._said)
        return address

    def news(self) -> list[str]:
        """What it logged since the last call, as lines for people."""
        with self.log.open("rb") as stream:
            stream.seek(self.start + self._seen)
            whole, newline, _ = stream.read(_READ_BYTES).rpartition(b"\n")
        self._seen += len(whole) + len(newline)
        return [_readable_line(line) for line in whole.decode("utf-8", "replace").splitlines()]


def read_address(pipe: IO[bytes] | None, said: bytes) -> tuple[str | None, bytes]:
    """What a process of ours says when it is ready, once it did; and what it said so far, to be given again."""
    if pipe is not None and b"\n" not in said:
        said += os.read(pipe.fileno(), _READ_BYTES) if _readable(pipe.fileno()) else b""
    return (said.split(b"\n", 1)[0].decode("utf-8", "replace") if b"\n" in said else None), said


def start_part(home: Path, name: str) -> Part:
    """Start `proofbook gateway` or `proofbook portal`. Raises OSError when its log cannot be written."""
    log = home / LOG_FOLDER / f"{name}.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    command = [sys.executable, "-m", "proofbook", "--home", str(home), name]
    log.touch(0o600)
    with log.open("ab") as stream:
        start = stream.tell()
        # A session of its own: Ctrl-C reaches whoever started it, who passes it on once.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stream,
            env=child_environment(),
            start_new_session=True,
        )
    if process.stdout is not None:
        os.set_blocking(process.stdout.fileno(), False)
    return Part(name, process, log, start)


def stop_parts(parts: Sequence[Part], *, hurry: Callable[[], bool] = lambda: False) -> None:
    """Ask all to end and wait for them; kill what takes too long, or what is left when `hurry` says so."""
    for part in parts:
        if not part.ended:
            part.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while not all(part.ended for part in parts):
        if hurry() or time.monotonic() > deadline:
            break
        time.sleep(_LOOK_SECONDS)
    for part in parts:
        if not part.ended:
            part.process.kill()
        part.process.wait()
        if part.process.stdout is not None:
            part.process.stdout.close()


def _readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def _readable_line(line: str) -> str:
    """A structured line in words; other lines as they are."""
    try:
        event = json.loads(line)
        name = str(event["event"])
    except (ValueError, TypeError, KeyError):
        return line
    details = ", ".join(f"{key} {value}" for key, value in event.items() if key not in _SHOWN_KEYS)
    level = event.get("level")
    words = name.rpartition(".")[2].replace("_", " ")
    urgent = "" if level == "info" else f"{level}: "
    return f"{event.get('timestamp', '')} {urgent}{words}" + (f" ({details})" if details else "")
