"""Artifact pages as a folder: one folder an artifact, each page in three forms, and a first page that leads to all.

Promises: the folder appears whole or not at all; an existing one is never touched; the same facts give the same bytes of every
page, first page and list of hashes. Who ran it, and when, is in `run.json`, the one file that differs. PDF needs Typst; without
it the first page says so.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from proofbook.artifacts.catalogue import ARTIFACTS, derive_pages
from proofbook.artifacts.heading import standing_at
from proofbook.artifacts.page import Page, Stand
from proofbook.artifacts.provenance import ReadBody
from proofbook.artifacts.rendering import render_html, render_index, render_json, render_pdf
from proofbook.artifacts.speaking import local
from proofbook.artifacts.typesetting import is_available
from proofbook.assessment.facts import Facts
from proofbook.controls.crosswalk import check_artifact
from proofbook.errors import InputError, RefusedError
from proofbook.primitives.instants import format_instant

INDEX: Final = "index.html"
SUMS: Final = "SHA256SUMS"
RUN: Final = "run.json"
Progress = Callable[[str, int, int], None]
"""Which page, how many are done, of how many."""
MakeRun = Callable[[bytes], bytes]
"""From the bytes of SHA256SUMS, those of `run.json`."""


@dataclass(frozen=True, slots=True)
class WrittenPages:
    """What was written: pages by artifact, in order, and whether as PDF too."""

    folder: Path
    pages: tuple[tuple[str, str], ...]
    has_pdf: bool
    sums: str
    """Digest of SHA256SUMS."""


def write_artifacts(
    out: Path,
    artifacts: Sequence[str],
    facts: Facts,
    read_body: ReadBody,
    *,
    stand: Stand | None = None,
    make_run: MakeRun | None = None,
    progress: Progress = lambda _page, _done, _of: None,
) -> WrittenPages:
    """Write the pages of some artifacts into the new folder `out`; `stand` is where the facts lie.

    Raises:
        InputError: an id is none of the ten. RefusedError: `out` exists. OSError: the disk says no; nothing is left behind.
        UnavailableError: Typst refuses a document.
    """
    for each in artifacts:
        if each not in ARTIFACTS:
            raise InputError(f"artifact {each[:40]!r} is not known", hint=f"known: {', '.join(ARTIFACTS)}")
    if out.exists() or out.is_symlink():
        raise RefusedError(f"{out} exists already", hint="name a new folder; an existing one is never overwritten")
    out.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        pages = _write_pages(making, artifacts, facts, read_body, stand, progress)
        sums = _sums(making)
        (making / SUMS).write_bytes(sums)
        if make_run is not None:
            (making / RUN).write_bytes(make_run(sums))
        making.chmod(0o755)
        making.rename(out)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return WrittenPages(out, pages, is_available(), sha256(sums).hexdigest())


def _write_pages(
    making: Path,
    artifacts: Sequence[str],
    facts: Facts,
    read_body: ReadBody,
    stand: Stand | None,
    progress: Progress,
) -> tuple[tuple[str, str], ...]:
    """Every page, then the first page; artifact and name of each."""
    drawn = {each: name_apart(derive_pages(each, facts, read_body), stand) for each in sorted({*artifacts})}
    named = tuple((artifact, page.name) for artifact, pages in drawn.items() for page in pages)
    done, shelves = 0, []
    for artifact, pages in drawn.items():
        written = []
        for page in pages:
            progress(f"{artifact} {page.name}", done, len(named))
            written.append(_write(making / artifact, artifact, page, facts))
            done += 1
        shelves.append(_shelf(artifact, written))
    progress(INDEX, done, len(named))
    (making / INDEX).write_bytes(render_index(_front(facts, shelves)))
    return named


def name_apart(pages: Iterable[Page], stand: Stand | None) -> list[Page]:
    """Pages with their checkpoint, whose names differ whatever ids records have: none is written over another."""
    taken: set[str] = set()
    found = []
    for page in pages:
        name, number = page.name, 1
        while name in taken:
            number += 1
            name = f"{page.name}-{number}"
        taken.add(name)
        found.append(standing_at(replace(page, name=name), stand))
    return found


def _write(folder: Path, artifact: str, page: Page, facts: Facts) -> dict[str, Any]:
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


def _sums(folder: Path) -> bytes:
    """As `sha256sum -c` reads it: every file, in order of path."""
    files = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    return "".join(f"{sha256((folder / each).read_bytes()).hexdigest()}  {each}\n" for each in files).encode()


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
