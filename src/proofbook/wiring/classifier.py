"""The classifier beside a gateway: a queue bounded in bytes, a thread that feeds the classifier's process, an entry per exchange.

Promises: whoever records only puts references into a queue, once the record is durable; what does not fit is recorded as not
examined, with the reason, and so is what a lost process was looking at; each exchange whose response was taken is recorded once.
Entries are made in batches, so that a busy gateway is not woken for each. When the store fails, the exchange stays unclassified,
which the figures show; `proofbook content classify` makes up for it. Content is never in a log or an entry.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import structlog

from proofbook.errors import ProofbookError, StoreUnavailable
from proofbook.gateway.classifying import ClassificationSettings
from proofbook.gateway.wire.facts import ProtocolName
from proofbook.journal.receipt import Content, Receipt, Recorder, Submission
from proofbook.primitives.instants import Clock, format_instant
from proofbook.records.classification import EMPTY, not_examined
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft
from proofbook.records.unexamined import NotExaminedReason
from proofbook.sensitive.classes import SensitiveKind, parse_classes
from proofbook.sensitive.rule_set import libraries, rule_set
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
_STOP_SECONDS: Final = 10.0
"""Less than whoever asks the gateway to stop waits for it after its own drain time."""


class _Work(NamedTuple):
    exchange: str
    piece: Piece
    missing: NotExaminedReason | None
    """Why the piece has no body here."""
    system: str | None
    """The system that is asked; None for replies."""


_Settled: TypeAlias = Callable[[ProofbookError | None], None]
_Looked: TypeAlias = "tuple[_Work, dict[str, Any]]"


class ProcessClassifier:
    """Classifies exchanges once they are on record. `close` before the recorder is closed."""

    def __init__(self, settings: ClassificationSettings, recorder: Recorder, clock: Clock, source: str) -> None:
        classes = parse_classes(settings.classes, "classification.classes")
        room = settings.queue_bytes // settings.workers
        self._lines = [
            _Line(ClassifierProcess(classes, settings.examined_bytes), _Book(recorder, clock, source, classes), room)
            for _ in range(settings.workers)
        ]

    @property
    def children(self) -> list[int]:
        """Process ids of what runs now."""
        return [line.process.pid for line in self._lines if line.process.pid is not None]

    def take(self, submissions: Sequence[Submission]) -> None:
        """These are on record: what of them is an exchange is classified. Returns at once, in any thread."""
        for submission in submissions:
            draft = submission.draft
            if draft.kind == "exchange.request":
                body: Any = draft.body
                self._put(draft.subject, Piece("request", body["protocol"], False, _content(submission)), body["system"])
            elif draft.kind == "exchange.response":
                streamed = bool(draft.body["chunks"])
                self._put(draft.subject, Piece("response", "openai.chat", streamed, _content(submission)))

    def close(self) -> None:
        """Look at what waits, for some seconds; record the rest as not examined."""
        deadline = time.monotonic() + _STOP_SECONDS
        for line in self._lines:
            line.stop(deadline)
        for line in self._lines:
            line.join(deadline)

    def _put(self, exchange: str, piece: Piece, system: str | None = None) -> None:
        """Both sides of an exchange go the same way."""
        line = self._lines[crc32(exchange.encode()) % len(self._lines)] if len(self._lines) > 1 else self._lines[0]
        line.put(exchange, piece, system)


def _content(submission: Submission) -> bytes:
    return submission.contents[0].data if submission.contents else b""


class WatchedRecorder:
    """A recorder whose exchanges are classified once they are durable. Implements `Recorder`."""

    def __init__(self, recorder: Recorder, take: Callable[[Sequence[Submission]], None]) -> None:
        self._recorder = recorder
        self._take = take
        self._hand_in: Callable[[Sequence[Submission], _Settled], None] = getattr(recorder, "hand_in", None) or self._by_future

    def hand_in(self, submissions: Sequence[Submission], settled: _Settled) -> None:
        """As `submit`, without a future: `settled` is told what became of it before anything is classified."""

        def heard(error: ProofbookError | None) -> None:
            settled(error)
            if error is None:
                self._take(submissions)

        self._hand_in(submissions, heard)

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`."""
        future = self._recorder.submit(submissions)
        future.add_done_callback(lambda settled: self._settled(settled, submissions))
        return future

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def _by_future(self, submissions: Sequence[Submission], settled: _Settled) -> None:
        self._recorder.submit(submissions).add_done_callback(lambda future: settled(_error_of(future)))

    def _settled(self, settled: Future[tuple[Receipt, ...]], submissions: Sequence[Submission]) -> None:
        if not settled.cancelled() and settled.exception() is None:
            self._take(submissions)


def _error_of(future: Future[tuple[Receipt, ...]]) -> ProofbookError | None:
    error = future.exception() if not future.cancelled() else StoreUnavailable("the recorder gave up this submission")
    if error is None or isinstance(error, ProofbookError):
        return error
    return StoreUnavailable(f"the recorder failed: {type(error).__name__}")


class _Line:
    """One process, its queue and the thread between them. `put` is called by any thread, all else runs in the line's own."""

    def __init__(self, process: ClassifierProcess, book: _Book, room: int) -> None:
        self.process = process
        self._book = book
        self._room = room
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._bytes_in = 0  # written under the lock
        self._lock = threading.Lock()
        self._bytes_out = 0  # written by the line's thread only
        self._dropped = 0
        self._stopping = threading.Event()
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._run, name="classifier", daemon=True)
        self._thread.start()

    def put(self, exchange: str, piece: Piece, system: str | None = None) -> None:
        """A piece to look at; at once, whatever the process does."""
        size = len(piece.body)
        with self._lock:
            if self._queue.qsize() >= _MARKS:
                self._dropped += 1
            elif size > self._room - (self._bytes_in - self._bytes_out):
                self._queue.put(_Work(exchange, piece._replace(body=b""), NotExaminedReason.QUEUE_FULL, system))
            else:
                self._bytes_in += size
                self._queue.put(_Work(exchange, piece, None, system))

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
                known = self._book.recognise(batch)
                self._book.take(self._look(known), self.process.rule_set)
                self._bytes_out += sum(len(work.piece.body) for work in batch)
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


@dataclass(slots=True)
class _Request:
    """A request whose reply is awaited."""

    protocol: ProtocolName
    system: str
    side: dict[str, Any] = field(default_factory=lambda: not_examined(NotExaminedReason.CLASSIFIER_FAILED))


class _Book:
    """Puts the sides of each exchange together and records them. Used by the line's thread."""

    def __init__(self, recorder: Recorder, clock: Clock, source: str, classes: tuple[SensitiveKind, ...]) -> None:
        self._recorder = recorder
        self._clock = clock
        self._source = source
        self._actor = Actor(source, ActorKind.SYSTEM, "process")
        self._classes = [each.value for each in classes]
        self._open: OrderedDict[str, _Request] = OrderedDict()
        self._last: Future[tuple[Receipt, ...]] | None = None

    def recognise(self, batch: list[_Work]) -> list[_Work]:
        """The same work with each reply's protocol, as its request had it; without replies to requests that nobody saw.

        Those of an earlier run stay unclassified, which is what they are.
        """
        known: list[_Work] = []
        for work in batch:
            if work.piece.side == "request":
                self._open[work.exchange] = _Request(work.piece.protocol, work.system or "unknown")
                if len(self._open) > _OPEN:
                    self._open.popitem(last=False)
                known.append(work)
            elif work.exchange in self._open:
                known.append(work._replace(piece=work.piece._replace(protocol=self._open[work.exchange].protocol)))
        return known

    def take(self, looked: list[_Looked], rule_set: str) -> None:
        """These sides were looked at, in order."""
        drafts: list[Submission] = []
        for work, side in looked:
            request = self._open.get(work.exchange)
            if request is None:
                continue
            if work.piece.side == "request":
                request.side = side
            else:
                del self._open[work.exchange]
                drafts.append(self._draft(work.exchange, request, side, rule_set))
        if drafts:
            self._submit(drafts)

    def finish(self) -> None:
        """Wait until what was submitted is settled."""
        if self._last is not None:
            self._last.exception()

    def _draft(self, exchange: str, request: _Request, response: dict[str, Any], rule_set: str) -> Submission:
        body: dict[str, Any] = {
            "exchange": exchange,
            "system": request.system,
            "rule_set": rule_set,
            "looked_for": self._classes,
            "by": "gateway",
            "request": request.side,
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


@contextmanager
def classifying(settings: ClassificationSettings, recorder: Recorder, clock: Clock, gateway: str) -> Iterator[Recorder]:
    """The recorder to use for the length of a `with` block, so that exchanges are classified; the same one when that is off.

    Classifications have a source of their own, because they may still be recorded when the gateway's run has ended.
    """
    if not settings.enabled:
        yield recorder
        return
    classifier = ProcessClassifier(settings, recorder, clock, f"classifier:{gateway}")
    try:
        yield WatchedRecorder(recorder, classifier.take)
    finally:
        classifier.close()


def describe_classification(settings: ClassificationSettings) -> dict[str, Any]:
    """The settings in force, for the record of them."""
    policies = [f"{each.id} {each.policy} {','.join(each.refused)}".strip() for each in settings.systems]
    return {
        "classification.enabled": settings.enabled,
        "classification.classes": list(settings.classes),
        "classification.rule_set": rule_set(),
        "classification.libraries": [f"{name} {version}" for name, version in libraries().items()],
        "classification.examined_bytes": settings.examined_bytes,
        "classification.systems": policies,
    }
