"""Makes an evidence room: reads the book twice, writes everything beside its final place, checks it, records it, hands it over.

Promises: for one book, period and checkpoint every file but the run header is the same, byte for byte. The room is verified by
the same program that lies in it before anyone sees it; a room that does not check out is not handed over. What was exported is
recorded in the book first (a room that could not be recorded is not handed over either). A failure leaves nothing behind.
Memory stays flat.
Does not: hold content of exchanges; conclude anything.
Hostile input: IntegrityError for a damaged book, naming the place; RefusedError for a place that is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from proofbook.assessment.scope import Scope
from proofbook.book.interface import BookReading, StoredCheckpoint
from proofbook.bundle import layout
from proofbook.bundle.manifest import Manifest, Omission, evidence_ids, format_manifest, format_sums, manifest_text, run_text
from proofbook.export import document
from proofbook.export.artifact_part import ArtifactFile, plan_artifacts, write_artifacts
from proofbook.export.book_part import Progress, bare, choose_checkpoint, earlier_checkpoints, find_witnessed, write_book
from proofbook.export.checking import check_room
from proofbook.export.defining import load_definition
from proofbook.export.definition import POPULATIONS
from proofbook.export.engagement import Engagement, RunBy
from proofbook.export.folder import RoomFolder, hand_over, staged
from proofbook.export.front import FrontParts, write_front
from proofbook.export.gathering import Gathering, basis_of
from proofbook.export.narrowing import narrow
from proofbook.export.pack import WHOLE, Pack
from proofbook.export.page_part import NO_RECORDS, PagesFrom, PlannedPage, plan_pages, write_pages
from proofbook.export.parts.criteria import Reference, plan_criteria
from proofbook.export.parts.machine import plan_uploads
from proofbook.export.parts.planned import PartMaker, PartsFrom, PlannedPart, write_files
from proofbook.export.parts.planning import NO_SCOPE, covering, plan_parts
from proofbook.export.parts.references import references_of
from proofbook.export.parts.workbooks import write_workbooks
from proofbook.export.population import Written
from proofbook.export.recording import ExportRecord, record_export
from proofbook.export.run_header import format_run
from proofbook.export.worksheet import Worksheet
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import Clock
from proofbook.readmodel import contents
from proofbook.readmodel.projection import Projection
from proofbook.records.envelope import Actor
from proofbook.tlog.note import Signer, sign_note
from proofbook.tlog.tile import derive_bundles, derive_tiles
from proofbook.tlog.vkey import format_vkey

WITHHELD: Final = (
    "content of exchanges (prompts and answers): sealed in the vault, released one item at a time and on record",
    "secrets of access keys: only their hashes were ever kept",
)
_NO_COUNTERS: Final = Omission("engine counters, the second source for POP-15", "were not collected")


@dataclass(frozen=True, slots=True)
class ExportFrom:
    """Where a room comes from: the book, its projection, the log key, the door in, the clock, and who runs the export."""

    book: BookReading
    projection: Projection
    signer: Signer
    recorder: Recorder
    clock: Clock
    actor: Actor
    run: RunBy
    source: str = "export:main"
    scope: Scope | None = None
    """What the pages of artifacts and the parts speak of; None: none are made."""
    parts: tuple[PartMaker, ...] = ()
    """Parts of rooms above this one; those of this room are made without being named."""
    at_least: int = 0
    """Entries the checkpoint must cover: what was recorded of the audit itself comes after the period."""


@dataclass(frozen=True, slots=True)
class ExportedPopulation:
    """What was handed over of one population."""

    population: str
    rows: int
    completeness: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportedRoom:
    """What was handed over. `manifest` is the digest of the manifest."""

    path: Path
    manifest: str
    files: int
    checkpoint: StoredCheckpoint
    populations: tuple[ExportedPopulation, ...]
    omissions: tuple[Omission, ...]


@dataclass(slots=True)
class _Plan:
    """What is known before the first population is written."""

    checkpoint: StoredCheckpoint
    gathering: Gathering
    artifacts: tuple[ArtifactFile, ...] = ()
    pages: tuple[PlannedPage, ...] = ()
    parts: PlannedPart = field(default_factory=PlannedPart)
    omissions: tuple[Omission, ...] = ()
    paths: list[str] = field(default_factory=list)
    pack: Pack = WHOLE
    written: list[Written] = field(default_factory=list)
    """Filled in before the files of parts are made."""

    @property
    def keep(self) -> int:
        """Size of the earlier checkpoint that must be in the room; 0: any may be left out."""
        return 0 if self.pack.since is None else self.pack.since.size


def export_room(
    out: Path,
    origin: ExportFrom,
    engagement: Engagement,
    *,
    as_of_size: int | None = None,
    populations: tuple[str, ...] = POPULATIONS,
    pack: Pack = WHOLE,
    progress: Progress = lambda _what, _done, _of: None,
) -> ExportedRoom:
    """Writes the room of an engagement to `out`, which must not exist or be an empty folder.

    `populations`: which ones; what is left out is named among the omissions. `pack`: what else is made.

    Raises:
        RefusedError: `out` is taken. UnavailableError: no checkpoint yet, or trouble with the disk or the store.
        IntegrityError: the book does not lead to its checkpoint, or the room does not check out.
    """
    started = origin.clock.now()
    checkpoint = choose_checkpoint(origin.book, engagement.period, origin.signer, as_of_size)
    pack.check_before(checkpoint)
    if as_of_size is None and checkpoint.size < origin.at_least:
        found = covering(origin.book, origin.at_least)
        checkpoint = checkpoint if found is None else bare(found, origin.book.origin)
    with staged(out) as folder, Worksheet(folder.workspace / "worksheet.sqlite") as worksheet:
        origin.projection.catch_up(lambda done: progress("catching up", done, checkpoint.size))
        ids: dict[str, str] = {}
        basis = basis_of(origin.book, origin.projection.reader, engagement, checkpoint, worksheet, ids, pack.since)
        definitions = [narrow(load_definition(each), engagement) for each in populations]
        plan = _Plan(checkpoint, Gathering(basis, definitions), pack=pack)
        written = _write_parts(folder, origin, plan, ids, progress)
        vkey = format_vkey(origin.signer.key)
        shredded = contents.count_erased(origin.projection.reader, checkpoint.size)
        front = _front(origin, engagement, plan, written)
        write_front(folder, front, withheld=WITHHELD, shredded=shredded, paths=plan.paths)
        manifest = _manifest(folder, origin, engagement, plan, written, shredded)
        run = format_run(origin.run, started, origin.clock.now(), find_witnessed(origin.book, checkpoint))
        manifest_bytes = _seal(folder, origin, manifest, run)
        progress("verifying the room", 0, 1)
        check_room(folder.root, vkey)
        progress("verifying the room", 1, 1)
        record = ExportRecord(engagement, checkpoint, manifest_bytes, len(manifest.files), plan.omissions)
        record_export(origin.recorder, origin.actor, origin.source, origin.clock, record, written)
        hand_over(folder, out)
    return _handed_over(out, manifest_bytes, len(manifest.files), plan, written)


def _handed_over(out: Path, manifest: bytes, files: int, plan: _Plan, written: tuple[Written, ...]) -> ExportedRoom:
    return ExportedRoom(
        path=out,
        manifest="sha256:" + sha256(manifest).hexdigest(),
        files=files,
        checkpoint=plan.checkpoint,
        populations=tuple(
            ExportedPopulation(each.room.population, each.rows, each.completeness, each.reasons) for each in written
        ),
        omissions=plan.omissions,
    )


def _write_parts(
    folder: RoomFolder, origin: ExportFrom, plan: _Plan, ids: dict[str, str], progress: Progress
) -> tuple[Written, ...]:
    """The book, the artifact records, the pages, the populations. Fills in the plan and the evidence ids."""
    gathering, checkpoint = plan.gathering, plan.checkpoint
    stamps = write_book(folder, origin.book, checkpoint, gathering.see, progress, keep=plan.keep)
    progress("assessing", 0, 1)
    gathering.assess(origin.scope)
    newest = [index for each in gathering.exports for index in each.newest_of("artifacts") if index >= plan.keep]
    plan.artifacts, unnamed = plan_artifacts(origin.book, newest)
    if gathering.basis.assessed is not None:
        if plan.pack.pages:
            plan.pages = plan_pages(PagesFrom(origin.book, origin.book.origin, checkpoint, gathering.basis.assessed))
        plan.parts = plan_parts(_parts_from(folder, origin, plan), plan.pack.own, origin.parts if plan.pack.pages else ())
    left = [each for each in POPULATIONS if each not in {export.definition.population for export in gathering.exports}]
    plan.omissions = (*_missing_document(), *unnamed, *(() if plan.pages or not plan.pack.pages else (NO_RECORDS,)))
    plan.omissions += plan.parts.omissions if gathering.basis.assessed is not None else (NO_SCOPE,)
    plan.omissions += plan.pack.omissions
    plan.omissions += () if gathering.basis.reconciled else (_NO_COUNTERS,)
    plan.omissions += (Omission(f"populations {', '.join(left)}", "not asked for"),) if left else ()
    if gathering.basis.assessed is not None:
        plan.parts = _with_references(_parts_from(folder, origin, plan), plan, ids, stamps)
    plan.paths = [*_paths(origin.book, plan), *stamps]
    ids.update(evidence_ids(plan.paths))
    write_artifacts(folder, plan.artifacts)
    write_pages(folder, plan.pages, checkpoint.signed_at, progress)
    gathering.write_tables(folder, progress)
    written = gathering.finish(folder, progress)
    plan.written += written
    write_files(folder, plan.parts.files, progress)
    write_workbooks(folder, (each.definition for each in gathering.exports), progress)
    return written


def _front(origin: ExportFrom, engagement: Engagement, plan: _Plan, written: tuple[Written, ...]) -> FrontParts:
    vkey = format_vkey(origin.signer.key)
    made = (plan.artifacts, plan.omissions, plan.pages, plan.parts.files, plan.pack)
    return FrontParts(origin.book.origin, vkey, engagement, plan.checkpoint, written, *made)


def _parts_from(folder: RoomFolder, origin: ExportFrom, plan: _Plan) -> PartsFrom:
    basis = plan.gathering.basis
    assert basis.assessed is not None  # noqa: S101 - asked for only then
    vkey = format_vkey(origin.signer.key)
    return PartsFrom(
        origin.book, basis.reader, vkey, basis.engagement, plan.checkpoint, basis.assessed, folder.workspace,
        plan.pack.since, plan.written, basis,
    )  # fmt: skip


def _with_references(origin: PartsFrom, plan: _Plan, ids: Mapping[str, str], stamps: Iterable[str]) -> PlannedPart:
    """The parts, and the references to everything that is planned."""
    book = (*_book_paths(origin.book, plan), *stamps)
    known = list(references_of(plan.gathering.exports, plan.artifacts, plan.pages, plan.parts.files, book))
    uploads = plan_uploads(origin, known)
    made = plan_criteria(origin, (*known, Reference(uploads.path, uploads.title)), ids)
    return PlannedPart((*plan.parts.files, uploads, *made.files), plan.parts.omissions)


def _paths(book: BookReading, plan: _Plan) -> list[str]:
    """Every path the manifest will list, so that evidence ids are known before the first file that states one."""
    paths = [layout.README, layout.INDEX_HTML, layout.INDEX_CSV, layout.INDEX_XLSX, layout.HOW_TO_VERIFY, layout.VERIFIER]
    paths += [layout.INDEX_PDF] if document.is_available() else []
    paths += [path for each in plan.gathering.exports for path in each.paths()]
    paths += [layout.workbook_path(each.definition.population) for each in plan.gathering.exports]
    paths += [each.path for each in plan.artifacts]
    paths += [path for each in plan.pages for path in each.paths.values()]
    paths += [each.path for each in plan.parts.files]
    paths += _book_paths(book, plan)
    return paths


def _book_paths(book: BookReading, plan: _Plan) -> list[str]:
    size, paths = plan.checkpoint.size, [layout.CHECKPOINT, layout.KEYS]
    paths += [layout.earlier_checkpoint_path(each.size) for each in earlier_checkpoints(book, size, plan.keep)]
    paths += [layout.tile_path(each) for each in derive_tiles(size) if each.level == 0]
    paths += [layout.tile_path(each) for each in derive_bundles(size)]
    return paths


def _missing_document() -> tuple[Omission, ...]:
    return () if document.is_available() else (Omission(layout.INDEX_PDF, "typst is not installed here"),)


def _manifest(
    folder: RoomFolder,
    origin: ExportFrom,
    engagement: Engagement,
    plan: _Plan,
    written: tuple[Written, ...],
    shredded: int,
) -> Manifest:
    if sorted(each.path for each in folder.files) != sorted(plan.paths):
        odd = sorted({each.path for each in folder.files} ^ set(plan.paths))
        raise RuntimeError(f"files written and files planned differ: {odd[:5]}")
    return Manifest(
        origin=origin.book.origin,
        entity=engagement.entity,
        engagement=engagement.id,
        period=engagement.period,
        size=plan.checkpoint.size,
        root=plan.checkpoint.root.hex(),
        files=tuple(folder.files),
        populations=tuple(each.room for each in written),
        artifacts=tuple(sorted(each.path for each in plan.artifacts)),
        omissions=plan.omissions,
        withheld=WITHHELD,
        shredded=shredded,
        since=plan.gathering.basis.since,
    )


def _seal(folder: RoomFolder, origin: ExportFrom, manifest: Manifest, run: bytes) -> bytes:
    """Manifest, sums, run header, and the two signatures."""
    manifest_bytes, sums = format_manifest(manifest), format_sums(manifest.files)
    folder.write(layout.MANIFEST, "Manifest", manifest_bytes)
    folder.write(layout.SUMS, "SHA-256 of every file", sums)
    folder.write(layout.RUN, "Run header", run)
    text = manifest_text(manifest, manifest_bytes, sums)
    folder.write(layout.MANIFEST_SIGNATURE, "Signature of the manifest", sign_note(text, [origin.signer]))
    text = run_text(manifest.origin, run, manifest_bytes)
    folder.write(layout.RUN_SIGNATURE, "Signature of the run header", sign_note(text, [origin.signer]))
    return manifest_bytes
