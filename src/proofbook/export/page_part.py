"""Pages of the ten artifacts and of the answers, in the room, where people keep records.

Promises: the facts are those of the room's checkpoint, so the same room gives the same pages however long the book has become.
Each page is there as HTML and JSON, and as PDF where Typst is installed. No page holds a prompt or an answer of a model.
Hostile input: names reach paths through `bundle.layout.page_path` only; a name that no path can hold is numbered instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from proofbook.artifacts.answers import derive_answers
from proofbook.artifacts.catalogue import ARTIFACTS, derive_pages
from proofbook.artifacts.heading import standing_at
from proofbook.artifacts.page import Page, Stand
from proofbook.artifacts.rendering import render_html, render_json, render_pdf
from proofbook.artifacts.typesetting import is_available
from proofbook.assessment.facts import Facts
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle.layout import page_path, way_up
from proofbook.bundle.manifest import Omission
from proofbook.errors import MalformedBundle
from proofbook.export.assessed import Assessed
from proofbook.export.book_part import Progress, parse_value
from proofbook.export.folder import RoomFolder
from proofbook.primitives.instants import parse_instant

NO_RECORDS: Final = Omission("pages of the ten artifacts, and answers", "no kept record stands in the book as of this room")
ANSWERS: Final = "SUP-18"


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """One page and the paths of its forms."""

    about: str
    page: Page
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PagesFrom:
    """What pages are drawn from."""

    book: BookReading
    origin: str
    checkpoint: StoredCheckpoint
    assessed: Assessed


def plan_pages(origin: PagesFrom) -> tuple[PlannedPage, ...]:
    """Every page of the room, in the order of artifacts; none where nobody keeps records."""
    checkpoint, facts = origin.checkpoint, origin.assessed.facts
    if not facts.histories:
        return ()
    stand = Stand(origin.origin, checkpoint.size, checkpoint.root.hex(), checkpoint.signed_at)
    taken: set[str] = set()
    return tuple(_planned(about, standing_at(page, stand), taken) for about, page in _derived(origin, facts))


def write_pages(folder: RoomFolder, planned: tuple[PlannedPage, ...], signed_at: str, progress: Progress) -> None:
    """Writes every page in its forms."""
    date = parse_instant(signed_at)
    for number, each in enumerate(planned):
        progress("writing pages", number, len(planned))
        title = f"{each.about} {each.page.title}"
        folder.write(each.paths["html"], title, render_html(each.page, way_up(each.paths["html"])))
        folder.write(each.paths["json"], f"{title} (JSON)", render_json(each.page))
        if "pdf" in each.paths:
            folder.write(each.paths["pdf"], f"{title} (PDF)", render_pdf(each.page, date))


def _derived(origin: PagesFrom, facts: Facts) -> Iterator[tuple[str, Page]]:
    def read_body(index: int) -> Mapping[str, Any]:
        value: Any = parse_value(origin.book.entry(index), index)
        body: Mapping[str, Any] = value["body"]
        return body

    for artifact in ARTIFACTS:
        for page in derive_pages(artifact, facts, read_body):
            yield artifact, page
    for page in derive_answers(origin.assessed.grid):
        yield ANSWERS, page


def _planned(about: str, page: Page, taken: set[str]) -> PlannedPage:
    name, number = page.name, 1
    while f"{about}/{name}" in taken or not _is_name(about, name):
        number += 1
        name = f"{page.name}-{number}" if _is_name(about, f"{page.name}-{number}") else f"page-{number}"
    taken.add(f"{about}/{name}")
    forms: tuple[Literal["html", "pdf", "json"], ...] = ("html", "json", "pdf") if is_available() else ("html", "json")
    return PlannedPage(about, replace(page, name=name), {form: page_path(about, name, form) for form in forms})


def _is_name(about: str, name: str) -> bool:
    try:
        page_path(about, name, "html")
    except MalformedBundle:
        return False
    return True
