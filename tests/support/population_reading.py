"""All populations of a home as the exporter works them out, without a room: checks and counts, for tests of what they show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from proofbook.export.book_part import choose_checkpoint, write_book
from proofbook.export.checks import Check
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.folder import staged
from proofbook.export.gathering import Gathering, basis_of
from proofbook.export.narrowing import narrow
from proofbook.export.population import Written
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.instants import FixedClock
from proofbook.wiring.engagements import find_scope
from proofbook.wiring.exporting import describe
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection


@dataclass(frozen=True)
class Read:
    """What was worked out."""

    written: dict[str, Written]

    def checks(self, population: str, check: str) -> list[Check]:
        """Answers of one check of one population."""
        return [each for each in self.written[population].checks if each.id == check]

    def stamps(self) -> set[tuple[str, str]]:
        """(population, check) of whatever keeps completeness from being demonstrated."""
        return {(name, each.id) for name, made in self.written.items() for each in made.checks if each.reason}


def read_populations(home: Home, engagement: str, clock: FixedClock, out: Path) -> Read:
    """Every population of an engagement."""
    with (
        open_projection(home) as (book, projection),
        staged(out) as folder,
        Worksheet(folder.workspace / "w.sqlite") as worksheet,
    ):
        projection.catch_up(lambda _done: None)
        described = describe(home, projection, engagement)
        checkpoint = choose_checkpoint(book, described.period, home.signer(), None)
        basis = basis_of(book, projection.reader, described, checkpoint, worksheet, _Numbered())
        gathering = Gathering(basis, [narrow(load_definition(each), described) for each in POPULATIONS])
        write_book(folder, book, checkpoint, gathering.see, lambda *_: None)
        gathering.assess(find_scope(home, projection, engagement, clock.now()))
        gathering.write_tables(folder, lambda *_: None)
        return Read({each.room.population: each for each in gathering.finish(folder, lambda *_: None)})


class _Numbered(dict[str, str]):
    """An evidence id for any path: nobody reads them here."""

    def __missing__(self, _path: str) -> str:
        return "EV-0001"
