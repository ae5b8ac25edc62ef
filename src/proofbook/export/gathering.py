"""All populations of an export in two passes over the book, however many there are.

Promises: every entry is looked at once by each table that its kind concerns and by no other; the tables of all populations are
written side by side, so the book is read twice and not once for each of them. Memory does not grow with the book.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from proofbook.assessment.scope import Scope
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.manifest import Since
from proofbook.export.assessed import read_assessed
from proofbook.export.basis import Basis
from proofbook.export.book_part import Progress, parse_value
from proofbook.export.completeness.question import Question
from proofbook.export.completeness.table import ask
from proofbook.export.definition import Definition
from proofbook.export.engagement import Engagement
from proofbook.export.folder import RoomFolder
from proofbook.export.observation import Observation
from proofbook.export.population import PopulationExport, Written
from proofbook.export.rows import Placed
from proofbook.export.second_look import Look, count_apart, find_strays
from proofbook.export.second_source import compare_engines
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import contents
from proofbook.readmodel.connection import Reader
from proofbook.tlog.merkle import leaf_hash

_STEP: Final = 5000


def basis_of(
    book: BookReading,
    reader: Reader,
    engagement: Engagement,
    checkpoint: StoredCheckpoint,
    worksheet: Worksheet,
    evidence_ids: Mapping[str, str],
    since: StoredCheckpoint | None = None,
) -> Basis:
    """What populations share, before the book is read. `evidence_ids` may be filled in until the first header is written.

    `since`: the earlier checkpoint of a roll-forward.
    """
    seen = Observation(format_instant(engagement.period.start), format_instant(engagement.period.end))
    erased, reconciled = contents.count_erased(reader, checkpoint.size), compare_engines(reader, engagement, checkpoint.size)
    strays = find_strays(reader, checkpoint.size)
    basis = Basis(book, reader, engagement, checkpoint, seen, worksheet, evidence_ids, erased, reconciled, strays)
    if since is not None:
        basis.since = Since(since.size, since.root.hex(), since.signed_at)
    return basis


class Gathering:
    """The populations of one export: `see` every entry, `assess`, `write_tables`, then `finish`."""

    def __init__(self, basis: Basis, definitions: Sequence[Definition]) -> None:
        self.basis: Final = basis
        self.exports: Final = tuple(PopulationExport(basis, each) for each in definitions)
        self._seeing: defaultdict[str, list[PopulationExport]] = defaultdict(list)
        self._adding: defaultdict[str, list[PopulationExport]] = defaultdict(list)
        for export in self.exports:
            for kind in export.kinds:
                self._seeing[kind].append(export)
            for kind in export.base_kinds:
                self._adding[kind].append(export)

    def see(self, entry: Placed) -> None:
        """First pass over the book."""
        self.basis.seen.see(entry.index, entry.value)
        for export in self._seeing.get(entry.value["kind"], ()):
            export.see(entry)

    def assess(self, scope: Scope | None) -> None:
        """After the first pass: what the assessment knows as of the checkpoint; nothing without a scope."""
        basis = self.basis
        if scope is not None:
            at, sources = basis.checkpoint, basis.seen.sources
            basis.assessed = read_assessed(basis.reader, scope, at.size, at.signed_at, sources)
            if basis.since is not None:
                basis.assessed_then = read_assessed(basis.reader, scope, basis.since.size, basis.since.signed_at, sources)

    def write_tables(self, folder: RoomFolder, progress: Progress) -> None:
        """Second pass: every row of every table."""
        book, size = self.basis.book, self.basis.checkpoint.size
        with ExitStack() as stack:
            for export in self.exports:
                export.open(folder, stack)
            for entry in _entries_of(book, size, frozenset(self._adding)):
                for export in self._adding.get(entry.value["kind"], ()):
                    export.add(entry)
                if entry.index % _STEP == 0:
                    progress("writing populations", entry.index, size)
            for export in self.exports:
                export.close()
        progress("writing populations", size, size)

    def finish(self, folder: RoomFolder, progress: Progress) -> tuple[Written, ...]:
        """Checks, dictionaries and headers of every population."""
        basis, made = self.basis, []
        look = Look(basis.reader, basis.engagement, basis.checkpoint.size, basis.seen)
        for number, export in enumerate(self.exports):
            progress("checking populations", number, len(self.exports))
            counted = count_apart(look, export.definition.population)
            question = Question(basis, export.definition, tuple(export.totals.values()), export.works, counted)
            made.append(export.finish(folder, counted, ask(question)))
        return tuple(made)


def _entries_of(book: BookReading, size: int, kinds: frozenset[str]) -> Iterator[Placed]:
    """Entries of some kinds. In canonical bytes a kind has one spelling, so the others are passed over unparsed."""
    marks = re.compile(b'"kind":"(?:' + b"|".join(re.escape(each.encode()) for each in sorted(kinds)) + b')"')
    for index, data in book.entries(0, size):
        if marks.search(data):
            yield Placed(parse_value(data, index), index, leaf_hash(data).hex())
