"""What the assessment finds in a home that holds a generated year: the report test kit at work. Sample data only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from proofbook.assessment.selftests.table import CHECKS

from proofbook.assessment.facts import read_facts
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.scope import Scope
from proofbook.assessment.today import Today, derive_today
from proofbook.demo.organisation import ENTITY
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import ENGAGEMENT
from proofbook.demo.year.fault import Fault
from proofbook.demo.year.kit import write_kit
from proofbook.primitives.instants import Period
from proofbook.readmodel.documents import Documents
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection


def assess_year(folder: Path, year: Year, faults: Sequence[Fault]) -> Today:
    """Write a year into a new home and assess it at noon of the day after its last."""
    return assess_home(write_kit(folder / "home", year, faults), year.at(year.last + DAY, 12))


def assess_home(home: Home, as_of: datetime) -> Today:
    """What is found for the engagement of the generated year, read from its record."""
    with open_projection(home) as (book, projection):
        record = Documents(projection.reader).current("engagement", ENGAGEMENT)
        assert record is not None
        body = record.body
        scope = Scope(
            ENGAGEMENT,
            ENTITY,
            tuple(body["categories"]),
            body["type"],
            Period(*(datetime.fromisoformat(body[name]).date() for name in ("first", "last")), body["zone"]),
            tuple(body["systems"]),
            body["environment"],
            source=record.entry,
        )
        return derive_today(derive_grid(read_facts(projection.reader, scope, as_of, book.size())), CHECKS)
