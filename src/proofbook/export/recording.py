"""An export is itself recorded: one entry for each population, one for the room, with the digests of what was made.

Promises: all entries become durable together, before the room is handed over. Raises what the recorder raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from proofbook.book.interface import StoredCheckpoint
from proofbook.bundle.manifest import Omission
from proofbook.export.engagement import Engagement
from proofbook.export.population import Written
from proofbook.journal.receipt import Recorder, Submission
from proofbook.primitives.instants import Clock, Period, format_instant
from proofbook.records.envelope import Actor, Assurance, Draft
from proofbook.records.operations import PopulationExported, RoomExported


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """What the room's entry says."""

    engagement: Engagement
    checkpoint: StoredCheckpoint
    manifest: bytes
    files: int
    omissions: tuple[Omission, ...]


def record_export(
    recorder: Recorder, actor: Actor, source: str, clock: Clock, record: ExportRecord, written: Iterable[Written]
) -> None:
    """Records `population.exported` for each population and `room.exported`; returns when they are durable."""
    period = _period(record.engagement.period)
    occurred = format_instant(clock.now())

    def submission(kind: str, subject: str, document: PopulationExported | RoomExported) -> Submission:
        return Submission(Draft(kind, subject, occurred, actor, source, Assurance.INLINE, document.to_body()))

    made = [submission("population.exported", each.room.population, _population(each, period)) for each in written]
    room = RoomExported(
        engagement=record.engagement.id,
        period=period,
        manifest="sha256:" + sha256(record.manifest).hexdigest(),
        files=record.files,
        checkpoint_size=record.checkpoint.size,
        checkpoint_root=record.checkpoint.root.hex(),
        omissions=[each.what for each in record.omissions],
    )
    made.append(submission("room.exported", record.engagement.id, room))
    recorder.submit(made).result()


def record_population(recorder: Recorder, actor: Actor, source: str, clock: Clock, written: Written, period: Period) -> None:
    """Records `population.exported` for one population handed over by itself; returns when it is durable."""
    body = _population(written, _period(period)).to_body()
    occurred = format_instant(clock.now())
    recorder.record(Draft("population.exported", written.room.population, occurred, actor, source, Assurance.INLINE, body))


def _population(each: Written, period: dict[str, str]) -> PopulationExported:
    return PopulationExported(
        population=each.room.population,
        definition=f"{each.definition.id}/{each.definition.version}",
        logic=f"sha256:{each.definition.logic_sha256}",
        period=period,
        rows=each.rows,
        files={name: f"sha256:{digest}" for name, digest in sorted(each.files.items())},
        completeness="demonstrated" if each.completeness == "demonstrated" else "not_demonstrated",
        reasons=list(each.reasons),
    )


def _period(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat(), "zone": period.zone}
