"""What is made besides populations and the book: the whole room, or less of it for a purpose of its own.

A pack is an evidence room in every respect a verifier looks at: same format, same steps. It holds fewer folders, says which are
left out and where they are, and names itself on its first page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from proofbook.assessment.scope import Scope
from proofbook.book.interface import StoredCheckpoint
from proofbook.bundle.manifest import Omission
from proofbook.errors import InputError
from proofbook.export.parts.bridging import plan_bridge
from proofbook.export.parts.planned import PartMaker
from proofbook.export.parts.planning import OWN
from proofbook.export.parts.rolling import plan_roll_forward

ELSEWHERE: Final = "this is a pack of less; the evidence room of the engagement holds them (`proofbook export`)"


@dataclass(frozen=True, slots=True)
class Pack:
    """`title` as its first page says it; `own`: which parts are made; `pages`: whether those of artifacts, and samples, are."""

    title: str
    own: tuple[PartMaker, ...]
    pages: bool = False
    since: StoredCheckpoint | None = None
    """Of a roll-forward: the checkpoint it begins at."""
    omissions: tuple[Omission, ...] = ()

    def check_before(self, checkpoint: StoredCheckpoint) -> None:
        """Raises InputError unless the earlier checkpoint lies before this one."""
        if self.since is not None and not 0 < self.since.size < checkpoint.size:
            edges = f"the checkpoint to begin at has {self.since.size} entries, the one to end at {checkpoint.size}"
            raise InputError(
                f"{edges}: nothing lies between",
                hint="name an earlier moment or receipt to begin at, or a later moment to end at",
            )


WHOLE: Final = Pack("Evidence room", OWN, pages=True)


def bridge(reported: Scope) -> Pack:
    """What is on record after the period that a report speaks of."""
    rest = Omission("folders 02, 03, 05, 08, 09 and 11, and pages of 07", ELSEWHERE)
    return Pack("Bridge letter inputs", (partial(plan_bridge, reported=reported),), omissions=(rest,))


def roll_forward(since: StoredCheckpoint) -> Pack:
    """What is new or changed since a checkpoint."""
    stood = Omission(
        f"rows that stood unchanged at the checkpoint of {since.size} entries",
        "a room as of that checkpoint lists them; here they are counted",
    )
    rest = Omission("folders 02, 03, 05, 08, 09 and 11, and pages of 07", ELSEWHERE)
    return Pack("Roll-forward pack", (plan_roll_forward,), since=since, omissions=(stood, rest))
