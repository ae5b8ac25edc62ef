"""Running the gateway and the page as two processes that live and end together.

Two processes, because a slow page must never hold up traffic. A signal to stop reaches both; when one ends, the other is asked
to stop. A second signal does not wait for open exchanges. SIGHUP has the gateway read its settings anew. What they log goes to
files; what happens to them is told in words.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from proofbook.errors import UnavailableError
from proofbook.wiring.parts import LOG_FOLDER, Part, start_part, stop_parts

_LOOK_SECONDS: Final = 0.1
_SLOW_SECONDS: Final = 10.0
_QUIET: Final = ("listening", "stopped")
"""Ends of lines that say what `up` says itself."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where it all is, once it runs."""

    gateway: str
    page: str
    logs: Path


@dataclass(slots=True)
class _Signals:
    """What we were told."""

    count: int = 0
    reload: bool = False
    """Whether new settings were asked for."""

    def listen(self) -> None:
        """From here on, count."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGHUP:
            self.reload = True
        else:
            self.count += 1


def run_both(home: Path, *, ready: Callable[[Addresses], None], say: Callable[[str], None]) -> int:
    """Run until a signal, or until one of them ends by itself; the exit code.

    `ready` is called once both listen. The code is 0 after a signal; else that of the part that ended, or "unavailable" when it
    claims success.
    """
    told = _Signals()
    told.listen()  # first, so that no signal can come between starting something and knowing how to stop it
    parts: list[Part] = []
    try:
        for name in ("gateway", "portal"):
            parts.append(start_part(home, name))  # noqa: PERF401 - the first is known when the second cannot be started
        _follow(parts, told, ready, say, home / LOG_FOLDER)
    finally:
        ended = [part for part in parts if part.ended]
        if told.count:
            say("stopping; open exchanges may finish first (again: stop at once)")
        for part in ended:
            say(f"{_shown(part)} ended with exit code {part.exit_code}; stopping the rest")
        asked = told.count
        stop_parts(parts, hurry=lambda: told.count > max(1, asked))
        for part in parts:
            _tell(part, say)
    if told.count and not ended:
        say("stopped")
        return 0
    return next((part.exit_code for part in ended if part.exit_code), UnavailableError.exit_code)


def _follow(
    parts: list[Part], told: _Signals, ready: Callable[[Addresses], None], say: Callable[[str], None], logs: Path
) -> None:
    """Until told to stop, or until a part ends."""
    waiting, slow = True, time.monotonic() + _SLOW_SECONDS
    while not told.count and not any(part.ended for part in parts):
        for part in parts:
            _tell(part, say)
        if told.reload:
            told.reload = False
            parts[0].process.send_signal(signal.SIGHUP)  # the page reads its settings at its start only
        found = [part.address() for part in parts]
        if waiting and None not in found:
            ready(Addresses(str(found[0]), str(found[1]), logs))
            waiting = False
        if waiting and time.monotonic() > slow:
            say("still starting: " + ", ".join(_shown(part) for part in parts if part.address() is None))
            slow = float("inf")
        time.sleep(_LOOK_SECONDS)


def _tell(part: Part, say: Callable[[str], None]) -> None:
    for line in part.news():
        if not line.split(" (", 1)[0].endswith(_QUIET):
            say(f"{_shown(part)}: {line}")


def _shown(part: Part) -> str:
    return "page" if part.name == "portal" else part.name
