"""A book that grows while people work on it, its projection, and somebody on either side. Sample data throughout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from proofbook.assessment.scope import Scope
from proofbook.export.alone import export_population
from proofbook.export.engagement import Engagement
from proofbook.export.room import ExportFrom
from proofbook.fieldwork.acting import Act, Side
from proofbook.fieldwork.drawing import DrawFrom
from proofbook.fieldwork.exported import read_exported
from proofbook.fieldwork.parts import Pinned
from proofbook.journal.receipt import Receipt, Submission
from proofbook.primitives.ids import IdSource
from proofbook.primitives.instants import FixedClock, format_instant
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor, ActorKind, parse_entry
from proofbook.records.fieldwork import AuditRequest
from proofbook.tlog.vkey import format_vkey
from proofbook.vault.reader import Absent
from support.memory_book import MemoryBook
from support.memory_recorder import MemoryRecorder
from support.sample_room import SAMPLE_ENGAGEMENT, SAMPLE_PERIOD, SAMPLE_RUN, SampleBook, sound_book

STAFF = Actor("a.person", ActorKind.PERSON, "local_account")
AUDITOR = Actor("an.auditor", ActorKind.PERSON, "local_account")
ENGAGEMENT = SAMPLE_ENGAGEMENT.id
SCOPE = Scope(ENGAGEMENT, SAMPLE_ENGAGEMENT.entity, ("security",), "type_2", SAMPLE_PERIOD)
NONCE = "31415926535897932384626433832795028841971"


class MemoryVault:
    """What was sealed by a `MemoryRecorder`, by entry; `erase` forgets a conversation's, as the vault does."""

    def __init__(self, recorder: MemoryRecorder) -> None:
        self._recorder = recorder
        self.erased: set[str] = set()

    def content(self, index: int, slot: str, commit: bytes) -> bytes | Absent:
        """The content of an entry's slot."""
        body = parse_entry(self._recorder.raw[index]).body
        gone = {each.body["conversation"] for each in self._recorder.of_kind("content.erased")}
        if body["conversation"] in gone:
            return Absent()
        return self._recorder.contents[commit.hex()]


@dataclass
class FieldworkDesk:
    """One book, followed by one projection; what is recorded is signed and taken in at once."""

    made: SampleBook
    recorder: MemoryRecorder
    projection: Projection
    folder: Path
    clock: FixedClock

    @property
    def book(self) -> MemoryBook:
        return self.made.book

    @property
    def reader(self) -> Reader:
        return self.projection.reader

    @property
    def ids(self) -> IdSource:
        return self.made.entries._ids

    @property
    def pinned(self) -> Pinned:
        return Pinned(self.book.origin, format_vkey(self.book.signer.key))

    @property
    def vault(self) -> MemoryVault:
        return MemoryVault(self.recorder)

    def act(self, side: Side = Side.STAFF, actor: Actor | None = None) -> Act:
        """Somebody, now."""
        return Act(actor or (STAFF if side is Side.STAFF else AUDITOR), side, format_instant(self.clock.now()))

    def record(self, submissions: Sequence[Submission]) -> tuple[Receipt, ...]:
        """Through the door, signed, taken in."""
        self.clock.advance(timedelta(seconds=1))
        receipts = self.recorder.submit(submissions).result()
        self.take_in()
        return receipts

    def take_in(self) -> None:
        """Whatever the book has by now."""
        self.book.sign(self.clock.now())
        self.projection.catch_up()

    def kept(self, kind: str, record_id: str, body: Mapping[str, Any]) -> Receipt:
        """A kept record."""
        return self.record([self.act().submission(kind, record_id, body)])[0]

    def request(self, number: str = "R-1", **fields: Any) -> str:
        """A request; its record id."""
        from proofbook.fieldwork.requests import add_request, request_id

        values = {"number": number, "engagement": ENGAGEMENT, "title": "Sample", "description": "Sample listing", **fields}
        self.record(add_request(self.reader, self.act(Side.AUDITOR), AuditRequest.model_validate(values)))
        return request_id(ENGAGEMENT, number)

    def export(self, name: str = "export", population: str = "POP-15", engagement: Engagement = SAMPLE_ENGAGEMENT) -> Path:
        """A population, exported and on record; the folder."""
        actor = Actor("a.person", ActorKind.PERSON, "local_account")
        origin = ExportFrom(
            self.book, self.projection, self.book.signer, self.recorder, self.clock, actor, SAMPLE_RUN, scope=SCOPE
        )
        out = self.folder / name
        export_population(out, origin, engagement, population)
        self.take_in()
        return out

    def draw_from(self, folder: Path, table: str = "interactions") -> DrawFrom:
        """What a draw from an exported folder reads."""
        return DrawFrom(self.reader, self.book, read_exported(self.reader, folder, table))


@contextmanager
def fieldwork_desk(folder: Path, made: SampleBook | None = None) -> Iterator[FieldworkDesk]:
    """A desk over a book; a sound one of two days unless another is given."""
    made = made or sound_book(2)
    clock = FixedClock(made.entries.now + timedelta(minutes=1))
    recorder = MemoryRecorder(clock)
    recorder.raw, recorder._ids = made.entries.raw, made.entries._ids
    with Projection(folder / "desk.readmodel.sqlite", made.book) as projection:
        projection.catch_up()
        yield FieldworkDesk(made, recorder, projection, folder, clock)
