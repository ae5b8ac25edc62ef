"""Questions about model artifacts: the records in force, their history, and bytes that served without a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from proofbook.readmodel.connection import Reader

_WHOLE_BOOK: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ArtifactVersion:
    """One provenance record, as far as lists show it; the whole record is the entry at `index`."""

    index: int
    entry: str
    subject: str
    artifact: str
    recorded: str
    name: str
    store: str
    location: str
    host: str
    format: str
    bytes_total: int
    files_total: int
    license_declared: str
    architecture: str
    parameters: str
    quantization: str
    verification: str
    rung: str
    signature: str
    code_executing: str
    findings: int
    unknowns: int
    observed_at: str


@dataclass(frozen=True, slots=True)
class UnrecordedArtifact:
    """A digest that served although no provenance record names it."""

    artifact: str
    exchanges: int
    last_index: int
    last_occurred: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A look by a collector."""

    index: int
    collector: str
    started: str
    ended: str
    found: int
    unchanged: int
    skipped: int


def latest(reader: Reader, size: int = _WHOLE_BOOK) -> tuple[ArtifactVersion, ...]:
    """The newest record of each subject within the first `size` entries, in index order."""
    return tuple(ArtifactVersion(*row) for row in reader.rows("artifacts_latest", {"size": size}))


def by_place(reader: Reader) -> tuple[ArtifactVersion, ...]:
    """The newest record of each place (host, store, location), in index order."""
    return tuple(ArtifactVersion(*row) for row in reader.rows("artifacts_by_place"))


def versions(reader: Reader, subject: str) -> tuple[ArtifactVersion, ...]:
    """Every record of a subject, newest first."""
    return tuple(ArtifactVersion(*row) for row in reader.rows("artifact_versions", {"subject": subject}))


def by_digest(reader: Reader, artifact: str) -> ArtifactVersion | None:
    """The newest record of these bytes, or None."""
    row = reader.row("artifact_by_digest", {"artifact": artifact})
    return None if row is None else ArtifactVersion(*row)


def count(reader: Reader, size: int) -> int:
    """How many subjects have a record within the first `size` entries."""
    row = reader.row("artifacts_count", {"size": size})
    return 0 if row is None else int(row[0])


def count_versions(reader: Reader, size: int) -> int:
    """How many records stand within the first `size` entries."""
    row = reader.row("artifact_versions_count", {"size": size})
    return 0 if row is None else int(row[0])


def unrecorded(reader: Reader) -> tuple[UnrecordedArtifact, ...]:
    """Digests that served without a record."""
    return tuple(UnrecordedArtifact(*row) for row in reader.rows("artifacts_unrecorded"))


def latest_collections(reader: Reader) -> tuple[Collection, ...]:
    """The newest look of each collector."""
    return tuple(Collection(*row) for row in reader.rows("collections_latest"))
