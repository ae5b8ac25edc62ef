"""Which parts a room has, in the order of its folders, and from which checkpoint on they can be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.manifest import Omission
from proofbook.export.parts.bridging import plan_afterwards
from proofbook.export.parts.controls import plan_controls
from proofbook.export.parts.correspondence import plan_correspondence
from proofbook.export.parts.incidents import plan_incidents
from proofbook.export.parts.machine import plan_machine
from proofbook.export.parts.planned import PartMaker, PartsFrom, PlannedPart
from proofbook.export.parts.policies import plan_policies
from proofbook.export.parts.scope import plan_scope
from proofbook.export.parts.vendors import plan_vendors

NO_SCOPE: Final = Omission(
    "01 scope, 02 control matrix, 03 policies, 05 samples, 06 evidence by criterion, 08 incidents, 09 vendors, "
    "11 correspondence, 12 machine forms",
    "the export was given no scope, so nothing is known of records, controls and duties",
)
OWN: Final[tuple[PartMaker, ...]] = (
    plan_scope, plan_afterwards, plan_controls, plan_policies, plan_incidents, plan_vendors, plan_correspondence,
    plan_machine,
)  # fmt: skip


def plan_parts(origin: PartsFrom, own: Iterable[PartMaker], injected: Iterable[PartMaker]) -> PlannedPart:
    """Every part, own ones first. Raises what the makers raise."""
    made = [maker(origin) for maker in (*own, *injected)]
    return PlannedPart(
        tuple(file for each in made for file in each.files), tuple(omission for each in made for omission in each.omissions)
    )


def covering(book: BookReading, size: int) -> StoredCheckpoint | None:
    """The first checkpoint of at least so many entries, or None."""
    return next((each for each in book.checkpoints() if each.size >= size), None)
