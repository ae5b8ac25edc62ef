"""What a part of a room is: files planned before the first one is written, so that every path has its evidence id.

Promises: a part is made only of what the checkpoint covers; the same book, checkpoint and engagement give the same files. Parts
of rooms above this one (fieldwork) are injected as a `PartMaker`. Hostile input: paths come from `bundle.parts` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.index import IndexNote
from proofbook.bundle.manifest import Omission
from proofbook.export.assessed import Assessed
from proofbook.export.basis import Basis
from proofbook.export.book_part import Progress
from proofbook.export.checks import Check
from proofbook.export.completeness.rolling import rolled_between
from proofbook.export.engagement import Engagement
from proofbook.export.folder import RoomFolder
from proofbook.export.population import Written
from proofbook.primitives.instants import format_instant, parse_instant
from proofbook.readmodel.connection import Reader


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file; `make` gives its bytes when its turn comes."""

    path: str
    title: str
    make: Callable[[], bytes]
    note: IndexNote = field(default_factory=IndexNote)


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """The files of one folder, and what a reader could expect there and will not find."""

    files: tuple[PlannedFile, ...] = ()
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, slots=True)
class PartsFrom:
    """What parts are made of. `reader` follows the book beyond the checkpoint, `assessed` does not. `workspace` is emptied.

    `since`: the earlier checkpoint of a roll-forward. `written`: populations, filled in before the files of parts are made.
    """

    book: BookReading
    reader: Reader
    vkey: str
    engagement: Engagement
    checkpoint: StoredCheckpoint
    assessed: Assessed
    workspace: Path
    since: StoredCheckpoint | None = None
    written: list[Written] = field(default_factory=list)
    basis: Basis | None = None
    """What populations were made of; None for parts by themselves."""

    def rolled_between(self, start: StoredCheckpoint, end: StoredCheckpoint) -> Iterator[tuple[str, Check]]:
        """What stood at two checkpoints, by what it is of. Nothing before the populations are written."""
        if self.basis is not None and self.written:
            yield from rolled_between(self.basis, self.written[0].definition, after(start.signed_at), after(end.signed_at))


def after(instant: str) -> str:
    """The first moment after an instant: what was recorded at the instant itself lies before it."""
    return format_instant(parse_instant(instant) + timedelta(microseconds=1))


PartMaker: TypeAlias = Callable[[PartsFrom], PlannedPart]


def write_files(folder: RoomFolder, files: Iterable[PlannedFile], progress: Progress) -> None:
    """Writes planned files, one after the other."""
    known = tuple(files)
    for number, each in enumerate(known):
        progress("writing parts", number, len(known))
        folder.write(each.path, each.title, each.make())
