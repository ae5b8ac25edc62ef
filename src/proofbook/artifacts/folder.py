"""Artifact pages as a folder: one folder an artifact, each page in three forms, and a first page that leads to all.

Promises: the folder appears whole or not at all; an existing one is never touched; the same facts give the same bytes. PDF needs
Typst; without it the first page says so.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from proofbook.artifacts.catalogue import derive_pages
from proofbook.artifacts.page import Page
from proofbook.artifacts.provenance import ReadBody
from proofbook.artifacts.rendering import render_html, render_index, render_json, render_pdf
from proofbook.artifacts.speaking import local
from proofbook.artifacts.typesetting import is_available
from proofbook.assessment.facts import Facts
from proofbook.controls.crosswalk import check_artifact
from proofbook.errors import InputError
from proofbook.primitives.instants import format_instant

INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True)
class WrittenPages:
    """What was written: pages by artifact, in order, and whether as PDF too."""

    folder: Path
    pages: tuple[tuple[str, str], ...]
    has_pdf: bool


def write_artifacts(
    out: Path, artifacts: Sequence[str], facts: Facts, read_body: ReadBody, progress: Callable[[str], None]
) -> WrittenPages:
    """Write the pages of some artifacts into the new folder `out`.

    Raises:
        InputError: `out` exists, or an id is none of the ten. OSError: the disk says no; nothing is left behind.
    """
    if out.exists():
        raise InputError(f"{out} exists already", hint="name a new folder; an existing one is never overwritten")
    out.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        shelves, pages = [], []
        for artifact in artifacts:
            drawn = list(derive_pages(artifact, facts, read_body))
            shelves.append(_shelf(artifact, [_write(making / artifact, artifact, page, facts, progress) for page in drawn]))
            pages += [(artifact, page.name) for page in drawn]
        (making / INDEX).write_bytes(render_index(_front(facts, shelves)))
        making.chmod(0o755)
        making.rename(out)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return WrittenPages(out, tuple(pages), is_available())


def _write(folder: Path, artifact: str, page: Page, facts: Facts, progress: Callable[[str], None]) -> dict[str, Any]:
    progress(f"{artifact} {page.name}")
    folder.mkdir(exist_ok=True)
    name = page.name
    (folder / f"{name}.html").write_bytes(render_html(page))
    (folder / f"{name}.json").write_bytes(render_json(page))
    pdf = None
    if is_available():
        (folder / f"{name}.pdf").write_bytes(render_pdf(page, facts.as_of))
        pdf = f"{artifact}/{name}.pdf"
    return {
        "title": page.title,
        "marks": page.marks,
        "html": f"{artifact}/{name}.html",
        "json": f"{artifact}/{name}.json",
        "pdf": pdf,
    }


def _shelf(artifact: str, pages: list[dict[str, Any]]) -> dict[str, Any]:
    entry = check_artifact(artifact)
    return {"artifact": artifact, "title": entry.title, "answers": entry.answers, "pages": pages}


def _front(facts: Facts, shelves: list[dict[str, Any]]) -> dict[str, Any]:
    scope = facts.scope
    return {
        "entity": scope.entity,
        "engagement": scope.engagement,
        "period": f"{scope.period.first} to {scope.period.last}, both days included, in {scope.period.zone}",
        "as_of": local(format_instant(facts.as_of), scope.period.zone),
        "shelves": shelves,
        "has_pdf": is_available(),
    }
