"""Where model stores usually lie, from an environment and home folders that are handed in.

Promises: only folders that exist are named, each once, with how it was found. Looks at nothing inside, except the two small files
in which LM Studio keeps the place of its folder. Does not read this process's own environment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from proofbook.collectors.interface import Collector
from proofbook.collectors.model_store.assembling import Workbench
from proofbook.collectors.model_store.folder import ModelFolder
from proofbook.collectors.model_store.gguf_file import GgufFiles
from proofbook.collectors.model_store.huggingface_cache import HuggingFaceCache
from proofbook.collectors.model_store.lmstudio import LmStudioModels
from proofbook.collectors.model_store.ollama import OllamaStore
from proofbook.errors import InputError, UnavailableError
from proofbook.weights.opening import read_small_file
from proofbook.weights.safetensors import parse_json_strictly

OLLAMA_SERVICE_HOME = Path("/usr/share/ollama")


class StoreKind(StrEnum):
    """Kinds of store, as the collectors know them."""

    GGUF_FILE = "gguf_file"
    FOLDER = "folder"
    HUGGINGFACE_CACHE = "huggingface_cache"
    OLLAMA = "ollama"
    LMSTUDIO = "lmstudio"


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store and how its place is known."""

    kind: StoreKind
    path: Path
    how: str


def locate_stores(environ: Mapping[str, str], homes: Sequence[Path]) -> tuple[StorePlace, ...]:
    """Stores that exist at their usual places."""
    found: dict[tuple[StoreKind, Path], StorePlace] = {}
    for place in _candidates(environ, homes):
        try:
            if place.path.is_dir():
                found.setdefault((place.kind, place.path.resolve()), place)
        except (OSError, ValueError):
            continue
    return tuple(found.values())


def place_of(path: Path) -> StorePlace:
    """What kind of store a path named by a person is, by its layout."""
    how = "named by the operator"
    if not path.is_dir():
        return StorePlace(StoreKind.GGUF_FILE, path, how)
    if (path / "manifests").is_dir() and (path / "blobs").is_dir():
        return StorePlace(StoreKind.OLLAMA, path, how)
    if any(path.glob("models--*")):
        return StorePlace(StoreKind.HUGGINGFACE_CACHE, path, how)
    return StorePlace(StoreKind.FOLDER, path, how)


def collector_of(place: StorePlace, bench: Workbench) -> Collector:
    """The collector that reads a store."""
    match place.kind:
        case StoreKind.GGUF_FILE:
            return GgufFiles((place.path,), bench)
        case StoreKind.FOLDER:
            return ModelFolder(place.path, bench)
        case StoreKind.HUGGINGFACE_CACHE:
            return HuggingFaceCache(place.path, bench)
        case StoreKind.OLLAMA:
            return OllamaStore(place.path, bench)
        case StoreKind.LMSTUDIO:
            return LmStudioModels(place.path, bench)


def _candidates(environ: Mapping[str, str], homes: Sequence[Path]) -> Iterator[StorePlace]:
    if environ.get("OLLAMA_MODELS"):
        yield StorePlace(StoreKind.OLLAMA, Path(environ["OLLAMA_MODELS"]), "OLLAMA_MODELS")
    for variable, parts in (
        ("HF_HUB_CACHE", ()),
        ("HUGGINGFACE_HUB_CACHE", ()),
        ("HF_HOME", ("hub",)),
        ("XDG_CACHE_HOME", ("huggingface", "hub")),
        ("LLAMA_CACHE", ()),
    ):
        if environ.get(variable):
            path = Path(environ[variable]).joinpath(*parts)
            kind = StoreKind.FOLDER if variable == "LLAMA_CACHE" and not _has_hub_layout(path) else StoreKind.HUGGINGFACE_CACHE
            yield StorePlace(kind, path, variable)
    for home in (*homes, OLLAMA_SERVICE_HOME):
        yield StorePlace(StoreKind.OLLAMA, home / ".ollama" / "models", f"default below {home}")
        yield StorePlace(StoreKind.HUGGINGFACE_CACHE, home / ".cache" / "huggingface" / "hub", f"default below {home}")
        yield StorePlace(StoreKind.FOLDER, home / ".cache" / "llama.cpp", f"llama.cpp's older cache below {home}")
        yield from _lmstudio(home)


def _has_hub_layout(path: Path) -> bool:
    try:
        return any(path.glob("models--*"))
    except OSError:
        return False


def _lmstudio(home: Path) -> Iterator[StorePlace]:
    pointer = _read_line(home / ".lmstudio-home-pointer")
    for folder, how in (
        (Path(pointer) if pointer else None, f"home pointer below {home}"),
        (home / ".lmstudio", f"default below {home}"),
        (home / ".cache" / "lm-studio", f"older default below {home}"),
    ):
        if folder is None or not folder.is_absolute():
            continue
        moved = _downloads_folder(folder / "settings.json")
        if moved is not None:
            yield StorePlace(StoreKind.LMSTUDIO, moved, f"settings.json below {folder}")
        yield StorePlace(StoreKind.LMSTUDIO, folder / "models", how)


def _read_line(path: Path) -> str:
    try:
        return read_small_file(path, 4096).decode("utf-8").strip()
    except (InputError, UnavailableError, UnicodeDecodeError):
        return ""


def _downloads_folder(settings: Path) -> Path | None:
    try:
        value = parse_json_strictly(read_small_file(settings, 1024 * 1024), name=settings.name)
    except (InputError, UnavailableError, json.JSONDecodeError):
        return None
    folder = value.get("downloadsFolder") if isinstance(value, dict) else None
    return Path(folder) if isinstance(folder, str) and Path(folder).is_absolute() else None
