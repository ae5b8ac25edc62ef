"""What a home adds to an evidence room: its samples, and how far the book must reach to hold what was recorded of the audit."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from proofbook.export.parts.planned import PartMaker
from proofbook.fieldwork.requests import COMMENT, list_requests
from proofbook.fieldwork.room_part import plan_samples
from proofbook.readmodel import fieldwork
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.documents import Documents
from proofbook.wiring.home import Home

_OF_SAMPLES: Final = ("sample.drawn", "sample.extended", "sample.held", "sample.released")


def population_shelf(home: Home) -> Path:
    """Where the portal puts populations it made, for samples to be drawn from. It may not be there yet."""
    return home.path / "fieldwork" / "populations"


def parts_of(home: Home) -> tuple[PartMaker, ...]:
    """Parts of a room that are made of fieldwork."""
    return (partial(plan_samples, population_shelf(home)),)


def told_until(reader: Reader, engagement: str) -> int:
    """How many entries hold all that is on record of an engagement's requests and samples; 0 when there is nothing."""
    newest = [fieldwork.of_engagement(reader, kind, engagement, limit=1) for kind in _OF_SAMPLES]
    asked = list_requests(reader, engagement)
    ids, documents = {each.id for each in asked}, Documents(reader)
    said = (each.index for each in documents.listed(COMMENT) if each.body["request"] in ids)
    indices = [event.index for events in newest for event in events]
    return max((*indices, *(each.index for each in asked), *said), default=-1) + 1
