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
from proofbook.export.definition import load_definition, narrow_to_systems
from proofbook.export.engagement import Engagement
from proofbook.export.folder import RoomFolder, hand_over, staged
from proofbook.export.observation import Observation
from proofbook.export.population import Basis, PopulationExport, Written
from proofbook.export.recording import record_population
from proofbook.export.room import ExportedPopulation, ExportFrom
from proofbook.export.rows import Placed
from proofbook.export.second_look import count_apart, find_strays
from proofbook.export.second_source import compare_engines
from proofbook.export.worksheet import Worksheet
from proofbook.primitives.instants import format_instant
from proofbook.readmodel import contents

EVIDENCE_ID: Final = "EV-0001"
DEFINITION: Final = "definition.json"
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
    definition = narrow_to_systems(load_definition(population), engagement.systems)
    checkpoint = choose_checkpoint(origin.book, engagement.period, origin.signer, as_of_size)
    reader = origin.projection.reader
    with staged(out) as folder, Worksheet(folder.workspace / "worksheet.sqlite") as worksheet:
        origin.projection.catch_up(lambda done: progress("catching up", done, checkpoint.size))
        seen = Observation(format_instant(engagement.period.start), format_instant(engagement.period.end))
        ids = {layout.header_path(population, "json"): EVIDENCE_ID}
        erased = contents.count_erased(reader, checkpoint.size)
        reconciled = compare_engines(reader, engagement, checkpoint.size)
        export = PopulationExport(
            Basis(origin.book, engagement, checkpoint, seen, worksheet, ids, erased, reconciled), definition
        )

        def see(entry: Placed) -> None:
            seen.see(entry.index, entry.value)
            export.see(entry)

        write_book(folder, origin.book, checkpoint, see, progress)  # checks that the entries lead to the checkpoint
        counted = count_apart(reader, engagement, checkpoint.size)
        written = export.write(folder, counted, find_strays(reader, checkpoint.size), progress)
        alone = _take_out(folder, population, written, checkpoint.note)
        record_population(origin.recorder, origin.actor, origin.source, origin.clock, written, engagement.period)
        hand_over(alone, out)
    return ExportedPopulation(population, written.rows, written.completeness, written.reasons)


def _take_out(folder: RoomFolder, population: str, written: Written, checkpoint: bytes) -> RoomFolder:
    """The population's own folder, with what its header refers to beside it."""
    root = folder.root.joinpath(*layout.POPULATION_FOLDERS[population].split("/"))
    (root / DEFINITION).write_bytes(written.definition.data)
    (root / CHECKPOINT).write_bytes(checkpoint)
    return RoomFolder(root, folder.workspace)
