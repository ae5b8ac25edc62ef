"""Which parts a room has, in the order of its folders, and from which checkpoint on they can be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.manifest import Omission
from proofbook.export.parts.planned import PartMaker, PartsFrom, PlannedPart

NO_SCOPE: Final = Omission(
    "01 scope, 02 control matrix, 03 policies, 05 samples, 06 evidence by criterion, 08 incidents, 09 vendors, "
    "11 correspondence, 12 machine forms",
    "the export was given no scope, so nothing is known of records, controls and duties",
)
OWN: Final[tuple[PartMaker, ...]] = ()


def plan_parts(origin: PartsFrom, injected: Iterable[PartMaker]) -> PlannedPart:
    """Every part, own ones first. Raises what the makers raise."""
    made = [maker(origin) for maker in (*OWN, *injected)]
    return PlannedPart(
        tuple(file for each in made for file in each.files), tuple(omission for each in made for omission in each.omissions)
    )


def covering(book: BookReading, size: int) -> StoredCheckpoint | None:
    """The first checkpoint of at least so many entries, or None."""
    return next((each for each in book.checkpoints() if each.size >= size), None)
