"""Stores are found at their usual places, from a handed-in environment only."""

from __future__ import annotations

import json
from pathlib import Path

from proofbook.collectors.model_store.locate import StoreKind, collector_of, locate_stores, place_of
from support.gguf_builder import sample_gguf
from support.model_stores import HubCache, OllamaFixture, bench


def found(environ: dict[str, str], home: Path) -> set[tuple[StoreKind, str]]:
    """Kinds and paths below the test's folder."""
    return {
        (place.kind, str(place.path)) for place in locate_stores(environ, [home]) if str(place.path).startswith(str(home.parent))
    }


def test_defaults_and_variables_are_followed(tmp_path: Path) -> None:
    """An inventory that looks in the wrong place finds an empty machine."""
    home = tmp_path / "home"
    for part in (".ollama/models", ".cache/huggingface/hub", ".cache/llama.cpp", ".lmstudio/models"):
        (home / part).mkdir(parents=True)
    (tmp_path / "hf" / "hub").mkdir(parents=True)
    assert found({"HF_HOME": str(tmp_path / "hf"), "OLLAMA_MODELS": str(tmp_path / "absent")}, home) == {
        (StoreKind.OLLAMA, str(home / ".ollama/models")),
        (StoreKind.HUGGINGFACE_CACHE, str(home / ".cache/huggingface/hub")),
        (StoreKind.HUGGINGFACE_CACHE, str(tmp_path / "hf" / "hub")),
        (StoreKind.FOLDER, str(home / ".cache/llama.cpp")),
        (StoreKind.LMSTUDIO, str(home / ".lmstudio/models")),
    }


def test_lm_studios_pointer_and_moved_folder_are_followed(tmp_path: Path) -> None:
    """The application keeps its place in two small files."""
    home, moved, elsewhere = tmp_path / "home", tmp_path / "moved", tmp_path / "elsewhere"
    for folder in (home, moved, elsewhere):
        folder.mkdir()
    (home / ".lmstudio-home-pointer").write_text(f"{elsewhere}\n")
    (elsewhere / "settings.json").write_text(json.dumps({"downloadsFolder": str(moved)}))
    assert found({}, home) == {(StoreKind.LMSTUDIO, str(moved))}
    (elsewhere / "settings.json").write_text('{"downloadsFolder": "../relative"}')
    assert found({}, home) == set()


def test_one_store_by_two_ways_is_one_store(tmp_path: Path) -> None:
    """Looking twice at one store would double its population."""
    home = tmp_path / "home"
    (home / ".cache/huggingface/hub").mkdir(parents=True)
    environ = {"HF_HUB_CACHE": str(home / ".cache/huggingface/hub"), "LLAMA_CACHE": str(tmp_path / "flat")}
    (tmp_path / "flat").mkdir()
    places = [place for place in locate_stores(environ, [home]) if tmp_path in place.path.parents]
    assert [(place.kind, place.how) for place in places] == [
        (StoreKind.HUGGINGFACE_CACHE, "HF_HUB_CACHE"),
        (StoreKind.FOLDER, "LLAMA_CACHE"),
    ]


def test_a_path_named_by_a_person_is_recognised_by_layout(tmp_path: Path) -> None:
    """`collect model_store PATH` needs no flag."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    OllamaFixture(tmp_path / "ollama")
    HubCache(tmp_path / "hub")
    kinds = {
        "m.gguf": StoreKind.GGUF_FILE,
        "ollama": StoreKind.OLLAMA,
        "hub": StoreKind.HUGGINGFACE_CACHE,
        ".": StoreKind.FOLDER,
    }
    for name, kind in kinds.items():
        place = place_of(tmp_path / name)
        assert place.kind is kind
        assert collector_of(place, bench()).name == f"model_store.{kind.value}"
