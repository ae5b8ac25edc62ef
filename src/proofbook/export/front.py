"""The first folder of a room: README, index in its forms, instructions, the verifier.

Promises: written last, from what was written before; deterministic. The index page says what is there, what is not, how
complete each population is shown to be, and how to check it all. Does not judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from proofbook import __version__
from proofbook.book.interface import StoredCheckpoint
from proofbook.bundle import layout
from proofbook.bundle.index import IndexNote, format_index
from proofbook.bundle.manifest import Omission, period_document
from proofbook.bundle.workbook import Value
from proofbook.export import document
from proofbook.export.artifact_part import ArtifactFile
from proofbook.export.chart import derive_strip
from proofbook.export.engagement import Engagement
from proofbook.export.folder import RoomFolder
from proofbook.export.pack import WHOLE, Pack
from proofbook.export.page_part import PlannedPage
from proofbook.export.pages import render_index, render_readme
from proofbook.export.parts.folders import folder_values
from proofbook.export.parts.planned import PlannedFile
from proofbook.export.parts.workbooks import write_index_workbook
from proofbook.export.population import Written
from proofbook.primitives.instants import parse_instant
from proofbook.tlog.vkey import parse_vkey
from proofbook.verify.compose import compose_verifier

MAX_SHOWN_ARTIFACTS: Final = 200
"""Artifacts on the first page; the population holds all."""

MAX_SHOWN_GAPS: Final = 12

LEADING: Final = frozenset({"POP-07", "POP-15"})
"""Populations told in full on the first page: what programs recorded by themselves."""


@dataclass(frozen=True, slots=True)
class FrontParts:
    """What the first page tells."""

    origin: str
    vkey: str
    engagement: Engagement
    checkpoint: StoredCheckpoint
    written: tuple[Written, ...]
    artifacts: tuple[ArtifactFile, ...]
    omissions: tuple[Omission, ...]
    pages: tuple[PlannedPage, ...] = ()
    files: tuple[PlannedFile, ...] = ()
    """Files of the other folders."""
    pack: Pack = WHOLE


def write_front(folder: RoomFolder, parts: FrontParts, *, withheld: tuple[str, ...], shredded: int, paths: list[str]) -> None:
    """Writes all files of the first folder but the manifest and what belongs to it. `paths` are all paths of the manifest."""
    page = page_values(parts, withheld=withheld, shredded=shredded, files=len(paths))
    folder.write(layout.README, "What this folder is", render_readme(page))
    text = files("proofbook.export").joinpath("texts", "how-to-verify.md").read_bytes()
    folder.write(layout.HOW_TO_VERIFY, "How to verify this room", text)
    folder.write(layout.VERIFIER, "Verifier (Python standard library only)", compose_verifier().encode())
    folder.write(layout.INDEX_HTML, "Index, first page", render_index(page))
    if document.is_available():
        made = document.render_document(page, parse_instant(parts.checkpoint.signed_at))
        folder.write(layout.INDEX_PDF, "Index, first page, as PDF", made)
    index = format_index(folder.files, _notes(parts), parts.engagement.period, paths)
    folder.write(layout.INDEX_CSV, "Index, one row for each file", index)
    write_index_workbook(folder, index, _populations(parts), _facts(page))


def _populations(parts: FrontParts) -> Iterator[tuple[Value, ...]]:
    for each in parts.written:
        yield (each.room.population, each.definition.title, each.rows, each.completeness, "; ".join(each.reasons) or None)


def _facts(page: dict[str, Any]) -> dict[str, Value]:
    names = (
        "entity",
        "engagement",
        "environment",
        "systems",
        "period",
        "origin",
        "fingerprint",
        "checkpoint",
        "files",
        "shredded",
    )
    return {name: page[name] for name in names}


def page_values(parts: FrontParts, *, withheld: tuple[str, ...], shredded: int, files: int) -> dict[str, Any]:
    """What the templates and the document are filled with: plain values."""
    engagement, checkpoint = parts.engagement, parts.checkpoint
    return {
        "title": parts.pack.title,
        "since": _since(parts.pack.since),
        "entity": engagement.entity,
        "engagement": engagement.id,
        "environment": engagement.environment,
        "systems": sorted(engagement.systems),
        "period": period_document(engagement.period),
        "period_over": parse_instant(checkpoint.signed_at) >= engagement.period.end,
        "origin": parts.origin,
        "vkey": parts.vkey,
        "fingerprint": sha256(parse_vkey(parts.vkey).public_key).hexdigest(),
        "checkpoint": {"size": checkpoint.size, "root": checkpoint.root.hex(), "signed_at": _moment(checkpoint.signed_at)},
        "populations": [_population(each, engagement) for each in parts.written],
        "pages": _shelves(parts.pages),
        "folders": folder_values(parts.files),
        "artifacts": [_artifact(each) for each in parts.artifacts[:MAX_SHOWN_ARTIFACTS]],
        "artifacts_total": len(parts.artifacts),
        "omissions": [{"what": each.what, "why": each.why} for each in parts.omissions],
        "withheld": list(withheld),
        "shredded": shredded,
        "files": files,
        "version": __version__,
    }


def _since(since: StoredCheckpoint | None) -> str:
    """Where a roll-forward begins, in words; empty: it is none."""
    if since is None:
        return ""
    begins = f"the checkpoint of {since.size:,} entries, signed {_moment(since.signed_at)}"
    return f"Lists hold what is new or changed since {begins}; what stood then, unchanged, is counted and not listed."


def _moment(instant: str) -> str:
    """An instant for reading; headers and tables hold it in full."""
    return f"{parse_instant(instant):%Y-%m-%d %H:%M:%S} UTC"


def _population(each: Written, engagement: Engagement) -> dict[str, Any]:
    first = each.totals[0]
    title = f"{each.room.population}, {each.definition.title}"
    strip = derive_strip(title, first, each.uncovered, engagement.period).document() if first.in_period else None
    return {
        "id": each.room.population,
        "title": each.definition.title,
        "purpose": each.definition.purpose,
        "leading": each.room.population in LEADING,
        "completeness": each.completeness,
        "reasons": list(each.reasons),
        "header": f"../{layout.header_path(each.room.population, 'html')}",
        "tables": [{"name": t.name, "rows": t.rows, "csv": f"../{t.csv}", "json": f"../{t.json}"} for t in each.room.tables],
        "checks": [{"id": c.id, "result": c.result.value, "detail": c.detail} for c in each.checks],
        "limitations": list(each.definition.limitations),
        "strip": strip,
        "gaps": [gap.sentence() for gap in each.uncovered[:MAX_SHOWN_GAPS]] if first.in_period else [],
        "gaps_total": len(each.uncovered) if first.in_period else 0,
    }


def _shelves(pages: tuple[PlannedPage, ...]) -> list[dict[str, Any]]:
    """Pages by artifact, for the first page."""
    shelves: dict[str, dict[str, Any]] = {}
    for each in pages:
        shelf = shelves.setdefault(each.about, {"about": each.about, "title": each.page.head.artifact_title, "pages": []})
        forms = [{"form": form, "path": f"../{path}"} for form, path in each.paths.items() if form != "html"]
        shelf["pages"].append({"title": each.page.title, "path": f"../{each.paths['html']}", "forms": forms})
    return list(shelves.values())


def _artifact(each: ArtifactFile) -> dict[str, str]:
    return {
        "name": each.name,
        "artifact": each.artifact,
        "verification": each.verification,
        "rung": each.rung,
        "path": f"../{each.path}",
    }


def _notes(parts: FrontParts) -> dict[str, IndexNote]:
    notes: dict[str, IndexNote] = {}
    for each in parts.written:
        about = {"controls": each.definition.controls, "criteria": each.definition.criteria, "status": each.completeness}
        for table in each.room.tables:
            notes[table.csv] = notes[table.json] = IndexNote(rows=table.rows, **about)  # type: ignore[arg-type]  # one dict, three fields
        notes[layout.workbook_path(each.room.population)] = IndexNote(**about)  # type: ignore[arg-type]
        for form in ("json", "html"):
            notes[layout.header_path(each.room.population, form)] = IndexNote(**about)  # type: ignore[arg-type]
    for page in parts.pages:
        note = IndexNote(page.page.head.controls, page.page.head.criteria)
        notes |= dict.fromkeys(page.paths.values(), note)
    notes |= {each.path: each.note for each in parts.files}
    for record in parts.artifacts:
        notes[record.path] = IndexNote(("LC-12",), ("CC6.8", "CC8.1", "CC9.2"), status=record.verification)
    return notes
