"""A recorder that can stop answering, as a disk behind a lost network does, and answers to everything once it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.records.envelope import Draft
from support.memory_recorder import MemoryRecorder


class HangingRecorder:
    """Implements `Recorder` over another one. While `hangs`, calls are taken and not answered; `go_on` answers them in order."""

    def __init__(self, recorder: MemoryRecorder) -> None:
        self._recorder = recorder
        self._taken: list[tuple[Sequence[Submission], Future[tuple[Receipt, ...]]]] = []
        self.hangs = False

    @property
    def taken(self) -> int:
        """Calls that wait."""
        return len(self._taken)

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder`."""
        if not self.hangs:
            return self._recorder.submit(submissions)
        answer: Future[tuple[Receipt, ...]] = Future()
        self._taken.append((tuple(submissions), answer))
        return answer

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def go_on(self) -> None:
        """Answer again."""
        self.hangs = False
        taken, self._taken = self._taken, []
        for submissions, answer in taken:
            self._recorder.submit(submissions).add_done_callback(partial(_pass_on, answer))


def _pass_on(answer: Future[tuple[Receipt, ...]], made: Future[tuple[Receipt, ...]]) -> None:
    error = made.exception()
    if error is None:
        answer.set_result(made.result())
    else:
        answer.set_exception(error)
