"""The book as a whole for programs: where it stands, sources, gaps, models, reconciliation, the week, one's token and work."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Final

from proofbook.errors import MalformedRecord, ProofbookError
from proofbook.portal.api import book_shapes as shapes
from proofbook.portal.api.reading_records import proof_of
from proofbook.portal.api.resource import Asked
from proofbook.portal.coverage import read_duties
from proofbook.portal.reconciliation_page import DAYS
from proofbook.portal.staff.book.identity import find_foreign
from proofbook.portal.staff.book.signs import read_signs
from proofbook.portal.staff.today.changes import Change, read_changes
from proofbook.portal.surroundings import Desk
from proofbook.primitives.digest import parse_digest
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import activity, artifacts, exchanges, sources
from proofbook.readmodel.counters import reconcile
from proofbook.readmodel.walking import Filters
from proofbook.reconciliation.comparing import Comparison
from proofbook.records.envelope import parse_entry

_MOST: Final = 200


def read_holder(desk: Desk, asked: Asked) -> shapes.HolderShape:
    """Whose token this is."""
    del asked
    visitor = desk.known
    return shapes.HolderShape(
        account=visitor.account,
        name=visitor.name,
        token=visitor.session,
        permissions=tuple(sorted(each.value for each in visitor.permissions)),
        engagement=visitor.engagement,
        until=visitor.until,
    )


def read_book(desk: Desk, asked: Asked) -> shapes.BookShape:
    """Where it stands."""
    del asked
    head = desk.book.latest_checkpoint()
    return shapes.BookShape(
        entity=desk.sources.entity,
        origin=desk.book.origin,
        vkey=desk.sources.vkey,
        entries=desk.book.size(),
        taken_in=desk.position,
        checkpoint=None
        if head is None
        else shapes.CheckpointShape(size=head.size, root=head.root.hex(), signed_at=head.signed_at, note=head.note.decode()),
        kinds=tuple(shapes.KindCount(kind=kind, entries=count) for kind, (_, count) in sorted(desk.book.kinds().items())),
        identity=find_foreign(desk),
    )


def list_sources(desk: Desk, asked: Asked) -> shapes.SourcesShape:
    """By name."""
    del asked
    lines = read_signs(desk, read_duties(desk.reader))
    return shapes.SourcesShape(
        items=tuple(
            shapes.SourceShape.model_validate({**asdict(each.source), "state": each.state, "gaps": each.gaps}) for each in lines
        )
    )


def list_gaps(desk: Desk, asked: Asked) -> shapes.GapsShape:
    """Everything that breaks the record."""
    del asked
    heartbeat = timedelta(seconds=desk.sources.heartbeat_seconds)
    duties = [each for each in read_duties(desk.reader) if each.runs[-1][1] is None]
    return shapes.GapsShape(
        gaps=tuple(map(shapes.GapShape.model_validate, sources.gaps(desk.reader, limit=_MOST))),
        breaks=tuple(map(shapes.BreakShape.model_validate, islice(sources.sequence_breaks(desk.reader), _MOST))),
        strays=tuple(map(shapes.StrayShape.model_validate, islice(exchanges.stray_responses(desk.reader), _MOST))),
        silent=tuple(each.source for each in duties if not each.is_alive(desk.now, heartbeat)),
        most=_MOST,
    )


def list_models(desk: Desk, asked: Asked) -> shapes.ModelsShape:
    """The newest record of each."""
    del asked
    return shapes.ModelsShape(
        items=tuple(map(shapes.ModelShape.model_validate, artifacts.latest(desk.reader))),
        unrecorded=tuple(activity.served_without_record(desk.reader)),
    )


def read_model(desk: Desk, asked: Asked, digest: str) -> shapes.ModelWhole | None:
    """One, by its digest."""
    del asked
    try:
        artifact = parse_digest(digest)
    except MalformedRecord:
        return None
    record = artifacts.by_digest(desk.reader, artifact)
    newest = next(iter(exchanges.page(desk.reader, limit=1, filters=Filters(artifact=artifact))), None)
    if record is None and newest is None:
        return None
    try:
        body = None if record is None else dict(parse_entry(desk.book.entry(record.index)).body)
    except ProofbookError:
        body = None
    return shapes.ModelWhole(
        artifact=artifact,
        record=None if record is None else shapes.ModelShape.model_validate(record),
        body=body,
        proof=None if record is None else proof_of(desk, record.index, record.entry),
        versions=0 if record is None else len(artifacts.versions(desk.reader, record.subject)),
        newest_exchange=None if newest is None else newest.exchange,
    )


def read_reconciliation(desk: Desk, asked: Asked) -> shapes.ReconciliationShape:
    """The last thirty days."""
    del asked
    since = format_instant(desk.now - timedelta(days=DAYS))
    found = reconcile(desk.reader, since, format_instant(desk.now), desk.position)
    return shapes.ReconciliationShape(items=tuple(map(_engine, found)))


def read_week(desk: Desk, asked: Asked) -> shapes.WeekShape:
    """The last seven days."""
    del asked
    found = read_changes(desk)
    return shapes.WeekShape(
        since=found.since,
        occasions=_changes(found.occasions),
        sign_offs=_changes(found.sign_offs),
        newest=_changes(found.newest),
        models=_changes(found.models),
        kinds=tuple(shapes.KindChanges(kind=kind, created=created, changed=changed) for kind, created, changed in found.kinds),
        gaps=tuple(map(shapes.GapShape.model_validate, found.gaps)),
        exchanges=found.exchanges,
        exchanges_before=found.exchanges_before,
        cut=found.cut,
    )


def read_work(desk: Desk, asked: Asked, work: str) -> shapes.WorkShape | None:
    """One's own."""
    del asked
    found = desk.works.find(work, desk.known.account)
    return None if found is None else shapes.WorkShape.model_validate(found)


def _changes(found: tuple[Change, ...]) -> tuple[shapes.ChangeShape, ...]:
    return tuple(map(shapes.ChangeShape.model_validate, found))


def _engine(found: Comparison) -> shapes.EngineShape:
    return shapes.EngineShape(
        address=found.address,
        upstreams=found.upstreams,
        product=found.product,
        standing=found.standing.value,
        reason=None if found.reason is None else found.reason.value,
        stretches=tuple(
            shapes.ReconciledStretch(
                since=each.since,
                until=each.until,
                standing=each.standing.value,
                reason=None if each.reason is None else each.reason.value,
                figures=tuple(
                    shapes.ReconciledFigure(
                        measure=figure.measure.value,
                        engine=figure.engine,
                        at_least=figure.at_least,
                        low=figure.low,
                        high=figure.high,
                        difference=figure.difference,
                        standing=figure.standing.value,
                    )
                    for figure in each.figures
                ),
            )
            for each in found.intervals
        ),
    )
