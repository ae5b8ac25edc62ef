"""Kept records as tables of a part: whole records as CSV, chosen fields as a table of a page.

Promises: nothing of a record is left out of its CSV; null is empty there and `not stated` on a page. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from proofbook.artifacts.page import Cell, Standing, Table
from proofbook.artifacts.speaking import NOT_STATED, cell, happened, plain, sentence_label
from proofbook.bundle.index import IndexNote
from proofbook.export.parts.framing import csv_file
from proofbook.export.parts.planned import PartsFrom, PlannedFile
from proofbook.readmodel.documents import DocumentVersion
from proofbook.records.kept import KEPT

ENVELOPE: Final = ("id", "version", "entry", "occurred", "recorded", "recorded_by")


def records_csv(
    folder: str, name: str, title: str, kind: str, versions: Iterable[DocumentVersion], note: IndexNote | None = None
) -> PlannedFile:
    """Records of a kind, one row each, with every field."""
    fields = tuple(KEPT[kind].model_fields)
    rows = [
        (each.id, each.version, each.entry, each.occurred, each.recorded, each.actor, *(each.body.get(field) for field in fields))
        for each in versions
    ]
    names = tuple(f"record_{field}" if field in ENVELOPE else field for field in fields)
    return csv_file(folder, name, title=title, columns=(*ENVELOPE, *names), rows=rows, note=note)


def records_table(
    origin: PartsFrom, title: str, versions: Iterable[DocumentVersion], fields: Sequence[str], empty: str, note: str = ""
) -> Table:
    """Records with their title, when they happened, and some of their fields."""
    zone = origin.assessed.facts.scope.period.zone
    rows = tuple(
        (
            Cell(f"{each.body['title']} ({each.id})"),
            happened(each, zone),
            *(cell(each.body.get(field), zone) for field in fields),
            Cell(each.entry, mono=True),
        )
        for each in versions
    )
    return Table(title, ("Record", "When", *map(sentence_label, fields), "Entry"), rows, empty, note)


def text_table(title: str, columns: tuple[str, ...], rows: Iterable[Sequence[Any]], empty: str, note: str = "") -> Table:
    """Plain values as a table; nothing is shown as `not stated`, the word unknown as unknown."""
    return Table(title, columns, tuple(tuple(map(text_cell, row)) for row in rows), empty, note)


def text_cell(value: Any) -> Cell:
    """A plain value as a cell; cells stay as they are."""
    if isinstance(value, Cell):
        return value
    if value is None or value == "":
        return NOT_STATED
    if value == "unknown":
        return Cell("unknown", Standing.UNKNOWN)
    return Cell(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))


def plain_all(versions: Iterable[DocumentVersion]) -> list[dict[str, Any]]:
    """Records for the JSON beside a page."""
    return [plain(each) for each in versions]
