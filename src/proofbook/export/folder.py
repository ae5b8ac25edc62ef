"""The room being written: a staging folder beside its final place, every file hashed as it is written.

Promises: nothing appears at the final place before everything is written; a failure removes what was staged; a path is written
once. The final place must not exist or be an empty folder. Does not sync each file to disk: a room can be made again from the
book at any time, and its manifest shows a file that was cut short.
Hostile input: paths come from `bundle.layout` only. RefusedError for a place that is taken, StoreUnavailable for disk trouble.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from proofbook.bundle.layout import UNLISTED, parse_room_path
from proofbook.bundle.manifest import RoomFile
from proofbook.errors import RefusedError, StoreUnavailable

_BUFFER: Final = 1024 * 1024


class HashingFile:
    """An open file of the room that counts and hashes what is written to it."""

    __slots__ = ("_digest", "_file", "length")

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = sha256()
        self.length = 0

    def write(self, data: bytes) -> None:
        """Appends bytes."""
        self._file.write(data)
        self._digest.update(data)
        self.length += len(data)

    @property
    def sha256(self) -> str:
        """Hex digest of everything written so far."""
        return self._digest.hexdigest()


class RoomFolder:
    """A room in staging; `files` are the files the manifest will list, in the order they were written."""

    def __init__(self, root: Path, workspace: Path) -> None:
        self.root: Final = root
        self.workspace: Final = workspace
        self.files: list[RoomFile] = []
        self._made: set[Path] = set()

    @contextmanager
    def open(self, path: str, title: str, buffer: int = _BUFFER) -> Iterator[HashingFile]:
        """A file to write piece by piece; listed once it is closed without an error."""
        meaning = parse_room_path(path)
        target = self.root.joinpath(*path.split("/"))
        self._make_folder(target.parent)
        with target.open("xb", buffering=buffer) as file:
            made = HashingFile(file)
            yield made
        if path not in UNLISTED:
            self.files.append(RoomFile(path, made.length, made.sha256, title, meaning.about))

    def write(self, path: str, title: str, data: bytes) -> str:
        """A whole file; gives its hex SHA-256."""
        with self.open(path, title) as file:
            file.write(data)
            return file.sha256

    def _make_folder(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)


@contextmanager
def staged(out: Path) -> Iterator[RoomFolder]:
    """A staging folder for a room that will lie at `out`; call `hand_over` inside to move it there.

    Raises RefusedError when `out` is taken, StoreUnavailable when the disk refuses.
    """
    check_free(out)
    workspace: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        workspace = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
        room = workspace / "room"
        room.mkdir(mode=0o700)
        yield RoomFolder(room, workspace)
    except OSError as error:
        hint = "free space or choose another place; nothing was left behind"
        raise StoreUnavailable(f"{out}: the room could not be written: {error.strerror or error}", hint=hint) from error
    finally:
        if workspace is not None:
            shutil.rmtree(workspace, ignore_errors=True)


def hand_over(folder: RoomFolder, out: Path) -> None:
    """Moves the staged room to its place, in one step."""
    check_free(out)
    folder.root.rename(out)


def check_free(out: Path) -> None:
    """Raises RefusedError unless `out` does not exist or is an empty folder."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise RefusedError(f"{out}: is there already and is not a folder", hint="name a folder that does not exist yet")
    if out.is_dir() and any(out.iterdir()):
        raise RefusedError(f"{out}: is not empty", hint="name a folder that does not exist yet; rooms are never overwritten")
