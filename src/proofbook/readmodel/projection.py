"""The projection itself: follows the book, and starts again when the book under it is another one.

Promises: `catch_up` moves rows and position together, in transactions, so a reader sees the book as it was at some size; two
processes may do it at once (the one that comes second finds the work done). A book that was restored or rebuilt is noticed by its
origin, its size or the leaf hash of the last entry seen, and the projection is rebuilt.
Does not: hold anything that is not in the book; verify entries; serve as evidence by itself.
Hostile input: EntryDamaged for an entry that does not have its form; StoreUnavailable for a damaged file (delete it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import apsw

from proofbook.book.interface import BookReading
from proofbook.errors import EntryDamaged
from proofbook.readmodel import classes
from proofbook.readmodel.connection import Reader, make_schema, open_reading, open_writing, roomy, transaction, unavailable
from proofbook.readmodel.derive import Batch, Cells, Classified, SourceState
from proofbook.readmodel.tallies import FORWARDED, IDX, LAST, STATE, Tallies, latency_of

SCHEMA: Final = 15
"""Raised with every change of `schema.sql`, `tallies.sql` or `documents.sql`; an older file is rebuilt."""

_BATCH: Final = 10_000
"""Entries in one transaction: some tens of megabytes at most, and readers see progress."""


class Projection:
    """The projection of one book at `path`. Used by one thread."""

    def __init__(self, path: Path, book: BookReading) -> None:
        """Opens, creating the file when needed. Raises StoreUnavailable."""
        self._path = path
        self._book = book
        self._connection = open_writing(path)
        self.reader: Final = Reader(self._connection, path)
        self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @property
    def position(self) -> int:
        """How many entries have been taken in."""
        row = self.reader.row("position")
        return 0 if row is None else int(row[2])

    def catch_up(self, progress: Callable[[int], None] | None = None) -> int:
        """Takes in everything the book has by now; gives the new position. `progress` is told each position reached.

        Raises EntryDamaged, StoreUnavailable.
        """
        size = self._book.size()
        if size - self.position > _BATCH:
            with roomy(self._connection, self._path):
                return self._follow(size, progress)
        return self._follow(size, progress)

    def _follow(self, size: int, progress: Callable[[int], None] | None) -> int:
        while True:
            with transaction(self._connection, self._path):
                start = self._check_position()
                if start < size:
                    self._take_in(start, min(start + _BATCH, size))
            if start >= size:
                return start
            if progress is not None:
                progress(min(start + _BATCH, size))

    def rebuild(self) -> int:
        """Forgets everything and takes the whole book in again."""
        with transaction(self._connection, self._path):
            self._forget()
        return self.catch_up()

    def _prepare(self) -> None:
        try:
            with transaction(self._connection, self._path):
                if self._stored_schema() != SCHEMA:
                    self._forget()
        except apsw.Error as error:
            raise unavailable(self._path, error) from error

    def _stored_schema(self) -> int | None:
        tables = {row[0] for row in self.reader.rows("tables")}
        row = self.reader.row("position") if "position" in tables else None
        return None if row is None else int(row[0])

    def _check_position(self) -> int:
        """Where to go on; 0 after forgetting rows that are another book's."""
        row = self.reader.row("position")
        if row is not None:
            _, origin, start, last_leaf = row
            if origin == self._book.origin and self._is_same_history(int(start), last_leaf):
                return int(start)
        self._forget()
        return 0

    def _is_same_history(self, start: int, last_leaf: bytes | None) -> bool:
        if start == 0:
            return True
        return start <= self._book.size() and next(iter(self._book.leaf_hashes(start - 1, start)), None) == last_leaf

    def _take_in(self, start: int, stop: int) -> None:
        batch = Batch({row[0]: _source_state(row) for row in self.reader.rows("sources")})
        batch.add(islice(self._book.entries(start, stop), stop - start))
        self.reader.write("add_exchange", ((*row, latency_of(row[FORWARDED], row[LAST])) for row in batch.exchanges))
        ended = self._answer(batch.responses, batch)
        for name, rows in batch.rows.items():
            self.reader.write(name, rows)
        self._count(batch, ended)
        self.reader.write("use_access_key", ((*each, key) for key, each in batch.key_uses.items()))
        states = batch.sources.items()
        self.reader.write("set_source", (_source_row(source, state) for source, state in states if state.last_idx >= start))
        self._set_position(stop, next(iter(self._book.leaf_hashes(stop - 1, stop)), None))

    def _answer(self, responses: Iterable[tuple[str, Cells]], batch: Batch) -> list[Cells]:
        """Responses to requests of earlier batches, with the rows they end; one that finds no open request is listed as stray."""
        ended: list[Cells] = []
        for exchange, cells in responses:
            row = self.reader.row("exchange_written", {"exchange": exchange})
            if row is not None and row[STATE] == "open":
                ended.append((*row[:STATE], *cells))
                latency = latency_of(ended[-1][FORWARDED], ended[-1][LAST])
                self.reader.write("answer_exchange", [(*cells, latency, row[IDX])])
            else:
                batch.rows["add_stray_response"].append((cells[4], cells[5], exchange))
        return ended

    def _count(self, batch: Batch, ended: Iterable[Cells]) -> None:
        """Adds the batch to what is kept counted. Its rows are written already."""
        tallies = Tallies()
        try:
            for each in batch.exchanges:
                tallies.see(each)
            for row in ended:
                tallies.end(row)
            self._classify(batch, tallies)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise EntryDamaged(f"an exchange does not have the form of its kind: {type(error).__name__} {error}") from error
        for name, rows in tallies.rows():
            self.reader.write(name, rows)

    def _classify(self, batch: Batch, tallies: Tallies) -> None:
        newest: dict[str, Classified] = {}
        for new in batch.classified():
            row: Sequence[Any] | None = batch.waiting.get(new.exchange)
            old = newest.get(new.exchange)
            if row is None:
                row = self.reader.row("exchange_written", {"exchange": new.exchange})
                old = old or classes.before(self.reader, new.exchange, new.index)
            if row is not None and row[IDX] < new.index:
                tallies.classify(row, new, old)
                newest[new.exchange] = new

    def _forget(self) -> None:
        make_schema(self._connection)
        self._set_position(0, None)

    def _set_position(self, start: int, last_leaf: bytes | None) -> None:
        self.reader.write("set_position", [(SCHEMA, self._book.origin, start, last_leaf)])


class ReadOnlyProjection:
    """The same file for pages: cannot write, and sees what some process has caught up. Used by one thread."""

    def __init__(self, path: Path) -> None:
        """Raises StoreUnavailable when there is no projection yet."""
        self._connection = open_reading(path)
        self.reader: Final = Reader(self._connection, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    @property
    def position(self) -> int:
        """How many entries have been taken in."""
        row = self.reader.row("position")
        return 0 if row is None else int(row[2])


def _source_state(row: Cells) -> SourceState:
    _, assurance, entries, last_seq, last_idx, first, last, beat = row
    return SourceState(assurance, first, entries, last_seq, last_idx, last, beat)


def _source_row(source: str, state: SourceState) -> Cells:
    return (
        source,
        state.assurance,
        state.entries,
        state.last_seq,
        state.last_idx,
        state.first_recorded,
        state.last_recorded,
        state.last_heartbeat,
    )
