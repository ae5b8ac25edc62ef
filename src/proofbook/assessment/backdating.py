"""Own controls that were changed for days gone by: what was owed then is another thing now, and that must be said.

Promises: only a version that takes another's place, changes what is owed and was recorded long after the day it holds from. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofbook.assessment.finding import Consequence, Finding
from proofbook.assessment.grid import Grid
from proofbook.assessment.selftests.tally import matter_of
from proofbook.assessment.selftests.wording import moment

BACKDATED: Final = "control_backdated"


def controls_backdated(grid: Grid) -> Iterator[Finding]:
    """One finding for each such version."""
    for standing in grid.controls:
        record = grid.facts.current("control", standing.control.id)
        for version in standing.versions if record is not None else ():
            if record is not None and version.backdated and version.recorded is not None:
                matter = matter_of(grid.facts, record)
                what = (
                    f"control {record.id}: version {version.version} is said to hold from {version.first} and was recorded "
                    f"{moment(version.recorded)}; what was owed in between changed afterwards"
                )
                fix = "disclose it as a change of design, or record a version that holds from the day it was decided"
                owner, entries = matter.owner, tuple(filter(None, (version.entry,)))
                yield Finding(
                    BACKDATED, record.id, record.kind, record.id, what, fix, Consequence.LATE, matter.scope, owner, entries
                )
