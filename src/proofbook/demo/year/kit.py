"""The report test kit: one fixed year in a home of its own, and what reports about it must say.

An auditor writes it once, holds what the reports say against the list, and relies on the reports while their logic stays the
same. Promises: the year never changes for a version of the program; the same command gives the same records. Its home has a
real key and a real book, of sample data only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from proofbook.demo.organisation import ENTITY
from proofbook.demo.year.calendar import Year
from proofbook.demo.year.fault import Fault
from proofbook.demo.year.faults import FAULTS
from proofbook.demo.year.generate import generate_year
from proofbook.demo.year.writing import set_time, write_year
from proofbook.wiring.home import Home
from proofbook.wiring.starting import Start, start_home

KIT_YEAR: Final = Year(date(2025, 6, 30), 7, "Europe/Berlin")
"""The year the expected findings are listed for. Not in UTC, so that a day that is cut wrongly shows."""


def write_kit(path: Path, year: Year = KIT_YEAR, faults: Sequence[Fault] = FAULTS) -> Home:
    """A new home at `path` whose book holds the year and nothing else.

    Raises:
        ConfigurationError: there is something at `path`. Whatever recording raises.
    """
    start = Start(entity=ENTITY, fence=path.absolute() / "fence", proposals=(), origin="sample.example/report-test-kit")
    return write_sample_home(path, start, year, faults)


def write_sample_home(path: Path, start: Start, year: Year, faults: Sequence[Fault] = FAULTS) -> Home:
    """A new home as `start` has it, opened at the beginning of the year's setup, with the year in its book."""
    time = set_time(year.at(year.setup, 0), year.seed)
    home = start_home(path, start, clock=time.clock, ids=time.ids)
    write_year(home, generate_year(year.last, year.seed, year.zone, faults), time)
    return home
