"""Looks at requests before they are forwarded, where an operator wants certain data refused.

Promises: a process of its own, so that no request waits behind what is merely counted; a request that was not looked at to the
end is refused, and so is every one while the process does not answer. Content is never in a log or a refusal.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import SimpleQueue
from typing import NamedTuple

import structlog

from proofbook.gateway.classifying import LOOK_FAILED, NOT_LOOKED_AT, ClassificationSettings, data_class_refused
from proofbook.gateway.refusal import Refusal
from proofbook.gateway.wire.facts import RequestFacts
from proofbook.sensitive.classes import SensitiveKind
from proofbook.wiring.classifier import CLASSIFIER_LOST
from proofbook.wiring.classifier_process import ClassifierLost, ClassifierProcess, Piece

LOG = structlog.get_logger(__name__)


class _Asked(NamedTuple):
    system: str
    facts: RequestFacts
    body: bytes
    done: Callable[[RequestFacts | Refusal], None]
    loop: asyncio.AbstractEventLoop


class ProcessScreening:
    """Implements the gateway's `Screening`. `close` when the gateway has stopped."""

    def __init__(self, refused: Mapping[str, tuple[SensitiveKind, ...]], settings: ClassificationSettings) -> None:
        self._refused = refused
        wanted = tuple(kind for kind in SensitiveKind if any(kind in each for each in refused.values()))
        self._process = ClassifierProcess(wanted, settings.examined_bytes, patience=settings.screen_seconds)
        self._room = settings.queue_bytes
        self._bytes_in = 0  # written on the event loop only
        self._bytes_out = 0  # written by the thread only
        self._queue: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="screening", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Process id of what looks, once there was something to look at."""
        return self._process.pid

    def assess(self, system: str, facts: RequestFacts, body: bytes, done: Callable[[RequestFacts | Refusal], None]) -> None:
        """See `Screening`."""
        if not body or system not in self._refused:
            done(facts)
        elif len(body) > self._room - (self._bytes_in - self._bytes_out):
            done(LOOK_FAILED)
        else:
            self._bytes_in += len(body)
            self._queue.put(_Asked(system, facts, body, done, asyncio.get_running_loop()))

    def close(self) -> None:
        """End the thread and the process."""
        self._queue.put(None)
        self._process.interrupt()
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._queue.get()) is not None:
            verdict = self._look(asked)
            self._bytes_out += len(asked.body)
            try:
                asked.loop.call_soon_threadsafe(asked.done, verdict)
            except RuntimeError:  # the loop is closed: nobody waits any more
                continue
        self._process.kill()

    def _look(self, asked: _Asked) -> RequestFacts | Refusal:
        try:
            side = self._process.examine([Piece("request", asked.facts.protocol, False, asked.body)])[0]
        except ClassifierLost as error:
            LOG.warning(CLASSIFIER_LOST, reason=error.message, pieces=1)
            return LOOK_FAILED
        found = [kind for kind in self._refused[asked.system] if side["counts"].get(kind.value)]
        if found:
            return data_class_refused(found)
        return asked.facts if side["state"] in {"examined", "empty"} else NOT_LOOKED_AT


@contextmanager
def screening(settings: ClassificationSettings) -> Iterator[ProcessScreening | None]:
    """Screening for the length of a `with` block; None when no system's policy is to refuse."""
    refused = {each.id: settings.refused_for(each.id) for each in settings.systems if each.policy == "refuse"}
    if not refused:
        yield None
        return
    made = ProcessScreening(refused, settings)
    try:
        yield made
    finally:
        made.close()
