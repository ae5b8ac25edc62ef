"""A home whose book holds the sample organisation's generated year: every kind of record, and the planted faults."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from proofbook.demo.year.calendar import Year
from proofbook.demo.year.generate import generate_year
from proofbook.demo.year.writing import set_time, write_year
from proofbook.wiring.home import Home, create_home
from proofbook.wiring.recording import start_book

LAST = date(2026, 10, 31)
SEED = 7
ZONE = "Europe/Berlin"
ENGAGEMENT = "sample-year"
ENTITY = "Sample Organisation (demonstration data)"


def make_year_home(folder: Path, *, last: date = LAST, seed: int = SEED, zone: str = ZONE) -> Home:
    """The home, with everything of the year in its book."""
    year = Year(last, seed, zone)
    moments = generate_year(last, seed, zone)
    time = set_time(min(moments[0][0], year.at(year.setup, 0)), seed)
    config = f'entity = "{ENTITY}"\n\n[book]\nfence = "{folder / "fence"}"\n'
    begin = partial(start_book, clock=time.clock, ids=time.ids)
    home = create_home(folder / "home", config=config, origin="sample.example/year", start_book=begin)
    write_year(home, moments, time)
    return home
