"""Ollama's manifests: which blobs make up a model, and whether there are weights at all.

Promises: digests are held against their exact form before they become a file name, so that a layer can never name a file outside
the store. Hostile input raises `MalformedModelFile` naming file and field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from proofbook.collectors.model_store.examining import Role
from proofbook.errors import MalformedModelFile
from proofbook.weights.safetensors import parse_json_strictly

MAX_MANIFEST_BYTES = 1024 * 1024
MAX_LAYERS = 4096
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}\Z")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}\Z")
_MEDIA = "application/vnd.ollama.image."

LAYER_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "model": "weights",
        "tensor": "weights",
        "draft": "weights",
        "adapter": "adapter",
        "projector": "projector",
        "template": "template",
        "prompt": "behaviour",
        "system": "behaviour",
        "params": "behaviour",
        "messages": "behaviour",
        "license": "license",
        "json": "config",
        "embed": "other",
    }
)


@dataclass(frozen=True, slots=True)
class ModelName:
    """The four levels of a manifest's path."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def short(self) -> str:
        """As the program prints it: defaults left out."""
        front = "" if self.host == "registry.ollama.ai" else f"{self.host}/"
        middle = "" if not front and self.namespace == "library" else f"{self.namespace}/"
        return f"{front}{middle}{self.model}:{self.tag}"


@dataclass(frozen=True, slots=True)
class Layer:
    """One blob of a model. `part` is the media type's last word, `file` a distinct path for the record."""

    digest: str
    size: int
    part: str
    role: Role
    file: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model: its configuration blob and its layers."""

    config: Layer
    layers: tuple[Layer, ...]


def parse_name(parts: tuple[str, ...]) -> ModelName:
    """Four path parts -> ModelName. Raises MalformedModelFile."""
    if len(parts) != 4:
        raise MalformedModelFile("a manifest lies exactly four levels down")
    host, namespace, model, tag = parts
    plain = _HOST.match(host) and _NAME.match(namespace) and "." not in namespace and _NAME.match(model) and _NAME.match(tag)
    if not plain:
        raise MalformedModelFile(f"{'/'.join(parts)[:120]!r} is not a model name")
    return ModelName(host, namespace, model, tag)


def parse_manifest(data: bytes, *, name: str) -> Manifest:
    """The bytes of a manifest. Raises MalformedModelFile naming file and field."""
    value = parse_json_strictly(data, name=name)
    if not isinstance(value, dict) or not isinstance(value.get("layers", []), list):
        raise MalformedModelFile(f"{name}: is not an object with layers")
    rows = value.get("layers", [])
    if len(rows) > MAX_LAYERS:
        raise MalformedModelFile(f"{name}: layers: more than {MAX_LAYERS}")
    counts: dict[str, int] = {}
    layers = []
    for number, row in enumerate(rows):
        layers.append(_parse_layer(row, f"{name}: layers[{number}]", counts))
    return Manifest(_parse_layer(value.get("config"), f"{name}: config", {}, part="config"), tuple(layers))


def _parse_layer(row: Any, where: str, counts: dict[str, int], part: str | None = None) -> Layer:
    if not isinstance(row, dict):
        raise MalformedModelFile(f"{where}: is not an object")
    digest, size, media = row.get("digest"), row.get("size"), row.get("mediaType")
    if not isinstance(digest, str) or _DIGEST.match(digest) is None:
        raise MalformedModelFile(f"{where}: digest: is not sha256: and 64 hex characters")
    if type(size) is not int or size < 0:
        raise MalformedModelFile(f"{where}: size: is not a number of bytes")
    if not isinstance(media, str):
        raise MalformedModelFile(f"{where}: mediaType: is not text")
    word = part or (media.removeprefix(_MEDIA) if media.startswith(_MEDIA) else "unknown")
    word = word if word in LAYER_ROLES or word == "config" else "unknown"
    counts[word] = counts.get(word, 0) + 1
    file = word if counts[word] == 1 else f"{word}-{counts[word]}"
    return Layer(digest, size, word, "config" if word == "config" else LAYER_ROLES.get(word, "other"), file)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The statements of the configuration blob that matter here; empty where absent."""

    remote_host: str
    remote_model: str
    declared: Mapping[str, str]


def parse_config(data: bytes, *, name: str) -> ModelConfig:
    """The bytes of a configuration blob. Raises MalformedModelFile."""
    value = parse_json_strictly(data, name=name)
    if not isinstance(value, dict):
        raise MalformedModelFile(f"{name}: is not an object")
    texts = {key: item for key, item in value.items() if isinstance(item, str) and item}
    wanted = ("model_format", "model_family", "model_type", "file_type", "renderer", "parser", "requires", "base_name")
    declared = {f"ollama.{key}": texts[key] for key in wanted if key in texts}
    return ModelConfig(texts.get("remote_host", ""), texts.get("remote_model", ""), MappingProxyType(declared))


def blob_path(root: Path, digest: str) -> Path:
    """Where the blob of a checked digest lies; very old stores spell the name with a colon."""
    path = root / "blobs" / digest.replace(":", "-")
    old = root / "blobs" / digest
    return old if not path.exists() and old.exists() else path
