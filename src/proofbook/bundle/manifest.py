"""The manifest: every file of a room with its digest, what the room is about, and what is not in it.

Promises: the same parts give the same bytes; `parse_manifest(format_manifest(m)) == m`; files are in path order and are numbered
in that order, so an evidence id always names the same file of the same room.
Does not: read files or check signatures. The texts that are signed over a manifest are made here, so that writer and tests agree.
Hostile input: MalformedBundle or LimitExceeded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from proofbook.bundle.layout import UNLISTED, check_path
from proofbook.bundle.limits import MAX_FILES, MAX_MANIFEST_BYTES
from proofbook.errors import LimitExceeded, MalformedBundle, MalformedRecord
from proofbook.primitives.canonical import JsonValue, canonical_bytes, parse_canonical
from proofbook.primitives.instants import Period, format_instant, parse_period
from proofbook.tlog.encoding import format_base64

ROOM_FORMAT: Final = "proofbook-room/1"
_HEX: Final = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class RoomFile:
    """One file: where, how long, its SHA-256 in hex, and for a reader what it is and what it belongs to."""

    path: str
    bytes: int
    sha256: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class RoomTable:
    """One table of a population in its two forms."""

    name: str
    csv: str
    json: str
    rows: int


@dataclass(frozen=True, slots=True)
class RoomPopulation:
    """One population: its definition, tables and header."""

    population: str
    definition: str
    header: str
    tables: tuple[RoomTable, ...]


@dataclass(frozen=True, slots=True)
class Omission:
    """Something a reader could expect in the room and will not find, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Since:
    """The earlier checkpoint a roll-forward begins at; `root` in hex."""

    size: int
    root: str
    signed_at: str

    def document(self) -> dict[str, JsonValue]:
        """As manifests and headers state it."""
        return {"size": self.size, "root": self.root, "signed_at": self.signed_at}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a room states about itself. `root` is the checkpoint's root in hex; `shredded` counts erased conversations.

    With `since`, tables hold what is new or changed since that checkpoint.
    """

    origin: str
    entity: str
    engagement: str
    period: Period
    size: int
    root: str
    files: tuple[RoomFile, ...]
    populations: tuple[RoomPopulation, ...]
    artifacts: tuple[str, ...]
    omissions: tuple[Omission, ...]
    withheld: tuple[str, ...]
    shredded: int
    since: Since | None = None


def order_files(files: Iterable[RoomFile]) -> tuple[RoomFile, ...]:
    """Files in path order (by bytes). Raises MalformedBundle for a path twice or an unlisted one, LimitExceeded for too many."""
    ordered = tuple(sorted(files, key=lambda each: each.path.encode()))
    if len(ordered) > MAX_FILES:
        raise LimitExceeded(f"a room of {len(ordered)} files; at most {MAX_FILES} are allowed")
    paths = [each.path.casefold() for each in ordered]
    if len(set(paths)) != len(paths):
        raise MalformedBundle("two files of the room have paths that differ at most in case")
    for each in ordered:
        check_path(each.path)
        if each.path in UNLISTED:
            raise MalformedBundle(f"{each.path} cannot be listed in the manifest")
        if _HEX.match(each.sha256) is None or each.bytes < 0:
            raise MalformedBundle(f"{each.path}: size or SHA-256 does not have its form")
    return ordered


def evidence_ids(paths: Iterable[str]) -> dict[str, str]:
    """Path -> evidence id: EV-0001 and so on, in path order."""
    ordered = sorted(paths, key=str.encode)
    return {path: f"EV-{number:04d}" for number, path in enumerate(ordered, 1)}


def format_manifest(manifest: Manifest) -> bytes:
    """Canonical JSON and a newline. Raises the errors of `order_files`."""
    files = order_files(manifest.files)
    ids = evidence_ids(each.path for each in files)
    return canonical_bytes(_document(manifest, files, ids)) + b"\n"


def format_sums(files: Iterable[RoomFile]) -> bytes:
    """The file `SHA256SUMS`: what `sha256sum -c` reads, run in the room's folder."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in order_files(files)).encode()


def manifest_text(manifest: Manifest, manifest_bytes: bytes, sums: bytes) -> bytes:
    """The text that the log key signs for `manifest.sig`."""
    root = format_base64(bytes.fromhex(manifest.root))
    lines = (f"{manifest.origin}/room", sha256(manifest_bytes).hexdigest(), sha256(sums).hexdigest(), str(manifest.size), root)
    return "".join(f"{line}\n" for line in lines).encode()


def run_text(origin: str, run: bytes, manifest_bytes: bytes) -> bytes:
    """The text that the log key signs for `run.sig`."""
    lines = (f"{origin}/run", sha256(run).hexdigest(), sha256(manifest_bytes).hexdigest())
    return "".join(f"{line}\n" for line in lines).encode()


def parse_manifest(data: bytes) -> Manifest:
    """Strictly the inverse of `format_manifest`. Raises MalformedBundle or LimitExceeded."""
    if len(data) > MAX_MANIFEST_BYTES:
        raise LimitExceeded(f"a manifest of {len(data)} bytes is longer than {MAX_MANIFEST_BYTES}")
    try:
        manifest = _read(parse_canonical(data.removesuffix(b"\n")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedBundle(f"the manifest does not have its form: {type(error).__name__} at {error}") from error
    except MalformedRecord as error:
        raise MalformedBundle(f"the manifest: {error.message}", hint=error.hint) from error
    if format_manifest(manifest) != data:
        raise MalformedBundle("the manifest has missing, foreign or unordered parts")
    return manifest


def _document(manifest: Manifest, files: Sequence[RoomFile], ids: Mapping[str, str]) -> JsonValue:
    return {
        "format": ROOM_FORMAT,
        "origin": manifest.origin,
        "entity": manifest.entity,
        "engagement": manifest.engagement,
        "period": period_document(manifest.period),
        "checkpoint": {"size": manifest.size, "root": manifest.root},
        "files": [
            {
                "path": each.path,
                "bytes": each.bytes,
                "sha256": each.sha256,
                "title": each.title,
                "id": ids[each.path],
                "about": each.about,
            }
            for each in files
        ],
        "populations": [
            {
                "population": each.population,
                "definition": each.definition,
                "header": each.header,
                "tables": [{"name": t.name, "csv": t.csv, "json": t.json, "rows": t.rows} for t in each.tables],
            }
            for each in manifest.populations
        ],
        "artifacts": list(manifest.artifacts),
        "omissions": [{"what": each.what, "why": each.why} for each in manifest.omissions],
        "withheld": list(manifest.withheld),
        "shredded": manifest.shredded,
        **({} if manifest.since is None else {"since": manifest.since.document()}),
    }


def period_document(period: Period) -> dict[str, JsonValue]:
    """A period as rooms state it: inclusive dates in their zone, and the half-open UTC interval they mean."""
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "zone": period.zone,
        "start": format_instant(period.start),
        "end": format_instant(period.end),
    }


def _read(value: Any) -> Manifest:
    period = value["period"]
    return Manifest(
        origin=value["origin"],
        entity=value["entity"],
        engagement=value["engagement"],
        period=parse_period(period["first"], period["last"], period["zone"]),
        size=value["checkpoint"]["size"],
        root=value["checkpoint"]["root"],
        files=tuple(RoomFile(f["path"], f["bytes"], f["sha256"], f["title"], f["about"]) for f in value["files"]),
        populations=tuple(_read_population(each) for each in value["populations"]),
        artifacts=tuple(value["artifacts"]),
        omissions=tuple(Omission(each["what"], each["why"]) for each in value["omissions"]),
        withheld=tuple(value["withheld"]),
        shredded=value["shredded"],
        since=Since(**value["since"]) if "since" in value else None,
    )


def _read_population(value: Any) -> RoomPopulation:
    tables = tuple(RoomTable(t["name"], t["csv"], t["json"], t["rows"]) for t in value["tables"])
    return RoomPopulation(value["population"], value["definition"], value["header"], tables)
