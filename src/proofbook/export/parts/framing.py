"""Pages of a room's parts: the evidence header of a folder, and one page as HTML, JSON and PDF.

Promises: every page carries the same header as a page of an artifact (soc2.md 8.3) and stands at the room's checkpoint.
Tables are CSV by the room's rules beside the page. Does not conclude. Hostile input: texts are escaped by the renderers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import Any

from proofbook.artifacts.heading import head, standing_at
from proofbook.artifacts.page import Block, Cell, Page, Stand
from proofbook.artifacts.rendering import render_html, render_json, render_pdf
from proofbook.artifacts.typesetting import is_available
from proofbook.bundle.csv_table import format_row
from proofbook.bundle.index import IndexNote
from proofbook.bundle.layout import way_up
from proofbook.bundle.parts import PART_FOLDERS, part_path
from proofbook.export.parts.planned import PartsFrom, PlannedFile
from proofbook.primitives.canonical import JsonValue
from proofbook.primitives.instants import parse_instant
from proofbook.readmodel.documents import DocumentVersion

ANY = "SUP-20"
"""Artifact whose controls a page names when its folder is about all of them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page of a part is made of. `artifact`: the one whose controls and criteria its header names."""

    folder: str
    name: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    records: tuple[DocumentVersion, ...] = ()
    query: str = "newest versions of the records named, as of the checkpoint; nothing left out"
    artifact: str = ANY
    plain: Any = None
    marks: tuple[Cell, ...] = ()
    answers: str = ""
    limits: tuple[str, ...] = ()
    note: IndexNote | None = None


def page_files(origin: PartsFrom, sheet: Sheet, *names: str, pdf: bool = True) -> tuple[PlannedFile, ...]:
    """A page in its forms, in `names` below its folder."""
    page = _page(origin, sheet)
    return _in_forms(origin, sheet, page, lambda: page, names, pdf=pdf)


def later_page_files(origin: PartsFrom, sheet: Sheet, fill: Callable[[], Sheet], *names: str) -> tuple[PlannedFile, ...]:
    """As `page_files`, of a page about populations: `fill` gives the same sheet with its blocks once they are written."""
    return _in_forms(origin, sheet, _page(origin, sheet), cache(lambda: _page(origin, fill())), names, pdf=True)


def _in_forms(
    origin: PartsFrom, sheet: Sheet, known: Page, page: Callable[[], Page], names: tuple[str, ...], *, pdf: bool
) -> tuple[PlannedFile, ...]:
    note = sheet.note or IndexNote(known.head.controls, known.head.criteria)

    def file(form: str, title: str, make: Any) -> PlannedFile:
        return PlannedFile(part_path(sheet.folder, *names, sheet.name, form=form), title, make, note)

    way = way_up(part_path(sheet.folder, *names, sheet.name, form="html"))
    made = [
        file("html", known.title, lambda: render_html(page(), way)),
        file("json", f"{known.title} (JSON)", lambda: render_json(page())),
    ]
    if pdf and is_available():
        date = parse_instant(origin.checkpoint.signed_at)
        made.append(file("pdf", f"{known.title} (PDF)", lambda: render_pdf(page(), date)))
    return tuple(made)


def csv_file(
    folder: str,
    *names: str,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[JsonValue]],
    note: IndexNote | None = None,
) -> PlannedFile:
    """A table as CSV; its rows are held."""
    known = tuple(tuple(row) for row in rows)
    counted = replace(note or IndexNote(), rows=len(known))

    def make() -> bytes:
        return b"".join((format_row(columns), *map(format_row, known)))

    return PlannedFile(part_path(folder, *names, form="csv"), title, make, counted)


def json_bytes(value: Any) -> bytes:
    """JSON for programs: sorted, indented, one newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _page(origin: PartsFrom, sheet: Sheet) -> Page:
    facts, checkpoint = origin.assessed.facts, origin.checkpoint
    stand = Stand(origin.book.origin, checkpoint.size, checkpoint.root.hex(), checkpoint.signed_at)
    made = head(facts, sheet.artifact, sheet.records, sheet.query, sheet.limits)
    word = PART_FOLDERS[sheet.folder]
    about = replace(
        made,
        artifact=sheet.folder[:2],
        artifact_title=sheet.folder[3:].replace("_", " "),
        answers=sheet.answers or sheet.lead,
        evidence_id=_evidence_id(origin, word, sheet),
        definition=made.definition.replace(f"{sheet.artifact} page", f"{word} page"),
    )
    page = Page(sheet.name, sheet.title, sheet.lead, sheet.marks, about, sheet.blocks, {"content": sheet.plain})
    return standing_at(page, stand)


def _evidence_id(origin: PartsFrom, word: str, sheet: Sheet) -> str:
    named = (origin.engagement.id, word, sheet.name, sheet.query, *(each.entry for each in sheet.records))
    return f"EV-{word}-{sha256(chr(10).join(named).encode()).hexdigest()[:12]}"
