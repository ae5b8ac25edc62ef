"""One population handed over by itself: its tables, columns, evidence header, definition and the checkpoint it is as of.

The same files with the same bytes as in an evidence room, without the room's book: the figures can be read and compared, but
not re-derived. Whoever needs proof takes the room. Promises what `room` promises: staged, recorded first, handed over whole or
not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from proofbook.bundle import layout
from proofbook.export.book_part import Progress, choose_checkpoint, write_book
from proofbook.export.defining import load_definition
from proofbook.export.engagement import Engagement
from proofbook.export.explaining import explain
from proofbook.export.folder import RoomFolder, hand_over, staged
from proofbook.export.gathering import Gathering, basis_of
from proofbook.export.narrowing import narrow
from proofbook.export.population import Written
from proofbook.export.recording import record_population
from proofbook.export.room import ExportedPopulation, ExportFrom
from proofbook.export.worksheet import Worksheet

EVIDENCE_ID: Final = "EV-0001"
DEFINITION: Final = "definition.json"
EXPLANATION: Final = "how-this-report-works.md"
CHECKPOINT: Final = "checkpoint"


def export_population(
    out: Path,
    origin: ExportFrom,
    engagement: Engagement,
    population: str,
    *,
    as_of_size: int | None = None,
    progress: Progress = lambda _what, _done, _of: None,
) -> ExportedPopulation:
    """Write one population to `out`, which must not exist or be an empty folder.

    Raises:
        MalformedRecord: no such population. Otherwise what `export_room` raises.
    """
    definition = narrow(load_definition(population), engagement)
    checkpoint = choose_checkpoint(origin.book, engagement.period, origin.signer, as_of_size)
    with staged(out) as folder, Worksheet(folder.workspace / "worksheet.sqlite") as worksheet:
        origin.projection.catch_up(lambda done: progress("catching up", done, checkpoint.size))
        ids = {layout.header_path(population, "json"): EVIDENCE_ID}
        gathering = Gathering(
            basis_of(origin.book, origin.projection.reader, engagement, checkpoint, worksheet, ids), [definition]
        )
        write_book(folder, origin.book, checkpoint, gathering.see, progress)  # checks that the entries lead to the checkpoint
        gathering.assess(origin.scope)
        gathering.write_tables(folder, progress)
        (written,) = gathering.finish(folder, progress)
        alone = _take_out(folder, population, written, checkpoint.note)
        record_population(origin.recorder, origin.actor, origin.source, origin.clock, written, engagement.period)
        hand_over(alone, out)
    return ExportedPopulation(population, written.rows, written.completeness, written.reasons)


def _take_out(folder: RoomFolder, population: str, written: Written, checkpoint: bytes) -> RoomFolder:
    """The population's own folder, with what its header refers to beside it."""
    root = folder.root.joinpath(*layout.POPULATION_FOLDERS[population].split("/"))
    (root / DEFINITION).write_bytes(written.definition.data)
    (root / EXPLANATION).write_bytes(explain(written.definition))
    (root / CHECKPOINT).write_bytes(checkpoint)
    return RoomFolder(root, folder.workspace)
