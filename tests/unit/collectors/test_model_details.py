"""What is lifted from side files, what does not fit, what cannot be read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from proofbook.collectors.interface import Observation, Skipped
from proofbook.collectors.model_store.assembling import Workbench
from proofbook.collectors.model_store.examining import role_of_name
from proofbook.collectors.model_store.fitting import MAX_BODY_BYTES, fit
from proofbook.collectors.model_store.folder import ModelFolder
from proofbook.collectors.model_store.gguf_file import GgufFiles
from proofbook.collectors.model_store.huggingface_cache import HuggingFaceCache
from proofbook.collectors.wording import finding
from proofbook.primitives.canonical import canonical_bytes
from proofbook.records.provenance import ModelArtifact, Rung, VerificationStatus
from support.gguf_builder import GgufBuilder, sample_gguf
from support.model_stores import HubCache, bench, codes, look
from support.safetensors_builder import safetensors_bytes

NOBODY: Final = 65534


def record_of(folder: Path) -> ModelArtifact:
    """The only record of a folder."""
    [record], _ = look(ModelFolder(folder, bench()))
    return record


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("tokenizer.json", "tokenizer"),
        ("sub/generation_config.json", "behaviour"),
        ("chat_template.jinja", "template"),
        ("modeling_x.py", "code"),
        ("LICENSE.txt", "license"),
        ("USE_POLICY.md", "license"),
        ("model.sig", "signature"),
        ("README.md", "card"),
        ("adapter_model.bin", "adapter"),
        ("pytorch_model.bin", "weights"),
        ("notes.txt", "other"),
    ],
)
def test_roles_follow_the_names_that_repositories_use(name: str, role: str) -> None:
    """Behaviour files and weights are told apart, because they change apart."""
    assert role_of_name(name) == role


def test_lineage_and_revision_statements_are_kept_as_statements(tmp_path: Path) -> None:
    """Base models of a header are self-declared; a pinned adapter base is not a finding."""
    builder = GgufBuilder().text("general.architecture", "llama").number("general.base_model.count", 2)
    builder.text("general.base_model.0.repo_url", "https://hub.example/org/base").text("general.base_model.1.name", "Other")
    builder.text("general.organization", "Sample Org").texts("general.tags", ["a", "b"])
    (tmp_path / "m.gguf").write_bytes(builder.tensor("w", (32,), bytes(128)).build())
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path":"org/base","revision":"abc"}')
    (tmp_path / "tokenizer_config.json").write_text('{"auto_map":{"AutoTokenizer":["x","y"]}}')
    record = record_of(tmp_path)
    assert record.base_model == "https://hub.example/org/base, Other (self-declared)"
    assert record.publisher == "Sample Org (self-declared)"
    assert record.self_declared["gguf.general.tags"] == "a, b"
    assert record.self_declared["adapter.base_revision"] == "abc"
    assert codes(record) == ["auto_map"]
    assert record.code_executing == "yes"


def test_side_files_that_cannot_be_read_are_findings(tmp_path: Path) -> None:
    """A configuration nobody can parse may still be what the engine loads."""
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes({"a": b"1"}))
    (tmp_path / "config.json").write_text('{"a":1,"a":2}')
    (tmp_path / "README.md").write_text("---\na: &x 1\nb: *x\n---\n")
    (tmp_path / "model.safetensors.index.json").write_text("{")
    record = record_of(tmp_path)
    assert codes(record) == ["malformed_file"] * 3
    assert record.code_executing == "unknown"


def test_quantisation_of_a_configuration_is_lifted(tmp_path: Path) -> None:
    """Tensor types alone do not tell the method."""
    (tmp_path / "model.safetensors").write_bytes(safetensors_bytes({"a": b"1"}))
    (tmp_path / "config.json").write_text('{"quantization_config":{"quant_method":"awq","bits":4}}')
    assert record_of(tmp_path).quantization == "declared awq, 4 bits; tensors U8 x1"


def test_sets_that_contradict_themselves_are_findings(tmp_path: Path) -> None:
    """A shard that states another set size than its name was not made for this set."""
    builder = GgufBuilder().raw_key("split.no", 2, b"\0\0").raw_key("split.count", 2, b"\3\0")
    (tmp_path / "m-00001-of-00002.gguf").write_bytes(builder.build())
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(sample_gguf())
    assert {"split_count_differs", "missing_shard"} <= set(codes(record_of(tmp_path)))


def test_shards_without_an_index_are_counted_by_name(tmp_path: Path) -> None:
    """The index may be missing together with a shard."""
    (tmp_path / "m-00001-of-00002.safetensors").write_bytes(safetensors_bytes({"a": b"1"}))
    assert codes(record_of(tmp_path)) == ["missing_shard"]


def test_unreadable_weights_give_a_reason_instead_of_a_record() -> None:
    """Without bytes there is no digest, and without a digest no record."""
    with tempfile.TemporaryDirectory() as folder, _an_ordinary_user(Path(folder)):
        path = Path(folder) / "m.gguf"
        path.write_bytes(sample_gguf())
        path.chmod(0)
        records, skips = look(GgufFiles((path,), bench()))
        path.chmod(0o600)
    assert (records, len(skips)) == ([], 1)


@contextmanager
def _an_ordinary_user(folder: Path) -> Iterator[None]:
    """Root reads everything, so it steps down for a moment; `folder` is made usable."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_weights_that_change_while_they_are_hashed_give_a_reason(tmp_path: Path) -> None:
    """A download in progress must not be recorded as a model."""
    path = tmp_path / "m.gguf"
    path.write_bytes(sample_gguf())

    def grow(name: str, done: int, total: int) -> None:
        with path.open("ab") as stream:
            stream.write(b"x")

    quiet = bench()
    [item] = list(GgufFiles((path,), Workbench(quiet.digests, quiet.clock, quiet.host, grow)).collect())
    assert isinstance(item, Skipped)
    assert item.code == "changed_while_hashing"


def test_a_listing_of_something_else_is_a_mismatch_in_every_file(tmp_path: Path) -> None:
    """Sizes and ids are compared file by file; a size alone can differ."""
    cache = HubCache(tmp_path).add("model.safetensors", safetensors_bytes({"a": b"1"}), lfs=True)
    row = cache.listed["model.safetensors"]
    cache.write_listing({"model.safetensors": {**row, "lfs_size": 7}})
    [record], _ = look(HuggingFaceCache(tmp_path, bench()))
    assert (record.verification, record.rung) == (VerificationStatus.MISMATCH, Rung.CLAIMED)


def test_every_list_can_be_cut_to_fit(tmp_path: Path) -> None:
    """Findings, imports and statements are hostile in number and length, too."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    record = record_of(tmp_path)
    swollen = record.model_copy(
        update={
            "findings": [finding("code", "d" * 300, "p" * 300)] * 200,
            "imports": ["i" * 200] * 300,
            "self_declared": {f"key{number}": "v" * 3000 for number in range(40)},
        }
    )
    cut = fit(swollen)
    assert len(canonical_bytes(cut.to_body())) <= MAX_BODY_BYTES
    assert 0 < len(cut.findings) < 200
    assert 0 < len(cut.imports) < 300
    assert 0 < len(cut.self_declared) < 40
    assert [item.split(":")[0] for item in cut.unknowns if "are shown" in item] == [
        "all of findings",
        "all of imports",
        "all of self_declared",
    ]
    assert cut.files == record.files
    assert fit(record) is record


def test_an_observation_names_its_place(tmp_path: Path) -> None:
    """Subject and place together are what history is asked for."""
    (tmp_path / "m.gguf").write_bytes(sample_gguf())
    [item] = list(GgufFiles((tmp_path / "m.gguf",), bench()).collect())
    assert isinstance(item, Observation)
    assert (item.place.host, item.place.store, item.place.location) == ("host-1", "gguf_file", str(tmp_path / "m.gguf"))
