"""Making what is handed over from a home's portal, and finding it again: populations and evidence rooms, below `deliveries`.

Promises: a delivery is whole before its description is written, and only what has a description is found; who asked stands in the
run header and in the entry. The descriptions can be lost without losing what was delivered: the book names every export.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from proofbook.book.durable import write_durably
from proofbook.book.reader import BookReader
from proofbook.errors import ProofbookError
from proofbook.export.alone import export_population
from proofbook.export.room import ExportedRoom, ExportFrom, export_room
from proofbook.fieldwork.acting import Act, Side
from proofbook.fieldwork.exported import HEADER
from proofbook.fieldwork.observing import Watch, observe
from proofbook.people.visitor import Visitor
from proofbook.portal.surroundings import Delivered
from proofbook.portal.working import Tell
from proofbook.primitives.instants import format_instant
from proofbook.wiring.beside import ask_for_room
from proofbook.wiring.desk import LingeringDoor, PassingRecorder
from proofbook.wiring.exporting import await_checkpoint, describe, export_from, let_new_key_sign
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK, IDS

FOLDER: Final = "deliveries"
DESCRIPTION: Final = "delivery.json"
_FILES: Final = "files"
_ARCHIVE: Final = "all.zip"
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""Times in archives say nothing here; the files' own headers do."""


class HomeDelivering:
    """Implements `Delivering` over a home."""

    def __init__(self, home: Home, door: LingeringDoor) -> None:
        self._home = home
        self._door = door
        self._recorder = PassingRecorder(door)

    def population(self, population: str, engagement: str, visitor: Visitor, observer: str | None, tell: Tell) -> Delivered:
        """Write one population; watched by somebody when `observer` is given: then a transcript lies beside it."""
        place = self._new_place()
        if observer is None:
            self._export(place, population, engagement, visitor, tell)
        else:
            self._observe(place, population, engagement, visitor, observer, tell)
        header = json.loads((place / _FILES / HEADER).read_text("utf-8"))
        return self._describe(
            place,
            Delivered(
                id=place.name,
                sort="population",
                engagement=engagement,
                population=population,
                title=str(header["title"]),
                made=format_instant(CLOCK.now()),
                made_by=visitor.account,
                rows=sum(header["row_counts"].values()),
                completeness=str(header["completeness"]),
                reasons=tuple(map(str, header["reasons"])),
                folder=place / _FILES,
                archive=place / _ARCHIVE,
            ),
            tell,
        )

    def _export(self, place: Path, population: str, engagement: str, visitor: Visitor, tell: Tell) -> Path:
        with open_projection(self._home) as (book, projection):
            self._have_signed(book)
            origin = _asked_by(export_from(self._home, self._recorder, book, projection, engagement), visitor)
            described = describe(self._home, projection, engagement)
            export_population(place / _FILES, origin, described, population, progress=tell)
        return place / _FILES

    def _observe(self, place: Path, population: str, engagement: str, visitor: Visitor, observer: str, tell: Tell) -> None:
        with open_projection(self._home) as (book, projection):
            described = describe(self._home, projection, engagement)
            run_by = _asked_by(export_from(self._home, self._recorder, book, projection), visitor).run
        watch = Watch(
            run=IDS.new("run"),
            population=population,
            observer=observer,
            engagement=described,
            by=run_by,
            make=lambda say: self._export(place, population, engagement, visitor, say),
            recorder=self._recorder,
            clock=CLOCK,
        )
        act = Act(visitor.actor, Side.AUDITOR, format_instant(CLOCK.now()))
        for step in observe(watch, act):
            tell(f"{step.local} {step.words}", step.done or 0, step.of or 0)
            if step.error is not None:
                raise step.error

    def room(self, engagement: str, visitor: Visitor, tell: Tell) -> Delivered:
        """Write the evidence room of an engagement."""
        place = self._new_place()
        with open_projection(self._home) as (book, projection):
            self._have_signed(book)
            origin = _asked_by(export_from(self._home, self._recorder, book, projection, engagement), visitor)
            described = describe(self._home, projection, engagement)
            open_period = described.period.end > CLOCK.now()
            as_of = ask_for_room(self._home, self._recorder.record, book) if open_period else None
            made = export_room(place / _FILES, origin, described, as_of_size=as_of, progress=tell)
        return self._describe_room(place, engagement, "Evidence room", visitor, made, tell)

    def roll_forward(self, engagement: str, since: str, visitor: Visitor, tell: Tell) -> Delivered:
        """Write what is new or changed since a receipt on record, or since the end of a day, UTC."""
        from proofbook.wiring.rolling import CutOff, export_roll_forward

        try:
            ended = datetime.combine(date.fromisoformat(since), time.max, UTC)
            cut_off, title = CutOff(moment=ended), f"Roll-forward since {since}"
        except ValueError:
            cut_off, title = CutOff(receipt=since), f"Roll-forward since receipt {since}"
        place = self._signed_place()
        made = export_roll_forward(
            self._home, self._recorder, engagement, place / _FILES, cut_off,
            asked=lambda origin: _asked_by(origin, visitor), progress=tell,
        )  # fmt: skip
        return self._describe_room(place, engagement, title, visitor, made, tell)

    def bridge(self, engagement: str, visitor: Visitor, tell: Tell) -> Delivered:
        """Write the inputs of a bridge letter."""
        from proofbook.wiring.bridging import export_bridge

        place = self._signed_place()
        made = export_bridge(
            self._home, self._recorder, engagement, place / _FILES, asked=lambda origin: _asked_by(origin, visitor), progress=tell
        )
        return self._describe_room(place, engagement, "Bridge letter inputs", visitor, made, tell)

    def delivered(self, engagement: str) -> tuple[Delivered, ...]:
        """What lies here for an engagement, the newest first."""
        found = [each for each in map(_read, self._home.path.joinpath(FOLDER).glob(f"*/{DESCRIPTION}")) if each is not None]
        return tuple(sorted((each for each in found if each.engagement == engagement), key=lambda each: each.id, reverse=True))

    def _signed_place(self) -> Path:
        with open_projection(self._home) as (book, _):
            self._have_signed(book)
        return self._new_place()

    def _describe_room(
        self, place: Path, engagement: str, title: str, visitor: Visitor, made: ExportedRoom, tell: Tell
    ) -> Delivered:
        delivered = Delivered(
            id=place.name,
            sort="room",
            engagement=engagement,
            population="",
            title=title,
            made=format_instant(CLOCK.now()),
            made_by=visitor.account,
            rows=None,
            completeness="",
            reasons=tuple(f"{each.what}: {each.why}" for each in made.omissions),
            folder=place / _FILES,
            archive=place / _ARCHIVE,
        )
        return self._describe(place, delivered, tell)

    def _have_signed(self, book: BookReader) -> None:
        """Have what is recorded by now signed: the door is held for that, and not while files are written."""
        with self._door.recorder() as recorder:
            let_new_key_sign(self._home, recorder, book)
            await_checkpoint(book)

    def _new_place(self) -> Path:
        place = self._home.path / FOLDER / IDS.new("d")
        place.mkdir(parents=True, mode=0o700)
        return place

    def _describe(self, place: Path, delivered: Delivered, tell: Tell) -> Delivered:
        tell("packing", 0, 0)
        _pack(place / _FILES, place / _ARCHIVE)
        values = asdict(delivered) | {"folder": _FILES, "archive": _ARCHIVE}
        write_durably(place / DESCRIPTION, json.dumps(values, indent=1).encode() + b"\n")
        return delivered


def _asked_by(origin: ExportFrom, visitor: Visitor) -> ExportFrom:
    run = replace(origin.run, run_by=visitor.account, auth=visitor.method)
    return replace(origin, actor=visitor.actor, run=run)


def _read(path: Path) -> Delivered | None:
    """A delivery by its description; None for what cannot be read: it is not there then."""
    try:
        values = json.loads(path.read_text("utf-8"))
        values |= {"folder": path.parent / _FILES, "archive": path.parent / _ARCHIVE, "reasons": tuple(values["reasons"])}
        return Delivered(**values)
    except (OSError, ValueError, KeyError, TypeError, ProofbookError):
        return None


def _pack(folder: Path, archive: Path) -> None:
    """Every file of a folder in one archive, in the order of their names and without times."""
    with zipfile.ZipFile(archive, "x", zipfile.ZIP_DEFLATED) as packed:
        for each in sorted(path for path in folder.rglob("*") if path.is_file()):
            described = zipfile.ZipInfo(each.relative_to(folder).as_posix(), _EARLIEST)
            described.compress_type = zipfile.ZIP_DEFLATED
            described.external_attr = 0o644 << 16
            with each.open("rb") as source, packed.open(described, "w", force_zip64=True) as target:
                while part := source.read(1024 * 1024):
                    target.write(part)
