"""Ollama's model store: manifests four levels deep, blobs named by digest.

Promises: every manifest leads to a record or a reason; every blob is hashed and held against its name and size; missing, orphan
and partial blobs are reported; template, system prompt and parameters are hashed as behaviour files; a model whose weights are
elsewhere is recorded as a remote stub and flagged. Does not ask the server and does not know the registry's present state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proofbook.collectors.interface import Observation, Skipped
from proofbook.collectors.model_store.assembling import Assessment, HashedFile, Origin, Workbench, assemble, observe
from proofbook.collectors.model_store.examining import WEIGHT_ROLES, Examined, examine_file
from proofbook.collectors.model_store.folder import report_walk
from proofbook.collectors.model_store.grouping import Group
from proofbook.collectors.model_store.hub_listing import assess_by_claims
from proofbook.collectors.model_store.ollama_manifest import (
    MAX_MANIFEST_BYTES,
    Layer,
    Manifest,
    ModelConfig,
    ModelName,
    blob_path,
    parse_config,
    parse_manifest,
    parse_name,
)
from proofbook.collectors.model_store.ollama_stub import stub_record
from proofbook.collectors.model_store.walking import locate_file, walk_folder
from proofbook.collectors.wording import finding, plain_mapping, plain_path
from proofbook.errors import InputError, SourceUnavailable, UnavailableError
from proofbook.records.provenance import Finding, ModelArtifact
from proofbook.weights.opening import read_small_file
from proofbook.weights.safetensors import parse_json_strictly


@dataclass(frozen=True, slots=True)
class OllamaStore:
    """Collector of one store; `root` is the folder that holds `manifests` and `blobs`."""

    root: Path
    bench: Workbench

    @property
    def name(self) -> str:
        """Stable name."""
        return "model_store.ollama"

    @property
    def query(self) -> str:
        """The store looked at."""
        return f"Ollama store at {plain_path(self.root)}"

    @property
    def parameters(self) -> Mapping[str, str]:
        """Whether requests for remote models are switched off, as far as the disk says."""
        return {"cloud_switch": read_cloud_switch(self.root)}

    def collect(self) -> Iterator[Observation | Skipped]:
        """One record per manifest."""
        folder = self.root / "manifests"
        if not folder.is_dir():
            raise SourceUnavailable(f"Ollama store {self.root.name}: has no manifests folder")
        walk = walk_folder(folder, boundary=self.root)
        yield from report_walk(walk, folder)
        used: set[str] = set()
        for file in walk.files:
            try:
                name = parse_name(tuple(file.path.split("/")))
                data = read_small_file(file.location, MAX_MANIFEST_BYTES)
                manifest = parse_manifest(data, name=file.path)
            except (InputError, UnavailableError) as error:
                yield Skipped.because("malformed_manifest", error.message, file.location)
                continue
            used.update(layer.digest for layer in (manifest.config, *manifest.layers))
            yield self._collect_model(_Model(name, manifest, data, folder / file.path))
        yield from _leftover_blobs(self.root, used)

    def _collect_model(self, model: _Model) -> Observation | Skipped:
        findings: list[Finding] = []
        config = _read_config(self.root, model.manifest.config, findings)
        remote = config is not None and bool(config.remote_host)
        if remote or not any(layer.role in WEIGHT_ROLES for layer in model.manifest.layers):
            return observe(stub_record(model.name, model.location, model.data, config, (self.bench, findings)))
        examined = list(_examine_layers(self.root, (model.manifest.config, *model.manifest.layers), findings))
        if model.name.tag.endswith("cloud"):
            findings.append(finding("remote_name", "the tag's ending makes a request go to a remote host"))
        weights = tuple(item for item in examined if item.role in WEIGHT_ROLES)
        companions = tuple(item for item in examined if item.role not in WEIGHT_ROLES)
        group = Group(model.name.short, weights, companions, tuple(findings))
        claims = {layer.file: layer.digest for layer in (model.manifest.config, *model.manifest.layers)}
        broken = any(problem.code == "missing_blob" and problem.path in _weight_files(model.manifest) for problem in findings)
        if broken:
            missing = ", ".join(str(problem.path) for problem in findings if problem.code == "missing_blob")
            return Skipped.because("missing_blob", f"{model.name.short}: blobs are not there: {missing}", model.location)
        made = assemble(model.origin(), group, self.bench, claims=lambda item: claims.get(item.file.path), assess=_assess)
        return made if isinstance(made, Skipped) else _with_config(made, config)


@dataclass(frozen=True, slots=True)
class _Model:
    """One manifest on disk."""

    name: ModelName
    manifest: Manifest
    data: bytes
    location: Path

    def origin(self) -> Origin:
        """What the path says: the place a pull of this name would ask, and the manifest's own digest."""
        return Origin(
            store="ollama",
            location=plain_path(self.location),
            name=self.name.short,
            registry=self.name.host,
            repository=f"{self.name.namespace}/{self.name.model}",
            revision="sha256:" + hashlib.sha256(self.data).hexdigest(),
            how_known="path of the manifest and SHA-256 of its bytes; a model made here has no such manifest upstream",
            pinned="no",
            publisher=f"{self.name.namespace} (by name)" if self.name.namespace != "library" else "unknown",
        )


def _assess(files: Sequence[HashedFile]) -> Assessment:
    found = assess_by_claims(files, claimant="the manifest")
    return replace(
        found, unknowns=("lineage: the store keeps no link to an upstream commit", "whether the manifest was pulled or made here")
    )


def _weight_files(manifest: Manifest) -> frozenset[str]:
    return frozenset(layer.file for layer in manifest.layers if layer.role in WEIGHT_ROLES)


def _read_config(root: Path, layer: Layer, findings: list[Finding]) -> ModelConfig | None:
    path = blob_path(root, layer.digest)
    try:
        located = locate_file(path, boundary=root)
        if isinstance(located, Finding):
            return None
        return parse_config(read_small_file(located.location, MAX_MANIFEST_BYTES), name="config")
    except (InputError, UnavailableError) as error:
        findings.append(finding("malformed_config", error.message, "config"))
        return None


def _examine_layers(root: Path, layers: tuple[Layer, ...], findings: list[Finding]) -> Iterator[Examined]:
    for layer in layers:
        located = locate_file(blob_path(root, layer.digest), boundary=root)
        if isinstance(located, Finding):
            code = "missing_blob" if located.code in {"unreadable", "dangling_link"} else located.code
            findings.append(finding(code, f"blob {layer.digest[:19]}…: {located.detail}", layer.file))
            continue
        if located.size != layer.size:
            findings.append(finding("size_mismatch", f"{located.size} bytes here, {layer.size} by the manifest", layer.file))
        yield examine_file(replace(located, path=layer.file), role=layer.role)


def _with_config(made: Observation, config: ModelConfig | None) -> Observation:
    document = made.document
    if config is None or not isinstance(document, ModelArtifact):
        return made
    declared = document.self_declared | plain_mapping(config.declared, entries=16, cap=200)
    return observe(document.model_copy(update={"self_declared": declared}))


@dataclass(frozen=True, slots=True)
class ListedManifest:
    """A manifest's path, and whether its configuration sends requests elsewhere or it has no weights."""

    location: Path
    remote: bool


def list_manifests(root: Path) -> Iterator[ListedManifest]:
    """Every readable manifest of a store, without hashing anything; unreadable ones are the collector's to report."""
    folder = root / "manifests"
    if not folder.is_dir():
        return
    for file in walk_folder(folder, boundary=root).files:
        try:
            manifest = parse_manifest(read_small_file(file.location, MAX_MANIFEST_BYTES), name=file.path)
        except (InputError, UnavailableError):
            continue
        config = _read_config(root, manifest.config, [])
        weights = any(layer.role in WEIGHT_ROLES for layer in manifest.layers)
        yield ListedManifest(folder / file.path, not weights or (config is not None and bool(config.remote_host)))


def _leftover_blobs(root: Path, used: set[str]) -> Iterator[Skipped]:
    try:
        names = sorted(path.name for path in (root / "blobs").iterdir())
    except OSError as error:
        yield Skipped.because("folder_unreadable", f"blobs cannot be listed: {error.strerror}", root / "blobs")
        return
    for name in names:
        if "-partial" in name:
            yield Skipped.because("partial_download", "a download was not finished", root / "blobs" / name)
        elif name.replace("-", ":", 1) not in used:
            yield Skipped.because("orphan_blob", "no manifest names this blob", root / "blobs" / name)


def read_cloud_switch(root: Path) -> str:
    """Whether `server.json` beside the models folder switches remote models off; the server's environment is not visible here."""
    path = root.parent / "server.json"
    if not path.exists():
        return "unknown: no server.json beside the store; the server's environment was not looked at"
    try:
        value = parse_json_strictly(read_small_file(path, MAX_MANIFEST_BYTES), name=path.name)
    except (InputError, UnavailableError) as error:
        return f"unknown: {error.message}"
    switch = value.get("disable_ollama_cloud") if isinstance(value, dict) else None
    if switch is True:
        return "off in server.json"
    return "not switched off in server.json; the server's environment was not looked at"
