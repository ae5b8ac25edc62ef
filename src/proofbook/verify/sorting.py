"""Putting more records in order than memory should hold: short ones of one length, in sorted runs, merged while they are read.

Promises: memory stays the same however many records come; the order is that of their bytes. Runs lie in a temporary file without
a name, gone when the program ends; what is written there are hashes and positions, no text of any entry. A machine without space
for it makes the step `NotRun`. Nothing here depends on what the records mean.
"""

from __future__ import annotations

import heapq
from tempfile import SpooledTemporaryFile
from typing import IO, Iterator, List, Sequence, Tuple

from proofbook.verify.report import NotRun

RECORDS_AT_ONCE = 20_000
"""Records in one run: a few megabytes while they are put in order."""

RUNS_AT_ONCE = 200
"""Runs that are merged together; more are merged in steps."""

CHUNK_RECORDS = 512
"""Records of a run that are read at once."""

IN_MEMORY_BYTES = 1024 * 1024
"""A small room writes nothing at all."""


class TemporaryRecords:
    """Records of one length, written once after another and read from any place."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.count = 0
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  # it lives as long as this

    def __del__(self) -> None:
        """Nothing is left behind."""
        self._file.close()

    def append(self, records: Sequence[bytes]) -> None:
        """Writes records behind those already there. Raises NotRun when there is no space for them."""
        try:
            self._file.seek(self.count * self.length)
            self._file.write(b"".join(records))
        except OSError as error:
            raise NotRun(f"there is no space for a temporary file ({error.strerror}); set TMPDIR to a larger place") from None
        self.count += len(records)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The records [start, stop)."""
        while start < stop:
            step = min(CHUNK_RECORDS, stop - start)
            self._file.seek(start * self.length)
            data = self._file.read(step * self.length)
            for place in range(0, len(data), self.length):
                yield data[place : place + self.length]
            start += step


class SortedRecords:
    """Takes records of one length in any order and gives them in the order of their bytes."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._held: List[bytes] = []
        self._file = TemporaryRecords(length)
        self._runs: List[Tuple[int, int]] = []

    def extend(self, records: Sequence[bytes]) -> None:
        """Takes records. Raises NotRun when there is no space for them."""
        self._held.extend(records)
        if len(self._held) >= RECORDS_AT_ONCE:
            self._end_run()

    def _end_run(self) -> None:
        self._held.sort()
        start = self._file.count
        self._file.append(self._held)
        self._runs.append((start, self._file.count))
        self._held = []

    def in_order(self) -> Iterator[bytes]:
        """All of them; nothing can be added afterwards. Raises NotRun."""
        if not self._runs:
            self._held.sort()
            return iter(self._held)
        if self._held:
            self._end_run()
        while len(self._runs) > RUNS_AT_ONCE:
            self._merge_some()
        return heapq.merge(*[self._file.read(start, stop) for start, stop in self._runs])

    def _merge_some(self) -> None:
        """One pass over the file: each RUNS_AT_ONCE neighbouring runs become one, in a new file."""
        merged = TemporaryRecords(self._length)
        runs: List[Tuple[int, int]] = []
        for first in range(0, len(self._runs), RUNS_AT_ONCE):
            start = merged.count
            held: List[bytes] = []
            for record in heapq.merge(*[self._file.read(*run) for run in self._runs[first : first + RUNS_AT_ONCE]]):
                held.append(record)
                if len(held) == CHUNK_RECORDS:
                    merged.append(held)
                    held = []
            merged.append(held)
            runs.append((start, merged.count))
        self._file, self._runs = merged, runs
