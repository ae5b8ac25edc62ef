"""The press: documents are made by a process of their own, because Typst keeps what it has laid out and never gives it back.

Promises: a process is let go of after `PROCESS_BYTES` of values, so that memory follows the longest document and not how many
there are; it ends by itself when nobody asks for a while or when whoever started it is gone. The same order gives the same
bytes in any process. Used by any number of threads, one order at a time.
Hostile input: an order that takes longer than PATIENCE_SECONDS, or that the process does not survive, raises UnavailableError.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO, Final

from proofbook.artifacts.pressing import DONE, HEAD
from proofbook.errors import UnavailableError

PROCESS_BYTES: Final = 512 * 1024
"""Of values in all documents of one process; thirty usual pages."""
PATIENCE_SECONDS: Final = 300.0
"""A document of some thousand pages takes half a minute."""
_READ_BYTES: Final = 256 * 1024


class Press:
    """One process at a time, started when it is needed."""

    def __init__(self, *, budget: int = PROCESS_BYTES, patience: float = PATIENCE_SECONDS) -> None:
        self._budget = budget
        self._patience = patience
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._left = 0
        self.started = 0
        """Processes started so far."""

    def make(self, order: Mapping[str, object]) -> bytes:
        """The document of an order, as `pressing` takes it. Raises UnavailableError: it refuses, fails, or does not answer."""
        data = json.dumps(order, ensure_ascii=False).encode()
        with self._lock:
            try:
                done, said = self._ask(data) or self._ask(data) or (False, b"its process ended")
            finally:
                self._left -= len(data)
                if self._left <= 0:
                    self._let_go()
        if not done:
            raise UnavailableError(f"typst could not make the document: {said.decode(errors='replace')}")
        return said

    def close(self) -> None:
        """Let go of the process; another order starts another one."""
        with self._lock:
            self._let_go()

    def _ask(self, data: bytes) -> tuple[bool, bytes] | None:
        """What the process says; None when it had ended before it saw the order, or over it."""
        process = self._running()
        deadline = time.monotonic() + self._patience
        try:
            _write(process.stdin, HEAD.pack(0, len(data)) + data, deadline)
            word, length = HEAD.unpack(_read(process.stdout, HEAD.size, deadline))
            return word == DONE, _read(process.stdout, length, deadline)
        except TimeoutError:
            self._let_go()
            raise UnavailableError(f"typst did not make the document in {self._patience:g} seconds") from None
        except (OSError, EOFError):
            self._let_go()
            return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            self._let_go()
        if self._process is None:
            self._process = _start()
            self._left, self._owner = self._budget, os.getpid()
            self.started += 1
            if self.started == 1:
                atexit.register(self.close)
        return self._process

    def _let_go(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        if self._owner == os.getpid():
            process.kill()  # nothing happens when it ended already
            process.wait()
        else:
            process.returncode = 0  # a fork has not started it and cannot wait for it


def _start() -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "proofbook.artifacts.pressing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what it might say of a record must not get into a log
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise UnavailableError(f"typst cannot be started: {error.strerror}") from error
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
    return process


def _write(pipe: IO[bytes] | None, data: bytes, deadline: float) -> None:
    rest = memoryview(data)
    while rest:
        number = 0 if pipe is None else pipe.fileno()
        if not select.select([], [number], [], max(0.0, deadline - time.monotonic()))[1]:
            raise TimeoutError
        rest = rest[os.write(number, rest) :]


def _read(pipe: IO[bytes] | None, length: int, deadline: float) -> bytes:
    parts, missing = [], length
    while missing:
        number = 0 if pipe is None else pipe.fileno()
        if not select.select([number], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        read = os.read(number, min(missing, _READ_BYTES))
        if not read:
            raise EOFError
        parts.append(read)
        missing -= len(read)
    return b"".join(parts)


SHARED: Final = Press()
"""The process's press; nothing is started before its first document."""
