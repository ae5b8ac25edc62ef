"""The folder being verified: what lies in it, reading it without being led elsewhere, and what its manifest says.

Nothing is opened that the walk did not see as a regular file inside the room; symbolic links and devices are never followed.
Paths of the manifest are compared as text and never handed to the file system unless the walk found exactly that file.
Hostile folders and manifests raise `Damage` or leave a list of oddities; counts, lengths and sizes are bounded.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple

from proofbook.verify.encoding import Damage, field, is_digest, is_instant, parse_document, safe_text, show
from proofbook.verify.notes import Checkpoint, VerifierKey
from proofbook.verify.period import assess_period

FRONT = "00_README_and_index/"
MANIFEST = FRONT + "manifest.json"
MANIFEST_SIG = FRONT + "manifest.sig"
SUMS = FRONT + "SHA256SUMS"
RUN = FRONT + "run.json"
RUN_SIG = FRONT + "run.sig"
UNLISTED = (SUMS, MANIFEST, MANIFEST_SIG, RUN, RUN_SIG)
"""The files that cannot be in the manifest because they speak about it."""

BOOK = "10_IPE_and_tool_assurance/book/"
KEYS = BOOK + "keys.json"
CHECKPOINT = BOOK + "checkpoint"
EARLIER = BOOK + "checkpoints/"
STAMPS = BOOK + "timestamps/"
ROOM_FORMAT = "proofbook-room/1"

MAX_FILES = 1_000_000
"""Files in a room: enough for over a hundred million entries, few enough to list in memory."""

LEAST_LIST_BYTES = 8 * 1024 * 1024
LIST_BYTES_PER_FILE = 2048
"""A manifest or a list of sums may be as long as the first number and this for each file found: whoever wants it to fill the
memory of the reader has to deliver as many files."""

MAX_FILE_BYTES = 64 * 1024**3
"""One file; larger is refused before it is read, so that a sparse file cannot keep the reader busy for days."""

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
"""A JSON file that is read whole: a header, a definition, an artifact record."""

MAX_POPULATIONS = 64
"""Populations in a room; thirty are known, and each entry is held against the tables of all."""

MAX_PATH_BYTES = 240
"""Below the limit of every common file system, also after unpacking into a folder."""

MAX_PATH_PARTS = 16
"""Folders within folders."""


@dataclass(frozen=True)
class Listed:
    """One file as the manifest lists it."""

    path: str
    size: int
    sha256: str
    title: str
    id: str
    about: str


@dataclass(frozen=True)
class Table:
    """One table of a population as the manifest lists it."""

    name: str
    csv: str
    json: str
    rows: int


@dataclass(frozen=True)
class Population:
    """One population as the manifest lists it."""

    name: str
    definition: str
    header: str
    tables: Tuple[Table, ...]


@dataclass(frozen=True)
class Manifest:
    """What the manifest says. `oddities` are (place, what) pairs that do not stop it from being read.

    `days` is its period as it stands there; `computed` whether start and end could be computed from the days. `since`: tables
    hold what is new or changed since a checkpoint of that size, whose root is `since_root`; 0: they hold everything.
    """

    origin: str
    start: str
    end: str
    size: int
    root: str
    files: Dict[str, Listed]
    populations: Tuple[Population, ...]
    artifacts: Tuple[str, ...]
    omissions: Tuple[str, ...]
    withheld: Tuple[str, ...]
    shredded: int
    period: str
    days: Dict[str, Any]
    computed: bool
    since: int
    since_root: str
    oddities: Tuple[Tuple[str, str], ...]


@dataclass
class Room:
    """The room and what the steps have learnt about it so far."""

    root: str
    given_keys: Tuple[VerifierKey, ...] = ()
    files: Dict[str, int] = dataclass_field(default_factory=dict)
    folders: Set[str] = dataclass_field(default_factory=set)
    oddities: List[Tuple[str, str]] = dataclass_field(default_factory=list)
    manifest: Optional[Manifest] = None
    checkpoint: Optional[Checkpoint] = None
    roots: Dict[int, bytes] = dataclass_field(default_factory=dict)

    @property
    def list_bytes(self) -> int:
        """How long a list of the room's files may be."""
        return LEAST_LIST_BYTES + LIST_BYTES_PER_FILE * len(self.files)

    def read(self, path: str, cap: int = MAX_DOCUMENT_BYTES) -> bytes:
        """The whole of a file the walk found, at most `cap` bytes. Raises Damage."""
        if path not in self.files:
            raise Damage(path, "is not in the room")
        return read_whole(self.root, path, cap)


def open_file(root: str, path: str) -> int:
    """A descriptor on a regular file inside the room, its last part not followed if it is a link. Raises Damage."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(Path(root, path), flags)
    except (OSError, ValueError) as error:
        raise Damage(path, f"cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Damage(path, "is not a regular file")
    return descriptor


def read_whole(root: str, path: str, cap: int) -> bytes:
    """The bytes of a file. Raises Damage when there are more than `cap`."""
    with os.fdopen(open_file(root, path), "rb") as stream:
        try:
            data = stream.read(cap + 1)
        except OSError as error:
            raise Damage(path, f"cannot be read: {error.strerror}") from None
    if len(data) > cap:
        raise Damage(path, f"is larger than {cap} bytes")
    return data


def walk(room: Room) -> None:
    """Fills `files`, `folders` and `oddities` with what lies in the folder, following nothing."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(Path(room.root, folder)) as listing:
                found = sorted(listing, key=lambda each: os.fsencode(each.name))
        except OSError as error:
            room.oddities.append((safe_text(folder) or ".", f"cannot be listed: {error.strerror}"))
            continue
        for each in found:
            path = f"{folder}/{each.name}" if folder else each.name
            _look_at(room, path, each, waiting)
            if len(room.files) + len(room.folders) > MAX_FILES:
                room.oddities.append((".", f"more than {MAX_FILES} files and folders; the rest was not looked at"))
                return


def _look_at(room: Room, path: str, found: os.DirEntry[str], waiting: List[str]) -> None:
    wrong = unsafe_path(path)
    if wrong:
        room.oddities.append((safe_text(path), f"{wrong}; not looked at"))
        return
    try:
        state = found.stat(follow_symlinks=False)
    except OSError as error:
        room.oddities.append((path, f"cannot be looked at: {error.strerror}"))
        return
    if stat.S_ISDIR(state.st_mode):
        room.folders.add(path)
        waiting.append(path)
    elif stat.S_ISREG(state.st_mode):
        room.files[path] = state.st_size
    else:
        room.oddities.append((path, "is a symbolic link or device; a room holds only regular files"))


def unsafe_path(path: str) -> str:
    """Why a path cannot be a file's place in a room; empty when it can."""
    try:
        length = len(path.encode("utf-8"))
    except UnicodeEncodeError:
        return "name is not UTF-8"
    parts = path.split("/")
    reasons = (
        (length > MAX_PATH_BYTES or len(parts) > MAX_PATH_PARTS, "path is too long or too deep"),
        ("\\" in path or ":" in path, "path holds a backslash or a colon"),
        (any(part in ("", ".", "..") for part in parts), "path is absolute or has an empty, '.' or '..' part"),
        (not path.isprintable(), "name holds control or invisible characters"),
        (unicodedata.normalize("NFC", path) != path, "name is not in Unicode normal form C"),
        (any(part[-1:] in (".", " ") for part in parts), "a part of the path ends in a dot or a space"),
    )
    return next((reason for bad, reason in reasons if bad), "")


def parse_manifest(data: bytes) -> Manifest:
    """manifest.json -> Manifest. Rows whose path is unsafe, doubled or colliding are left out and named in `oddities`.

    Raises:
        Damage: it does not have its form.
    """
    value = parse_document(data, MANIFEST)
    if field(value, "format", str, MANIFEST) != ROOM_FORMAT:
        raise Damage(f"{MANIFEST}, field format", f"is {show(value['format'])}; this program reads {ROOM_FORMAT}")
    period = field(value, "period", dict, MANIFEST)
    head = field(value, "checkpoint", dict, MANIFEST)
    size = field(head, "size", int, f"{MANIFEST}, field checkpoint")
    if not is_digest(head.get("root")) or size < 0:
        raise Damage(f"{MANIFEST}, field checkpoint", "is not a size and a root of 64 hexadecimal digits")
    if not (is_instant(period.get("start")) and is_instant(period.get("end"))):
        raise Damage(f"{MANIFEST}, field period", "start and end are not instants")
    populations = field(value, "populations", list, MANIFEST)
    if len(populations) > MAX_POPULATIONS:
        raise Damage(
            f"{MANIFEST}, field populations", f"lists {len(populations)} populations; at most {MAX_POPULATIONS} are read"
        )
    oddities: List[Tuple[str, str]] = []
    wrong, computed = assess_period(period, f"{MANIFEST}, field period")
    if wrong:
        oddities.append((f"{MANIFEST}, field period", wrong))
    files = _parse_files(field(value, "files", list, MANIFEST), oddities)
    since, since_root = _parse_since(value, size)
    return Manifest(
        origin=field(value, "origin", str, MANIFEST),
        start=period["start"],
        end=period["end"],
        size=size,
        root=head["root"],
        files=files,
        populations=tuple(_parse_population(each, n) for n, each in enumerate(populations)),
        artifacts=tuple(_texts(value, "artifacts")),
        omissions=tuple(_parse_omission(each, n) for n, each in enumerate(field(value, "omissions", list, MANIFEST))),
        withheld=tuple(_texts(value, "withheld")),
        shredded=field(value, "shredded", int, MANIFEST),
        period=f"{show(period.get('first'))} to {show(period.get('last'))} in {show(period.get('zone'))}",
        days=period,
        computed=computed,
        since=since,
        since_root=since_root,
        oddities=tuple(oddities),
    )


def _parse_since(value: Any, size: int) -> Tuple[int, str]:
    """Size and root of the checkpoint a roll-forward begins at; 0 and nothing for a room that is none."""
    if "since" not in value:
        return 0, ""
    place = f"{MANIFEST}, field since"
    since = field(value, "since", dict, MANIFEST)
    start, root = field(since, "size", int, place), field(since, "root", str, place)
    if not 0 < start < size or not is_digest(root):
        raise Damage(place, "is not a size below that of the checkpoint, and a root of 64 hexadecimal digits")
    return start, root


def _texts(value: Any, name: str) -> List[str]:
    found: List[str] = field(value, name, list, MANIFEST)
    if not all(isinstance(each, str) for each in found):
        raise Damage(f"{MANIFEST}, field {name}", "is not a list of texts")
    return found


def _parse_files(rows: List[Any], oddities: List[Tuple[str, str]]) -> Dict[str, Listed]:
    if len(rows) > MAX_FILES:
        raise Damage(f"{MANIFEST}, field files", f"lists more than {MAX_FILES} files")
    files: Dict[str, Listed] = {}
    folded: Dict[str, str] = {}
    previous = ""
    for number, row in enumerate(rows):
        place = f"{MANIFEST}, files[{number}]"
        texts = [field(row, name, str, place) for name in ("path", "sha256", "title", "id", "about")]
        listed = Listed(texts[0], field(row, "bytes", int, place), texts[1], texts[2], texts[3], texts[4])
        wrong = unsafe_path(listed.path) or _misplaced(listed, folded, number)
        if wrong:
            oddities.append((place, f"{show(listed.path)}: {wrong}"))
            continue
        if listed.path <= previous:
            oddities.append((place, f"{show(listed.path)}: files are not in the order of their paths"))
        previous = listed.path
        folded[_folded(listed.path)] = listed.path
        files[listed.path] = listed
    return files


def _misplaced(listed: Listed, folded: Dict[str, str], number: int) -> str:
    twin = folded.get(_folded(listed.path))
    if twin is not None:
        return "is listed twice" if twin == listed.path else f"differs from {show(twin)} only in capital letters"
    parts = listed.path.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth]) + "/"
        other = folded.setdefault(_folded(folder), folder)
        if other != folder:
            return f"its folder differs from {show(other)} only in capital letters"
    if listed.path in UNLISTED:
        return "speaks about the manifest and cannot be in it"
    if not is_digest(listed.sha256) or listed.size < 0:
        return "its size or SHA-256 does not have its form"
    return "" if listed.id == f"EV-{number + 1:04d}" else f"its id is {show(listed.id)}, in path order it is EV-{number + 1:04d}"


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path.casefold())


def _parse_population(value: Any, number: int) -> Population:
    place = f"{MANIFEST}, populations[{number}]"
    tables = []
    for position, each in enumerate(field(value, "tables", list, place)):
        spot = f"{place}.tables[{position}]"
        texts = [field(each, name, str, spot) for name in ("name", "csv", "json")]
        tables.append(Table(texts[0], texts[1], texts[2], field(each, "rows", int, spot)))
    texts = [field(value, name, str, place) for name in ("population", "definition", "header")]
    return Population(texts[0], texts[1], texts[2], tuple(tables))


def _parse_omission(value: Any, number: int) -> str:
    place = f"{MANIFEST}, omissions[{number}]"
    return f"{show(field(value, 'what', str, place))}: {show(field(value, 'why', str, place))}"
