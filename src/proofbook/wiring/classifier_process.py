"""The classifier's process as its parent sees it: asked in batches, watched, killed when it does not answer, started again.

Promises: `examine` gives an answer for every piece or raises `ClassifierLost`; it never waits longer than its patience, whatever
the process does; nothing the process says but counts is taken. Used by one thread.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from proofbook.errors import UnavailableError
from proofbook.gateway.classifying import Side
from proofbook.gateway.wire.facts import ProtocolName
from proofbook.records.classification import ExaminedSide
from proofbook.sensitive.classes import SensitiveKind
from proofbook.wiring.parts import child_environment

PATIENCE_SECONDS: Final = 120.0
"""Longer than the most expensive content takes on a loaded machine."""
_READ_BYTES: Final = 256 * 1024
_STARTS: Final = 5
_STARTS_SECONDS: Final = 60.0
"""A process that ends again and again is started at most so often in such a time."""


class ClassifierLost(UnavailableError):
    """The process ended, said something else, or did not answer in time."""


class Piece(NamedTuple):
    """One side of an exchange to look at."""

    side: Side
    protocol: ProtocolName
    streamed: bool
    body: bytes


class ClassifierProcess:
    """The process, started when it is first needed."""

    def __init__(self, classes: Sequence[SensitiveKind], limit: int, *, patience: float = PATIENCE_SECONDS) -> None:
        self._wanted = json.dumps({"classes": list(classes), "limit": limit}).encode() + b"\n"
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""
        self._starts: list[float] = []
        self.rule_set = "unknown"
        """Digest of the rules, once the process was started."""

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return None if self._process is None else self._process.pid

    def examine(self, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
        """What each piece holds, as `ExaminedSide` has it. Raises ClassifierLost."""
        if self._process is None:
            self._start()
        asked = [
            {"side": each.side, "protocol": each.protocol, "streamed": each.streamed, "bytes": len(each.body)} for each in pieces
        ]
        head = json.dumps(asked, separators=(",", ":")).encode() + b"\n"
        answer = self._ask(b"".join((head, *(each.body for each in pieces))))
        try:
            sides = [ExaminedSide.model_validate(each).to_body() for each in answer]
        except (ValueError, TypeError):
            sides = []
        if len(sides) != len(pieces):
            self.kill()
            raise ClassifierLost("the process answered something else")
        return sides

    def interrupt(self) -> None:
        """Break off what it does; for another thread than the one that asks, which then sees that it was lost."""
        process = self._process
        if process is not None:
            process.kill()

    def kill(self) -> None:
        """End it now."""
        process, self._process, self._said = self._process, None, b""
        if process is not None:
            process.kill()  # nothing happens when it ended already
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def _start(self) -> None:
        now = time.monotonic()
        self._starts = [each for each in self._starts if now - each < _STARTS_SECONDS]
        if len(self._starts) >= _STARTS:
            raise ClassifierLost("the process ended too often")
        self._starts.append(now)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "proofbook.wiring.classifier_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it might say of content must not get into a log
                env=child_environment(),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise ClassifierLost(f"the process cannot be started: {error.strerror}") from error
        if self._process.stdin is not None and self._process.stdout is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
            os.set_blocking(self._process.stdout.fileno(), False)
        answer = self._ask(self._wanted)
        if not isinstance(answer, dict) or not isinstance(answer.get("rule_set"), str):
            self.kill()
            raise ClassifierLost("the process answered something else")
        self.rule_set = answer["rule_set"]

    def _ask(self, question: bytes) -> Any:
        deadline = time.monotonic() + self._patience
        try:
            self._write(question, deadline)
            return json.loads(self._read_line(deadline))
        except (OSError, ValueError, ClassifierLost) as error:
            self.kill()
            raise ClassifierLost(str(error)) from error

    def _write(self, question: bytes, deadline: float) -> None:
        pipe = None if self._process is None else self._process.stdin
        if pipe is None:
            raise ClassifierLost("the process has no input")
        rest = memoryview(question)
        while rest:
            if not select.select([], [pipe], [], max(0.0, deadline - time.monotonic()))[1]:
                raise ClassifierLost("the process does not read")
            rest = rest[os.write(pipe.fileno(), rest) :]

    def _read_line(self, deadline: float) -> bytes:
        pipe = None if self._process is None else self._process.stdout
        if pipe is None:
            raise ClassifierLost("the process has no output")
        while b"\n" not in self._said:
            if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise ClassifierLost("the process does not answer")
            read = os.read(pipe.fileno(), _READ_BYTES)
            if not read:
                raise ClassifierLost("the process ended")
            self._said += read
        line, _, self._said = self._said.partition(b"\n")
        return line
