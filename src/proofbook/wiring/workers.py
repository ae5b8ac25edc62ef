"""Several processes that serve one gateway: this one writes the book for them, keeps them running, and passes on what it is told.

Promises: a worker that dies is started again, sooner or later the more often it dies, and its successor says what it left open; a
signal to stop reaches all, and this process lets go of the book last; new settings are checked and recorded here once, and then
taken by every worker. When no worker can start at all, the gateway ends with the exit code of the first. Does not serve anybody.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Final

import structlog

from proofbook.errors import ProofbookError, UnavailableError
from proofbook.gateway.running.renewal import check_renewable
from proofbook.gateway.settings import GatewaySettings
from proofbook.journal.receipt import Recorder
from proofbook.wiring.assembling import check_reloadable
from proofbook.wiring.beside import anchored
from proofbook.wiring.counting import counting
from proofbook.wiring.gateway import PROGRAM, check_gateway, record_settings
from proofbook.wiring.home import Home, open_home
from proofbook.wiring.orphans import settling
from proofbook.wiring.parts import child_environment, read_address
from proofbook.wiring.posts import Post
from proofbook.wiring.recording import open_door

LOG = structlog.get_logger(__name__)
WORKER_STARTED: Final = "gateway.worker_started"
WORKER_ENDED: Final = "gateway.worker_ended"
WORKER_KILLED: Final = "gateway.worker_killed"
RELOADED: Final = "gateway.reload_passed_on"
RELOAD_REFUSED: Final = "gateway.reload_refused"

_LOOK_SECONDS: Final = 0.1
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 30.0
_SOUND_SECONDS: Final = 60.0
"""A worker that lived so long is started again at once."""
_GRACE_SECONDS: Final = 20.0
"""Beyond the time that open exchanges have; then workers are killed."""


@dataclass(slots=True)
class _Worker:
    """One place for a worker, whoever is in it."""

    home: Home
    process: subprocess.Popen[bytes] | None = None
    address: str | None = None
    began: float = 0.0
    pause: float = _FIRST_PAUSE
    due: float = 0.0
    said: bytes = b""

    def start(self, now: float) -> None:
        """Start a process in it."""
        command = [sys.executable, "-m", "proofbook", "--home", str(self.home.path), "gateway", "--worker"]
        # a session of its own: Ctrl-C reaches this process, which passes it on once
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=child_environment(), start_new_session=True
        )
        self.address, self.said, self.began = None, b"", now
        LOG.info(WORKER_STARTED, pid=self.process.pid)

    def look(self, now: float) -> int | None:
        """Its exit code when it just ended; it is due again after a pause."""
        if self.process is None:
            return None
        self.address, self.said = (self.address, self.said) if self.address else read_address(self.process.stdout, self.said)
        code = self.process.poll()
        if code is None:
            return None
        self.release()
        sound = now - self.began > _SOUND_SECONDS
        self.pause = _FIRST_PAUSE if sound else min(_LONGEST_PAUSE, self.pause * 2)
        self.due = now + (0.0 if sound else self.pause)
        LOG.warning(WORKER_ENDED, code=code, again_in_seconds=round(self.due - now, 1))
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send it, if there is anybody."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def release(self) -> None:
        """Nobody is in it any more."""
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None


@dataclass(slots=True)
class _Told:
    """What signals told this process."""

    stop: int = 0
    reload: int = 0

    def listen(self) -> None:
        """From here on, count."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGHUP:
            self.reload += 1
        else:
            self.stop += 1


def run_workers(home: Home, *, ready: Callable[[str], None]) -> int:
    """Serve with several workers until SIGTERM or SIGINT; the exit code. `ready` gets the address once all of them listen.

    Raises:
        ConfigurationError: the settings are wrong. Whatever opening the book raises.
    """
    settings = check_gateway(home)
    told = _Told()
    told.listen()
    with closing(Post(home.run, settings.name, "lead")) as post, open_door(home) as door:
        record_settings(home, door.recorder, PROGRAM)
        leading = _Leading(home, settings, door.recorder, post, told)
        try:
            code = leading.begin(ready)
            if code is None:
                with (
                    counting(home, door.recorder),
                    settling(home, door.recorder, settings.name),
                    anchored(home, door.recorder.record),
                ):
                    leading.go_on()
        finally:
            leading.end()
    return code or 0


class _Leading:
    """The workers of one gateway, and what this process does for them."""

    def __init__(self, home: Home, settings: GatewaySettings, recorder: Recorder, post: Post, told: _Told) -> None:
        self._home = home
        self._settings = settings
        self._recorder = recorder
        self._post = post
        self._told = told
        self._reloads = 0
        self._outcome = ("none", "")
        self._workers = [_Worker(home) for _ in range(settings.workers)]
        self._tell()

    def begin(self, ready: Callable[[str], None]) -> int | None:
        """Start all and wait until they listen. An exit code when one ended instead: what stops one stops all."""
        for worker in self._workers:
            worker.start(time.monotonic())
        while not self._told.stop:
            for worker in self._workers:
                code = worker.look(time.monotonic())
                if code is not None:
                    return code if code > 0 else UnavailableError.exit_code
            addresses = [worker.address for worker in self._workers]
            if all(addresses):
                ready(str(addresses[0]))
                return None
            time.sleep(_LOOK_SECONDS)
        return 0

    def go_on(self) -> None:
        """Keep them running until told to stop."""
        while not self._told.stop:
            now = time.monotonic()
            for worker in self._workers:
                worker.look(now)
                if worker.process is None and now >= worker.due:
                    worker.start(now)
            if self._told.reload:
                self._told.reload = 0
                self._reload()
            time.sleep(_LOOK_SECONDS)

    def end(self) -> None:
        """Ask all to stop, wait for them, kill those that take too long or when told to stop again."""
        for worker in self._workers:
            worker.signal(signal.SIGTERM)
        patience = time.monotonic() + self._settings.limits.drain_seconds + _GRACE_SECONDS
        asked = max(1, self._told.stop)
        while any(worker.process is not None and worker.process.poll() is None for worker in self._workers):
            if time.monotonic() > patience or self._told.stop > asked:
                for worker in self._workers:
                    LOG.warning(WORKER_KILLED)
                    worker.signal(signal.SIGKILL)
            time.sleep(_LOOK_SECONDS)
        for worker in self._workers:
            worker.release()

    def _reload(self) -> None:
        try:
            home = open_home(self._home.path)
            settings = check_reloadable(self._home.settings, home.settings)
            check_gateway(home)
            check_renewable(self._settings, settings)
            record_settings(home, self._recorder, PROGRAM)
        except ProofbookError as error:
            self._outcome = ("refused", error.message)
            LOG.warning(RELOAD_REFUSED, code=error.code, reason=error.message, hint=error.hint)
        else:
            self._home, self._settings, self._outcome = home, settings, ("done", "")
            LOG.info(RELOADED, config=home.config_digest)
            for worker in self._workers:
                worker.home = home
                worker.signal(signal.SIGHUP)
        self._reloads += 1
        self._tell()

    def _tell(self) -> None:
        outcome, refused = self._outcome
        told = {"state": "ready", "config": self._home.config_digest, "reload": outcome, "refused": refused}
        self._post.tell(told | {"reloads": self._reloads})
