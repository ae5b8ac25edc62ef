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
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from proofbook.artifacts.page import Page
from proofbook.artifacts.shaping import shape_page
from proofbook.artifacts.typesetting import typeset
from proofbook.diagrams.palette import style_sheet
from proofbook.primitives.visible import visible

FORMAT: Final = "proofbook-artifact/1"
_RUN_APART: Final = (
    "in run.json beside the first page, which also names the hash of every file (SHA256SUMS); apart, so that the same facts give "
    "the same page"
)
_FOR_SCREENS: Final = frozenset({"screen"})
PAPER_ROWS: Final = 300
"""Of a table on paper, about ten pages; a document of everything grows with the organisation, and nobody reads it."""


def render_html(page: Page, room: str | None = None) -> bytes:
    """The page for screens and browsers' print. `room`: the way to the first page of the evidence room it lies in."""
    front = {"path": room or "../index.html", "title": "Evidence room" if room else "All artifacts"}
    shaped = shape_page(page)
    made = _environment().get_template("page.html")
    return made.render(page=shaped, dfd_style=style_sheet(), run_by=_RUN_APART, front=front).encode()


def render_body(page: Page, run_by: str) -> Markup:
    """What stands below the page's title, for a frame of one's own; `run_by` says in words who drew it and when."""
    return Markup(_environment().get_template("body.html").render(page=shape_page(page), run_by=run_by))  # noqa: S704 - escaped by its template


def read_style() -> str:
    """The style of `render_body` without its drawings' colours (`palette.style_sheet`), to be nested below a selector."""
    return files("proofbook.artifacts").joinpath("templates", "page.css").read_text("utf-8")


def render_index(front: Mapping[str, Any]) -> bytes:
    """The first page of a folder of pages."""
    return _environment().get_template("index.html").render(front).encode()


def render_pdf(page: Page, as_of: datetime) -> bytes:
    """The page as a document dated `as_of`. Raises UnavailableError when Typst is missing or refuses."""
    return typeset("proofbook.artifacts", "page.typ", _for_paper(shape_page(page)), as_of)


def render_json(page: Page) -> bytes:
    """The records behind the page, and its head, for programs."""
    value = {"format": FORMAT, "page": page.name, "title": page.title, "head": asdict(page.head), **page.plain}
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _for_paper(value: Any) -> Any:
    """Without what is for screens; of long tables the first rows, which the note says."""
    if isinstance(value, dict):
        kept = _first_rows(value) if value.get("kind") == "table" else value
        return {key: _for_paper(each) for key, each in kept.items() if key not in _FOR_SCREENS}
    return [_for_paper(each) for each in value] if isinstance(value, (list, tuple)) else value


def _first_rows(table: dict[str, Any]) -> dict[str, Any]:
    count = len(table["rows"])
    if count <= PAPER_ROWS:
        return table
    said = f"The first {PAPER_ROWS:,} of {count:,} rows; all of them are in the HTML form of this page."
    return table | {"rows": table["rows"][:PAPER_ROWS], "note": f"{said} {table['note']}".strip()}


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
