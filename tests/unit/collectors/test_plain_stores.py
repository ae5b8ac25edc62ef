"""GGUF files, folders and LM Studio: bytes are hashed, sources are not guessed."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import pytest

from proofbook.collectors.model_store.folder import ModelFolder
from proofbook.collectors.model_store.gguf_file import GgufFiles
from proofbook.collectors.model_store.lmstudio import LmStudioModels
from proofbook.errors import SourceUnavailable
from proofbook.primitives.digest import sha256_digest
from proofbook.records.provenance import ModelArtifact, Rung, VerificationStatus
from proofbook.weights.digest_set import set_digest
from proofbook.weights.git_objects import git_blob_id, lfs_pointer_blob_id
from support.gguf_builder import GgufBuilder, sample_gguf
from support.model_stores import COMMIT, bench, codes, hex_sha256, look
from support.safetensors_builder import safetensors_bytes


class Harmful:
    """Would run a command when loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def folder_record(path: Path) -> ModelArtifact:
    """The only record of a folder."""
    [record], _ = look(ModelFolder(path, bench()))
    return record


def test_a_gguf_file_is_a_baseline_of_its_own_bytes(tmp_path: Path) -> None:
    """Nothing here knows where the file came from, and the record says so."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf(general__license="mit", general__quantized_by="sample-person"))
    [record], skips = look(GgufFiles((tmp_path / "m.gguf",), bench()))
    assert skips == []
    assert record.artifact == "sha256:" + hex_sha256((tmp_path / "m.gguf").read_bytes())
    assert (record.rung, record.verification) == (Rung.NAMED, VerificationStatus.INTERNAL_BASELINE_ONLY)
    assert (record.source_registry, record.source_revision, record.acquired_at) == ("unknown", "unknown", "unknown")
    assert (record.license_declared, record.converter) == ("MIT", "sample-person (self-declared)")
    assert (record.architecture, record.parameters) == ("llama", "64")
    assert record.quantization == "declared F32; tensors F32 x1"
    assert record.code_executing == "no"
    assert len(record.unknowns) >= 3


def test_a_split_set_is_one_model_whichever_file_is_named(tmp_path: Path) -> None:
    """The model is the set; its digest covers all of it."""
    parts = {}
    for number in (1, 2):
        name = f"m-{number:05}-of-00002.gguf"
        (tmp_path / name).write_bytes(sample_gguf(number))
        parts[name] = sha256_digest(sample_gguf(number))
    both = (tmp_path / "m-00002-of-00002.gguf", tmp_path / "m-00001-of-00002.gguf")
    [record], _ = look(GgufFiles(both, bench()))
    assert record.artifact == set_digest(parts)
    assert (record.findings, record.files_total, record.name) == ([], 2, "m")


def test_what_is_not_gguf_is_said_by_content(tmp_path: Path) -> None:
    """A pickle with a GGUF name must not be recorded as a GGUF."""
    (tmp_path / "m.gguf").write_bytes(pickle.dumps({}, 2))
    records, skips = look(GgufFiles((tmp_path / "m.gguf", tmp_path / "absent.gguf"), bench()))
    assert records == []
    assert sorted(skip.code for skip in skips) == ["not_gguf", "unreadable"]


def test_a_hostile_gguf_is_still_inventoried_with_its_hash(tmp_path: Path) -> None:
    """A malformed file that an engine would load belongs in the record most of all."""
    data = GgufBuilder().raw_tensor("w", (2**20,), 0, 0).build()
    (tmp_path / "beyond.gguf").write_bytes(data)
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(30))
    beyond, broken = look(ModelFolder(tmp_path, bench()))[0]
    assert codes(beyond) == ["tensor_extent_beyond_file"]
    assert codes(broken) == ["malformed_file"]
    assert broken.code_executing == "unknown"
    assert broken.artifact == "sha256:" + hex_sha256(b"GGUF" + bytes(30))


def test_a_sharded_folder_is_held_against_its_index(tmp_path: Path) -> None:
    """A missing shard is a finding, and the digest says which bytes were there."""
    names = [f"model-{number:05}-of-00003.safetensors" for number in (1, 2, 3)]
    for number, name in enumerate(names[:2]):
        (tmp_path / name).write_bytes(safetensors_bytes({f"t{number}": b"1234"}))
    index = {"metadata": {"total_size": 12}, "weight_map": {f"t{number}": name for number, name in enumerate(names)}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    record = folder_record(tmp_path)
    assert codes(record) == ["missing_shard"]
    assert record.name == tmp_path.name
    assert record.parameters == "8"


def test_pickles_and_hooks_are_named(tmp_path: Path) -> None:
    """'Cannot execute' is strong evidence; its absence must be visible."""
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(Harmful(), 2))
    (tmp_path / "config.json").write_text('{"auto_map":{"AutoModel":"modeling.Sample"},"rope":1.5}')
    record = folder_record(tmp_path)
    assert (record.format, record.code_executing) == ("pytorch_pickle", "yes")
    assert record.imports == ["posix.system"]
    assert {"auto_map", "code_executing_format"} <= set(codes(record))


def test_a_pickle_named_safetensors_is_found_by_content(tmp_path: Path) -> None:
    """A renamed pickle passed two scanners."""
    (tmp_path / "model.safetensors").write_bytes(pickle.dumps(Harmful(), 4))
    record = folder_record(tmp_path)
    assert (record.format, record.code_executing) == ("pytorch_pickle", "yes")
    assert "format_differs_from_name" in codes(record)


def test_an_adapter_on_an_unpinned_base_is_flagged(tmp_path: Path) -> None:
    """An adapter is only as fixed as the base it sits on."""
    (tmp_path / "adapter_model.safetensors").write_bytes(safetensors_bytes({"a": b"1"}))
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path":"sample-org/base"}')
    (tmp_path / "model.sig").write_text("{}")
    record = folder_record(tmp_path)
    assert record.base_model == "sample-org/base (self-declared)"
    assert "adapter_base_unpinned" in codes(record)
    assert record.signature == "present_not_verified"
    assert {file.role for file in record.files} >= {"adapter", "signature"}


def download(folder: Path, name: str, data: bytes, *, commit: str = COMMIT, lfs: bool = True) -> dict[str, object]:
    """A file downloaded into a folder, with its metadata; its row for a listing."""
    (folder / name).write_bytes(data)
    etag = hex_sha256(data) if lfs else git_blob_id(data)
    meta = folder / ".cache" / "huggingface" / "download" / f"{name}.metadata"
    meta.parent.mkdir(parents=True, exist_ok=True)
    meta.write_text(f"{commit}\n{etag}\n1763690000.25\n")
    row: dict[str, object] = {"size": len(data), "blob_id": git_blob_id(data)}
    return row if not lfs else {**row, "blob_id": lfs_pointer_blob_id(etag, len(data)), "lfs_sha256": etag, "lfs_size": len(data)}


def test_download_metadata_names_the_commit_and_is_left_alone(tmp_path: Path) -> None:
    """The metadata is a claim; reading it must not change the folder under inspection."""
    rows = {"m.safetensors": download(tmp_path, "m.safetensors", safetensors_bytes({"a": b"1"}))}
    rows["config.json"] = download(tmp_path, "config.json", b"{}", lfs=False)
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in tmp_path.rglob("*"))
    record = folder_record(tmp_path)
    assert (record.source_revision, record.rung, record.pinned) == (COMMIT, Rung.RECOMPUTED, "yes")
    assert sorted((str(path), path.lstat().st_mtime_ns) for path in tmp_path.rglob("*")) == before
    trees = tmp_path / ".cache" / "huggingface" / "trees"
    trees.mkdir()
    (trees / f"{COMMIT}.json").write_text(json.dumps({"format_version": 1, "files": rows}))
    assert folder_record(tmp_path).rung is Rung.ANCHORED
    (tmp_path / "m.safetensors").write_bytes(safetensors_bytes({"a": b"2"}))
    assert folder_record(tmp_path).verification is VerificationStatus.MISMATCH


def test_files_of_several_commits_have_no_revision(tmp_path: Path) -> None:
    """A mixed folder is not the state of any commit."""
    download(tmp_path, "m.safetensors", safetensors_bytes({"a": b"1"}))
    download(tmp_path, "config.json", b"{}", commit="d" * 40)
    meta = tmp_path / ".cache" / "huggingface" / "download" / "bad.metadata"
    meta.write_bytes(b"\xff\n\n\n")
    record = folder_record(tmp_path)
    assert record.source_revision == "unknown"
    assert {"mixed_revisions", "malformed_metadata"} <= set(codes(record))


def test_lm_studio_folders_are_hints_only(tmp_path: Path) -> None:
    """Two folder names suggest a repository; nothing is kept that would show it."""
    model = tmp_path / "sample-org" / "sample-model"
    model.mkdir(parents=True)
    (model / "m.gguf").write_bytes(sample_gguf())
    (tmp_path / "stray.gguf").write_bytes(sample_gguf())
    (tmp_path / ".internal").mkdir()
    [record], skips = look(LmStudioModels(tmp_path, bench()))
    assert (record.store, record.name) == ("lmstudio", "sample-org/sample-model/m.gguf")
    assert record.source_repository == "unknown"
    assert "only suggest" in record.source_how_known
    assert [skip.code for skip in skips] == ["not_a_folder"]


def test_an_empty_folder_and_a_missing_one_differ(tmp_path: Path) -> None:
    """'Nothing there' is an observation, 'could not look' is not."""
    records, skips = look(ModelFolder(tmp_path, bench()))
    assert (records, [skip.code for skip in skips]) == ([], ["no_weights"])
    with pytest.raises(SourceUnavailable):
        look(ModelFolder(tmp_path / "absent", bench()))
    with pytest.raises(SourceUnavailable):
        look(LmStudioModels(tmp_path / "absent", bench()))


def test_special_files_and_depth_do_not_stop_the_walk(tmp_path: Path) -> None:
    """A pipe must not hang the walk, and a bottomless tree must end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path)
    deep = tmp_path
    for _ in range(14):
        deep /= "d"
    deep.mkdir(parents=True)
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    [record], skips = look(ModelFolder(tmp_path, bench()))
    assert record.files_total == 1
    assert sorted(skip.code for skip in skips) == ["folder_too_deep", "linked_folder", "not_a_file"]


def test_progress_names_the_model_and_reaches_its_size(tmp_path: Path) -> None:
    """A person watching hours of hashing needs to see what is being read."""
    told: list[tuple[str, int, int]] = []
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    work = bench()
    watched = type(work)(work.digests, work.clock, work.host, lambda name, done, total: told.append((name, done, total)))
    look(GgufFiles((tmp_path / "m.gguf",), watched))
    size = len(sample_gguf())
    assert told[-1] == ("m.gguf", size, size)
