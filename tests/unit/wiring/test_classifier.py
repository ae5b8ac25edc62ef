"""Content is classified in a process of its own, and whatever happens to that process is on record."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from proofbook.errors import StoreUnavailable
from proofbook.gateway.classifying import ClassificationSettings
from proofbook.journal.receipt import Content, Submission
from proofbook.records.envelope import Actor, ActorKind, Assurance, Draft, Entry
from proofbook.wiring.classifier import ProcessClassifier, WatchedRecorder
from proofbook.wiring.classifier_child import run
from proofbook.wiring.classifier_process import ClassifierLost, ClassifierProcess, Piece
from support.memory_recorder import MemoryRecorder
from support.sample_entries import request_body, response_body

AT = "2026-03-01T00:00:00.000000Z"
ACTOR = Actor("sample-service", ActorKind.SERVICE, "api_key")
ASKED = b'{"model": "m", "messages": [{"role": "user", "content": "I am ada@example.org, card 4111 1111 1111 1111"}]}'
ANSWERED = b'{"choices": [{"index": 0, "message": {"content": "Hello ada@example.org"}}]}'
STREAMED = b"".join(
    b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n' % piece for piece in (b"4111 1111 ", b"1111", b" 1111")
)
PIECE = Piece("request", "openai.chat", False, ASKED)


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Desk:
    """A watched recorder, and what it recorded."""

    recorder: MemoryRecorder
    watched: WatchedRecorder
    classifier: ProcessClassifier

    def exchange(self, name: str, asked: bytes = ASKED, answered: bytes = ANSWERED, chunks: int = 0) -> None:
        """An exchange goes on record."""
        response: dict[str, Any] = response_body(name, AT) | {"chunks": chunks}
        self._submit("exchange.request", name, request_body(name), "request", asked)
        self._submit("exchange.response", name, response, "response", answered)

    def respond(self, name: str) -> None:
        """Only the response."""
        self._submit("exchange.response", name, response_body(name, AT), "response", ANSWERED)

    def _submit(self, kind: str, name: str, body: Any, slot: str, content: bytes) -> None:
        contents = (Content(slot, content, "c_1"),) if content else ()
        draft = Draft(kind, name, AT, ACTOR, "gateway:main", Assurance.INLINE, body | {"content": {}})
        self.watched.submit([Submission(draft, contents)]).result()

    def classified(self) -> dict[str, Entry]:
        """By exchange."""
        return {entry.subject: entry for entry in self.recorder.of_kind("exchange.classified")}


@contextmanager
def desk(**settings: Any) -> Iterator[Desk]:
    """A desk whose classifier is closed at the end of the block."""
    recorder = MemoryRecorder(FixedClock())
    classifier = ProcessClassifier(ClassificationSettings(**settings), recorder, FixedClock(), "classifier:main")
    try:
        yield Desk(recorder, WatchedRecorder(recorder, classifier.take), classifier)
    finally:
        classifier.close()


def test_both_sides_of_an_exchange_are_counted_in_one_entry() -> None:
    """The figures of "what data goes to the AI", per side; streams are put together first; nothing of the content is in them."""
    with desk() as made:
        made.exchange("x_1")
        made.exchange("x_2", answered=STREAMED, chunks=3)
        made.exchange("x_3", asked=b"", answered=b"")
    found = made.classified()
    assert found["x_1"].body["request"]["counts"] == {"payment_card": 1, "email": 1}
    assert found["x_1"].body["response"]["counts"] == {"email": 1}
    assert found["x_1"].body["rule_set"].startswith("sha256:")
    assert found["x_2"].body["response"]["counts"] == {"payment_card": 1}
    assert found["x_3"].body["request"]["state"] == found["x_3"].body["response"]["state"] == "empty"
    assert (found["x_1"].source, found["x_1"].actor.kind) == ("classifier:main", ActorKind.SYSTEM)
    raw = b"".join(data for data in made.recorder.raw if b'"exchange.classified"' in data)
    assert b"ada" not in raw
    assert b"4111" not in raw


def test_content_beyond_the_queue_is_recorded_as_not_examined() -> None:
    """A queue that is full must not become silence, and must not hold anybody up."""
    with desk(queue_bytes=len(ASKED) - 1) as made:
        made.exchange("x_1", answered=b"")
    side = made.classified()["x_1"].body["request"]
    assert side == {"state": "not_examined", "bytes": 0, "counts": {}, "not_examined": [{"reason": "queue_full", "parts": 1}]}


def test_several_workers_keep_the_sides_of_an_exchange_together() -> None:
    """More processes, same figures."""
    with desk(workers=2) as made:
        for number in range(6):
            made.exchange(f"x_{number}")
    assert {entry.body["response"]["counts"]["email"] for entry in made.classified().values()} == {1}
    assert len(made.classified()) == 6


def test_response_whose_request_nobody_saw_stays_unclassified() -> None:
    """A gap that is closed at the next start was never looked at, and the figures must say unclassified."""
    with desk() as made:
        made.respond("x_1")
        made.exchange("x_2")
    assert set(made.classified()) == {"x_2"}


def test_exchange_that_was_not_recorded_is_not_classified() -> None:
    """What is not in the book cannot be referred to."""
    with desk() as made:
        made.recorder.fail_with = StoreUnavailable("sample")
        with pytest.raises(StoreUnavailable):
            made.exchange("x_1")
        made.recorder.fail_with = None
        made.exchange("x_2")
    assert set(made.classified()) == {"x_2"}


def test_store_that_fails_leaves_the_exchange_unclassified() -> None:
    """The catch-up finds it; nothing is claimed."""
    with desk() as made:
        made.exchange("x_1")
        made.recorder.fail_with = StoreUnavailable("sample")
    assert not made.classified()


@pytest.fixture
def doomed() -> Iterator[ClassifierProcess]:
    """One for a test that kills it: after too many deaths none is started again."""
    made = ClassifierProcess((), 1000)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def process() -> Iterator[ClassifierProcess]:
    """One process for the tests that do not harm it for good."""
    made = ClassifierProcess((), 1000)
    yield made
    made.kill()


def test_process_that_is_killed_is_lost_and_started_again(doomed: ClassifierProcess) -> None:
    """Its death is noticed by whoever waits, and the next piece is served by a new one."""
    doomed.examine([PIECE])
    first = doomed.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ClassifierLost):
        doomed.examine([PIECE])
    assert doomed.examine([PIECE])[0]["state"] == "examined"
    assert doomed.pid != first


def test_process_that_does_not_answer_is_lost() -> None:
    """A process that hangs must not hold the queue for ever."""
    made = ClassifierProcess((), 1000, patience=20.0)
    made.examine([PIECE])
    pid = made.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    made._patience = 0.05
    with pytest.raises(ClassifierLost):
        made.examine([PIECE])
    assert made.pid is None


def test_process_that_ends_again_and_again_is_not_started_for_ever(doomed: ClassifierProcess) -> None:
    """A machine without memory must not be kept busy by starting it."""
    said = []
    for _ in range(12):
        try:
            doomed.examine([PIECE])
        except ClassifierLost as error:
            said.append(error.message)
        if doomed.pid is not None:
            os.kill(doomed.pid, signal.SIGKILL)
    assert said[-1] == "the process ended too often"


def test_pieces_are_tried_one_by_one_when_their_process_was_lost() -> None:
    """One piece that kills the process must not cost the others their counts."""
    with desk() as made:
        made.exchange("x_1")
        line = made.classifier._lines[0]
        examine = line.process.examine

        def examine_once(pieces: Any) -> Any:
            if len(pieces) > 1:
                raise ClassifierLost("sample")
            return examine(pieces)

        line.process.examine = examine_once  # type: ignore[method-assign]  # the fault itself
    assert made.classified()["x_1"].body["response"]["counts"] == {"email": 1}


def test_child_answers_until_its_input_ends() -> None:
    """The protocol of the pipe, without a process."""
    source = BytesIO(
        b'{"classes": ["email"], "limit": 1000}\n'
        b'[{"side": "request", "protocol": "openai.chat", "streamed": false, "bytes": %d}]\n' % len(ASKED) + ASKED
    )
    sink = BytesIO()
    run(source, sink)
    first, second = sink.getvalue().splitlines()
    assert b"sha256:" in first
    assert b'"counts":{"email":1}' in second
