"""The classifier beside a gateway: a queue bounded in bytes, a thread that feeds the classifier's process, an entry per exchange.

Promises: the gateway's event loop only puts references into a queue, without a lock; what does not fit is recorded as not
examined, with the reason, and so is what a lost process was looking at; each exchange whose response was taken is recorded once.
Entries are made in batches, so that a busy gateway is not woken for each. When the store fails, the exchange stays unclassified,
which the figures show; `proofbook content classify` makes up for it. Content is never in a log or an entry.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import structlog

from proofbook.errors import ProofbookError
from proofbook.gateway.classifying import ClassificationSettings, Screened
from proofbook.gateway.wire.facts import ProtocolName
from proofbook.journal.receipt import Receipt, Recorder, Submission
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.classification import EMPTY, NotExaminedReason, not_examined
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.sensitive.classes import SensitiveKind, parse_classes
from proofbook.wiring.classifier_process import ClassifierLost, ClassifierProcess, Piece

LOG = structlog.get_logger(__name__)
CLASSIFIER_LOST = "classifier.lost"
NOT_RECORDED = "classifier.not_recorded"
DROPPED = "classifier.dropped"

_LINGER_SECONDS: Final = 0.05
"""How long a first piece waits for company."""
_BATCH_PIECES: Final = 256
_BATCH_BYTES: Final = 1024 * 1024
_MARKS: Final = 50_000
"""Pieces that may wait, whatever their size: beyond that not even the mark that there was no room is kept."""
_OPEN: Final = 20_000
"""Exchanges whose request was looked at and whose reply is awaited."""
_STOP_SECONDS: Final = 20.0


class _Work(NamedTuple):
    exchange: str
    piece: Piece
    missing: NotExaminedReason | None
    """Why the piece has no body here."""


_Looked: TypeAlias = "tuple[_Work, dict[str, Any]]"


class ProcessClassifier:
    """Implements the gateway's `Classifier`. `close` before the recorder is closed."""

    def __init__(self, settings: ClassificationSettings, recorder: Recorder, clock: Clock, source: str) -> None:
        self._settings = settings
        classes = parse_classes(settings.classes, "classification.classes")
        room = settings.queue_bytes // settings.workers
        self._lines = [
            _Line(ClassifierProcess(classes, settings.examined_bytes), _Book(recorder, clock, source, classes), room)
            for _ in range(settings.workers)
        ]
        refused = {system.id: settings.refused_for(system.id) for system in settings.systems if system.policy == "refuse"}
        self._screener = _Screener(refused, settings) if refused else None

    @property
    def children(self) -> list[int]:
        """Process ids of what runs now."""
        return [line.process.pid for line in self._lines if line.process.pid is not None]

    def screens(self, system: str) -> bool:
        """See `Classifier`."""
        return self._screener is not None and system in self._screener.refused

    def screen(self, system: str, protocol: ProtocolName, body: bytes, done: Callable[[Screened], None]) -> None:
        """See `Classifier`."""
        if self._screener is None:
            asyncio.get_running_loop().call_soon(done, Screened(()))
        else:
            self._screener.put(system, Piece("request", protocol, False, body), done)

    def take_request(self, exchange: str, protocol: ProtocolName, body: bytes) -> None:
        """See `Classifier`."""
        self._line(exchange).put(exchange, Piece("request", protocol, False, body))

    def take_reply(self, exchange: str, protocol: ProtocolName, body: bytes, *, streamed: bool) -> None:
        """See `Classifier`."""
        self._line(exchange).put(exchange, Piece("response", protocol, streamed, body))

    def close(self) -> None:
        """Look at what waits, for some seconds; record the rest as not examined."""
        deadline = time.monotonic() + _STOP_SECONDS
        for line in self._lines:
            line.stop(deadline)
        for line in self._lines:
            line.join(deadline)
        if self._screener is not None:
            self._screener.close()

    def _line(self, exchange: str) -> _Line:
        """Both sides of an exchange go the same way."""
        return self._lines[crc32(exchange.encode()) % len(self._lines)] if len(self._lines) > 1 else self._lines[0]


class _Line:
    """One process, its queue and the thread between them. `put` is called by one thread, all else runs in the line's own."""

    def __init__(self, process: ClassifierProcess, book: _Book, room: int) -> None:
        self.process = process
        self._book = book
        self._room = room
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._bytes_in = 0  # written by the loop's thread only
        self._bytes_out = 0  # written by the line's thread only
        self._dropped = 0
        self._stopping = threading.Event()
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._run, name="classifier", daemon=True)
        self._thread.start()

    def put(self, exchange: str, piece: Piece) -> None:
        """A piece to look at; at once, whatever the process does."""
        size = len(piece.body)
        if self._queue.qsize() >= _MARKS:
            self._dropped += 1
            return
        if size > self._room - (self._bytes_in - self._bytes_out):
            self._queue.put(_Work(exchange, piece._replace(body=b""), NotExaminedReason.QUEUE_FULL))
            return
        self._bytes_in += size
        self._queue.put(_Work(exchange, piece, None))

    def stop(self, deadline: float) -> None:
        """No more comes; what waits beyond the deadline is not looked at."""
        self._deadline = deadline
        self._stopping.set()
        self._queue.put(None)

    def join(self, deadline: float) -> None:
        """Wait for the thread's end; break off what is being looked at beyond the deadline."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            self.process.interrupt()
            self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            batch, ended = self._next_batch()
            if batch:
                looked = self._look(batch)
                self._bytes_out += sum(len(work.piece.body) for work in batch)
                self._book.take(looked, self.process.rule_set)
        if self._dropped:
            LOG.warning(DROPPED, exchanges=self._dropped)
        self.process.kill()
        self._book.finish()

    def _next_batch(self) -> tuple[list[_Work], bool]:
        """What waits, as far as a batch goes, and whether nothing comes after it."""
        work = self._queue.get()
        self._stopping.wait(_LINGER_SECONDS)
        batch: list[_Work] = []
        size = 0
        while work is not None:
            batch.append(work)
            size += len(work.piece.body)
            if len(batch) >= _BATCH_PIECES or size >= _BATCH_BYTES:
                return batch, False
            try:
                work = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _look(self, batch: list[_Work]) -> list[_Looked]:
        with_body = [work for work in batch if work.missing is None and work.piece.body]
        found = self._examine([work.piece for work in with_body])
        sides = {id(work): side for work, side in zip(with_body, found, strict=True)}
        return [(work, sides.get(id(work)) or _without_body(work)) for work in batch]

    def _examine(self, pieces: list[Piece]) -> list[dict[str, Any]]:
        if not pieces:
            return []
        if self._late():
            return [not_examined(NotExaminedReason.STOPPED)] * len(pieces)
        try:
            return self.process.examine(pieces)
        except ClassifierLost as error:
            if self._late():
                return [not_examined(NotExaminedReason.STOPPED)] * len(pieces)
            LOG.warning(CLASSIFIER_LOST, reason=error.message, pieces=len(pieces))
        if len(pieces) == 1:
            return [not_examined(NotExaminedReason.CLASSIFIER_FAILED)]
        return [side for piece in pieces for side in self._examine([piece])]  # one of them may be what it cannot bear

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline


def _without_body(work: _Work) -> dict[str, Any]:
    return EMPTY if work.missing is None else not_examined(work.missing)


class _Book:
    """Puts the sides of each exchange together and records them. Used by the line's thread."""

    def __init__(self, recorder: Recorder, clock: Clock, source: str, classes: tuple[SensitiveKind, ...]) -> None:
        self._recorder = recorder
        self._clock = clock
        self._source = source
        self._actor = Actor(source, ActorKind.SYSTEM, "process")
        self._classes = [each.value for each in classes]
        self._requests: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._last: Future[tuple[Receipt, ...]] | None = None

    def take(self, looked: list[_Looked], rule_set: str) -> None:
        """These sides were looked at, in order."""
        drafts: list[Submission] = []
        for work, side in looked:
            if work.piece.side == "request":
                self._requests[work.exchange] = side
                if len(self._requests) > _OPEN:
                    self._requests.popitem(last=False)
            else:
                request = self._requests.pop(work.exchange, None) or not_examined(NotExaminedReason.QUEUE_FULL)
                drafts.append(self._draft(work.exchange, request, side, rule_set))
        if drafts:
            self._submit(drafts)

    def finish(self) -> None:
        """Wait until what was submitted is settled."""
        if self._last is not None:
            self._last.exception()

    def _draft(self, exchange: str, request: dict[str, Any], response: dict[str, Any], rule_set: str) -> Submission:
        body: dict[str, Any] = {
            "exchange": exchange,
            "rule_set": rule_set,
            "looked_for": self._classes,
            "by": "gateway",
            "request": request,
            "response": response,
        }
        now = format_instant(self._clock.now())
        return Submission(Draft("exchange.classified", exchange, now, self._actor, self._source, Assurance.INLINE, body))

    def _submit(self, submissions: list[Submission]) -> None:
        try:
            self._last = self._recorder.submit(submissions)
        except ProofbookError as error:
            LOG.warning(NOT_RECORDED, code=error.code, exchanges=len(submissions))
            return
        count = len(submissions)
        self._last.add_done_callback(lambda settled: _report(settled, count))


def _report(settled: Future[tuple[Receipt, ...]], count: int) -> None:
    error = settled.exception()
    if error is not None:
        LOG.warning(NOT_RECORDED, code=getattr(error, "code", type(error).__name__), exchanges=count)


class _Screener:
    """Looks at requests before they are forwarded, in a process of its own, so that none waits behind what is merely counted."""

    def __init__(self, refused: dict[str, tuple[SensitiveKind, ...]], settings: ClassificationSettings) -> None:
        self.refused = refused
        wanted = tuple(kind for kind in SensitiveKind if any(kind in each for each in refused.values()))
        self._process = ClassifierProcess(wanted, settings.examined_bytes, patience=settings.screen_seconds)
        self._room = settings.queue_bytes
        self._bytes_in = 0
        self._bytes_out = 0
        self._queue: SimpleQueue[tuple[str, Piece, Callable[[Screened], None], asyncio.AbstractEventLoop] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="screener", daemon=True)
        self._thread.start()

    def put(self, system: str, piece: Piece, done: Callable[[Screened], None]) -> None:
        """Called on the event loop."""
        loop = asyncio.get_running_loop()
        if len(piece.body) > self._room - (self._bytes_in - self._bytes_out):
            loop.call_soon(done, Screened(None))
            return
        self._bytes_in += len(piece.body)
        self._queue.put((system, piece, done, loop))

    def close(self) -> None:
        """End the thread and the process."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._queue.get()) is not None:
            system, piece, done, loop = asked
            screened = self._screen(system, piece)
            self._bytes_out += len(piece.body)
            try:
                loop.call_soon_threadsafe(done, screened)
            except RuntimeError:  # the loop is closed: nobody waits any more
                continue
        self._process.kill()

    def _screen(self, system: str, piece: Piece) -> Screened:
        if not piece.body:
            return Screened(())
        try:
            side = self._process.examine([piece])[0]
        except ClassifierLost as error:
            LOG.warning(CLASSIFIER_LOST, reason=error.message, pieces=1)
            return Screened(None)
        found = tuple(kind for kind in self.refused[system] if side["counts"].get(kind.value))
        return Screened(found if found or side["state"] in {"examined", "empty"} else None)


def classifier_source(gateway: str) -> str:
    """The source of a gateway's classifications: its own, because it may still record when the gateway's run has ended."""
    return f"classifier:{gateway}"
