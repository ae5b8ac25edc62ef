"""A book with a little of everything, and a room made of it. Sample data throughout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from proofbook.export.engagement import Engagement, RunBy
from proofbook.export.room import ExportedRoom, ExportFrom, export_room
from proofbook.primitives.instants import FixedClock, Period
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind
from proofbook.tlog.vkey import format_vkey
from support.memory_book import MemoryBook
from support.memory_recorder import MemoryRecorder
from support.sample_entries import SampleEntries

SAMPLE_PERIOD = Period(date(2026, 1, 1), date(2026, 1, 3), "UTC")
SAMPLE_ENGAGEMENT = Engagement("sample-2026", "Sample Company", SAMPLE_PERIOD, environment="sample environment")
TWO = ("POP-07", "POP-15")
SAMPLE_RUN = RunBy("a.person", "local account", "manual", "sample-host")


@dataclass
class SampleBook:
    """Entries, the book over them, and the clock that dates its checkpoints."""

    entries: SampleEntries
    book: MemoryBook

    def sign(self) -> None:
        """A checkpoint now."""
        self.book.sign(self.entries.now)


def start_book(start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> SampleBook:
    """A book that was opened and whose gateway has started."""
    entries = SampleEntries(start)
    book = MemoryBook(entries.raw)
    entries.opened(book.origin, format_vkey(book.signer.key))
    entries.started()
    return SampleBook(entries, book)


def fill_sound(made: SampleBook, days: int = 3, exchanges_a_day: int = 4) -> None:
    """Days with heartbeats all along, exchanges, a refusal; an artifact and a look at the disks; a checkpoint at the end."""
    entries = made.entries
    entries.key_issued("k_1")
    entries.artifact()
    entries.collected()
    for _ in range(days):
        midnight = entries.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        for _ in range(exchanges_a_day):
            entries.beats(3)
            entries.exchange()
        entries.refused()
        while entries.now + timedelta(minutes=4) < midnight:
            entries.wait(minutes=4)
            entries.beat()
        entries.now = midnight
        made.sign()
        entries.beat()
    entries.wait(seconds=30)
    made.sign()


def sound_book(days: int = 3) -> SampleBook:
    """A book in which nothing is missing."""
    made = start_book()
    fill_sound(made, days)
    return made


def make_room(
    made: SampleBook,
    out: Path,
    engagement: Engagement = SAMPLE_ENGAGEMENT,
    *,
    recorder: MemoryRecorder | None = None,
    **options: Any,
) -> ExportedRoom:
    """Exports a room beside its projection; the recorder is another book's, so that the exported one does not move.

    Of two populations, unless others are asked for: what most tests look at does not depend on how many there are.
    """
    options.setdefault("populations", TWO)
    clock = FixedClock(made.entries.now + timedelta(minutes=1))
    projection = Projection(out.parent / f"{out.name}.readmodel.sqlite", made.book)
    try:
        origin = ExportFrom(
            book=made.book,
            projection=projection,
            signer=made.book.signer,
            recorder=recorder or MemoryRecorder(clock),
            clock=clock,
            actor=Actor("a.person", ActorKind.PERSON, "local_account"),
            run=options.pop("run", SAMPLE_RUN),
        )
        return export_room(out, origin, engagement, **options)
    finally:
        projection.close()


def with_period(period: Period, **changes: Any) -> Engagement:
    """The sample engagement over another period."""
    return replace(SAMPLE_ENGAGEMENT, period=period, **changes)
