"""`05_Samples` of an evidence room: a folder for each sample, in it one for each item that was asked for, found or not.

Promises: everything is as of the room's checkpoint, proofs included, whatever the book has become since; an id that is not in the
population and evidence that is not there have their place and say so. No content: slots say withheld, released or shredded. A
room as of a date (type 1) has no samples. Hostile input: item ids reach paths through `slug` only; texts are escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from proofbook.bundle.index import IndexNote
from proofbook.bundle.layout import slug
from proofbook.bundle.manifest import Omission
from proofbook.bundle.parts import SAMPLES_FOLDER, part_path
from proofbook.errors import MalformedRecord, ProofbookError
from proofbook.export.defining import load_definition
from proofbook.export.parts.as_of import BookAsOf
from proofbook.export.parts.framing import csv_file, json_bytes, page_files
from proofbook.export.parts.planned import PartsFrom, PlannedFile, PlannedPart
from proofbook.fieldwork.exported import read_exported, read_rows
from proofbook.fieldwork.item import ItemFolder, open_item
from proofbook.fieldwork.item_document import item_document
from proofbook.fieldwork.parts import Pinned
from proofbook.fieldwork.room_pages import item_sheet, missing_document, missing_sheet, sample_document, sample_sheet
from proofbook.fieldwork.samples import Sample, SampleItem, list_samples
from proofbook.fieldwork.shelf import list_shelf
from proofbook.readmodel.connection import Reader
from proofbook.readmodel.projection import Projection

ITEMS: Final = ("number", "item", "state", "row", "entry", "index", "draw", "folder", "missing")
TYPE_1: Final = Omission("05_Samples", "a room as of a date holds no samples")
NONE_DRAWN: Final = Omission("05_Samples", "no sample of this engagement was on record at the checkpoint")
UNRELEASED: Final = Omission(
    "content of sampled items", "is shown one item at a time, and on record, where it was released; it is in no room"
)
Rows = Mapping[int, Mapping[str, str]]


def plan_samples(shelf: Path | None, origin: PartsFrom) -> PlannedPart:
    """The files of the folder. `shelf`: where exported populations lie, for the rows items were drawn from.

    Raises StoreUnavailable, EntryDamaged.
    """
    if origin.assessed.facts.scope.type == "type_1":
        return PlannedPart(omissions=(TYPE_1,))
    if not list_samples(origin.reader, origin.engagement.id):
        return PlannedPart(omissions=(NONE_DRAWN,))
    book = BookAsOf(origin.book, origin.checkpoint)
    with _reader_as_of(origin, book) as reader:
        samples = sorted(list_samples(reader, origin.engagement.id), key=lambda each: each.id)
        files = [each for sample in samples for each in _sample(origin, reader, book, sample, shelf)]
    return PlannedPart(tuple(files), (UNRELEASED,)) if files else PlannedPart(omissions=(NONE_DRAWN,))


@contextmanager
def _reader_as_of(origin: PartsFrom, book: BookAsOf) -> Iterator[Reader]:
    """Questions to the book as of the checkpoint: a projection of its own, which is thrown away."""
    path = origin.workspace / "as-of.sqlite"
    try:
        with Projection(path, book) as projection:
            projection.catch_up()
            yield projection.reader
    finally:
        for each in origin.workspace.glob("as-of.sqlite*"):
            each.unlink()


def _sample(origin: PartsFrom, reader: Reader, book: BookAsOf, sample: Sample, shelf: Path | None) -> Iterable[PlannedFile]:
    rows = _rows_of(reader, shelf, sample)
    name = f"{slug(sample.request or 'no-request')}_{slug(sample.id)}"
    note = _note(sample)
    pinned = Pinned(origin.book.origin, origin.vkey)
    table = []
    for number, item in enumerate(sample.items, start=1):
        folder = open_item(reader, book, pinned, sample, item, rows.get(item.row))
        place = f"{number:04d}_{slug(item.item)}"
        yield from _item(origin, book, sample, folder, (name, place), note)
        table.append(_line(number, item, place, tuple(each.what for each in folder.missing)))
    for number, missing in enumerate(sample.missing, start=len(sample.items) + 1):
        place = f"{number:04d}_{slug(missing)}"
        yield from page_files(origin, missing_sheet(sample, missing, note), name, place, pdf=False)
        yield _json(
            SAMPLES_FOLDER,
            name,
            place,
            "record",
            f"{missing[:60]}: not in the population",
            note,
            missing_document(sample, missing),
        )
        table.append((number, missing, "missing", None, None, None, None, f"{name}/{place}", "not in the population"))
    placed = tuple((*row[:7], f"{name}/{row[7]}" if not str(row[7]).startswith(name) else row[7], row[8]) for row in table)
    yield csv_file(SAMPLES_FOLDER, name, "items", title=f"Items of sample {sample.id}", columns=ITEMS, rows=placed, note=note)
    yield _json(SAMPLES_FOLDER, name, None, "sample-record", f"Sample {sample.id}, as drawn", note, sample_document(sample))
    yield from page_files(origin, sample_sheet(sample, placed, note), name)


def _note(sample: Sample) -> IndexNote:
    """What the index says of files of a sample: controls and criteria are those of its population."""
    try:
        about = load_definition(sample.population)
    except MalformedRecord:  # a population of the organisation's own
        return IndexNote(request=sample.request, status=sample.completeness)
    return IndexNote(about.controls, about.criteria, status=sample.completeness, request=sample.request)


def _line(number: int, item: SampleItem, place: str, missing: tuple[str, ...]) -> tuple[int | str | None, ...]:
    state = "evidence missing" if missing else "found"
    return (
        number,
        item.item,
        state,
        item.row,
        item.entry,
        item.index,
        item.draw,
        place,
        "; ".join(dict.fromkeys(missing)) or None,
    )


def _item(
    origin: PartsFrom, book: BookAsOf, sample: Sample, folder: ItemFolder, names: tuple[str, str], note: IndexNote
) -> Iterable[PlannedFile]:
    yield from page_files(origin, item_sheet(sample, folder, note), *names, pdf=False)
    document = item_document(folder)
    yield _json(SAMPLES_FOLDER, *names, "record", f"Item {folder.item.item[:60]}", note, document)
    for part in folder.parts:
        title = f"{part.name}, entry {part.index}"
        if part.entry is not None:
            make: Callable[[], bytes] = partial(_entry, book, part.index)
            yield PlannedFile(part_path(SAMPLES_FOLDER, *names, f"{part.name}.entry", form="json"), f"The {title}", make, note)
        proof = folder.proof_file(book, part)
        if proof is not None:
            path = part_path(SAMPLES_FOLDER, *names, part.name, form="tlog-proof")
            yield PlannedFile(path, f"Proof of the {title}", partial(bytes, proof), note)


def _entry(book: BookAsOf, index: int) -> bytes:
    return book.entry(index) + b"\n"


def _json(folder: str, name: str, place: str | None, file: str, title: str, note: IndexNote, value: object) -> PlannedFile:
    names = (name, file) if place is None else (name, place, file)
    return PlannedFile(part_path(folder, *names, form="json"), title, partial(json_bytes, value), note)


def _rows_of(reader: Reader, shelf: Path | None, sample: Sample) -> Rows:
    """Rows of the table the sample was drawn from, by number; empty where that export is not at hand, or is another one now."""
    wanted = {each.row for each in sample.items}
    for each in () if shelf is None else list_shelf(reader, shelf):
        if each.entry == sample.population_entry:
            try:
                exported = read_exported(reader, each.folder, sample.table)
                return {row.number: exported.named(row) for row in read_rows(exported) if row.number in wanted}
            except ProofbookError:
                return {}
    return {}
