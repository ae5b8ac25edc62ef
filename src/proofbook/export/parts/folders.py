"""The other folders of a room for its first page: what is in each, and the pages to begin with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from proofbook.bundle import parts
from proofbook.export.parts.planned import PlannedFile

SAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        parts.SCOPE_FOLDER: "scope, boundary, changes, populations that may be empty; drafts for the system description",
        parts.CONTROLS_FOLDER: "controls, criteria, owners, cadence, evidence, every version of the period; what was owed",
        parts.POLICIES_FOLDER: "policies in force and superseded, with text, approvals and acknowledgements",
        parts.SAMPLES_FOLDER: "one folder for each sample, one in it for each item; what is missing by name",
        parts.CRITERIA_FOLDER: "which files bear on which criterion: references, no copies",
        parts.INCIDENTS_FOLDER: "incidents, near misses, exercises apart; exceptions and the responses of management",
        parts.VENDORS_FOLDER: "vendors and upstreams, and their reviews",
        parts.CORRESPONDENCE_FOLDER: "the request list with every version, returned items, comments",
        parts.MACHINE_FOLDER: "the same facts for other programs: OSCAL, bills of materials, lists to import",
    }
)
"""What a reader finds in a folder."""
SHOWN: Final = 12
"""Pages of one folder on the first page; the index lists all."""


def folder_values(files: Iterable[PlannedFile]) -> list[dict[str, Any]]:
    """Each folder that has files, in order: its name, what it holds, pages that lie in it directly or are a sample's."""
    by_folder: dict[str, list[PlannedFile]] = {}
    for each in files:
        by_folder.setdefault(each.path.partition("/")[0], []).append(each)
    return [_folder(name, by_folder[name]) for name in sorted(by_folder)]


def _folder(name: str, files: list[PlannedFile]) -> dict[str, Any]:
    pages = [each for each in files if _leads(name, each.path)]
    shown = [{"path": f"../{each.path}", "title": each.title} for each in pages[:SHOWN]]
    return {"name": name, "title": name.replace("_", " "), "says": SAYS[name], "pages": shown, "more": len(files) - len(shown)}


def _leads(folder: str, path: str) -> bool:
    """Whether a reader begins with this file."""
    if folder == parts.SAMPLES_FOLDER:
        return path.endswith("/sample.html")
    if folder == parts.MACHINE_FOLDER:
        return path.endswith((".md", "uploads.csv"))
    return path.endswith(".html") and path.count("/") == 1
