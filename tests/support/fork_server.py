"""Processes that are born quickly and killed: one interpreter that has everything imported and forks a child for each role.

Started as `python -m support.fork_server`; a line of JSON on its input is the role and its arguments, a line on its output the
child's process id, and later its exit status. Children write what was acknowledged to a file, call by call.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from proofbook.book.fence import FenceState, FileFence
from proofbook.journal.recorder import BookRecorder
from proofbook.journal.store import Store, open_store
from proofbook.primitives.ids import TimeOrderedIds
from proofbook.primitives.instants import FixedClock
from proofbook.wiring.home import open_home
from proofbook.wiring.reopening import reopen_book
from proofbook.wiring.rotation import rotate_log_key
from support.draft_builder import START, asked, beats
from support.home_builder import BookPlace
from support.memory_book import sample_signer

TESTS = Path(__file__).parents[1]


class KillingFence(FileFence):
    """A fence after whose n-th advance the process is gone, before anything else happens."""

    left = 0

    def advance(self, expected: FenceState | None, new: FenceState) -> None:
        """Advance, and perhaps die."""
        super().advance(expected, new)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def write(folder: str, acknowledged: str, threads: int = 4) -> None:
    """Record from several threads until killed."""
    recorder = _recorder(_place(folder).open, interval=0.005)
    out = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def call(number: int) -> None:
        step = 0
        while True:
            step += 1
            calls = [
                *beats(1 + step % 5, f"gateway:{number}"),
                asked(f"x_{number}_{step}", os.urandom(300), f"c_{number}_{step % 7}"),
            ]
            for receipt in recorder.submit(calls).result():
                os.write(out, f"{receipt.index} {receipt.source} {receipt.seq} {receipt.entry_id}\n".encode())

    for number in range(threads):
        threading.Thread(target=call, args=(number,), daemon=True).start()
    time.sleep(60)


def write_until_fence(folder: str, acknowledged: str, advances: int) -> None:
    """Record one by one, dying between a fence's advance and the signature that follows it."""
    place = _place(folder)

    def opened() -> Store:
        fence = KillingFence(place.fence.path, place.signer.key.name)
        fence.left = advances
        return open_store(place.path, signer=place.signer, fence=fence, vault_key=place.vault_key, entropy=os.urandom)

    recorder = _recorder(opened, interval=0.001)
    out = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        for receipt in recorder.submit(beats(3)).result():
            os.write(out, f"{receipt.index} {receipt.source} {receipt.seq} {receipt.entry_id}\n".encode())


def rotate(home: str, step: int) -> None:
    """Rotate the log key and die before the n-th change to the home."""
    opened = open_home(Path(home))
    _die_before(step, home)
    rotate_log_key(opened, "sample rotation")


def reopen(home: str, step: int) -> None:
    """Reopen the book and die before the n-th change to the home."""
    opened = open_home(Path(home))
    _die_before(step, home)
    reopen_book(opened, "sample restore")


def _die_before(step: int, home: str) -> None:
    """Counts every change of files in the home that Python makes, and every commit before and after it is durable."""
    left = [step]

    def count(*_: Any) -> int:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in {"os.rename", "os.remove", "os.link", "os.chmod"} or (event == "open" and (arguments[2] or 0) & 3)
        if changes and str(Path(home).parent) in str(arguments[0]):
            count()

    def opened(connection: apsw.Connection) -> None:
        connection.set_commit_hook(lambda: bool(count()))
        connection.set_wal_hook(count)

    apsw.connection_hooks.append(opened)
    sys.addaudithook(heard)


def _place(folder: str) -> BookPlace:
    return BookPlace(Path(folder), sample_signer(), clock=FixedClock(START))


def _recorder(opener: Callable[[], Store], interval: float) -> BookRecorder:
    return BookRecorder(
        opener,
        clock=FixedClock(START),
        ids=TimeOrderedIds(FixedClock(START), os.urandom),
        monotonic=time.monotonic,
        interval=interval,
    )


ROLES: dict[str, Callable[..., None]] = {
    "write": write,
    "write_until_fence": write_until_fence,
    "rotate": rotate,
    "reopen": reopen,
}


class ForkServer:
    """The other end: starts roles and learns how they ended."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "support.fork_server"],
            env=os.environ | {"PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, role: str, **arguments: object) -> int:
        """The process id of a child that runs a role."""
        return int(self._say({"role": role, "arguments": {key: _plain(value) for key, value in arguments.items()}}))

    def wait(self) -> int:
        """How the last child ended: 0, or minus the signal that killed it."""
        return int(self._say({"role": "wait"}))

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(30)
        self._server.stdout.close()

    def _say(self, message: dict[str, object]) -> str:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(message) + "\n")
        self._server.stdin.flush()
        return self._server.stdout.readline()


@contextmanager
def fork_server() -> Iterator[ForkServer]:
    """A server for the length of a block."""
    server = ForkServer()
    try:
        yield server
    finally:
        server.close()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _serve() -> None:
    child = 0
    for line in sys.stdin:
        message = json.loads(line)
        if message["role"] == "wait":
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the protocol
            continue
        child = os.fork()
        if child == 0:
            ROLES[message["role"]](**message["arguments"])
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    _serve()
