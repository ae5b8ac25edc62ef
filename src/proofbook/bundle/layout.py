"""Every path of an evidence room, from meaning to path and back; no other module spells one.

Promises: `parse_room_path(path)` recognises exactly the paths that the functions here make. Paths are relative to the room,
POSIX, ASCII, without `..`. Does not touch a disk.
Hostile input: a name from outside reaches a path only through `slug`, which keeps lower-case letters, digits and dashes; a path
read from a manifest must go through `check_path` before it is joined to anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from proofbook.bundle.limits import MAX_PATH_BYTES, MAX_SLUG_CHARACTERS
from proofbook.bundle.parts import parse_part_path
from proofbook.errors import MalformedBundle
from proofbook.primitives.digest import Digest, digest_raw
from proofbook.tlog.tile import TileResource, format_path, parse_path

INDEX_FOLDER: Final = "00_README_and_index"
README: Final = f"{INDEX_FOLDER}/README.md"
INDEX_HTML: Final = f"{INDEX_FOLDER}/index.html"
INDEX_CSV: Final = f"{INDEX_FOLDER}/index.csv"
INDEX_PDF: Final = f"{INDEX_FOLDER}/index.pdf"
INDEX_XLSX: Final = f"{INDEX_FOLDER}/index.xlsx"
HOW_TO_VERIFY: Final = f"{INDEX_FOLDER}/how-to-verify.md"
VERIFIER: Final = f"{INDEX_FOLDER}/verify.py"
SUMS: Final = f"{INDEX_FOLDER}/SHA256SUMS"
MANIFEST: Final = f"{INDEX_FOLDER}/manifest.json"
MANIFEST_SIGNATURE: Final = f"{INDEX_FOLDER}/manifest.sig"
RUN: Final = f"{INDEX_FOLDER}/run.json"
RUN_SIGNATURE: Final = f"{INDEX_FOLDER}/run.sig"

UNLISTED: Final = frozenset({SUMS, MANIFEST, MANIFEST_SIGNATURE, RUN, RUN_SIGNATURE})
"""Files that the manifest cannot or must not list: they are made from it, or differ from run to run."""

INDEX_FILES: Final = frozenset({INDEX_HTML, INDEX_CSV, INDEX_PDF, INDEX_XLSX})
"""The index in its forms; the index does not list itself."""

_POPULATION_NAMES: Final = {
    "POP-01": "ai-systems",
    "POP-02": "inventory-reviews",
    "POP-03": "access-as-of",
    "POP-04": "access-changes",
    "POP-05": "leavers-and-movers",
    "POP-06": "access-reviews",
    "POP-07": "model-artifacts",
    "POP-08": "model-changes",
    "POP-09": "prompt-and-setting-changes",
    "POP-10": "index-builds-and-scope",
    "POP-11": "engine-and-host-changes",
    "POP-12": "emergency-changes",
    "POP-13": "upstream-events",
    "POP-14": "evaluation-runs",
    "POP-15": "ai-interactions",
    "POP-16": "reviewed-decisions",
    "POP-17": "spot-checks",
    "POP-18": "alerts",
    "POP-19": "incidents-and-exercises",
    "POP-20": "vendors",
    "POP-21": "requests-and-waivers",
    "POP-22": "training-and-acknowledgement",
    "POP-23": "availability-and-outages",
    "POP-24": "capacity-reviews",
    "POP-25": "backups-and-restore-tests",
    "POP-26": "outbound-rules",
    "POP-27": "log-access-and-exports",
    "POP-28": "disposal-and-retention",
    "POP-29": "integrity-checks",
    "POP-30": "control-exceptions",
}
POPULATION_FOLDERS: Final = MappingProxyType({key: f"04_Populations/{key}_{name}" for key, name in _POPULATION_NAMES.items()})
"""Populations of this room format and the folder of each."""
PROVENANCE_FOLDER: Final = "07_AI_artifacts/ART-04_model-provenance"
PAGES_FOLDER: Final = "07_AI_artifacts/pages"
ASSURANCE_FOLDER: Final = "10_IPE_and_tool_assurance"
DEFINITION_FOLDER: Final = f"{ASSURANCE_FOLDER}/report_definitions"
BOOK_FOLDER: Final = f"{ASSURANCE_FOLDER}/book"
CHECKPOINT: Final = f"{BOOK_FOLDER}/checkpoint"
KEYS: Final = f"{BOOK_FOLDER}/keys.json"

_FIXED: Final = frozenset({README, HOW_TO_VERIFY, VERIFIER}) | INDEX_FILES | UNLISTED
_HEADERS: Final = ("header.json", "header.html", "columns.csv")
_WORKBOOK: Final = "population.xlsx"
_POPULATION: Final = re.compile(r"(?P<folder>04_Populations/[^/]+)/(?P<name>[a-z][a-z0-9_]{0,40})\.(?P<form>csv|json|html)\Z")
_PROVENANCE: Final = re.compile(re.escape(PROVENANCE_FOLDER) + r"/[0-9a-f]{16}_[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.json\Z")
_PAGE: Final = re.compile(
    re.escape(PAGES_FOLDER) + r"/(?P<about>ART-\d\d|SUP-\d\d)/(?P<name>[a-z0-9][a-z0-9._-]{0,119})\.(?:html|pdf|json)\Z"
)
_EARLIER: Final = re.compile(re.escape(BOOK_FOLDER) + r"/checkpoints/(?P<size>0|[1-9][0-9]{0,18})\Z")
_STAMP: Final = re.compile(re.escape(BOOK_FOLDER) + r"/timestamps/(?P<index>0|[1-9][0-9]{0,18})\.(?:note|tsr)\Z")
_SAFE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_UNSAFE_RUN: Final = re.compile(r"[^a-z0-9]+")


class RoomPart(StrEnum):
    """What a file of the room is."""

    INDEX = "index"
    """README, index pages, instructions, verifier, manifest, sums, signatures, run header."""
    TABLE = "table"
    HEADER = "header"
    """Evidence header and column dictionary of a population."""
    PROVENANCE = "provenance"
    PAGE = "page"
    """A page of an artifact or of the answers, in one of its forms."""
    DEFINITION = "definition"
    """The report definition of a population, and the page that explains it."""
    CHECKPOINT = "checkpoint"
    """The room's checkpoint, an earlier one, a time-stamped one with its token, or the key list."""
    TILE = "tile"
    WORKBOOK = "workbook"
    """A population once more, as a workbook for reading."""
    PART = "part"
    """A file of one of the other folders: scope, controls, policies, samples, criteria, incidents, vendors, correspondence."""


@dataclass(frozen=True, slots=True)
class RoomPath:
    """What a path means. `about`: the population, artifact, `book` or `index` it belongs to; `name`: its table or size."""

    part: RoomPart
    about: str
    name: str | None = None


def table_path(population: str, table: str, form: Literal["csv", "json"]) -> str:
    """Where a table of a population lives."""
    return f"{_folder(population)}/{table}.{form}"


def header_path(population: str, form: Literal["json", "html"]) -> str:
    """Where the evidence header of a population lives."""
    return f"{_folder(population)}/header.{form}"


def columns_path(population: str) -> str:
    """Where the column dictionary of a population lives."""
    return f"{_folder(population)}/columns.csv"


def workbook_path(population: str) -> str:
    """Where the workbook of a population lives."""
    return f"{_folder(population)}/{_WORKBOOK}"


def definition_path(population: str) -> str:
    """Where the report definition of a population lives."""
    _folder(population)
    return f"{DEFINITION_FOLDER}/{population}.json"


def explanation_path(population: str) -> str:
    """Where the page lies that says in plain words how the report of a population works."""
    _folder(population)
    return f"{DEFINITION_FOLDER}/{population}.md"


def provenance_path(artifact: Digest, name: str) -> str:
    """Where the provenance record of a model artifact lives. `name` is only a help for readers."""
    return f"{PROVENANCE_FOLDER}/{digest_raw(artifact).hex()[:16]}_{slug(name)}.json"


def page_path(artifact: str, name: str, form: Literal["html", "pdf", "json"]) -> str:
    """Where a page of an artifact lives. Raises MalformedBundle for a name that no path can hold."""
    path = f"{PAGES_FOLDER}/{artifact}/{name}.{form}"
    if _PAGE.match(path) is None:
        raise MalformedBundle(f"{artifact[:10]}/{name[:120]!r} cannot be the name of a page")
    return path


def earlier_checkpoint_path(size: int) -> str:
    """Where an earlier signed checkpoint lives."""
    return f"{BOOK_FOLDER}/checkpoints/{size}"


def stamp_path(index: int, form: Literal["note", "tsr"]) -> str:
    """Where the stamped checkpoint (`note`) or the token (`tsr`) of the entry `log.timestamped` at that index lives."""
    return f"{BOOK_FOLDER}/timestamps/{index}.{form}"


def tile_path(resource: TileResource) -> str:
    """Where a hash tile or entry bundle lives."""
    return f"{BOOK_FOLDER}/{format_path(resource)}"


def way_up(path: str) -> str:
    """The relative way from a page of the room to its first page."""
    return "../" * path.count("/") + INDEX_HTML


def slug(name: str) -> str:
    """A name from outside as a harmless piece of a path; `unnamed` when nothing of it can be kept."""
    kept = _UNSAFE_RUN.sub("-", name.lower()).strip("-")[:MAX_SLUG_CHARACTERS].strip("-")
    return kept or "unnamed"


def check_path(path: str) -> None:
    """Raises MalformedBundle unless `path` is relative, plain ASCII, of harmless names, and short enough."""
    parts = path.split("/")
    if not path or len(path) > MAX_PATH_BYTES or not all(_is_safe(part) for part in parts):
        raise MalformedBundle(
            f"{path[:120]!r} cannot be a path of an evidence room",
            hint=f"relative, at most {MAX_PATH_BYTES} characters, names of letters, digits, dot, dash and underscore",
        )


def parse_room_path(path: str) -> RoomPath:
    """What a path means. Raises MalformedBundle for a path that no room has."""
    check_path(path)
    if path in _FIXED:
        return RoomPath(RoomPart.INDEX, "index", path.removeprefix(f"{INDEX_FOLDER}/"))
    found = _parse_population(path) or _parse_book(path)
    if found is None and _PROVENANCE.match(path):
        found = RoomPath(RoomPart.PROVENANCE, "ART-04")
    page, part = _PAGE.match(path), parse_part_path(path)
    if page is not None:
        found = RoomPath(RoomPart.PAGE, page["about"], page["name"])
    if part is not None:
        found = RoomPath(RoomPart.PART, *part)
    for population in POPULATION_FOLDERS:
        if path in {definition_path(population), explanation_path(population)}:
            found = RoomPath(RoomPart.DEFINITION, population)
        if path == workbook_path(population):
            found = RoomPath(RoomPart.WORKBOOK, population)
    if found is None:
        raise MalformedBundle(f"{path!r} is not a path of an evidence room")
    return found


def _is_safe(part: str) -> bool:
    return _SAFE.match(part) is not None and not part.endswith(".")


def _folder(population: str) -> str:
    folder = POPULATION_FOLDERS.get(population)
    if folder is None:
        raise MalformedBundle(f"{population[:40]!r} is not a population of this room format")
    return folder


def _parse_population(path: str) -> RoomPath | None:
    match = _POPULATION.match(path)
    if match is None:
        return None
    for population, folder in POPULATION_FOLDERS.items():
        if folder == match["folder"]:
            if f"{match['name']}.{match['form']}" in _HEADERS:
                return RoomPath(RoomPart.HEADER, population)
            return None if match["form"] == "html" else RoomPath(RoomPart.TABLE, population, match["name"])
    return None


def _parse_book(path: str) -> RoomPath | None:
    if path in {CHECKPOINT, KEYS}:
        return RoomPath(RoomPart.CHECKPOINT, "book")
    earlier = _EARLIER.match(path)
    if earlier is not None:
        return RoomPath(RoomPart.CHECKPOINT, "book", earlier["size"])
    stamp = _STAMP.match(path)
    if stamp is not None:
        return RoomPath(RoomPart.CHECKPOINT, "book", stamp["index"])
    if path.startswith(f"{BOOK_FOLDER}/tile/"):
        parse_path(path.removeprefix(f"{BOOK_FOLDER}/"))
        return RoomPath(RoomPart.TILE, "book")
    return None
