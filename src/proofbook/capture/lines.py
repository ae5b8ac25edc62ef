"""Several lines to the process that writes the book, so that records of concurrent exchanges need not wait for each other's sync.

Promises: as `RemoteRecorder`: a record is durable when its future resolves; when the writer is gone the caller hears so at once.
Does not: write the book itself, ever: an engine's process is not where the log's key belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from proofbook.errors import StoreUnavailable
from proofbook.journal.handover import RemoteRecorder
from proofbook.journal.receipt import Content, Receipt, Submission
from proofbook.records.envelope import Draft


class Lines:
    """Implements `Recorder` over so many connections. Used from the event loop; the waiting happens in the lines' own threads."""

    def __init__(self, run: Path, count: int) -> None:
        """Connect. Raises StoreUnavailable when no process writes the book."""
        self._lines: list[RemoteRecorder] = []
        self._waiting: list[int] = []
        try:
            for _ in range(count):
                self._lines.append(RemoteRecorder(run))
                self._waiting.append(0)
        except StoreUnavailable as error:
            self.close()
            raise StoreUnavailable(
                f"no process writes the book of {run.parent}", hint="start `proofbook up` first; it may run while this waits"
            ) from error
        except BaseException:
            self.close()
            raise

    def submit(self, submissions: Sequence[Submission]) -> Future[tuple[Receipt, ...]]:
        """See `Recorder.submit`. Takes the line with the fewest calls waiting."""
        line = min(range(len(self._lines)), key=self._waiting.__getitem__)
        self._waiting[line] += 1
        future = self._lines[line].submit(submissions)
        future.add_done_callback(lambda _: self._served(line))
        return future

    def record(self, draft: Draft, contents: tuple[Content, ...] = ()) -> Receipt:
        """See `Recorder.record`."""
        return self.submit([Submission(draft, contents)]).result()[0]

    def close(self) -> None:
        """Finish what was submitted and disconnect."""
        for line in self._lines:
            line.close()

    def _served(self, line: int) -> None:
        self._waiting[line] -= 1  # a count that is off by one for a moment only makes the choice a little worse
