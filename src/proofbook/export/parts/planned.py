"""What a part of a room is: files planned before the first one is written, so that every path has its evidence id.

Promises: a part is made only of what the checkpoint covers; the same book, checkpoint and engagement give the same files. Parts
of rooms above this one (fieldwork) are injected as a `PartMaker`. Hostile input: paths come from `bundle.parts` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.index import IndexNote
from proofbook.bundle.manifest import Omission
from proofbook.export.assessed import Assessed
from proofbook.export.book_part import Progress
from proofbook.export.engagement import Engagement
from proofbook.export.folder import RoomFolder
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
    """What parts are made of. `reader` follows the book beyond the checkpoint, `assessed` does not. `workspace` is emptied."""

    book: BookReading
    reader: Reader
    vkey: str
    engagement: Engagement
    checkpoint: StoredCheckpoint
    assessed: Assessed
    workspace: Path


PartMaker: TypeAlias = Callable[[PartsFrom], PlannedPart]


def write_files(folder: RoomFolder, files: Iterable[PlannedFile], progress: Progress) -> None:
    """Writes planned files, one after the other."""
    known = tuple(files)
    for number, each in enumerate(known):
        progress("writing parts", number, len(known))
        folder.write(each.path, each.title, each.make())
