"""Builds model stores on disk as the programs that own them lay them out. Sample data, tiny files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from proofbook.collectors.interface import Collector, Observation, Skipped
from proofbook.collectors.model_store.assembling import Workbench
from proofbook.primitives.instants import FixedClock
from proofbook.records.provenance import ModelArtifact
from proofbook.weights.git_objects import git_blob_id, lfs_pointer_blob_id
from proofbook.weights.hash_cache import CachedDigests, HashCache

COMMIT = "c0ffee" + "0" * 34


def hex_sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def bench(*, clock: FixedClock | None = None, cache: HashCache | None = None) -> Workbench:
    """A workbench an hour after now, so that hashes of fresh files are remembered."""
    clock = clock or FixedClock(datetime.now(UTC) + timedelta(hours=1))
    return Workbench(CachedDigests(HashCache() if cache is None else cache, clock), clock, "host-1")


def look(collector: Collector) -> tuple[list[ModelArtifact], list[Skipped]]:
    """One look, sorted into records and skips."""
    records: list[ModelArtifact] = []
    skips: list[Skipped] = []
    for item in collector.collect():
        if isinstance(item, Skipped):
            skips.append(item)
        else:
            records.append(document(item))
    return records, skips


def document(item: Observation) -> ModelArtifact:
    """The record of an observation."""
    assert isinstance(item.document, ModelArtifact)
    assert item.subject == item.document.artifact
    return item.document


def codes(record: ModelArtifact) -> list[str]:
    """Codes of a record's findings."""
    return [finding.code for finding in record.findings]


class HubCache:
    """A hub cache with one repository."""

    def __init__(self, root: Path, repository: str = "sample-org/sample-model", commit: str = COMMIT) -> None:
        self.root = root
        self.commit = commit
        self.folder = root / ("models--" + repository.replace("/", "--"))
        self.snapshot = self.folder / "snapshots" / commit
        self.listed: dict[str, dict[str, object]] = {}
        for name in ("blobs", "refs", "trees"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.snapshot.mkdir(parents=True)
        self.set_ref("main", commit)

    def set_ref(self, ref: str, commit: str) -> None:
        """Point a ref at a commit."""
        path = self.folder / "refs" / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(commit)

    def blob(self, name: str) -> Path:
        """The blob a snapshot's file leads to."""
        return (self.snapshot / name).resolve()

    def add(self, name: str, data: bytes, *, lfs: bool = False, listed: bool = True) -> HubCache:
        """A file as the client files it: a blob, a relative link, a row of the listing."""
        etag = hex_sha256(data) if lfs else git_blob_id(data)
        (self.folder / "blobs" / etag).write_bytes(data)
        link = self.snapshot / name
        link.parent.mkdir(parents=True, exist_ok=True)
        ups = "../" * (len(Path(name).parts) + 1)
        link.symlink_to(f"{ups}blobs/{etag}")
        if listed:
            row: dict[str, object] = {"size": len(data), "blob_id": git_blob_id(data)}
            if lfs:
                row = {
                    "size": len(data),
                    "blob_id": lfs_pointer_blob_id(etag, len(data)),
                    "lfs_sha256": etag,
                    "lfs_size": len(data),
                }
            self.listed[name] = row
        return self

    def write_listing(self, extra: Mapping[str, object] | None = None) -> HubCache:
        """`trees/<commit>.json`."""
        files = {**self.listed, **(extra or {})}
        (self.folder / "trees" / f"{self.commit}.json").write_text(json.dumps({"format_version": 1, "files": files}))
        return self


class OllamaFixture:
    """An Ollama store; `root` is the folder with manifests and blobs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "blobs").mkdir(parents=True)
        (root / "manifests").mkdir()

    def blob(self, data: bytes) -> tuple[str, int]:
        """Store bytes under their digest."""
        digest = "sha256:" + hex_sha256(data)
        self.path(digest).write_bytes(data)
        return digest, len(data)

    def path(self, digest: str) -> Path:
        """Where a blob lies."""
        return self.root / "blobs" / digest.replace(":", "-")

    def add(
        self,
        name: str,
        layers: list[tuple[str, bytes]],
        config: Mapping[str, object] | None = None,
        host: str = "registry.ollama.ai",
    ) -> Path:
        """A model `namespace/model:tag` from (part, bytes) pairs; the manifest's path."""
        rows = []
        for part, data in layers:
            digest, size = self.blob(data)
            rows.append({"mediaType": f"application/vnd.ollama.image.{part}", "digest": digest, "size": size})
        digest, size = self.blob(json.dumps(dict(config or {"model_format": "gguf"})).encode())
        value = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": digest, "size": size},
            "layers": rows,
        }
        return self.raw_manifest(name, json.dumps(value).encode(), host)

    def raw_manifest(self, name: str, data: bytes, host: str = "registry.ollama.ai") -> Path:
        """A manifest with any bytes."""
        front, tag = name.rsplit(":", 1)
        path = self.root / "manifests" / host / front / tag
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path
