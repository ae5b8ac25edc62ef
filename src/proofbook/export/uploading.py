"""A room's files as platforms take them: one by one, under names that say what they are, none larger than a platform accepts.

Promises: a CSV that is too large becomes parts; each begins with the header row, no row is cut or lost, and the parts' rows
follow one another as in the whole. `uploads-index.csv` names every part with its rows and digests, and the digest of the whole as
the room's manifest has it; what cannot be parted is named there and not written. Every byte read is held against SHA256SUMS of
the room. Nothing lies at `out` before everything does. Memory stays flat. Does not upload anything.
Hostile input: a room from elsewhere; paths and names are checked, links not followed. MalformedBundle, DigestMismatch.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from proofbook.bundle.csv_table import format_row
from proofbook.bundle.layout import SUMS, check_path
from proofbook.bundle.parts import MACHINE_FOLDER
from proofbook.errors import DigestMismatch, InputError, LimitExceeded, MalformedBundle
from proofbook.export.folder import HashingFile, RoomFolder, hand_over, staged

LIMIT: Final = 50_000_000
"""Bytes of one file: platforms say 50 MB; this is the smaller reading of it."""

INDEX: Final = "uploads-index.csv"
COLUMNS: Final = (
    "upload_name", "part", "parts", "rows", "bytes", "sha256", "of_path", "of_rows", "of_bytes", "of_sha256", "title", "criteria",
    "note",
)  # fmt: skip
TOO_LARGE: Final = "not here: larger than the limit, and only tables can be parted; its table is here in parts"
_LIST: Final = f"{MACHINE_FOLDER}/uploads.csv"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z")
_LONGEST: Final = 120
_CHUNK: Final = 1024 * 1024
_MAX_LIST_BYTES: Final = 64 * 1024 * 1024
_MAX_ROW_BYTES: Final = 4 * 1024 * 1024
"""One row of a table; an entry has at most 48 KiB, so no honest row comes near it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to be taken: its name outside, its path in the room, its digest there."""

    name: str
    path: str
    title: str
    criteria: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Uploads:
    """What was made. `left_out`: paths that are too large and no table."""

    files: int
    parted: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Part:
    """One file being written."""

    path: Path
    file: BinaryIO
    made: HashingFile
    rows: int = 0


def make_uploads(room: Path, out: Path, limit: int = LIMIT) -> Uploads:
    """Write the files that `12_Machine_forms/uploads.csv` of a room names to `out`, which must not exist or be an empty folder.

    Raises:
        InputError: `room` is no room with such a list. MalformedBundle: the list has not its form. DigestMismatch: a file is not
            the one the room's SHA256SUMS names. LimitExceeded: one row is larger than `limit`. RefusedError: `out` is taken.
    """
    if limit < 1024:
        raise InputError(f"a limit of {limit} bytes holds no table", hint="give at least 1024")
    wanted = read_wanted(room)
    rows, parted, left = [format_row(COLUMNS)], [], []
    files = 0
    with staged(out) as folder:
        for each in wanted:
            source = room.joinpath(*each.path.split("/"))
            size = _size(source, each.path)
            if size <= limit:
                parts = [_copied(source, folder.root / each.name, each)]
            elif each.path.endswith(".csv"):
                parts = _parted(source, folder.root, each, limit)
                parted.append(each.path)
            else:
                left.append(each.path)
                rows.append(_row(each, None, 0, 0, size, None, TOO_LARGE))
                continue
            whole = sum(part.rows for part in parts) if each.path.endswith(".csv") else None
            rows += [_row(each, part, n, len(parts), size, whole) for n, part in enumerate(parts, 1)]
            files += len(parts)
        (folder.root / INDEX).write_bytes(b"".join(rows))
        hand_over(RoomFolder(folder.root, folder.workspace), out)
    return Uploads(files, tuple(parted), tuple(left))


def read_wanted(room: Path) -> tuple[Wanted, ...]:
    """The list of a room, with digests. Raises InputError or MalformedBundle."""
    sums = dict(_sums(_read(room, SUMS)))
    data = _read(room, _LIST)
    if sha256(data).hexdigest() != sums.get(_LIST):
        raise DigestMismatch(f"{_LIST} is not the file that {SUMS} names", hint="run verify.py of the room")
    found = []
    taken: set[str] = set()
    for row in csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline="")):
        name, path = row.get("upload_name") or "", row.get("path") or ""
        check_path(path)
        if _NAME.match(name) is None or name.casefold() in taken or path not in sums:
            raise MalformedBundle(f"{_LIST}: {name[:80]!r} for {path[:80]!r} has not its form", hint="run verify.py of the room")
        taken.add(name.casefold())
        found.append(Wanted(name, path, row.get("title") or "", row.get("criteria") or "", sums[path]))
    return tuple(found)


def csv_records(file: BinaryIO) -> Iterator[bytes]:
    """The records of a CSV, each with its line end; a line end inside quotes ends none. Raises LimitExceeded."""
    held, quotes = bytearray(), 0
    while line := file.readline(_MAX_ROW_BYTES + 1):
        held += line
        quotes += line.count(b'"')
        if len(held) > _MAX_ROW_BYTES:
            raise LimitExceeded(f"a row of more than {_MAX_ROW_BYTES} bytes")
        if quotes % 2 == 0 and line.endswith(b"\n"):
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _parted(source: Path, folder: Path, wanted: Wanted, limit: int) -> list[_Part]:
    """Parts of a table, named once it is known how many there are."""
    parts: list[_Part] = []
    digest = sha256()
    with _open(source, wanted.path) as file:
        records = csv_records(file)
        header = next(records, b"")
        digest.update(header)
        for record in records:
            digest.update(record)
            if len(header) + len(record) > limit:
                raise LimitExceeded(f"{wanted.path}: one row has {len(record)} bytes, more than fits into {limit}")
            if not parts or parts[-1].made.length + len(record) > limit:
                _close(parts)
                path = folder / f".part-{len(parts)}"
                opened = path.open("xb", buffering=_CHUNK)
                parts.append(_Part(path, opened, HashingFile(opened)))
                parts[-1].made.write(header)
            parts[-1].made.write(record)
            parts[-1].rows += 1
    _close(parts)
    _check(digest.hexdigest(), wanted)
    for number, part in enumerate(parts, 1):
        part.path = part.path.rename(folder / _part_name(wanted.name, number, len(parts)))
    return parts


def _copied(source: Path, target: Path, wanted: Wanted) -> _Part:
    with _open(source, wanted.path) as file, target.open("xb") as out:
        part = _Part(target, out, HashingFile(out))
        if wanted.path.endswith(".csv"):
            for record in csv_records(file):
                part.made.write(record)
                part.rows += 1
            part.rows -= 1  # the header
        else:
            while data := file.read(_CHUNK):
                part.made.write(data)
    _check(part.made.sha256, wanted)
    return part


def _part_name(name: str, number: int, of: int) -> str:
    stem, _, ending = name.rpartition(".")
    width = max(2, len(str(of)))
    tail = f"_part-{number:0{width}d}-of-{of:0{width}d}.{ending}"
    return stem[: _LONGEST - len(tail)] + tail


def _row(wanted: Wanted, part: _Part | None, number: int, of: int, size: int, rows: int | None, note: str = "") -> bytes:
    about = (wanted.path, rows, size, wanted.sha256, wanted.title, wanted.criteria, note or None)
    if part is None:
        return format_row((None, None, None, None, None, None, *about))
    counted = None if rows is None else part.rows
    return format_row((part.path.name, number, of, counted, part.made.length, part.made.sha256, *about))


def _close(parts: list[_Part]) -> None:
    if parts:
        parts[-1].file.close()


def _check(digest: str, wanted: Wanted) -> None:
    if digest != wanted.sha256:
        raise DigestMismatch(f"{wanted.path} is not the file that {SUMS} names", hint="run verify.py of the room")


def _sums(data: bytes) -> Iterator[tuple[str, str]]:
    for line in data.decode("utf-8", "replace").splitlines():
        digest, gap, path = line.partition("  ")
        if not gap or len(digest) != 64:
            raise MalformedBundle(f"{SUMS} has a line without a digest and a path")
        yield path, digest


def _read(room: Path, path: str) -> bytes:
    with _open(room.joinpath(*path.split("/")), path) as file:
        data = file.read(_MAX_LIST_BYTES + 1)
    if len(data) > _MAX_LIST_BYTES:
        raise LimitExceeded(f"{path} is larger than {_MAX_LIST_BYTES} bytes")
    return data


def _open(path: Path, name: str) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}", hint="name the folder of an evidence room") from error
    return os.fdopen(descriptor, "rb", buffering=_CHUNK)


def _size(path: Path, name: str) -> int:
    try:
        return path.lstat().st_size
    except OSError as error:
        raise InputError(f"{name}: is not there: {error.strerror}", hint="run verify.py of the room") from error
