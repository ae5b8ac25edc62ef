"""Handing out an engagement's evidence room as one archive that only its receivers can open; recorded before it is there.

The room itself is made in a hidden folder beside the archive, readable by its owner only, and deleted at the end, also
after a failure.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from proofbook.errors import RefusedError, StoreUnavailable
from proofbook.export.archive import FORM, Archive, Recipients, encrypted_archive
from proofbook.export.room import ExportedRoom
from proofbook.journal.receipt import Recorder
from proofbook.primitives.instants import format_instant
from proofbook.records.envelope import Assurance, Draft
from proofbook.records.outside import RoomDelivered
from proofbook.wiring.access import operator
from proofbook.wiring.exporting import SOURCE, Progress, export_engagement
from proofbook.wiring.home import Home
from proofbook.wiring.system import CLOCK


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The archive, the room that is in it, and the entry that says so."""

    archive: Archive
    room: ExportedRoom
    entry: str


def hand_out_room(
    recorder: Recorder,
    engagement: str,
    out: Path,
    recipients: Recipients,
    *,
    to: str,
    export: Callable[[Path], ExportedRoom],
) -> HandedOut:
    """Make the room with `export` in the folder it is given, pack it for the recipients, and record who gets it.

    Raises:
        RefusedError: `out` is taken. StoreUnavailable: the disk. Whatever `export` and the recorder raise.
    """
    if out.exists():
        raise RefusedError(f"{out}: exists", hint="name a new file; an archive is never overwritten")
    hidden = out.with_name(f".{out.name}.room")
    try:
        hidden.mkdir(mode=0o700)
    except FileExistsError as error:
        raise RefusedError(f"{hidden}: is left of an earlier try", hint="look at it and remove it") from error
    except OSError as error:
        raise StoreUnavailable(f"{out.parent}: cannot be written: {error.strerror}") from error
    try:
        room = export(hidden / "room")
        with encrypted_archive(hidden / "room", out, recipients) as archive:
            body = RoomDelivered(
                engagement=engagement,
                manifest=room.manifest,
                archive=f"sha256:{archive.sha256}",
                bytes=archive.size,
                form=FORM,
                recipients=list(recipients.texts),
                to=to or "unknown",
            )
            now = format_instant(CLOCK.now())
            draft = Draft("room.delivered", engagement, now, operator(), SOURCE, Assurance.INLINE, body.to_body())
            receipt = recorder.record(draft)
        return HandedOut(archive, room, receipt.entry_id)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def hand_out_engagement(
    home: Home,
    recorder: Recorder,
    engagement: str,
    out: Path,
    recipients: Recipients,
    *,
    to: str,
    as_of_size: int | None,
    progress: Progress,
) -> HandedOut:
    """The room of an engagement, encrypted. Raises what `hand_out_room` and `export_engagement` raise."""

    def export(folder: Path) -> ExportedRoom:
        return export_engagement(home, recorder, engagement, folder, as_of_size=as_of_size, progress=progress)

    return hand_out_room(recorder, engagement, out, recipients, to=to, export=export)
