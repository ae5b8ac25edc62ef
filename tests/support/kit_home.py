"""What the assessment finds in a home that holds a generated year: the report test kit at work. Sample data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from proofbook.assessment.facts import read_facts
from proofbook.assessment.finding import Finding, Outcome
from proofbook.assessment.grid import derive_grid
from proofbook.assessment.scope import Scope
from proofbook.assessment.selftests.table import CHECKS, EVERYWHERE
from proofbook.assessment.today import derive_today
from proofbook.demo.organisation import ENTITY
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import ENGAGEMENT
from proofbook.demo.year.fault import Fault
from proofbook.demo.year.kit import write_kit
from proofbook.primitives.instants import parse_period
from proofbook.readmodel.documents import Documents
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything that was found, each once, and what every check said."""

    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]


def assess_year(folder: Path, year: Year, faults: Sequence[Fault]) -> Assessed:
    """Write a year into a new home and assess it at noon of the day after its last."""
    return assess_home(write_kit(folder / "home", year, faults), year.at(year.last + DAY, 12))


def assess_home(home: Home, as_of: datetime) -> Assessed:
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
            parse_period(body["first"], body["last"], body["zone"]),
            tuple(body["systems"]),
            body["environment"],
            source=record.entry,
        )
        facts = read_facts(projection.reader, scope, as_of, book.size())
    today = derive_today(derive_grid(facts), CHECKS)
    once = {(each.check, each.kind, each.id): each for check in EVERYWHERE.values() for each in check(facts)}
    once |= {(each.check, each.kind, each.id): each for each in today.findings}
    return Assessed(tuple(once.values()), today.outcomes)
