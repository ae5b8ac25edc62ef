"""Records into a folder that is kept in Git: `KIND/ID.yaml`, one file each, written the same way every time.

Promises: only files whose text changes are written, each whole or not at all; applying the folder records nothing. Files that
stand for no record of the book are named, never removed. Writes nowhere else: ids cannot lead out of the folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proofbook.errors import InputError
from proofbook.filing.writing import format_file
from proofbook.readmodel.documents import DocumentVersion

_SUFFIX: Final = ".yaml"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `strangers` are files in the folders of the kinds that stand for no record."""

    written: tuple[Path, ...]
    unchanged: int
    strangers: tuple[Path, ...]


def write_folder(folder: Path, versions: Iterable[DocumentVersion]) -> Exported:
    """Write the newest versions. Raises InputError when the folder cannot be written."""
    written: list[Path] = []
    seen: dict[Path, set[str]] = {}
    unchanged = 0
    for version in versions:
        path = folder / version.kind / f"{version.id}{_SUFFIX}"
        seen.setdefault(path.parent, set()).add(path.name)
        if _write(path, format_version(version).encode("utf-8")):
            written.append(path)
        else:
            unchanged += 1
    strangers = (each for parent, names in seen.items() for each in sorted(parent.glob(f"*{_SUFFIX}")) if each.name not in names)
    return Exported(tuple(written), unchanged, tuple(strangers))


def format_version(version: DocumentVersion) -> str:
    """The file of one version; the first line says which."""
    said = f"# version {version.version}, recorded {version.recorded} by entry {version.entry}\n"
    return said + format_file(version.kind, version.id, version.body)


def _write(path: Path, data: bytes) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == data:
            return False
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}", hint="name a folder that this user may write") from error
    return True
