"""Pages of samples and their items for an evidence room: what was drawn and how, and what each item is made of.

Promises: what is missing stands in a table of its own, never only in its absence; ids are those of the book. No content.
Hostile input: texts are carried as they are; the renderers escape them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from proofbook.artifacts.page import Block, Cell, Field, Fields, Standing, Table
from proofbook.artifacts.speaking import NOT_STATED, counted, label
from proofbook.bundle.index import IndexNote
from proofbook.bundle.parts import SAMPLES_FOLDER
from proofbook.export.parts.framing import Sheet
from proofbook.fieldwork.item import ItemFolder, missing_folder
from proofbook.fieldwork.item_document import item_document
from proofbook.fieldwork.samples import Sample
from proofbook.primitives.canonical import JsonValue

FORMAT = "proofbook-sample/1"
_LATER = "How the sample stood at the room's checkpoint: what was drawn, held or released later is not here."


def sample_document(sample: Sample) -> dict[str, Any]:
    """A sample as plain values, as its entries have it: enough to draw it again by the documented rule."""
    return {"format": FORMAT, **asdict(sample)}


def missing_document(sample: Sample, item: str) -> dict[str, JsonValue]:
    """An id that was asked for and is not in the population."""
    found = missing_folder(sample, item)
    return {
        "format": FORMAT,
        "sample": sample.id,
        "item": item,
        "found": False,
        "missing": [{"what": found.what, "why": found.why}],
    }


def sample_sheet(sample: Sample, items: Sequence[Sequence[JsonValue]], note: IndexNote) -> Sheet:
    """The page of a sample."""
    drawn = sample.draws[0]
    fields = (
        ("Request", sample.request),
        ("Population", f"{sample.population}, table {sample.table}"),
        ("Definition", sample.definition),
        ("Rows it was drawn from", f"{sample.rows:,}"),
        ("SHA-256 of that table", sample.data_sha256),
        ("Completeness of that export", label(sample.completeness)),
        ("Method", sample.method),
        ("Nonce", sample.nonce),
        ("Seed", sample.seed),
        ("Checkpoint", f"{sample.checkpoint_size:,} entries, root {sample.checkpoint_root}"),
        ("Witnesses on that checkpoint", ", ".join(sample.cosigned_by) or "none"),
        ("Drawn", f"{drawn.recorded} by {drawn.actor}"),
        ("Earlier samples", ", ".join(sample.earlier) or "none"),
        ("Reason for another draw", sample.because),
    )
    rows = tuple(tuple(_cell(value) for value in (row[0], row[1], row[2], row[8], row[7])) for row in items)
    columns = ("No.", "Item", "State", "Missing", "Folder")
    table = Table("Items, one folder each", columns, rows, "Nothing was drawn.", "", (1, 4, 2, 4, 4))
    missing = sum(1 for row in items if row[2] != "found")
    marks = (
        Cell(counted(len(items), "item")),
        Cell(f"{missing} with something missing", Standing.LATE if missing else Standing.STATED),
    )
    return Sheet(
        SAMPLES_FOLDER,
        "sample",
        f"Sample {sample.id}",
        "What was drawn, from which bytes and by which rule.",
        (_fields("The draw", fields), table, _draws(sample)),
        query="the sample and every extension of it; nothing left out",
        plain=sample_document(sample),
        marks=marks,
        limits=(_LATER,),
        note=note,
        artifact="SUP-15",
    )


def item_sheet(sample: Sample, folder: ItemFolder, note: IndexNote) -> Sheet:
    """The page of one item."""
    row = () if folder.row is None else tuple(folder.row.items())
    blocks: list[Block] = [
        _missing((each.what, each.why) for each in folder.missing),
        _fields("The row as exported", row, "The exported table is not at hand; its row number is above."),
        _table(
            "Entries, each proven again at the room's checkpoint",
            ("Part", "Entry", "Position", "Proof", "In words"),
            (
                (each.name, each.entry.id if each.entry else None, each.index, each.proof.tone, each.proof.words)
                for each in folder.parts
            ),
            "No entry stands behind this item.",
        ),
        _table(
            "History",
            ("Recorded", "Kind", "What", "Entry"),
            ((each.recorded, each.kind, each.what, each.entry) for each in folder.history),
            "No history is on record.",
        ),
        _table(
            "What it leads to",
            ("Relation", "Kind", "Id", "Title", "Found"),
            ((each.relation, each.kind, each.id, each.title, each.words) for each in folder.links),
            "It leads to no other record.",
        ),
        _table(
            "Content: sealed, never in a room",
            ("Slot", "Bytes", "State", "Commitment"),
            ((each.name, each.bytes, each.words, each.commit) for each in folder.slots),
            "No content was sealed for this item.",
        ),
    ]
    state = Cell("evidence missing", Standing.LATE) if folder.missing else Cell("found")
    return Sheet(
        SAMPLES_FOLDER,
        "item",
        f"Item {folder.item.item}",
        f"Of sample {sample.id}, row {folder.item.row} of {sample.population}.",
        tuple(blocks),
        query=f"item {folder.item.item} of sample {sample.id}: its record, history and links",
        note=note,
        plain=item_document(folder),
        marks=(state,),
        limits=(_LATER,),
        artifact="SUP-15",
    )


def missing_sheet(sample: Sample, item: str, note: IndexNote) -> Sheet:
    """The page of an id that is not in the population."""
    found = missing_folder(sample, item)
    return Sheet(
        SAMPLES_FOLDER,
        "item",
        f"Item {item}",
        f"Asked for in sample {sample.id}; not in {sample.population}.",
        (_missing(((found.what, found.why),)),),
        query=f"the id {item} in {sample.population}",
        note=note,
        plain=missing_document(sample, item),
        marks=(Cell("missing", Standing.LATE),),
        limits=(_LATER,),
        artifact="SUP-15",
    )


def _draws(sample: Sample) -> Table:
    rows = ((each.recorded, each.actor, each.asked, each.added, each.because, each.entry) for each in sample.draws)
    return _table("Draws", ("Recorded", "By", "Asked for in all", "Added", "Why", "Entry"), rows, "None.")


def _missing(rows: Iterable[tuple[str, str]]) -> Table:
    return _table("Missing evidence", ("What", "Why"), rows, "Nothing that one would expect of such an item is missing.")


def _table(title: str, columns: tuple[str, ...], rows: Iterable[Sequence[JsonValue]], empty: str) -> Table:
    return Table(title, columns, tuple(tuple(map(_cell, row)) for row in rows), empty)


def _fields(title: str, rows: Iterable[tuple[str, JsonValue]], empty: str = "") -> Fields:
    known = tuple(Field(name, _cell(value)) for name, value in rows)
    return Fields(title, known, "" if known else empty)


def _cell(value: JsonValue | Mapping[str, Any]) -> Cell:
    if value is None or value == "":
        return NOT_STATED
    if value == "unknown":
        return Cell("unknown", Standing.UNKNOWN)
    return Cell(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))
