"""A portal over a sample year with people of every role and two engagements, for those who attack it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from proofbook.book.reader import BookReader
from proofbook.demo.year.kit import write_kit
from proofbook.people.roles import Role
from proofbook.records.envelope import Entry, parse_entry
from proofbook.wiring.home import Home, open_home
from support.staffed_portal import Browser, Staffed, staffed

OWN = "sample-year"
OTHER = "fy2026"


@dataclass(frozen=True, slots=True)
class Besieged:
    """The portal, and browsers by account."""

    portal: Staffed
    home: Home
    auditor: Browser
    """Of the engagement `sample-year`."""
    other: Browser
    """Of the engagement `fy2026`."""
    lead: Browser
    administrator: Browser

    def size(self) -> int:
        """Entries of the book."""
        with BookReader(self.home.book) as book:
            return book.size()

    def since(self, size: int, kind: str = "portal.viewed") -> list[Entry]:
        """What was recorded since."""
        with BookReader(self.home.book) as book:
            found = [parse_entry(book.entry(index)) for index in range(size, book.size())]
        return [each for each in found if each.kind == kind]


@pytest.fixture(scope="session")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """The portal while it runs."""
    folder: Path = tmp_path_factory.mktemp("besieged") / "home"
    write_kit(folder)
    home = open_home(folder)
    with staffed(home) as portal:
        portal.add("auditor", Role.AUDITOR, engagement=OWN)
        portal.add("other", Role.AUDITOR, engagement=OTHER)
        portal.add("lead", Role.LEAD)
        browsers = (portal.browser(each) for each in ("auditor", "other", "lead", "admin"))
        yield Besieged(portal, home, *browsers)
