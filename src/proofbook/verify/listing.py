"""Steps 1 and 2: the folder holds exactly the listed files with exactly the listed bytes, and SHA256SUMS says the same.

These steps alone prove nothing about who made the list; that is step 3. Files are hashed as a stream, whatever their size.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import List, Set

from proofbook.verify.encoding import Damage, show
from proofbook.verify.report import Findings, NotRun
from proofbook.verify.room import (
    MANIFEST,
    MAX_FILE_BYTES,
    SUMS,
    UNLISTED,
    Listed,
    Manifest,
    Room,
    open_file,
    parse_manifest,
    unsafe_path,
)

CHUNK_BYTES = 1024 * 1024


def hash_file(root: str, path: str, size: int) -> str:
    """Hex SHA-256 of a file that must have `size` bytes. Raises Damage."""
    digest = sha256()
    rest = size
    with os.fdopen(open_file(root, path), "rb") as stream:
        while True:
            try:
                chunk = stream.read(CHUNK_BYTES)
            except OSError as error:
                raise Damage(path, f"cannot be read: {error.strerror}") from None
            rest -= len(chunk)
            if rest < 0 or (not chunk and rest):
                raise Damage(path, f"does not have {size} bytes")
            if not chunk:
                return digest.hexdigest()
            digest.update(chunk)


def check_listing(room: Room, found: Findings) -> str:
    """Step 1. Reads the manifest into `room` and holds the folder against it."""
    for place, what in room.oddities:
        found.problem(place, what)
    for path in UNLISTED:
        if path not in room.files:
            found.problem(path, "is missing")
    manifest = parse_manifest(room.read(MANIFEST, room.list_bytes))
    room.manifest = manifest
    for place, what in manifest.oddities:
        found.problem(place, what)
    for listed in manifest.files.values():
        _check_file(room, listed, found)
    _check_strays(room, manifest, found)
    total = sum(listed.size for listed in manifest.files.values())
    found.proven.append(
        f"{len(manifest.files)} files have the bytes the manifest lists and the folder holds nothing else (step 1)"
    )
    return f"{len(manifest.files)} listed files with {total} bytes compared by size and SHA-256, and nothing else looked for"


def _check_file(room: Room, listed: Listed, found: Findings) -> None:
    size = room.files.get(listed.path)
    if size is None:
        found.problem(listed.path, "is listed in the manifest and missing from the room")
    elif size != listed.size:
        found.problem(listed.path, f"has {size} bytes; the manifest says {listed.size}")
    elif size > MAX_FILE_BYTES:
        found.problem(listed.path, f"is larger than {MAX_FILE_BYTES} bytes and was not read")
    else:
        try:
            actual = hash_file(room.root, listed.path, size)
        except Damage as damage:
            found.problem(damage.place, damage.what)
            return
        if actual != listed.sha256:
            found.problem(listed.path, f"was changed: SHA-256 is {actual}, the manifest says {listed.sha256}")


def _check_strays(room: Room, manifest: Manifest, found: Findings) -> None:
    allowed = set(manifest.files) | set(UNLISTED)
    folders: Set[str] = set()
    for path in allowed:
        parts = path.split("/")
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    for path in sorted(room.files):
        if path not in allowed:
            found.problem(path, "is in the room and not in the manifest")
    for path in sorted(room.folders - folders):
        found.problem(path, "is a folder without any listed file")


def check_sums(room: Room, found: Findings) -> str:
    """Step 2. SHA256SUMS has exactly one line for each file of the manifest, in the same order."""
    if room.manifest is None:
        raise NotRun("the manifest cannot be read (step 1)")
    text = room.read(SUMS, room.list_bytes)
    wanted = [f"{each.sha256}  {each.path}\n".encode("utf-8") for each in room.manifest.files.values()]
    if text != b"".join(wanted):
        _name_differences(text, wanted, found)
    return f"{len(wanted)} lines compared with the manifest"


def _name_differences(text: bytes, wanted: List[bytes], found: Findings) -> None:
    lines = text.splitlines(keepends=True)
    for number in range(max(len(lines), len(wanted))):
        actual = lines[number] if number < len(lines) else b""
        expected = wanted[number] if number < len(wanted) else b""
        if actual != expected:
            said, should = actual.decode("utf-8", "replace").rstrip("\n"), expected.decode("utf-8").rstrip("\n")
            detail = f"says {show(said)}, by the manifest it is {show(should)}"
            path = should.partition("  ")[2] or said.partition("  ")[2]
            shown = path if not unsafe_path(path) else show(path)
            found.problem(f"{SUMS} line {number + 1} ({shown})", detail)
            if len(lines) != len(wanted):
                return
