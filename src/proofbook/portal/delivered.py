"""What was made to be handed over, as pages show it: its files, its tables, its header; and saving one of its files.

Promises: a file is one that lies in the delivery under that very name; names are looked up, never made into paths. Used by both
faces, so that they show the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from proofbook.errors import InputError
from proofbook.fieldwork.exported import HEADER
from proofbook.fieldwork.observing import TRANSCRIPT
from proofbook.portal.surroundings import Delivered, Delivery, Desk

_MEDIA: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}


def find_delivery(desk: Desk, engagement: str, delivery: str) -> Delivered | None:
    """One delivery of an engagement."""
    return next((each for each in desk.delivering.delivered(engagement) if each.id == delivery), None)


def files_of(delivered: Delivered) -> tuple[str, ...]:
    """Names of the files of a population, by name. An evidence room is taken as a whole."""
    if delivered.sort == "room":
        return ()
    return tuple(sorted(each.name for each in delivered.folder.iterdir() if each.is_file()))


def tables_of(delivered: Delivered) -> Mapping[str, int]:
    """Tables of a delivered population with the number of their rows."""
    counts = header_of(delivered).get("row_counts")
    return counts if isinstance(counts, dict) else {}


def header_of(delivered: Delivered) -> Mapping[str, Any]:
    """The evidence header of a population; empty for a room. Raises InputError when it cannot be read."""
    path = delivered.folder / HEADER
    if delivered.sort == "room" or not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"{HEADER} of this delivery cannot be read", hint="produce the population again") from error
    return found if isinstance(found, dict) else {}


def describe_delivery(delivered: Delivered) -> dict[str, Any]:
    """What a page shows of a delivery."""
    transcript = delivered.folder / TRANSCRIPT
    archive = delivered.archive
    return {
        "it": delivered,
        "header": header_of(delivered),
        "files": [(name, delivered.folder.joinpath(name).stat().st_size) for name in files_of(delivered)],
        "tables": tables_of(delivered),
        "transcript": transcript.read_text("utf-8") if transcript.is_file() else "",
        "archive": None if archive is None or not archive.is_file() else archive.stat().st_size,
    }


def save_delivered(delivered: Delivered, name: str) -> Delivery | None:
    """One file, or all of them under the archive's name."""
    archive = delivered.archive
    if archive is not None and name == archive.name and archive.is_file():
        return Delivery(f"{delivered.population or 'evidence-room'}-{delivered.id}.zip", _MEDIA[".zip"], archive)
    if name not in files_of(delivered):
        return None
    return Delivery(name, _MEDIA.get(Path(name).suffix, "application/octet-stream"), delivered.folder / name)
