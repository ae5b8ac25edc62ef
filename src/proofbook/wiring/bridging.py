"""Bridge letter inputs for a home: what is on record after an engagement's period, up to now or to a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from proofbook.errors import RefusedError, UnavailableError
from proofbook.export.pack import bridge
from proofbook.export.parts.afterwards import days_after
from proofbook.export.room import ExportedRoom, export_room
from proofbook.journal.receipt import Recorder
from proofbook.wiring.engagements import find_scope
from proofbook.wiring.exporting import Progress, await_checkpoint, describe, export_from, let_new_key_sign, signed_by
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.rolling import Asked
from proofbook.wiring.system import CLOCK

POPULATIONS: Final = (
    "POP-01", "POP-04", "POP-08", "POP-09", "POP-10", "POP-11", "POP-12", "POP-15", "POP-19", "POP-20", "POP-23", "POP-30",
)  # fmt: skip
"""What the statements of such a letter can be held against."""


def export_bridge(
    home: Home,
    recorder: Recorder,
    engagement: str,
    out: Path,
    *,
    until: datetime | None = None,
    asked: Asked = lambda origin: origin,
    progress: Progress,
) -> ExportedRoom:
    """Write the draft, what it rests on and the populations of the same days, up to the newest checkpoint signed by `until`.

    Raises:
        RefusedError: the period is not over. Otherwise what `export_engagement` raises.
    """
    with open_projection(home) as (book, projection):
        let_new_key_sign(home, recorder, book)
        await_checkpoint(book)
        reported = find_scope(home, projection, engagement, CLOCK.now())
        newest = book.latest_checkpoint()
        if newest is None:
            raise UnavailableError("the book has no signed checkpoint yet", hint="record something and wait for the next one")
        size = newest.size if until is None else signed_by(book, until)
        at = next(each for each in book.checkpoints() if each.size == size)
        days = days_after(reported.period, at.signed_at)
        if days is None:
            edges = f"the period ends on {reported.period.last}, and the book is signed up to {at.signed_at}"
            raise RefusedError(
                f"{edges}: there is nothing to bridge",
                hint="come back after the period; before that, see proofbook due and proofbook rollforward",
            )
        origin = replace(asked(export_from(home, recorder, book, projection)), scope=replace(reported, period=days))
        described = replace(describe(home, projection, engagement), period=days)
        pack = bridge(reported)
        return export_room(out, origin, described, as_of_size=size, populations=POPULATIONS, pack=pack, progress=progress)
