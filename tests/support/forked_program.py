"""The program without the wait for its imports: a process that has imported all of it forks one child for each command.

Each command is a process of its own, with its own folder, environment, streams, signals and exit; only what a fresh interpreter
does before `main`, and the taking apart of its memory in the end, is left out. Where the start itself is the point, or
where the environment changes how an interpreter starts, the installed program is run instead. The side that forks is
`python -m support.forked_program`; it ends with the process that asked.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NoReturn

PROGRAM = Path(sys.executable).parent / "proofbook"
TESTS = Path(__file__).parents[1]
_LONGEST_ORDER = 1 << 17
_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ")
"""Variables an interpreter reads before `main`, by how their names begin."""


def run_program(
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    given: bytes = b"",
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, with `given` on its standard input. Raises TimeoutExpired, as `subprocess.run` does."""
    command = [str(PROGRAM), *arguments]
    words = dict(os.environ if env is None else env)
    if _start_words(words) != _start_words(os.environ):
        done = subprocess.run(command, cwd=cwd, env=words, input=given, capture_output=True, check=False, timeout=timeout)
        return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())
    with TemporaryFile() as source, TemporaryFile() as out, TemporaryFile() as err:
        source.write(given)
        source.seek(0)
        streams = (source.fileno(), out.fileno(), err.fileno())
        code = run_between(streams, arguments, cwd=cwd, env=words, timeout=timeout)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
    return subprocess.CompletedProcess(command, code, *said)


def _start_words(words: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in words.items() if name.startswith(_READ_AT_START)}


def run_between(
    streams: tuple[int, int, int], arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float = 120
) -> int:
    """Run the program with these descriptors as its standard streams; its exit code. Raises TimeoutExpired."""
    order = {"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb", buffering=0) as told:
        try:
            socket.send_fds(_server(), [json.dumps(order).encode()], [*streams, theirs])
        finally:
            os.close(theirs)
        deadline, report = time.monotonic() + timeout, b""
        while select.select([told], [], [], max(deadline - time.monotonic(), 0))[0]:
            piece = told.read(100)
            if not piece:
                return int(report.split()[1])
            report += piece
        with suppress(ProcessLookupError):
            os.kill(int(report.split()[0]), signal.SIGKILL)
        raise subprocess.TimeoutExpired([str(PROGRAM), *arguments], timeout)


@cache
def _server() -> socket.socket:
    """The way to the forking process of this process; it starts with the first order."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _LONGEST_ORDER)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "support.forked_program", str(theirs.fileno())],
            cwd=TESTS,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    with ExitStack() as end:
        end.callback(process.wait)
        end.callback(ours.close)
        atexit.register(end.pop_all().close)
    return ours


def _serve(control: socket.socket) -> None:
    _import_program()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who waits for a child needs no burial
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _LONGEST_ORDER, 4)
        if not message:
            return None
        if os.fork() == 0:
            control.close()
            return _attend(json.loads(message), descriptors)
        for each in descriptors:
            os.close(each)


def _attend(order: dict[str, Any], descriptors: Sequence[int]) -> None:
    """Start the child and tell its process id, then how it ended."""
    *streams, report = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(report)
        return _become_program(order, streams)
    os.write(report, f"{child} ".encode())
    status = os.waitpid(child, 0)[1]
    os.write(report, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become_program(order: dict[str, Any], streams: Sequence[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = [str(PROGRAM), *order["arguments"]]
    main = importlib.import_module("proofbook.cli.main").main
    try:
        main(prog_name="proofbook")
        _leave(0)
    except SystemExit as ended:
        _leave(ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1)
    except BaseException:  # noqa: BLE001 - what an interpreter does
        sys.excepthook(*sys.exc_info())
        _leave(1)


def _leave(code: int) -> NoReturn:
    """What an interpreter does in the end, but for taking apart what the next child needs anyway."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as an interpreter does
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _import_program() -> None:
    import proofbook

    for each in pkgutil.walk_packages(proofbook.__path__, "proofbook."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
    gc.collect()
    gc.freeze()  # children do not touch, and so do not copy, what is there already


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
