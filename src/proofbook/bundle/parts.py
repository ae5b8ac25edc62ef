"""Paths of the folders of a room that are neither populations nor the book: scope, controls, policies, samples and so on.

Promises: `parse_part_path(path)` recognises exactly the paths that `part_path` makes. Pure.
Hostile input: names from outside reach a path only through `layout.slug`; anything else raises MalformedBundle.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from proofbook.errors import MalformedBundle

SCOPE_FOLDER: Final = "01_Scope_and_description"
CONTROLS_FOLDER: Final = "02_Control_matrix"
POLICIES_FOLDER: Final = "03_Policies_and_procedures"
SAMPLES_FOLDER: Final = "05_Samples"
CRITERIA_FOLDER: Final = "06_Evidence_by_criterion"
INCIDENTS_FOLDER: Final = "08_Incidents_exceptions"
VENDORS_FOLDER: Final = "09_Vendors_upstreams"
CORRESPONDENCE_FOLDER: Final = "11_Correspondence"
MACHINE_FOLDER: Final = "12_Machine_forms"

PART_FOLDERS: Final = MappingProxyType(
    {
        SCOPE_FOLDER: "scope",
        CONTROLS_FOLDER: "controls",
        POLICIES_FOLDER: "policies",
        SAMPLES_FOLDER: "samples",
        CRITERIA_FOLDER: "criteria",
        INCIDENTS_FOLDER: "incidents",
        VENDORS_FOLDER: "vendors",
        CORRESPONDENCE_FOLDER: "correspondence",
        MACHINE_FOLDER: "machine",
    }
)
"""Folder -> the word by which the index calls what lies in it."""

FORMS: Final = ("html", "json", "pdf", "csv", "md", "tlog-proof")
_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,110}[A-Za-z0-9])?"
_PART: Final = re.compile(
    rf"(?P<folder>{'|'.join(PART_FOLDERS)})/(?:{_NAME}/){{0,3}}(?P<name>{_NAME})\.(?P<form>{'|'.join(FORMS)})\Z"
)


def part_path(folder: str, *names: str, form: str) -> str:
    """Where a file of a part lives: `folder`, folders below it, its name. Raises MalformedBundle for what no path can hold."""
    path = "/".join((folder, *names)) + f".{form}"
    if _PART.match(path) is None:
        raise MalformedBundle(f"{path[:160]!r} cannot be a path of a room's part")
    return path


def parse_part_path(path: str) -> tuple[str, str] | None:
    """The word of its folder and the file's name, or None when the path is no part's."""
    match = _PART.match(path)
    return None if match is None else (PART_FOLDERS[match["folder"]], match["name"])
