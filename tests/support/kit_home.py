"""What the assessment finds in a home that holds a generated year: the report test kit at work. Sample data only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from proofbook.assessment.today import Today
from proofbook.demo.year.calendar import DAY, Year
from proofbook.demo.year.cast import ENGAGEMENT
from proofbook.demo.year.fault import Fault
from proofbook.demo.year.kit import write_kit
from proofbook.wiring.assessing import assess_today


def assess_year(folder: Path, year: Year, faults: Sequence[Fault]) -> Today:
    """Write a year into a new home and assess it as of noon of the day after its last."""
    home = write_kit(folder / "home", year, faults)
    return assess_today(home, ENGAGEMENT, as_of=year.at(year.last + DAY, 12), progress=lambda *_: None)
