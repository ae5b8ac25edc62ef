"""Roll-forward for a home: which checkpoint an earlier cut-off is, and the pack of what is new or changed since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from proofbook.book.interface import StoredCheckpoint
from proofbook.book.reader import BookReader
from proofbook.errors import InputError, IntegrityError, UnavailableError
from proofbook.export.pack import roll_forward
from proofbook.export.room import ExportedRoom, ExportFrom, export_room
from proofbook.fieldwork.proving import FAILS, HOLDS
from proofbook.fieldwork.receipts import check_receipt, list_receipts
from proofbook.journal.receipt import Recorder
from proofbook.readmodel.connection import Reader
from proofbook.wiring.beside import ask_for_room
from proofbook.wiring.exporting import Progress, await_checkpoint, describe, export_from, let_new_key_sign, signed_by
from proofbook.wiring.fieldwork import pinned_log, read_small
from proofbook.wiring.home import Home
from proofbook.wiring.reading import open_projection
from proofbook.wiring.system import CLOCK

Asked: TypeAlias = Callable[[ExportFrom], ExportFrom]
"""Puts who asked in the place of who runs the program."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """Where a roll-forward begins: a moment, or a receipt by its id on record or as a file. One of the two is given."""

    moment: datetime | None = None
    receipt: str | None = None


def export_roll_forward(
    home: Home,
    recorder: Recorder,
    engagement: str,
    out: Path,
    cut_off: CutOff,
    *,
    until: datetime | None = None,
    asked: Asked = lambda origin: origin,
    progress: Progress,
) -> ExportedRoom:
    """Write what is new or changed in an engagement since a cut-off, up to the newest checkpoint signed by `until`.

    Raises:
        InputError: nothing lies between, or the receipt is unknown. IntegrityError: the book does not go on from the receipt.
        UnavailableError: nothing was signed by then. Otherwise what `export_engagement` raises.
    """
    with open_projection(home) as (book, projection):
        let_new_key_sign(home, recorder, book)
        await_checkpoint(book)
        projection.catch_up()
        since = find_cut_off(home, book, projection.reader, cut_off)
        origin = asked(export_from(home, recorder, book, projection, engagement))
        described = describe(home, projection, engagement)
        size = None if until is None else signed_by(book, until)
        if size is None and described.period.end > CLOCK.now():
            size = ask_for_room(home, recorder.record, book)
        return export_room(out, origin, described, as_of_size=size, pack=roll_forward(since), progress=progress)


def find_cut_off(home: Home, book: BookReader, reader: Reader, cut_off: CutOff) -> StoredCheckpoint:
    """The checkpoint a roll-forward begins at. Raises what `export_roll_forward` raises for it."""
    if cut_off.moment is not None:
        return _signed(book, signed_by(book, cut_off.moment))
    given = next((each for each in list_receipts(reader) if each.id == cut_off.receipt), None)
    if given is not None:
        return _signed(book, given.size)
    path = Path(cut_off.receipt or "")
    if not path.is_file():
        raise InputError(
            f"{str(path)[:80]!r} is neither a receipt on record nor a file", hint="proofbook receipt list names those on record"
        )
    return _signed(book, _held(home, book, reader, read_small(path)))


def _held(home: Home, book: BookReader, reader: Reader, receipt: bytes) -> int:
    """Size of a receipt that this book goes on from."""
    pinned = pinned_log(home)
    found = check_receipt(book, reader, receipt, origin=pinned.origin, vkey=pinned.vkey)
    if found.tone == HOLDS:
        return found.old_size
    wrong = IntegrityError if found.tone == FAILS else UnavailableError
    raise wrong(f"the receipt: {found.words}", hint="proofbook receipt check says step by step what was compared")


def _signed(book: BookReader, size: int) -> StoredCheckpoint:
    found = next((each for each in book.checkpoints() if each.size == size), None)
    if found is None:
        raise UnavailableError(f"this book keeps no signed checkpoint of {size} entries", hint="name a moment instead")
    return found
