"""Every file below a folder that a model may consist of, and what stood in the way of looking.

Promises: links are followed only to regular files inside the stated boundary; a dangling link, a link that leaves, a pipe, a
folder that may not be read each become a finding, never silence. At most 20 000 files and 12 levels. Reads no file content.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from proofbook.collectors.wording import finding, plain_path
from proofbook.records.provenance import Finding

MAX_FILES = 20_000
MAX_DEPTH = 12
_NOT_MODEL = frozenset({".git", ".cache", ".locks", ".no_exist", "__pycache__"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: `path` relative to the walked folder (POSIX, plain text), `location` the file to open, links resolved."""

    path: str
    location: Path
    size: int
    linked: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """Files in path order and what could not be followed."""

    files: tuple[FoundFile, ...]
    findings: tuple[Finding, ...]


def walk_folder(root: Path, *, boundary: Path | None = None) -> Walk:
    """All files below `root`; links may lead anywhere inside `boundary` (default: `root` itself)."""
    inside = (boundary or root).resolve()
    files: list[FoundFile] = []
    findings: list[Finding] = []
    waiting = [(root, "", 0)]
    while waiting:
        folder, prefix, depth = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            findings.append(finding("folder_unreadable", f"cannot be listed: {error.strerror}", prefix or "."))
            continue
        for entry in entries:
            relative = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name in _NOT_MODEL:
                    continue
                if depth >= MAX_DEPTH:
                    findings.append(finding("folder_too_deep", f"not walked below {MAX_DEPTH} levels", relative))
                else:
                    waiting.append((Path(entry.path), relative + "/", depth + 1))
                continue
            found = _look(Path(entry.path), relative, inside)
            if isinstance(found, Finding):
                findings.append(found)
                continue
            files.append(found)
            if len(files) >= MAX_FILES:
                findings.append(finding("too_many_files", f"more than {MAX_FILES} files; the rest was not looked at", "."))
                waiting.clear()
                break
    return Walk(tuple(sorted(files, key=lambda file: file.path)), tuple(findings))


def locate_file(path: Path, *, boundary: Path) -> FoundFile | Finding:
    """One file by its path, under the same rules; `path` in the result is its name."""
    return _look(path, path.name, boundary.resolve())


def _look(path: Path, relative: str, inside: Path) -> FoundFile | Finding:
    linked = path.is_symlink()
    target = path
    if linked:
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            return finding("dangling_link", "a link leads to nothing", relative)
        if not target.is_relative_to(inside):
            return finding("link_leaves_store", "a link leads out of the store and was not followed", relative)
    try:
        status = target.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "path not usable"
        return finding("unreadable", f"cannot be looked at: {reason}", relative)
    if stat.S_ISDIR(status.st_mode):
        return finding("linked_folder", "a link to a folder was not followed", relative)
    if not stat.S_ISREG(status.st_mode):
        return finding("not_a_file", "is not a regular file", relative)
    return FoundFile(plain_path(relative), target, status.st_size, linked)
