"""Single GGUF files (and split sets of them) that somebody points at.

Promises: the file's own bytes are hashed; nothing is said about where they came from, because nothing here knows. A set is read
whole when any of its files is named. Files beside it are not part of the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from proofbook.collectors.interface import Observation, Skipped
from proofbook.collectors.model_store.assembling import (
    Assessment,
    HashedFile,
    Origin,
    Workbench,
    assemble,
    no_claims,
)
from proofbook.collectors.model_store.examining import examine_file
from proofbook.collectors.model_store.grouping import group_files
from proofbook.collectors.model_store.walking import FoundFile, locate_file
from proofbook.collectors.wording import plain_path
from proofbook.records.provenance import Finding, Rung, VerificationStatus
from proofbook.weights.shards import shard_set
from proofbook.weights.sniff import FileFormat


@dataclass(frozen=True, slots=True)
class GgufFiles:
    """Collector of the GGUF files at `paths`."""

    paths: Sequence[Path]
    bench: Workbench

    @property
    def name(self) -> str:
        """Stable name."""
        return "model_store.gguf_file"

    @property
    def query(self) -> str:
        """The paths looked at."""
        return "GGUF files " + ", ".join(plain_path(path) for path in self.paths)

    @property
    def parameters(self) -> Mapping[str, str]:
        """None."""
        return {}

    def collect(self) -> Iterator[Observation | Skipped]:
        """One record per file or set."""
        seen: set[Path] = set()
        for path in self.paths:
            members = [member for member in _members(path) if member not in seen]
            seen.update(members)
            if members:
                yield from self._collect_set(members)

    def _collect_set(self, members: Sequence[Path]) -> Iterator[Observation | Skipped]:
        found: list[FoundFile] = []
        for member in members:
            # The user named this very file: where a link of theirs leads is their decision.
            located = locate_file(member, boundary=Path(member.anchor or "/"))
            if isinstance(located, Finding):
                yield Skipped.because(located.code, located.detail, member)
            else:
                found.append(located)
        examined = [examine_file(file) for file in found]
        foreign = [item for item in examined if item.format is not FileFormat.GGUF]
        for item in foreign:
            yield Skipped.because("not_gguf", f"is {item.format.value} by content", item.file.location)
        for group in group_files([item for item in examined if item.format is FileFormat.GGUF]):
            location = plain_path(members[0])
            origin = Origin(store="gguf_file", location=location, name=Path(group.label).name or members[0].name)
            yield assemble(origin, group, self.bench, claims=no_claims, assess=baseline_only)


def baseline_only(files: Sequence[HashedFile]) -> Assessment:
    """What can be said when nobody outside named a digest: these are the bytes we saw, and no more."""
    del files
    return Assessment(
        status=VerificationStatus.INTERNAL_BASELINE_ONLY,
        rung=Rung.NAMED,
        detail="hash computed here; no publisher metadata to hold it against (trust on first use)",
    )


def _members(path: Path) -> list[Path]:
    return [member for member in shard_set(path) if member.exists() or member.is_symlink()] or [path]
