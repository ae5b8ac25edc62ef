"""The populations that lie ready in one folder, each in a folder of its own: what samples can be drawn from.

Promises: a folder is listed only when this book recorded an export with exactly its evidence header; its tables' bytes are held
to that record when they are read (`exported`). Names from outside reach the disk only when they are names of folders that are
listed. Does not make or remove anything. Hostile input: whatever else lies there is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from proofbook.errors import InputError
from proofbook.fieldwork.exported import HEADER, MAX_HEADER_BYTES, exports_of
from proofbook.readmodel.connection import Reader

MAX_LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class Shelved:
    """One exported population that lies ready. `tables`: name -> rows; `entry` recorded its export."""

    name: str
    folder: Path
    population: str
    title: str
    engagement: str
    definition: str
    tables: Mapping[str, int]
    completeness: str
    recorded: str
    entry: str


def list_shelf(reader: Reader, shelf: Path, engagement: str | None = None) -> tuple[Shelved, ...]:
    """What lies on the shelf, newest first; of one engagement where it is named."""
    if not shelf.is_dir():
        return ()
    folders = sorted((each for each in shelf.iterdir() if each.is_dir() and not each.name.startswith(".")), reverse=True)
    found = [each for folder in folders[:MAX_LISTED] for each in _read(reader, folder)]
    known = [each for each in found if engagement in {None, each.engagement}]
    return tuple(sorted(known, key=lambda each: (each.recorded, each.name), reverse=True))


def find_shelved(reader: Reader, shelf: Path, name: str) -> Shelved:
    """One of them by its folder's name. Raises InputError when there is none."""
    found = next((each for each in list_shelf(reader, shelf) if each.name == name), None)
    if found is None:
        raise InputError(f"population {name[:80]!r}: does not lie ready here", hint="export it first")
    return found


def _read(reader: Reader, folder: Path) -> Iterator[Shelved]:
    try:
        with (folder / HEADER).open("rb") as file:
            data = file.read(MAX_HEADER_BYTES)
        header = json.loads(data)
        population, digest = str(header["population"]), f"sha256:{sha256(data).hexdigest()}"
        events = [each for each in exports_of(reader, population) if each.body["files"].get(HEADER) == digest]
        tables = {str(name): int(rows) for name, rows in header["row_counts"].items()}
        title, engagement, completeness = (str(header[name]) for name in ("title", "engagement", "completeness"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    for event in events[-1:]:
        definition = str(event.body["definition"])
        yield Shelved(
            folder.name, folder, population, title, engagement, definition, tables, completeness, event.recorded, event.entry
        )
