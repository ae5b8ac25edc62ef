"""Kept records for programs: kinds and their schemas, lists by position, one record at a moment, its history, its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from proofbook.errors import InputError
from proofbook.fieldwork.proving import prove
from proofbook.filing.difference import ABSENT, find_differences
from proofbook.filing.lateness import days_between, is_late
from proofbook.portal.api.proof_shapes import ProofShape
from proofbook.portal.api.record_shapes import (
    DecisionShape,
    DecisionsShape,
    DifferenceShape,
    DrawnOutput,
    DrawnOutputs,
    FieldDifference,
    HeadShape,
    HistoryLine,
    HistoryShape,
    KindShape,
    KindsShape,
    PointerShape,
    PointingPage,
    RecordShape,
    RecordsPage,
    SchemaShape,
    SealedFile,
    SignatureShape,
    VersionShape,
)
from proofbook.portal.api.resource import Asked, Tagged
from proofbook.portal.staff.queues import decisions
from proofbook.portal.staff.queues.spot_check_act import LARGEST, DrawWish, draw
from proofbook.portal.staff.records import attachment_pages, one_record
from proofbook.portal.staff.records.kinds import SIGNED, groups, kind_of
from proofbook.portal.staff.records.lists import read_narrowing
from proofbook.portal.surroundings import Answer, Desk
from proofbook.readmodel import heads
from proofbook.readmodel.documents import Documents, DocumentVersion
from proofbook.records.kept import KEPT
from proofbook.records.pointing import follow

MOST: Final = 200
_SHOWN: Final = 20
_HISTORY: Final = 400


class PageAsked(Asked):
    """Where to go on from."""

    limit: int = Field(default=50, ge=1, le=MOST, description="how many")
    before: int | None = Field(default=None, ge=0, lt=10**18, description="only before this position: `older` of a page")


class RecordsAsked(PageAsked):
    """What a list is narrowed by."""

    words: str = Field(default="", max_length=200, description="part of the title or id")
    state: str = Field(default="", max_length=200, description="where a record says that it stands")
    actor: str = Field(default="", max_length=200, description="who wrote the newest version")
    blanks: str = Field(default="", max_length=3, description="yes: with blanks; no: without")
    decision: str = Field(default="", max_length=40, description="the newest decision about this version, or none")


class WaitingAsked(PageAsked):
    """Which kind is wanted."""

    kind: str = Field(default="", max_length=60, description="only of this kind")


class RecordAsked(Asked):
    """Which version is wanted: without a word the newest."""

    version: str = Field(default="", max_length=9, description="by its number")
    as_of: str = Field(default="", max_length=40, description="what was on record at this day or moment")


class DifferenceAsked(Asked):
    """Which versions are held against each other: without a word the newest and the one before."""

    before: int | None = Field(default=None, ge=1, lt=10**9, alias="from", description="number of the earlier one")
    after: int | None = Field(default=None, ge=1, lt=10**9, alias="to", description="number of the later one")


def list_kinds(desk: Desk, asked: Asked) -> KindsShape:
    """All of them."""
    del asked
    counts = heads.counts(desk.reader)
    return KindsShape(
        items=tuple(
            KindShape(
                kind=each.kind,
                one=each.one,
                says=each.says,
                artifact=each.artifact.id,
                happens=each.happens,
                signed=each.is_signed,
                written_elsewhere=each.written_elsewhere,
                records=counts.get(each.kind, 0),
            )
            for group in groups()
            for each in group.kinds
        )
    )


def read_schema(desk: Desk, asked: Asked, kind: str) -> SchemaShape | None:
    """Of one kind."""
    del desk, asked
    return SchemaShape(kind=kind, json_schema=KEPT[kind].model_json_schema()) if kind in KEPT else None


def list_records(desk: Desk, asked: RecordsAsked, kind: str) -> RecordsPage | None:
    """Of one kind."""
    if kind_of(kind) is None:
        return None
    chosen = {name: value for name in ("words", "state", "actor", "blanks", "decision") if (value := getattr(asked, name))}
    return _page(heads.page(desk.reader, kind, read_narrowing(chosen), before=asked.before, limit=asked.limit + 1), asked.limit)


def list_waiting(desk: Desk, asked: WaitingAsked) -> RecordsPage:
    """Versions that wait for somebody's signature."""
    if asked.kind and asked.kind not in SIGNED:
        raise InputError(f"kind {asked.kind!r} does not wait for signatures", hint=f"one of {', '.join(SIGNED)}")
    kinds = (asked.kind,) if asked.kind else SIGNED
    return _page(heads.waiting(desk.reader, kinds, before=asked.before, limit=asked.limit + 1), asked.limit)


def read_record(desk: Desk, asked: RecordAsked, kind: str, id: str) -> Tagged | None:  # noqa: A002 - the part of the path
    """One, with everything its page shows."""
    query = {"version": asked.version, "as_of": asked.as_of}
    found = one_record.find_version(desk, query, kind, id)
    if found is None or found.version is None:
        return None
    version, documents = found.version, Documents(desk.reader)
    late = is_late(version.occurred, version.recorded)
    return Tagged(
        RecordShape(
            record=VersionShape.model_validate(version),
            newest=found.newest.entry,
            is_newest=version.entry == found.newest.entry,
            late_days=days_between(version.occurred, version.recorded) if late else None,
            blanks=one_record.blanks_of(version),
            signatures=tuple(_signature(each, version) for each in documents.sign_offs(kind, id)),
            points_to=tuple(
                PointerShape(field=path, kind=target, id=name) for path, target, name in follow(version.kind, version.body)
            ),
            named_by=tuple(
                PointerShape(field=each.field, kind=each.head.kind, id=each.head.id)
                for _, pointing in heads.pointing_to(desk.reader, kind, id, _SHOWN)
                for each in pointing
            ),
            files=tuple(
                SealedFile(
                    name=each.name,
                    sha256=each.sha256,
                    bytes=each.bytes,
                    where=each.where,
                    sealed_here=each.sealed is not None,
                )
                for each in one_record.files_of(desk, version)
            ),
            proof=proof_of(desk, version.index, version.entry),
        ),
        version.entry,
    )


def read_history(desk: Desk, asked: Asked, kind: str, id: str) -> HistoryShape | None:  # noqa: A002 - the part of the path
    """Every version, the newest first."""
    del asked
    versions = Documents(desk.reader).history(kind, id) if kind_of(kind) is not None else ()
    if not versions:
        return None
    lines = [
        HistoryLine(
            entry=each.entry,
            version=each.version,
            occurred=each.occurred,
            recorded=each.recorded,
            actor=each.actor,
            because=each.body.get("because"),
        )
        for each in reversed(versions[-_HISTORY:])
    ]
    return HistoryShape(items=tuple(lines), left_out=max(len(versions) - _HISTORY, 0))


def read_difference(desk: Desk, asked: DifferenceAsked, kind: str, id: str) -> DifferenceShape | None:  # noqa: A002 - the part
    """Between two versions."""
    versions = {each.version: each for each in Documents(desk.reader).history(kind, id)} if kind_of(kind) is not None else {}
    if not versions:
        return None
    after = versions.get(asked.after or max(versions))
    before = None if after is None else versions.get(asked.before or max(after.version - 1, 1))
    if before is None or after is None:
        return None
    found = find_differences(before.body, after.body)
    return DifferenceShape(
        before=before.version,
        after=after.version,
        fields=tuple(FieldDifference(path=each.path, before=_stated(each.before), after=_stated(each.after)) for each in found),
    )


def list_pointing(desk: Desk, asked: PageAsked, kind: str, id: str, other: str) -> PointingPage | None:  # noqa: A002 - the part
    """Records of one kind that name this one."""
    if kind_of(kind) is None or kind_of(other) is None or heads.of_record(desk.reader, kind, id) is None:
        return None
    rows = heads.of_kind_pointing_to(desk.reader, other, kind, id, before=asked.before, limit=asked.limit + 1)
    shown = rows[: asked.limit]
    items = tuple(PointerShape(field=each.field, kind=each.head.kind, id=each.head.id) for each in shown)
    return PointingPage(items=items, older=shown[-1].head.index if len(rows) > asked.limit else None)


def save_file(desk: Desk, asked: Asked, kind: str, id: str, digest: str) -> Answer:  # noqa: A002 - the part of the path
    """A sealed file."""
    del asked
    return attachment_pages.save_file(desk, {}, kind, id, digest)


def read_version(desk: Desk, asked: Asked, entry: str) -> VersionShape | None:
    """The version that an entry holds."""
    del asked
    found = Documents(desk.reader).by_entry(entry)
    return None if found is None else VersionShape.model_validate(found)


class DrawAsked(Asked):
    """What is drawn from, and by which seed."""

    system: str = Field(min_length=1, max_length=200, description="system whose outputs are checked")
    covers_from: str = Field(min_length=10, max_length=10, description="first day (UTC) of the time that is checked")
    covers_until: str = Field(min_length=10, max_length=10, description="last day of it")
    count: int = Field(ge=1, le=LARGEST, description="how many are drawn")
    seed: str = Field(min_length=1, max_length=200, description="what the draw follows from")


def draw_outputs(desk: Desk, asked: DrawAsked) -> DrawnOutputs:
    """What a spot check by this seed is about."""
    drawn, population = draw(desk, DrawWish.model_validate(asked.model_dump()))
    items = [
        DrawnOutput(review=each.id, title=str(each.body["title"]), exchanges=tuple(each.body["exchanges"] or ()))
        for each in drawn
    ]
    return DrawnOutputs(items=tuple(items), population=population)


def list_decisions(desk: Desk, asked: Asked) -> DecisionsShape:
    """Those that wait, the most urgent first."""
    del asked
    found = decisions.waiting(desk)
    return DecisionsShape(items=tuple(map(VersionShape.model_validate, found[:MOST])), of=len(found))


def read_decision(desk: Desk, asked: Asked, request: str) -> DecisionShape | None:
    """One, waiting or decided."""
    del asked
    documents = Documents(desk.reader)
    found, review = documents.current(decisions.REQUEST, request), documents.current(decisions.REVIEW, request)
    if found is None:
        return None
    decided = None if review is None else VersionShape.model_validate(review)
    return DecisionShape(request=VersionShape.model_validate(found), review=decided)


def proof_of(desk: Desk, index: int, entry: str) -> ProofShape:
    """The proof of an entry, recomputed now."""
    return ProofShape.model_validate(prove(desk.book, index, entry_id=entry, origin=desk.sources.origin, vkey=desk.sources.vkey))


def _page(rows: tuple[heads.Head, ...], limit: int) -> RecordsPage:
    older = rows[limit - 1].index if len(rows) > limit else None
    return RecordsPage(items=tuple(map(HeadShape.model_validate, rows[:limit])), older=older)


def _signature(signed: DocumentVersion, version: DocumentVersion) -> SignatureShape:
    body: Mapping[str, Any] = signed.body
    return SignatureShape(
        entry=signed.entry,
        **{name: str(body[name]) for name in ("signer", "decision", "role", "statement", "signed_at", "of_entry")},
        of_this=body["of_entry"] == version.entry,
    )


def _stated(value: Any) -> Any:
    return None if value is ABSENT else value
