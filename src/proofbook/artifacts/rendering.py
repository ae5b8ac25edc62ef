"""A page as HTML, PDF and JSON.

Promises: everything is escaped, no script, nothing loaded from anywhere; the same page gives the same bytes in each form.
Drawings are ours (made by `diagrams` and `charts`, which escape what they draw). The PDF declares PDF/A-3a and PDF/UA-1, which
Typst checks while it writes. Hostile input: names and texts of records are only ever text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from proofbook.artifacts.page import Block, Cell, Drawing, Fields, Page, Table
from proofbook.artifacts.typesetting import typeset
from proofbook.primitives.visible import visible

_SIGNATURES: Final = ("Signed by", "Role", "Decision", "Statement", "When", "Of")
_HISTORY: Final = ("Version", "When it held or happened", "Recorded", "Recorded by", "Why", "Entry")
_UNSIGNED: Final = "Nobody has signed any version of this record."
_NO_HISTORY: Final = "This page is drawn from many records; each has its own history (proofbook record history KIND ID)."


def render_html(page: Page) -> bytes:
    """The page for screens and browsers' print."""
    return _environment().get_template("page.html").render(page=_HtmlPage(page)).encode()


def render_index(front: Mapping[str, Any]) -> bytes:
    """The first page of a folder of pages."""
    return _environment().get_template("index.html").render(front).encode()


def render_pdf(page: Page, as_of: datetime) -> bytes:
    """The page as a document dated `as_of`. Raises UnavailableError when Typst is missing or refuses."""
    return typeset("proofbook.artifacts", "page.typ", document_values(page), as_of)


def render_json(page: Page) -> bytes:
    """The records behind the page, and its head, for programs."""
    value = {"format": "proofbook-artifact/1", "page": page.name, "title": page.title, "head": asdict(page.head), **page.plain}
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def document_values(page: Page) -> dict[str, Any]:
    """What the document template is filled with."""
    return {
        "name": page.name,
        "title": page.title,
        "lead": page.lead,
        "marks": [_cell(each) for each in page.marks],
        "head": asdict(page.head),
        "blocks": [_block(each) for each in page.blocks],
        "trails": [_block(each) for each in _trails(page)],
    }


class _HtmlPage:
    """A page as its template sees it: blocks know their kind."""

    def __init__(self, page: Page) -> None:
        self.name, self.title, self.lead, self.marks, self.head = page.name, page.title, page.lead, page.marks, page.head
        self.blocks = [_HtmlBlock(each) for each in page.blocks]
        self.trails = _trails(page)


class _HtmlBlock:
    def __init__(self, block: Block) -> None:
        self.kind = kind_of(block)
        self._block = block

    def __getattr__(self, name: str) -> Any:
        return getattr(self._block, name, "")


def kind_of(block: Block) -> str:
    """The word by which templates tell blocks apart."""
    return type(block).__name__.lower()


def _trails(page: Page) -> tuple[Table, Table]:
    unsigned = _UNSIGNED if page.history else _NO_HISTORY
    return (
        Table("Signatures", _SIGNATURES, page.signatures, unsigned, weights=(3, 2, 2, 5, 3, 2)),
        Table("History", _HISTORY, page.history, _NO_HISTORY, weights=(1, 4, 3, 3, 4, 4)),
    )


def _block(block: Block) -> dict[str, Any]:
    value: dict[str, Any] = {"kind": kind_of(block), "title": block.title, "note": getattr(block, "note", "")}
    if isinstance(block, Fields):
        rows = [{"label": each.label, "meaning": each.meaning, "value": _cell(each.value)} for each in block.rows]
        return value | {"rows": rows}
    if isinstance(block, Table):
        cells = [[_cell(each) for each in row] for row in block.rows]
        return value | {"columns": list(block.columns), "rows": cells, "empty": block.empty, "weights": list(block.weights)}
    if isinstance(block, Drawing):
        return value | {"paper": block.paper, "alt": block.alt, "tall": block.tall}
    return value | {"paragraphs": list(block.paragraphs), "standing": block.standing.name}


def _cell(each: Cell) -> dict[str, Any]:
    return {"text": each.text, "standing": each.standing.name, "mono": each.mono}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("proofbook.artifacts", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_show,
    )
    made.filters["plain"] = Markup  # drawings we made ourselves; never a value of an entry
    made.filters["count"] = lambda number: f"{number:,}"
    return made


def _show(value: object) -> object:
    return visible(value, keep="\n") if isinstance(value, str) and not isinstance(value, Markup) else value
