"""Pages of artifacts for tests: drawn from facts in memory, read back from their HTML, and a year in which every word is hostile."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final

from proofbook.artifacts.catalogue import derive_pages
from proofbook.artifacts.page import Cell, Fields, Page, Table
from proofbook.artifacts.rendering import render_html
from proofbook.assessment.facts import Facts
from proofbook.records.kept import KEPT
from support.facts_builder import FactsBuilder, digest
from support.kept_bodies import whole
from support.sample_entries import artifact_body

HOSTILE: Final = (
    '<script>alert(1)</script> "quoted" \'and\' <img src=x onerror=alert(2)> &amp; {{ 7*7 }} #panic("x") $x^2$ @label *b* \\ '
    "\u202egnp.exe\u202c \u0007bell \u200bzero \U0001f480 [[fill me in]] " + "w" * 10_000
)
"""Markup of four languages, direction marks, controls, a picture sign, a blank, and a word of ten kilobytes."""

_SAMPLE: Final = "sample "
_KEPT_AS_IS: Final = frozenset({"system", "systems", "entity", "sample sha256"})


def page_of(artifact: str, facts: Facts, name: str | None = None) -> Page:
    """The only page of an artifact, or the one of that name."""
    pages = {each.name: each for each in derive_pages(artifact, facts, read_sample_body)}
    return next(iter(pages.values())) if name is None else pages[name]


def read_sample_body(_: int) -> Mapping[str, Any]:
    """A provenance record, whatever the place in the book."""
    return artifact_body(digest("a"), "2026-03-28T08:00:00.000000Z")


def table(page: Page, title: str) -> Table:
    """A table of a page by the beginning of its title."""
    return next(each for each in page.blocks if isinstance(each, Table) and each.title.startswith(title))


def column(page: Page, title: str, name: str) -> list[Cell]:
    """One column of a table."""
    found = table(page, title)
    return [row[found.columns.index(name)] for row in found.rows]


def value(page: Page, label: str) -> Cell:
    """A field of a page by its label."""
    rows = [row for each in page.blocks if isinstance(each, Fields) for row in each.rows]
    return next(row.value for row in rows if row.label == label)


class Markup(HTMLParser):
    """What a browser's parser makes of a page: tags, attributes, text."""

    def __init__(self, document: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(document.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, given or "") for name, given in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


OF_THE_AUDIT = frozenset({"audit_request", "audit_comment"})
"""Talk about evidence: on no page of an artifact."""


def markup_of(page: Page) -> Markup:
    """The parsed HTML of a page."""
    return Markup(render_html(page))


def hostile_facts(text: str = HOSTILE) -> Facts:
    """Facts with one record of every kind in which every free word is `text`, and traffic whose names are."""
    builder = FactsBuilder()
    for kind in sorted(set(KEPT) - OF_THE_AUDIT):
        fields = whole(kind)
        for name in ("system", "systems"):
            if name in fields:
                fields[name] = "sample-system" if name == "system" else ["sample-system"]
        fields = {name: each if name in _KEPT_AS_IS else _made_hostile(each, text) for name, each in fields.items()}
        builder.add(
            kind, "sample-system" if kind == "ai_system" else f"sample-{kind.replace('.', '-')}", **fields | {"entity": None}
        )
    for letter in "ab":
        builder.served("sample-system", digest(letter), "2026-02-01", "2026-03-01", 5)
    builder.served(text, digest("a"), "2026-02-01", "2026-03-01", 5)
    builder.caller(text, "sample-system", "2026-02-01", "2026-03-01", 5).key(text[:80], text, "sample-system", "2026-01-05")
    builder.artifact(digest("a"), "2026-01-05", name=text, quantization=text, location=text)
    builder.gap("2026-04-01", "2026-04-02", reason=text, detail=text, source=text)
    return builder.discovery("2026-05-01", engines=1).build()


def _made_hostile(value_: Any, text: str) -> Any:
    if isinstance(value_, str):
        return text if value_.startswith(_SAMPLE) else value_
    if isinstance(value_, dict):
        return {name: _made_hostile(each, text) for name, each in value_.items()}
    return [_made_hostile(each, text) for each in value_] if isinstance(value_, list) else value_
